import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { openHistory } from "../../src/history/mod.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { ServerDriver, until } from "./driver.ts";

Deno.test("a task is submitted, claimed and completed over HTTP, and its dependents see the result", async () => {
  await using driver = await ServerDriver.start();
  const many = await driver.call("POST", "/v1/tasks", {
    tasks: [{ id: "t1", input: { n: 20 } }, { id: "t2", dependencies: ["t1"] }, { id: "t1" }],
  });
  assertEquals(many.status, 201);
  assertEquals(
    many.body.tasks.map((each: { status?: string; problem?: { code: string } }) =>
      each.status ?? each.problem?.code
    ),
    ["ready", "waiting", "duplicate-task"],
  );
  const token = await driver.join("a");
  const { body: { claim } } = await driver.call("POST", "/v1/claims", undefined, { token });
  assertEquals([claim.task.id, claim.task.input, claim.attempt], ["t1", { n: 20 }, 1]);
  const again = await driver.call("POST", "/v1/claims", undefined, { token });
  assertEquals(again.body.claim.epoch, claim.epoch);
  const report = { epoch: claim.epoch, outcome: "completed", result: 21, summary: "added" };
  for (let times = 0; times < 2; times++) { // the second one is a no-op
    const { status, body } = await driver.call("POST", "/v1/tasks/t1/outcome", report, { token });
    assertEquals([status, body.status, body.output], [200, "completed", 21]);
  }
  const next = await driver.call("POST", "/v1/claims", undefined, { token });
  assertEquals(next.body.claim.dependencies, [
    { taskId: "t1", outcome: "completed", result: 21, summary: "added", notes: [] },
  ]);
});

Deno.test("hundreds of tasks of one request are submitted in their order", async () => {
  await using driver = await ServerDriver.start();
  const tasks = Array.from({ length: 500 }, (_, i) => ({
    id: `t${i}`,
    ...(i > 0 && { dependencies: [`t${i - 1}`] }),
  }));
  const { body } = await driver.call("POST", "/v1/tasks", { tasks: [...tasks, tasks[7]] });
  const statuses = body.tasks.map((each: { status?: string; problem?: { code: string } }) =>
    each.status ?? each.problem?.code
  );
  assertEquals(statuses, ["ready", ...Array(499).fill("waiting"), "duplicate-task"]);
});

Deno.test("a claim waits until a task is there, or answers 202 with a ticket that resumes it", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const waits = await driver.call("POST", "/v1/claims?wait=50ms", undefined, { token });
  assertEquals(waits.status, 202);
  const resumed = driver.call(
    "POST",
    `/v1/claims?wait=10s&ticket=${waits.body.ticket}`,
    undefined,
    { token },
  );
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  assertEquals((await resumed).body.claim.task.id, "t1");
  const none = await driver.call("POST", "/v1/claims", { taskId: "t1" }, {
    token: await driver.join("b"),
  });
  assertEquals([none.status, none.body], [200, { claim: null }]);
});

Deno.test("a client whose wait is over gives its place up, and is granted nothing later", async () => {
  await using driver = await ServerDriver.start();
  const { manager } = driver.server;
  const agent = await driver.client().registerAgent({ id: "a" });
  assertEquals(await agent.claim({ waitMs: 50 }), undefined);
  await manager.submit({ id: "t1" });
  assertEquals(manager.scheduler.getTask("t1")?.status, "ready");
  await using held = await manager.resources.acquire("db", "b");
  await assertRejects(() => agent.acquire("db", { timeoutMs: 50 }));
  assertEquals(manager.resources.queueOf("db"), []);
  assertEquals(await agent.receive({ waitMs: 50 }), undefined);
  await manager.messages.send("b", "a", 1);
  assertEquals(manager.messages.peek("a").map(({ epoch }) => epoch), [0]);
  assertEquals(held.signal.aborted, false);
  await agent[Symbol.asyncDispose]();
});

