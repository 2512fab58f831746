import { assert, assertEquals } from "@std/assert";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { encode } from "gpt-tokenizer";
import { userInfo } from "node:os";
import { TOOLS } from "../../src/mcp/tools.ts";
import { ServerDriver, until } from "../server/driver.ts";

const COMMAND = new URL("../../src/command/mod.ts", import.meta.url).pathname;

/** The two protocols: that of 2026-07-28, and the ones before. */
const ERAS = [{ mode: "auto" }, undefined] as const;

function client(era: (typeof ERAS)[number]): Client {
  const options = era === undefined ? {} : { versionNegotiation: era };
  return new Client({ name: "test", version: "1" }, options);
}

async function overHttp(
  driver: ServerDriver,
  name: string,
  era: (typeof ERAS)[number] = { mode: "auto" },
): Promise<Client> {
  const connected = client(era);
  const url = new URL(`${driver.server.info.url}/mcp?agent=${name}`);
  const headers = { authorization: `Bearer ${driver.server.token}` };
  await connected.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return connected;
}

async function overStdio(
  driver: ServerDriver,
  era: (typeof ERAS)[number] = { mode: "auto" },
): Promise<Client> {
  const connected = client(era);
  const flags = ["run", "-A", "--no-check", "--quiet", COMMAND];
  const args = [...flags, "mcp", "--dir", driver.folder, "--no-start"];
  await connected.connect(new StdioClientTransport({ command: Deno.execPath(), args }));
  return connected;
}

/** Calls a tool, and returns its text; behind "ERROR " for a refusal. */
async function call(client: Client, name: string, args: object = {}): Promise<string> {
  const result = await client.callTool({ name, arguments: { ...args } });
  const [content] = result.content as { text: string }[];
  return result.isError ? `ERROR ${content!.text}` : content!.text;
}

Deno.test("the nine tools have at most 1,500 tokens together", () => {
  const listed = TOOLS.map(({ run: _, ...tool }) => tool);
  assertEquals(listed.map(({ name }) => name), [
    ...["join", "claim", "done", "reserve", "lock", "send", "inbox", "plan", "look"],
  ]);
  const tokens = encode(JSON.stringify(listed)).length;
  assert(tokens <= 1_500, `${tokens} tokens`);
});

for (const door of ["HTTP", "stdio"] as const) {
  for (const era of ERAS) {
    const protocol = era === undefined ? "an older protocol" : "the newest protocol";
    Deno.test(`an agent works over ${door} in ${protocol}`, async () => {
      await using driver = await ServerDriver.start();
      const acted: string[] = [];
      driver.server.manager.eventBus.on("operator:acted", ({ by, command }) => {
        acted.push(`${by} ${command}`);
      });
      const agent = door === "HTTP"
        ? await overHttp(driver, "writer", era)
        : await overStdio(driver, era);
      try {
        assertEquals((await agent.listTools()).tools.length, 9);
        assertEquals(await call(agent, "claim"), "ERROR You have not joined yet. Call join first.");
        const joined = await call(agent, "join", { name: "writer", can: ["typescript"] });
        assert(joined.startsWith("You are writer (token "), joined);
        assert(joined.endsWith("0 tasks are ready. Next: claim."), joined);
        const tasks = [
          { id: "one", title: "First", files: ["src/**"], detail: "See the issue" },
          { id: "two", title: "Second", needs: ["one"] },
        ];
        assertEquals(await call(agent, "plan", { tasks }), "Added: one, two. Next: claim.");
        assertEquals(
          await call(agent, "claim"),
          "one First\nSee the issue\nreserved for you: src/**\nNext: do it, then call done.",
        );
        assertEquals((await call(agent, "claim", { wait_s: 0 })).split("\n")[0], "one First");
        assertEquals(
          await call(agent, "lock", { name: "database" }),
          "You hold database (epoch 2) until one is done.",
        );
        assertEquals(
          await call(agent, "lock", { name: "database", release: true }),
          "Released database.",
        );
        assertEquals(
          await call(agent, "done", { task: "one", outcome: "done", summary: "it works" }),
          "one is done. What you held for it is free. Next: claim.",
        );
        assertEquals(
          (await call(agent, "claim")).split("\n").slice(0, 2).join("; "),
          "two Second; after one (completed): it works",
        );
        assertEquals(
          await call(agent, "look", { id: "two" }),
          'task two: It runs on agent "writer", attempt 1',
        );
        await call(agent, "plan", { tasks: [{ id: "three", title: "Third" }], cancel: ["three"] });
        const user = door === "HTTP" ? "operator" : userInfo().username;
        assertEquals(acted, [`${user} register-agent`]); // all else is the agent's
      } finally {
        await agent.close();
      }
    });
  }
}

Deno.test("a refusal names the holder, its task and the next step", async () => {
  await using driver = await ServerDriver.start();
  const [a, b] = [await overHttp(driver, "a"), await overHttp(driver, "b")];
  for (const agent of [a, b]) await call(agent, "join");
  await call(a, "plan", { tasks: [{ id: "auth", title: "Auth" }] });
  await call(a, "claim");
  assertEquals(
    await call(a, "reserve", { paths: ["src/auth/**"] }),
    "Reserved src/auth/** until auth is done. Next: edit.",
  );
  assertEquals(
    await call(b, "reserve", { paths: ["src/auth/login.ts"] }),
    "ERROR src/auth/** is held by a for task auth.\n" +
      "Queue for it with wait_s, work on something else, or send them a message.",
  );
  assertEquals(
    await call(b, "look", { id: "src/auth/login.ts" }),
    "src/auth/** is held by a for task auth.",
  );
  await call(b, "send", { to: "auth", text: "when are you done?" });
  assertEquals(
    await call(a, "look", { id: "auth" }),
    'task auth: It runs on agent "a", attempt 1\nA message waits: call inbox.',
  );
  const read = await call(a, "inbox");
  assert(read.startsWith("From b: when are you done? ("), read);
  assertEquals(await call(a, "inbox"), "No messages.");
  const cycle = [{ id: "x", title: "X", needs: ["y"] }, { id: "y", title: "Y", needs: ["x"] }];
  assertEquals(
    await call(a, "plan", { tasks: cycle }),
    'ERROR Cannot submit the plan: task "x" needs itself: x -> y -> x. Nothing was added.',
  );
  const unknown = await call(b, "done", { task: "auth", outcome: "done", summary: "mine" });
  assert(
    unknown.startsWith("ERROR") && unknown.endsWith("It is not yours any more: call look."),
    unknown,
  );
  for (const agent of [a, b]) await agent.close();
});

Deno.test("the end of a bridge makes its agent suspect at once, and a new one goes on as it", async () => {
  await using driver = await ServerDriver.start({ graceMs: 20_000 });
  const first = await overStdio(driver);
  await call(first, "join", { name: "writer" });
  await call(first, "plan", { tasks: [{ id: "one", title: "First" }] });
  await call(first, "claim");
  const status = () => driver.server.manager.getAgent("writer")?.status;
  assertEquals(status(), "alive");
  await first.close();
  await until(() => status() === "suspect");
  const second = await overStdio(driver);
  const joined = await call(second, "join", { name: "writer" });
  assert(joined.includes("You have one First (running)."), joined);
  await until(() => status() === "alive");
  await second.close();
});
