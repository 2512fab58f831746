/** Requests that are malformed or not allowed: a typed error, nothing changed, nothing leaked. */

import { assert, assertEquals } from "@std/assert";
import { OPERATIONS } from "../../src/server/operations/mod.ts";
import { ServerDriver } from "./driver.ts";
import { VALID } from "./valid.ts";

const LONG = "x".repeat(300);

/** What a field may be given in place of what it should have. */
const HOSTILE: readonly unknown[] = [
  ...[null, 5, -1, 1e400, "", LONG, true, [], {}, [[]], { __proto__: null, a: 1 }],
  ...[
    "../../etc/passwd",
    "\u0000",
    "\u202e",
    "__proto__",
    "constructor",
    "<script>alert(1)</script>",
  ],
];

/** Fields that are opaque: anything is valid in them. */
const OPAQUE = new Set([
  ...["input", "metadata", "payload", "answer", "result", "error", "question", "progress"],
  ...["response", "data", "rate"],
]);

Deno.test("hundreds of malformed requests: each is answered with a typed problem, and nothing changes", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  const { manager } = driver.server;
  const before = JSON.stringify([manager.scheduler.getTaskCounts(), manager.listAgents().length]);
  let requests = 0;
  for (const operation of Object.values(OPERATIONS).flat()) {
    const { id, method, body } = operation;
    const valid = VALID[id];
    if (body === undefined || valid === undefined) continue;
    const path = `/v1${operation.path.replaceAll(/\{\w+\}/g, "t9")}`;
    const faults: unknown[] = [
      { ...valid, surplus: 1 },
      { ...valid, ["__proto__x"]: 1 },
      [],
      5,
      null,
    ];
    for (const field of Object.keys(valid)) {
      if (OPAQUE.has(field)) continue;
      faults.push(
        ...[[[]], { x: 1 }, LONG.repeat(400)].map((value) => ({ ...valid, [field]: value })),
      );
    }
    for (const fault of faults) {
      if (operation.bodyIsOptional && fault === null) continue;
      const { status, type, body } = await driver.call(method, path, fault, {
        token: operation.audience === "operator" ? driver.server.token : token,
      });
      requests++;
      const shown = `${id} ${JSON.stringify(fault)?.slice(0, 80)}: ${JSON.stringify(body)}`;
      assert(status >= 400 && status < 500, `${status} ${shown}`);
      assertEquals(type, "application/problem+json", shown);
      assert(typeof body.code === "string" && body.status === status, shown);
      assert(!/\bat .*\.ts:|node_modules|\/src\//.test(JSON.stringify(body)), shown);
    }
  }
  assert(requests >= 200, `${requests} requests`);
  assertEquals(
    JSON.stringify([manager.scheduler.getTaskCounts(), manager.listAgents().length]),
    before,
  );
});

Deno.test("hostile names in every path and query are refused or not found, and change nothing", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const names = [
    "..%2f..%2fetc",
    "%00",
    "__proto__",
    "%E0%A4%A",
    encodeURIComponent(LONG),
    "%2e%2e",
    "a".repeat(8000),
  ];
  for (const operation of Object.values(OPERATIONS).flat()) {
    if (["presence", "events", "stop"].includes(operation.id)) continue;
    for (const name of names) {
      if (!operation.path.includes("{")) continue;
      const path = `/v1${operation.path.replaceAll(/\{\w+\}/g, name)}`;
      const valid = VALID[operation.id];
      const { status, body } = await driver.call(operation.method, path, valid, {
        token: operation.audience === "agent" ? token : driver.server.token,
      });
      const shown = `${operation.id} ${path.slice(0, 80)} ${status} ${
        JSON.stringify(body).slice(0, 200)
      }`;
      // An id such as __proto__ is one like any other; a lock, a limit or a schedule may have it.
      const mayBe = /Lock|acquire|release|define|renew|Limit|every|unschedule|Topic|respond|retry/
        .test(operation.id);
      // A client makes /v1/a/../.. the page of the dashboard, which has no data in it.
      const isPage = operation.method === "GET" && new URL(path, "http://a").pathname === "/";
      assert(status < 500 && (status >= 400 || mayBe || isPage), shown);
    }
  }
  for (
    const query of [
      "after=x",
      "limit=-1",
      "limit=1e9",
      "limit=1&limit=2",
      "status=done",
      "x=1",
      "status[$ne]=1",
    ]
  ) {
    const { status, body } = await driver.call("GET", `/v1/tasks?${query}`);
    assertEquals(
      [status, ["invalid-request", "invalid-argument"].includes(body.code)],
      [400, true],
      query,
    );
  }
});

Deno.test("bodies that are no JSON, too large, too deep or not in UTF-8 are refused", async () => {
  await using driver = await ServerDriver.start({ maxBodyBytes: 10_000 });
  const post = (raw: BodyInit) => driver.call("POST", "/v1/tasks", undefined, { raw });
  assertEquals((await post("{")).status, 400);
  assertEquals((await post("")).status, 400);
  assertEquals((await post('{"id":"x"} {}')).status, 400);
  assertEquals((await post(new Uint8Array([0x7b, 0xff, 0x7d]))).status, 400);
  assertEquals((await post(`{"id":"${"x".repeat(20_000)}"}`)).status, 413);
  const deep = `{"id":"x","input":${"[".repeat(4_000)}${"]".repeat(4_000)}}`;
  const { status, body } = await post(deep);
  assertEquals([status, body.code], [400, "invalid-body"]);
  const stream = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("x".repeat(5_000))),
  });
  assertEquals((await post(stream)).status, 413);
  assertEquals(driver.server.manager.listTasks().tasks.length, 0);
});