Deno.test("a client that goes away gives its place up, unless it said how long to keep it", async () => {
  await using driver = await ServerDriver.start();
  const [a, b, c] = [await driver.join("a"), await driver.join("b"), await driver.join("c")];
  await driver.call("POST", "/v1/locks/db", {}, { token: a });
  const queue = async () => (await driver.call("GET", "/v1/locks/db")).body.waiters.length;
  for (const [token, keep, left] of [[b, "", 0], [c, "&keep=20s", 1]] as const) {
    const controller = new AbortController();
    const { signal } = controller;
    const wait = driver.call("POST", `/v1/locks/db?wait=20s${keep}`, {}, { token, signal });
    await until(async () => await queue() === 1);
    controller.abort();
    await wait.catch(() => {});
    if (left === 0) await until(async () => await queue() === 0, 1_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(await queue(), left);
  }
});

Deno.test("a lock without a wait is refused with its holders, and is granted again under its epoch", async () => {
  await using driver = await ServerDriver.start();
  const [a, b] = [await driver.join("a"), await driver.join("b")];
  const first = await driver.call("POST", "/v1/locks/src%2Fdb", { leaseMs: 60_000 }, { token: a });
  const again = await driver.call("POST", "/v1/locks/src%2Fdb?wait=1s", {}, { token: a });
  assertEquals([first.status, again.body.epoch], [200, first.body.epoch]);
  const refused = await driver.call("POST", "/v1/locks/src%2Fdb", {}, { token: b });
  assertEquals([refused.status, refused.body.code], [409, "held"]);
  assertEquals(refused.body.holders[0].agentId, "a");
  assert(refused.body.holders[0].expiresAt > Date.now());
  const stale = await driver.call("DELETE", "/v1/locks/src%2Fdb?epoch=99", undefined, { token: a });
  assertEquals([stale.status, stale.body.code], [409, "stale-epoch"]);
  await driver.call("DELETE", `/v1/locks/src%2Fdb?epoch=${first.body.epoch}`, undefined, {
    token: a,
  });
  assertEquals((await driver.call("POST", "/v1/locks/src%2Fdb", {}, { token: b })).status, 200);
});

Deno.test("paths that an agent has reserved for its task are released when the task ends", async () => {
  await using driver = await ServerDriver.start();
  const [a, b] = [await driver.join("a"), await driver.join("b")];
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  const { body: { claim: { epoch } } } = await driver.call("POST", "/v1/claims", {}, { token: a });
  const task = { taskId: "t1", epoch };
  const reserved = await driver.call("POST", "/v1/reservations", { paths: ["src/**"], task }, {
    token: a,
  });
  assertEquals([reserved.status, reserved.body.paths], [200, ["src/**"]]);
  const own = await driver.call("POST", "/v1/reservations", { paths: ["src/x.ts"], task }, {
    token: a,
  });
  assertEquals([own.status, own.body.paths], [200, ["src/x.ts"]]);
  for (const agentId of ["a", undefined]) {
    const body = { paths: ["src/y.ts"], ...(agentId !== undefined && { agentId }) };
    const terms = agentId === undefined ? { token: a } : {};
    const check = await driver.call("POST", "/v1/reservations/check", body, terms);
    assertEquals([check.body.isFree, check.body.heldBy], [true, []]);
  }
  const paths = ["src/x.ts"];
  const check = await driver.call("POST", "/v1/reservations/check", { paths }, { token: b });
  assertEquals([check.body.isFree, check.body.heldBy[0].agentId, check.body.heldBy[0].taskId], [
    ...[false, "a", "t1"],
  ]);
  const held = await driver.call("POST", "/v1/reservations", { paths }, { token: b });
  assertEquals([held.status, held.body.code, held.body.heldBy[0].paths], [409, "held", ["src/**"]]);
  const foreign = await driver.call("POST", "/v1/reservations", { paths: ["docs/x"], task }, {
    token: b,
  });
  assertEquals([foreign.status, foreign.body.code], [409, "stale-epoch"]);
  await driver.call("POST", "/v1/tasks/t1/outcome", { epoch, outcome: "completed" }, { token: a });
  assertEquals(
    (await driver.call("POST", "/v1/reservations", { paths }, { token: b })).status,
    200,
  );
});

Deno.test("PATCH of a task changes what it needs, all or nothing", async () => {
  await using driver = await ServerDriver.start();
  for (const id of ["a", "b"]) await driver.call("POST", "/v1/tasks", { id });
  const patch = (id: string, body: unknown) => driver.call("PATCH", `/v1/tasks/${id}`, body);
  const resources = ["db", { paths: ["src/**"] }];
  const changed = await patch("b", { dependencies: ["a"], resources, priority: 4 });
  const { status, dependencies, priority } = changed.body;
  assertEquals([changed.status, status, dependencies, priority], [200, "waiting", ["a"], 4]);
  const cycle = await patch("a", { dependencies: ["b"], description: "x", priority: 5 });
  assertEquals([cycle.status, cycle.body.code], [409, "dependency-cycle"]);
  assertEquals(cycle.body.cycle, ["a", "b", "a"]);
  const unknown = await patch("a", { dependencies: [{ taskId: "c" }], priority: 5 });
  assertEquals([unknown.status, unknown.body.taskId], [404, "c"]);
  assertEquals((await patch("a", { dependencies: [{ id: "b" }] })).status, 400);
  assertEquals((await patch("b", { dependencies: [], priority: 1e300 })).status, 400);
  const token = await driver.join("w");
  const { body: { claim } } = await driver.call("POST", "/v1/claims", {}, { token });
  assertEquals([claim.task.id, claim.task.description, claim.task.priority], ["a", "", 0]);
  const late = await patch("a", { dependencies: [], priority: 5 });
  assertEquals([late.status, late.body.code, late.body.status], [409, "task-status", 409]);
  const report = { epoch: claim.epoch, outcome: "failed", retry: false };
  await driver.call("POST", "/v1/tasks/a/outcome", report, { token });
  await driver.call("POST", "/v1/tasks", { id: "c" });
  const doomed = await patch("c", { dependencies: ["a"], priority: 1 });
  assertEquals([doomed.status, doomed.body.status], [200, "cancelled"]);
});

Deno.test("an agent can't report on the claim of another one, or act for it", async () => {
  await using driver = await ServerDriver.start();
  const [a, b] = [await driver.join("a"), await driver.join("b")];
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  const { body: { claim: { epoch } } } = await driver.call("POST", "/v1/claims", {}, { token: a });
  const report = { epoch, outcome: "completed" };
  const refused = await driver.call("POST", "/v1/tasks/t1/outcome", report, { token: b });
  assertEquals([refused.status, refused.body.code], [409, "stale-epoch"]);
  for (
    const [method, path, body] of [
      ["DELETE", "/v1/agents/a", undefined],
      ["POST", "/v1/messages", { from: "a", to: "b", payload: 1 }],
      ["GET", "/v1/inbox?agentId=a", undefined],
      ["POST", "/v1/stop", undefined],
      ["POST", "/v1/tasks/t1/acceptance", { accepted: true }],
    ] as const
  ) {
    const { status } = await driver.call(method, path, body, { token: b });
    assertEquals(status, 403, path);
  }
  for (const what of ["heartbeat", "progress", "notes", "spent"]) {
    const body = { epoch, progress: 1, text: "x", counters: {} };
    const own = {
      heartbeat: ["epoch"],
      progress: ["epoch", "progress"],
      notes: ["epoch", "text"],
      spent: ["epoch", "counters"],
    }[what]!;
    const given = Object.fromEntries(Object.entries(body).filter(([key]) => own.includes(key)));
    const path = `/v1/tasks/t1/${what}`;
    assertEquals((await driver.call("POST", path, given, { token: b })).status, 409, what);
    assertEquals((await driver.call("POST", path, given, { token: a })).status, 204, what);
  }
});

Deno.test("a name belongs to its token; an operator may resume it while no connection holds it", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const taken = await driver.call("POST", "/v1/agents", { id: "a" });
  assertEquals([taken.status, taken.body.code], [409, "agent-exists"]);
  const again = await driver.call("POST", "/v1/agents", { id: "a" }, { token });
  assertEquals([again.status, again.body.token], [201, token]);
  const resumed = await driver.call("POST", "/v1/agents", { id: "a", resume: true });
  assertEquals([resumed.status, resumed.body.token], [201, token]);
  await driver.call("DELETE", "/v1/agents/a", undefined, { token });
  const gone = await driver.call("POST", "/v1/claims", undefined, { token });
  assertEquals([gone.status, gone.body.code], [404, "unknown-agent"]);
  const next = await driver.join("a");
  assert(next !== token);
  assertEquals((await driver.call("POST", "/v1/claims", undefined, { token })).status, 409);
});

