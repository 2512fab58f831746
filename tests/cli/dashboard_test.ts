/** `lockstep replay --dashboard` and `lockstep run --dashboard`. */

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../src/cli/args.ts";
import { UsageError } from "../../src/cli/problems.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { until, Workspace } from "./lockstep.ts";

/** A command that runs until a file is there. */
const SLOW = "while ! test -f go; do sleep 0.02; done";

const WORKFLOW = `agents: { one: }
tasks:
  a: { run: echo, locks: [db] }
  b: { run: "${SLOW}", needs: a }
`;

/** What a process writes, as it comes. */
class Output {
  text = "";
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.text += decoder.decode(chunk, { stream: true });
  }

  /** Resolves with the link of the dashboard. */
  async link(): Promise<string> {
    let link: string | undefined;
    await until(() => {
      link = /http:\/\/127\.0\.0\.1:\d+\/open\?link=[\w-]+(?=\n)/.exec(this.text)?.[0];
      return link !== undefined;
    }, "a link is printed");
    return link!;
  }
}

/** A browser that opened a link. */
class Browser {
  readonly url: string;
  readonly #cookie: string;

  private constructor(url: string, cookie: string) {
    this.url = url;
    this.#cookie = cookie;
  }

  static async at(link: string): Promise<Browser> {
    const response = await fetch(link, { redirect: "manual" });
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("location")], [303, "/"]);
    const cookie = response.headers.get("set-cookie")!;
    assertMatch(cookie, /; HttpOnly; SameSite=Strict$/);
    return new Browser(new URL(link).origin, cookie.split(";")[0]!);
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { cookie: this.#cookie, ...init.headers };
    return await fetch(`${this.url}${path}`, { ...init, headers });
  }

  // deno-lint-ignore no-explicit-any
  async page(name: string): Promise<any> {
    const response = await this.fetch(`/v1/pages/${name}`);
    const page = await response.json();
    assertEquals(response.status, 200, JSON.stringify(page));
    return page;
  }
}

/** Starts `lockstep`; ends it at the end. */
function started(here: Workspace, args: readonly string[], permissions: string[] = ["-A"]) {
  const child = here.start(args, permissions);
  const [out, err] = [new Output(child.stdout), new Output(child.stderr)];
  return {
    ...{ child, out, err },
    /** Resolves with its exit code, once all that it wrote is read. */
    async code(): Promise<number> {
      const { code } = await child.status;
      await Promise.all([out.ended, err.ended, child.stdin.close().catch(() => {})]);
      return code;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await this.code();
    },
  };
}

const statuses = ({ tasks }: { tasks: { id: string; status: string }[] }) =>
  tasks.map(({ id, status }) => `${id} ${status}`).sort();

/** Reads the code of a problem. */
async function problem(response: Response): Promise<[number, string]> {
  const { code } = await response.json();
  return [response.status, code];
}

Deno.test("replay --dashboard shows every moment by a link that works once", async () => {
  using here = new Workspace();
  here.write("go", "");
  assertEquals((await here.run(WORKFLOW, "--journal", "j")).code, 0);
  const { stdout } = await here.lockstep(["log", "j", "--json", "--task", "b"]);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const start = events.find(({ event }) => event.type === "task:started");
  await using replay = started(here, ["replay", "j", "--dashboard", "--print"]);
  const link = await replay.out.link();
  const browser = await Browser.at(link);
  assertEquals(await problem(await fetch(link, { redirect: "manual" })), [403, "stale-link"]);

  const end = await browser.page("tasks");
  assertEquals(statuses(end), ["a completed", "b completed"]);
  const { title, mayAct, isPast } = end.header;
  assertEquals([title, mayAct, isPast], ["j", false, false]);
  for (const at of [start.place, String(start.at)]) {
    const earlier = await browser.page(`tasks?at=${at}`);
    assertEquals(statuses(earlier), ["a completed", "b running"]);
    assertEquals(earlier.header.isPast, true);
  }
  const timeline = await browser.page("timeline");
  assert(timeline.bars.some(({ kind }: { kind: string }) => kind === "attempt"));
  replay.child.kill("SIGINT");
  assertEquals(await replay.code(), 0);
  assertEquals(replay.err.text, "");
  assertEquals((await here.lockstep(["journal", "check", "j"])).code, 0); // it is free again
});

Deno.test("replay --dashboard has the door of a server, and changes nothing", async () => {
  using here = new Workspace();
  here.write("go", "");
  await here.run(WORKFLOW, "--journal", "j");
  const before = (await here.lockstep(["journal", "export", "j"])).stdout;
  await using replay = started(here, ["replay", "j", "--dashboard", "--print"]);
  const browser = await Browser.at(await replay.out.link());
  const calls = [["POST", "/v1/pause"], ["DELETE", "/v1/tasks/b"], ["POST", "/v1/links"]];
  for (const [method, path] of [...calls, ["PUT", "/v1/nothing"], ["POST", "/"]]) {
    const refused = await browser.fetch(path!, { method: method! });
    assertEquals(refused.headers.get("content-type"), "application/problem+json");
    assertEquals(await problem(refused), [403, "read-only"], `${method} ${path}`);
  }
  for (const path of ["/v1/tasks", "/v1/state", "/metrics", "/openapi.json"]) {
    assertEquals((await problem(await browser.fetch(path)))[0], 404, path);
  }
  const stranger = await fetch(`${browser.url}/v1/pages/tasks`);
  assertEquals(await problem(stranger), [401, "no-token"]);
  const foreign = await browser.fetch("/v1/pages/tasks", {
    headers: { origin: "http://evil.example" },
  });
  assertEquals(await problem(foreign), [403, "foreign-origin"]);
  const index = await browser.fetch("/tasks");
  assertStringIncludes(await index.text(), "<!doctype html>");
  assertStringIncludes(index.headers.get("content-security-policy")!, "default-src 'none'");

  // The stream stays open, so that pages don't say that they are offline.
  const stream = await browser.fetch("/v1/events?digest=true");
  assertEquals(stream.headers.get("content-type"), "text/event-stream");
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertMatch((await reader.read()).value!, /^retry: 1000\n/);
  replay.child.kill("SIGTERM");
  assertEquals(await reader.read().then(({ done }) => done, () => true), true);
  assertEquals(await replay.code(), 0);
  assertEquals((await here.lockstep(["journal", "export", "j"])).stdout, before);
});