Deno.test("a foreign host or origin, and a wrong, stale or cut token are refused", async () => {
  await using driver = await ServerDriver.start();
  const token = await driver.join("a");
  const { url } = driver.server.info;
  const { port } = new URL(url!);
  const raw = async (headers: string) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    const request = `GET /v1/state HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const text = await new Response(connection.readable).text();
    return Number(text.split(" ")[1]);
  };
  const bearer = `Authorization: Bearer ${driver.server.token}\r\n`;
  assertEquals(await raw(`Host: 127.0.0.1:${port}\r\n${bearer}`), 200);
  assertEquals(await raw(`Host: localhost:${port}\r\n${bearer}`), 200);
  assertEquals(await raw(`Host: evil.example\r\n${bearer}`), 403);
  assertEquals(await raw(`Host: evil.example:${port}\r\n${bearer}`), 403);
  assertEquals(
    await raw(`Host: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\n${bearer}`),
    403,
  );
  assertEquals(await raw(`Host: 127.0.0.1:${port}\r\nOrigin: null\r\n${bearer}`), 403);
  assertEquals(
    await raw(`Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n${bearer}`),
    200,
  );
  const [name, number, signature] = token.split(".") as [string, string, string];
  const wrong = [
    ...["x", `${driver.server.token}x`, driver.server.token.slice(0, -1), `${name}.${number}.`],
    ...[
      `${name}.2.${signature}`,
      `Yg.${number}.${signature}`,
      `${name}.${number}.${signature}x`,
      "a.b.c.d",
    ],
  ];
  for (const each of wrong) {
    const { status, body } = await driver.call("GET", "/v1/state", undefined, { token: each });
    assertEquals([status, body.code], [401, "invalid-token"], each);
  }
  for (const header of ["Basic YTpi", "Bearer", "Bearer a b", `bearer\t${token}`]) {
    const { status } = await driver.call("GET", "/v1/state", undefined, {
      token: "",
      headers: { authorization: header },
    });
    assertEquals(status, 401, header);
  }
});

Deno.test("unknown paths and methods are named", async () => {
  await using driver = await ServerDriver.start();
  for (
    const path of [
      "/v1/nothing",
      "/v2/tasks",
      "/index.html",
      "/v1//tasks",
      "/v1/tasks/",
      "/v1/tasks/a/b/c",
    ]
  ) {
    const { status, body } = await driver.call("GET", path);
    assertEquals([status, body.code], [404, "unknown-path"], path);
  }
  const { status, body } = await driver.call("DELETE", "/v1/tasks");
  assertEquals([status, body.code], [405, "unknown-method"]);
});

Deno.test("a minute of random requests finds no failure of the server", async () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 2 ** 31);
  let state = seed;
  const random = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % most;
  };
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
  const errors: unknown[] = [];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (...all: unknown[]) => void errors.push(all),
  };
  await using driver = await ServerDriver.start({ logger });
  const tokens = [driver.server.token, await driver.join("a"), await driver.join("b"), ""];
  const operations = Object.values(OPERATIONS).flat()
    .filter(({ id }) => !["presence", "events", "stop", "request"].includes(id));
  const value = (depth = 0): unknown =>
    random(3) > 0 || depth > 3
      ? pick([...HOSTILE, 1, 1000, "t1", "a", "src/**"])
      : random(2) === 0
      ? Array.from({ length: random(3) }, () => value(depth + 1))
      : Object.fromEntries([[pick(["id", "taskId", "paths", "mode", "x"]), value(depth + 1)]]);
  const end = Date.now() + (Deno.env.has("CI") ? 60_000 : 5_000);
  let count = 0;
  while (Date.now() < end) {
    const batch = Array.from({ length: 20 }, async () => {
      const { id, method, path } = pick(operations);
      const names = ["t1", "a", "db", "paths:src/**", "__proto__", "1"];
      const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(pick(names)));
      const query = pick(["", "", "?wait=1ms", "?epoch=1", "?after=-5", "?limit=3"]);
      const valid = VALID[id] ?? {};
      const fields = Object.keys(valid);
      const body = random(3) === 0 ? value() : {
        ...valid,
        ...(random(2) === 0 && fields.length > 0 && {
          [pick(fields)]: value(),
        }),
      };
      const { status } = await driver.call(
        method,
        `/v1${filled}${query}`,
        method === "GET" ? undefined : body,
        {
          token: pick(tokens),
        },
      );
      count++;
      if (status >= 500) errors.push([id, filled, query, body, status]);
    });
    await Promise.all(batch);
  }
  assertEquals(errors, [], `seed ${seed}, ${count} requests`);
  assertEquals((await driver.call("GET", "/v1/state")).status, 200);
});