Deno.test("an agent that is resumed keeps what it can, unless that is given anew", async () => {
  await using driver = await ServerDriver.start();
  const profile = { capabilities: ["sql"], maxConcurrentTasks: 2, heartbeatTimeoutMs: 70_000 };
  await driver.call("POST", "/v1/agents", { id: "a", ...profile });
  const register = async (fields: object) => {
    await driver.call("POST", "/v1/agents", { id: "a", resume: true, ...fields });
    const { slots } = (await driver.call("GET", "/v1/agents/a")).body;
    await driver.call("POST", "/v1/tasks", { id: "t1", requires: ["sql"] }); // it is there then
    return [slots, (await driver.call("GET", "/v1/explain/task/t1")).body.missingCapabilities];
  };
  assertEquals(await register({}), [2, []]);
  assertEquals(await register({ maxConcurrentTasks: 3 }), [3, []]);
  assertEquals(await register({ capabilities: [] }), [3, ["sql"]]);
});

Deno.test("messages are received, acknowledged and answered over HTTP", async () => {
  await using driver = await ServerDriver.start();
  const [a, b] = [await driver.join("a"), await driver.join("b")];
  await driver.call("POST", "/v1/messages", { to: "b", payload: "one" }, { token: a });
  await driver.call("POST", "/v1/messages", { to: "b", payload: "two" });
  const next = (body: object, wait = "") =>
    driver.call("POST", `/v1/inbox/next${wait}`, body, { token: b });
  const first = (await next({})).body.message;
  assertEquals([first.payload, first.from], ["one", "a"]);
  const second = (await next({ ack: first.epoch })).body.message;
  assertEquals([second.payload, second.from], ["two", "human"]);
  assertEquals((await next({ ack: second.epoch })).body.message, null);
  const asked = driver.call("POST", "/v1/requests?wait=10s", { to: "b", payload: "?" }, {
    token: a,
  });
  const request = (await next({}, "?wait=10s")).body.message;
  await driver.call("POST", `/v1/messages/${request.id}/response`, { response: "!" }, { token: b });
  assertEquals((await asked).body, { response: "!" });
  await driver.call("PUT", "/v1/topics/news/subscription", undefined, { token: b });
  const { body } = await driver.call("POST", "/v1/messages", { topic: "news", payload: 1 });
  assertEquals(body.recipients.map(({ to }: { to: string }) => to), ["b"]);
});