Deno.test("replay --dashboard refuses a journal that is not of a whole system", async () => {
  using here = new Workspace();
  const journal = new SqliteJournal(`${here.path}/j`);
  const manager = new ResourceManager({}, undefined, undefined, { journal });
  await manager.initialize();
  await manager.acquire("db", "a");
  await manager.shutdown();
  const { code, stdout, stderr } = await here.lockstep(["replay", "j", "--dashboard", "--print"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /cannot show the journal in "j": it must be that of a run .*, got one of locks/,
  );
});

Deno.test("run --dashboard shows the run while it lasts, and ends with it", async () => {
  using here = new Workspace();
  here.write("w.yaml", WORKFLOW);
  await using run = started(here, ["run", "w.yaml", "--dashboard", "--json"]);
  const browser = await Browser.at(await run.err.link());
  await until(
    () => /"task:started","taskId":"b"|"type":"task:started".*"b"/.test(run.out.text),
    "b runs",
  );
  const page = await browser.page("tasks");
  assertEquals(statuses(page), ["a completed", "b running"]);
  const { title, mayAct } = page.header;
  assertEquals([title, mayAct], ["w.yaml", false]);
  // A run that isn't kept can be looked back at all the same.
  assertEquals(statuses(await browser.page("tasks?at=0")), []);
  const refused = await browser.fetch("/v1/tasks/b", { method: "DELETE" });
  assertEquals(await problem(refused), [403, "read-only"]);
  const metrics = await browser.fetch("/metrics");
  assertStringIncludes(await metrics.text(), "# EOF");

  const stream = await browser.fetch("/v1/events?digest=true");
  const digests = new Output(stream.body!);
  here.write("go", "");
  assertEquals(await run.code(), 0);
  await digests.ended.catch(() => {});
  assertStringIncludes(digests.text, "event: digest");
  const lines = run.out.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.at(-1).type, "run:finished"); // standard output has nothing but events
  assert(!run.err.text.includes("replay"), run.err.text);
});

Deno.test("run --dashboard keeps the exit code, and says how to look again", async () => {
  using here = new Workspace();
  here.write("w.yaml", "agents: { one: }\ntasks: { a: { run: exit 3 } }\n");
  const run = await here.lockstep(["run", "w.yaml", "--dashboard", "--journal", "j"]);
  assertEquals(run.code, 1);
  assertMatch(run.stderr, /^lockstep: to look at the run again: lockstep replay j --dashboard\n$/m);
  here.write("w.yaml", WORKFLOW);
  await using stopped = started(here, ["run", "w.yaml", "--dashboard", "--journal", "k"]);
  const browser = await Browser.at(await stopped.err.link());
  await until(() => stopped.out.text.includes("▶ b"), "b runs");
  assertEquals(statuses(await browser.page("tasks")), ["a completed", "b running"]);
  assertEquals(statuses(await browser.page("tasks?at=0")), []);
  stopped.child.kill("SIGINT");
  assertEquals(await stopped.code(), 130);
  assert(!stopped.err.text.includes("replay"), stopped.err.text);
  // An interrupted run goes on with a dashboard of its own.
  here.write("go", "");
  const resumed = await here.lockstep(["run", "--resume", "k", "--dashboard"]);
  assertEquals(resumed.code, 0);
  assertMatch(resumed.stderr, /replay k --dashboard/);
});

Deno.test("run --dashboard says which permission it needs, and runs nothing without it", async () => {
  using here = new Workspace();
  here.write("w.yaml", "tasks: { a: { run: echo > ran } }\n");
  const most = ["--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-run"];
  await using run = started(here, ["run", "w.yaml", "--dashboard"], [...most, "--allow-sys"]);
  assertEquals([await run.code(), run.out.text, here.has("ran")], [2, "", false]);
  assertMatch(
    run.err.text,
    /^lockstep: Requires net access .*\n--dashboard needs --allow-net, too\.\n$/,
  );
});

Deno.test("options that --dashboard has no use for are refused", () => {
  const wrong: [string, string][] = [
    ["replay j --dashboard --json", "--json must not come with --dashboard"],
    ["replay j --dashboard --at 3", "--at must not come with --dashboard"],
    ["replay j --print", "--print must come with --dashboard"],
    ["run w.yaml --dashboard --dry-run", "--dashboard must not come with --dry-run"],
    ["run w.yaml --dashboard --graph", "--dashboard must not come with --graph"],
  ];
  for (const [line, message] of wrong) {
    assertThrows(() => parseCommandLine(line.split(" ")), UsageError, message);
  }
});
