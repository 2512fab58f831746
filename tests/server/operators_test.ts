import { assertEquals, assertRejects } from "@std/assert";
import { userInfo } from "node:os";
import type { OperatorActed } from "../../events.ts";
import { type LockState, LockstepClient, ServerError } from "../../src/client/mod.ts";
import { ServerDriver, until } from "./driver.ts";

/** Returns a list that what people do at the server is added to. */
function recorded({ server }: ServerDriver): OperatorActed[] {
  const acted: OperatorActed[] = [];
  server.manager.eventBus.on("operator:acted", (event) => void acted.push(event));
  return acted;
}

/** Calls that change something, and the commands and subjects that are recorded for them. */
const CALLS: readonly (readonly [method: string, path: string, body: unknown, acted: string])[] = [
  ["POST", "/tasks", { id: "t1" }, "submit t1"],
  ["POST", "/tasks", { tasks: [{ id: "t2" }, { id: "t3" }] }, "submit t2, submit t3"],
  ["PATCH", "/tasks/t1", { priority: 3, description: "x" }, "amend-task t1, set-priority t1"],
  ["DELETE", "/tasks/t1", undefined, "cancel t1"],
  ["POST", "/tasks/t1/retry", undefined, "retry t1"],
  ["DELETE", "/tasks/t1", undefined, "cancel t1"],
  ["POST", "/retries", {}, "retry t1"],
  ["POST", "/pause", {}, "pause"],
  ["POST", "/resume", {}, "resume"],
  ["PUT", "/schedules/s", { everyMs: 60_000, task: {} }, "set-schedule s"],
  ["DELETE", "/schedules/s", undefined, "remove-schedule s"],
  ["PUT", "/limits/k", { maxConcurrent: 1 }, "set-limit k"],
  ["DELETE", "/limits/k", undefined, "set-limit k"],
  ["PUT", "/budget", { attempts: 5 }, "set-budget"],
  ["POST", "/agents", { id: "a" }, "register-agent a"],
  ["POST", "/agents/a/cordon", {}, "cordon-agent a"],
  ["POST", "/agents/a/uncordon", {}, "uncordon-agent a"],
  ["POST", "/messages", { to: "a", id: "m", payload: 1 }, "send-message m"],
  ["POST", "/messages", { to: "*", payload: 1 }, "broadcast-message"],
  ["POST", "/messages", { topic: "news", payload: 1 }, "publish-message news"],
  ["POST", "/inbox/next", { agentId: "a" }, "receive-message a"],
  ["POST", "/inbox/ack", { agentId: "a", epoch: 1 }, "ack-message a"],
  ["PUT", "/locks/db", { capacity: 2 }, "define db"],
  ["POST", "/agents/a/drain", {}, "drain-agent a"],
  ["POST", "/agents", { id: "b" }, "register-agent b"],
  ["DELETE", "/agents/b", undefined, "remove-agent b"],
];

Deno.test("what an operator calls is recorded under the name of the header", async () => {
  await using driver = await ServerDriver.start();
  const acted = recorded(driver);
  const headers = { "lockstep-user": "ana" };
  for (const [method, path, body, expected] of CALLS) {
    acted.length = 0;
    const { status, body: reply } = await driver.call(method, `/v1${path}`, body, { headers });
    assertEquals(status < 300, true, `${method} ${path}: ${JSON.stringify(reply)}`);
    const said = acted.map(({ command, subjectId = "" }) => `${command} ${subjectId}`.trim());
    assertEquals(said.join(", "), expected, `${method} ${path}`);
    assertEquals(new Set(acted.map(({ by }) => by)), new Set(["ana"]));
  }
});

Deno.test("an operator without a name is called operator; agents and questions are not recorded", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const acted = recorded(driver);
  await driver.call("POST", "/v1/pause", {});
  using local = driver.local();
  await driver.call("GET", "/v1/tasks");
  await driver.call("POST", "/v1/reservations/check", { paths: ["x"] });
  await driver.call("POST", "/v1/tasks", { id: "t1" }, { token });
  await driver.call("POST", "/v1/locks/db", {}, { token, headers: { "lockstep-user": "ana" } });
  await local.resume();
  assertEquals(acted.map(({ by, command }) => [by, command]), [
    ["operator", "pause"],
    [userInfo().username, "resume"],
  ]);
});

Deno.test("what is refused to an operator is not recorded", async () => {
  await using driver = await ServerDriver.start();
  const acted = recorded(driver);
  const { status } = await driver.call("DELETE", "/v1/tasks/t1");
  assertEquals([status, acted], [404, []]);
});