Deno.test("state, history, explain, metrics and health are there, and need a token", async () => {
  await using driver = await ServerDriver.start();
  await driver.call("POST", "/v1/tasks", { id: "t1", requires: ["sql"] });
  const state = await driver.call("GET", "/v1/state");
  assertEquals(state.body.tasks.ready, 1);
  const past = await driver.call("GET", "/v1/history?at=1");
  assertEquals(past.body.tasks, []);
  const now = await driver.call("GET", `/v1/history?at=${new Date().toISOString()}`);
  assertEquals(now.body.tasks.length, 1);
  const why = await driver.call("GET", "/v1/explain/task/t1");
  assert(why.body.summary.includes("sql"), why.body.summary);
  assertEquals((await driver.call("GET", "/v1/explain/t2")).status, 404);
  const metrics = await driver.call("GET", "/metrics");
  assert(metrics.body.includes("lockstep_task_created_total 1"));
  assertEquals((await driver.call("GET", "/v1/health")).status, 200);
  assertEquals((await driver.call("GET", "/healthz", undefined, { token: "" })).status, 200);
  for (const path of ["/v1/state", "/metrics", "/v1/history?at=1", "/v1/tasks"]) {
    const { status, body } = await driver.call("GET", path, undefined, { token: "" });
    assertEquals([status, body.code], [401, "no-token"], path);
  }
});

Deno.test("the events of the journal are streamed, all or those about something", async () => {
  await using driver = await ServerDriver.start();
  const client = driver.client();
  const agent = await client.registerAgent({ id: "a" });
  for (const id of ["t1", "t2"]) await client.submit({ id });
  await (await agent.claim({ taskId: "t1" }))!.complete(1);
  const list = async (filter = {}) => {
    const events = [];
    for await (const each of client.pastEvents(filter)) events.push(each);
    return events;
  };
  const all = await list();
  assertEquals(all.map(({ sequence }) => sequence), all.map((_, i) => i));
  const ofTask = await list({ taskId: "t1", agentId: "a" });
  assert(ofTask.some(({ event }) => event.type === "task:completed"));
  assertEquals(
    all.filter(({ sequence }) => ofTask.some((one) => one.sequence === sequence)),
    ofTask,
  );
  assertEquals(await list({ taskId: "t3" }), []);
  const raw = await driver.call("GET", "/v1/history/events?taskId=t2");
  assertEquals([raw.status, raw.type], [200, "application/x-ndjson"]);
  assertEquals(
    (await driver.call("GET", "/v1/history/events", undefined, { token: "" })).status,
    401,
  );
  assertEquals((await driver.call("GET", "/v1/history/events?task=t2")).status, 400);
  await agent[Symbol.asyncDispose]();
  await driver.server.close();
  const journal = new SqliteJournal(join(driver.home.folder, "journal"));
  await journal.open("reader");
  const expected = [];
  for await (const each of (await openHistory(journal)).events()) {
    expected.push(JSON.parse(JSON.stringify(each)));
  }
  await journal.close();
  assertEquals(all, expected.slice(0, all.length));
});

Deno.test("an agent that loses its connection is suspected at once, and dies after the grace", async () => {
  await using driver = await ServerDriver.start({ graceMs: 300 });
  const token = await driver.join("a");
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  await driver.call("POST", "/v1/claims", undefined, { token });
  const controller = new AbortController();
  const stream = await fetch(`${driver.server.info.url}/v1/presence`, {
    headers: { authorization: `Bearer ${token}` },
    signal: controller.signal,
  });
  const reader = stream.body!.getReader();
  await reader.read();
  const agents = () => driver.server.manager.listAgents().map(({ status }) => status);
  assertEquals(agents(), ["alive"]);
  controller.abort();
  await reader.read().catch(() => {});
  await until(() => agents()[0] === "suspect", 1_000);
  await until(() => agents().length === 0, 2_000);
  assertEquals(driver.server.manager.scheduler.getTask("t1")?.status, "ready");
});

Deno.test("a suspected agent that calls is alive again", async () => {
  await using driver = await ServerDriver.start({ graceMs: 10_000 });
  const token = await driver.join("a");
  const { manager } = driver.server;
  await manager.session("a").disconnected(10_000);
  assertEquals(manager.getAgent("a")?.status, "suspect");
  await driver.call("GET", "/v1/tasks", undefined, { token });
  await until(() => manager.getAgent("a")?.status === "alive");
});