Deno.test("an operator takes a lock from an agent, with a reason; the next waiter has it", async () => {
  await using driver = await ServerDriver.start();
  const acted = recorded(driver);
  const client = driver.client();
  await using a = await client.registerAgent({ id: "a" });
  await using b = await client.registerAgent({ id: "b" });
  const lock = await a.acquire("src/db");
  const next = b.acquire("src/db");
  await until(async () => (await client.locks())[0]!.waiters.length === 1);
  const at = (query: string, options = {}) =>
    driver.call("DELETE", `/v1/locks/src%2Fdb${query}`, undefined, options);
  const unnamed = await at("");
  assertEquals([unnamed.status, unnamed.body.code, unnamed.body.field], [
    ...[400, "invalid-request", "epoch"],
  ]);
  const stale = await assertRejects(() => client.releaseLock("src/db", 99), ServerError);
  assertEquals([stale.status, stale.code], [409, "stale-epoch"]);
  const foreign = await at(`?epoch=${lock.epoch}`, { token: b.token });
  assertEquals([foreign.status, foreign.body.code], [409, "not-holder"]);
  assertEquals((await at(`?epoch=${lock.epoch}`, { token: "" })).status, 401);
  assertEquals(lock.signal.aborted, false);
  acted.length = 0;
  await client.releaseLock("src/db", lock.epoch, "it hangs");
  assertEquals((await next).epoch > lock.epoch, true);
  await until(() => lock.signal.aborted);
  assertEquals(acted, [{
    type: "operator:acted",
    by: "operator",
    command: "revoke",
    subject: "resource",
    subjectId: "src/db",
    reason: "it hangs",
  }]);
  const again = await assertRejects(() => client.releaseLock("src/db", lock.epoch), ServerError);
  assertEquals(again.code, "stale-epoch");
  assertEquals((await at("", { token: b.token })).status, 204); // an agent needs no epoch
});

Deno.test("a claim that an operator takes a lock or paths from ends, and its task is tried again", async () => {
  await using driver = await ServerDriver.start();
  const client = driver.client();
  await using agent = await client.registerAgent({ id: "a", maxConcurrentTasks: 3 });
  for (const what of ["a lock", "a lock that its task names", "paths"]) {
    const resources = what === "a lock that its task names" ? ["db"] : [];
    await client.submit({ id: what, resources });
    const claim = await agent.claim({ waitMs: 5_000, taskId: what });
    if (what === "paths") await claim!.acquirePaths(["src/**"]);
    else if (what === "a lock") await claim!.acquire("db");
    const [{ resourceId, holders: [holder] }] = await client.locks() as [LockState];
    assertEquals(holder!.taskId, what);
    await client.releaseLock(resourceId, holder!.epoch);
    await until(() => claim!.signal.aborted);
    assertEquals([(await client.getTask(what))!.status, await client.locks()], ["backing-off", []]);
    await client.cancelTask(what);
  }
  const reserved = await agent.acquirePaths(["docs/**"]);
  await client.releaseLock(reserved.resource, reserved.epoch);
  await until(() => reserved.signal.aborted);
  assertEquals(await client.locks(), []);
});

Deno.test("a browser acts under the name of the link that opened it", async () => {
  await using driver = await ServerDriver.start();
  const acted = recorded(driver);
  const client = driver.client();
  for (const [name, expected] of [["ana", "ana"], [undefined, "operator"]] as const) {
    const { url } = await client.openLink(name);
    const opened = await fetch(url, { redirect: "manual" });
    await opened.body?.cancel();
    const [cookie = ""] = opened.headers.get("set-cookie")!.split(";");
    const headers = { cookie, "lockstep-user": "ben" };
    assertEquals((await driver.call("POST", "/v1/pause", {}, { token: "", headers })).status, 204);
    assertEquals(acted.at(-1)?.by, expected);
  }
  const { status } = await driver.call("POST", "/v1/links", { name: "a\u202e" });
  assertEquals(status, 400);
});

Deno.test("a malformed name of an operator is refused; an agent's is not read", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const acted = recorded(driver);
  for (const name of ["", "%20", "a%0Ab", "%", "a".repeat(101), "%E2%80%AE", "%ff"]) {
    const headers = { "lockstep-user": name };
    const { status, body } = await driver.call("POST", "/v1/pause", {}, { headers });
    assertEquals([status, body.code, body.field], [400, "invalid-request", "lockstep-user"], name);
    const own = await driver.call("POST", "/v1/claims", {}, { token, headers });
    assertEquals(own.status, 200, name);
  }
  assertEquals(acted, []);
  for (const name of ["Ana María", "安娜", "a".repeat(100)]) {
    const client = new LockstepClient({
      url: driver.server.info.url!,
      token: driver.server.token,
      user: name,
    });
    await client.pause();
    assertEquals(acted.at(-1)?.by, name);
    await using agent = await client.registerAgent({ id: "b" }, undefined, { isPresent: false });
    acted.length = 0;
    await agent.acquire("db");
    assertEquals(acted, []);
  }
});