Deno.test("the trace of a request that submits a task reaches the agent that claims it", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { traceparent };
  await driver.call("POST", "/v1/tasks", { id: "t1", metadata: { own: 1 } }, { headers });
  const { body } = await driver.call("POST", "/v1/claims", {}, { token });
  assertEquals(body.claim.task.metadata, { traceparent, own: 1 });
  const zeros = traceparent.replace(/[0-9a-f]{32}/, "0".repeat(32));
  const wrongs = [["t2", "x"], ["t3", `${traceparent}-more`], ["t4", zeros]] as const;
  for (const [id, wrong] of wrongs) {
    await driver.call("POST", "/v1/tasks", { id }, { headers: { traceparent: wrong } });
    assertEquals((await driver.call("GET", `/v1/tasks/${id}`)).body.metadata, undefined);
  }
});

Deno.test("the trace of a request that submits a child is in its metadata", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  const { body: { claim: { epoch } } } = await driver.call("POST", "/v1/claims", {}, { token });
  const child = { epoch, task: { id: "t1a" } };
  const terms = { token, headers: { traceparent } };
  const { body } = await driver.call("POST", "/v1/tasks/t1/children", child, terms);
  assertEquals(body.metadata, { traceparent });
});

Deno.test("the trace of a request that sends a message reaches the agents that receive it", async () => {
  await using driver = await ServerDriver.start();
  const agent = await driver.client().registerAgent({ id: "a" });
  await agent.subscribeTopic("builds");
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { traceparent };
  const send = (body: object) => driver.call("POST", "/v1/messages", body, { headers });
  await send({ to: "a", payload: 1, metadata: { own: 1 } });
  await send({ to: "*", payload: 2 });
  await send({ topic: "builds", payload: 3 });
  await send({ to: "a", payload: 4, metadata: "a text has no room for it" });
  await send({ to: "a", payload: 5, metadata: { traceparent: "the sender's own" } });
  const asked = driver.call("POST", "/v1/requests?wait=9s", { to: "a", payload: 6 }, { headers });
  await until(async () => (await agent.inbox()).entries.length === 6);
  const listed = (await agent.inbox()).entries.map(({ message }) => message.metadata);
  const got: unknown[] = [];
  for (let i = 1; i <= 6; i++) {
    const received = (await agent.receive())!;
    got.push(received.message.metadata);
    if (i === 6) await agent.sendResponse(received.message.id, 7);
    await received.ack();
  }
  assertEquals((await asked).body, { response: 7 });
  const expected = [
    ...[{ traceparent, own: 1 }, { traceparent }, { traceparent }, "a text has no room for it"],
    ...[{ traceparent: "the sender's own" }, { traceparent }],
  ];
  assertEquals(listed, expected);
  assertEquals(got, expected);
  await driver.call("POST", "/v1/messages", { to: "a", payload: 7 }, {
    headers: { traceparent: "x" },
  });
  assertEquals("metadata" in (await agent.receive({ waitMs: 1_000 }))!.message, false);
  await agent[Symbol.asyncDispose]();
});

Deno.test("an agent that is removed while it holds a connection leaves nothing behind", async () => {
  await using driver = await ServerDriver.start();
  const agent = await driver.client().registerAgent({ id: "a" });
  await driver.server.manager.removeAgent("a", "an operator removed it");
  await agent.disconnect();
  await until(async () => (await driver.call("GET", "/v1/agents")).body.agents.length === 0);
  assertEquals((await driver.call("GET", "/v1/state")).status, 200);
});

Deno.test("a server that listens beyond this machine takes any host, and no foreign origin", async () => {
  await using driver = await ServerDriver.start({ hostname: "0.0.0.0" });
  const { port } = new URL(driver.server.info.url!);
  const status = async (headers: string) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    const token = `Authorization: Bearer ${driver.server.token}`;
    const request = `GET /v1/state HTTP/1.1\r\n${headers}${token}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    return Number((await new Response(connection.readable).text()).split(" ")[1]);
  };
  assertEquals(await status("Host: build.example:4000\r\n"), 200);
  assertEquals(await status("Host: build.example\r\nOrigin: https://build.example\r\n"), 200);
  assertEquals(await status("Host: build.example\r\nOrigin: https://evil.example\r\n"), 403);
});
