/** Runs that are kept in a folder, interrupted, and gone on with. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { parseWorkflow, type RunEvent, runWorkflow } from "../../src/cli/mod.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { isGone, resultOf, until, Workspace } from "./lockstep.ts";

/** Kills until the runs that are killed at random moments may end. */
const KILLS = 6;

/** Tasks in three layers, with locks and a failure that is retried; each notes its starts and ends. */
function workflow(): string {
  const tasks: string[] = [];
  const work = (id: string) => `echo start $LOCKSTEP_EPOCH >> ${id}; sleep 0.15; echo end >> ${id}`;
  for (let i = 0; i < 6; i++) {
    tasks.push(`  a${i}: { run: "${work(`a${i}`)}", locks: [l${i % 2}] }`);
    tasks.push(`  b${i}: { run: "${work(`b${i}`)}", needs: [a${i}, a${(i + 1) % 6}] }`);
  }
  tasks.push(`  twice: { run: "${work("twice")}; test $LOCKSTEP_ATTEMPT -gt 1", retries: 3 }`);
  tasks.push(
    `  last: { run: "${work("last")}", needs: [${"b0 b1 b2 b3 b4 b5".replaceAll(" ", ", ")}] }`,
  );
  return `agents: { one: { slots: 2 }, two: { slots: 2 } }\ntasks:\n${tasks.join("\n")}\n`;
}

const IDS = ["twice", "last", ..."012345".split("").flatMap((i) => [`a${i}`, `b${i}`])];

Deno.test("a run that is killed at random moments goes on until each task has succeeded once", async () => {
  using here = new Workspace();
  here.write("w.yaml", workflow());
  const succeeded = new Map<string, number>();
  let retried = 0;
  for (let kill = 0;; kill++) {
    const args = kill === 0 ? ["run", "--journal", "j", "w.yaml"] : ["run", "--resume", "j"];
    const child = here.start([...args, "--json"]);
    let text = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (kill < KILLS && !text.includes("run:started") && (text + part).includes("run:started")) {
        timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * 700);
      }
      text += part;
    }
    clearTimeout(timer);
    await child.stdin.close().catch(() => {});
    const error = await new Response(child.stderr).text();
    const { code } = await child.status;
    const lines = text.split("\n").slice(0, -1);
    for (const event of lines.map((line) => JSON.parse(line) as RunEvent)) {
      const id = String(event["taskId"]);
      if (event.type === "task:completed") succeeded.set(id, (succeeded.get(id) ?? 0) + 1);
      if (event.type === "run:resumed") retried += (event["retried"] as string[]).length;
      // It was written before the kill, so it was stored before.
      if (event.type === "task:started") assert(!succeeded.has(id), `${id} is repeated`);
    }
    if (code === 137) continue;
    assertEquals([code, error], [0, ""]);
    const { tasks, exitCode } = JSON.parse(lines.at(-1)!);
    assertEquals(exitCode, 0);
    assertEquals(
      (tasks as { outcome: string }[]).filter(({ outcome }) => outcome !== "succeeded"),
      [],
    );
    break;
  }
  assert(retried > 0, "no kill came while a task was running");
  assertEquals([...succeeded].filter(([, times]) => times > 1), []);
  // What is in the journal is the whole truth: one success for each, by the last start.
  const log = await here.lockstep(["log", "j", "--json"]);
  const accepted = log.stdout.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ event }) => event.type === "task:completed");
  assertEquals(accepted.map(({ event }) => event.taskId).sort(), IDS.toSorted());
  for (const { event: { taskId, epoch } } of accepted) {
    const starts = here.read(taskId).split("\n").filter((line) => line.startsWith("start"));
    assertEquals(starts.at(-1), `start ${epoch}`, taskId);
  }
});

Deno.test("--resume says what it tries again, and repeats nothing that succeeded", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    `agents: { one: { slots: 2 } }
env: { GREETING: hello }
tasks:
  done: { run: "echo $GREETING >> done" }
  long: { run: "echo $$ >> pids; test -e go || sleep 60", needs: done }
  next: { run: "pwd > next", needs: long }
`,
  );
  const child = here.start(["run", "--journal", "j", "w.yaml"]);
  const pid = await here.appears("pids");
  const other = await here.lockstep(["run", "--resume", "j"]);
  assertEquals(other.code, 2);
  assertMatch(other.stderr, /^lockstep: Cannot open the journal in .*: process \d+ has it open\n$/);
  child.kill("SIGKILL");
  await resultOf(child);
  await isGone(pid);
  const again = await here.lockstep(["run", "w.yaml", "--journal", "j"]);
  assertEquals([again.code, again.stderr], [
    2,
    'lockstep: cannot keep the run in "j": it has one that has not ended; ' +
    "lockstep run --resume j goes on with it\n",
  ]);
  here.write("go", "");
  Deno.removeSync(`${here.path}/w.yaml`); // the folder has the text
  Deno.mkdirSync(`${here.path}/elsewhere`);
  const moved = here.start(["run", "--resume", "../j"], ["-A"], {}, "elsewhere");
  const { code, stdout } = await resultOf(moved);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Resumed: 1 task had ended, 2 left\n");
  assertMatch(stdout, /^↻ long +was running when the run was interrupted; tried again$/m);
  assertMatch(stdout, /^✓ done +succeeded .* before the run was resumed$/m);
  assertEquals([here.read("done"), here.read("next").trim()], [
    "hello\n",
    Deno.realPathSync(here.path),
  ]);
  assertEquals(JSON.parse(here.read("j/report.json")).exitCode, 0);
  const ended = await here.lockstep(["run", "w.yaml", "--journal", "j"]);
  assertEquals(ended.code, 2);
});

Deno.test("a run that has ended can be resumed without effect, with its exit code", async () => {
  using here = new Workspace();
  const first = await here.run(
    "agents: { one: }\ntasks: { a: { run: exit 3 }, b: { run: touch b, needs: a }, c: { run: touch c, priority: -1 } }",
    "--journal",
    "j",
  );
  assertEquals(first.code, 1);
  const { code, stdout } = await here.lockstep(["run", "--resume", "j"]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "Resumed: 3 tasks had ended, 0 left\n");
  assertMatch(stdout, /^✗ a +failed .* exit 3$/m);
  assertMatch(stdout, /^- b +skipped .* needs a, which failed$/m);
  assertMatch(stdout, /^- c +skipped .* not started after a failure$/m);
  const again = await here.lockstep(["run", "w.yaml", "--journal", "j"]);
  assertEquals([again.code, again.stderr], [
    2,
    'lockstep: cannot keep the run in "j": it has a run that has ended; use another folder\n',
  ]);
});

Deno.test("an interrupted run with a journal leaves its tasks to the next one", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    `agents: { one: { slots: 2 } }
tasks:
  long: { run: "echo $$ > pid; test -e go || sleep 60" }
  next: { run: touch next, needs: long }
`,
  );
  const child = here.start(["run", "w.yaml", "--journal", "j"]);
  const pid = await here.appears("pid");
  child.kill("SIGINT");
  const { code, stdout } = await resultOf(child);
  assertEquals(code, 130);
  await isGone(pid);
  assertMatch(stdout, /^■ long +interrupted after /m);
  assertMatch(stdout, /^- next +skipped .* not started$/m);
  assert(!here.has("j/report.json"));
  here.write("go", "");
  const resumed = await here.lockstep(["run", "--resume", "j"]);
  assertEquals(resumed.code, 0);
  assertMatch(resumed.stdout, /^2 tasks: 2 succeeded$/m);
  assert(here.has("next"));
});

Deno.test("a failure before the kill stops the run that goes on, unless it was to keep going", async () => {
  for (const keepGoing of [false, true]) {
    using here = new Workspace();
    here.write(
      "w.yaml",
      `agents: { one: { slots: 2 } }
tasks:
  long: { run: "echo $$ > pid; test -e go || sleep 60" }
  bad: { run: exit 3 }
  after: { run: touch after, needs: long }
  report: { run: touch report, needs: bad, when: failed }
`,
    );
    const options = keepGoing ? ["--keep-going"] : [];
    const child = here.start(["run", "w.yaml", "--journal", "j", ...options]);
    const pid = await here.appears("pid");
    await until(() => here.has("report"), "the task for failures has run");
    child.kill("SIGKILL");
    await resultOf(child);
    await isGone(pid);
    here.write("go", "");
    const { code, stdout } = await here.lockstep(["run", "--resume", "j"]);
    assertEquals(code, 1);
    assertMatch(stdout, /^✗ bad +failed .* exit 3$/m);
    assertEquals(here.has("after"), keepGoing, stdout);
    assertMatch(stdout, keepGoing ? /^✓ long +succeeded/m : /^- long +skipped/m);
  }
});

Deno.test("a folder that is no run, or has something else, is refused in one line", async () => {
  using here = new Workspace();
  here.write("w.yaml", "tasks: { a: { run: echo } }");
  const refused = async (args: string[], line: RegExp) => {
    const { code, stdout, stderr } = await here.lockstep(["run", ...args]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, line);
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
  };
  await refused(
    ["--resume", "no"],
    /^lockstep: cannot resume the run in "no": there is none; lock/,
  );
  await refused(["--journal", "w.yaml", "w.yaml"], /^lockstep: cannot keep the run in "w.yaml": /);
  Deno.mkdirSync(`${here.path}/foreign`);
  here.write("foreign/journal.sqlite", "text".repeat(2_000));
  await refused(
    ["--journal", "foreign", "w.yaml"],
    /it has the journal of something else; use anot/,
  );
  here.write("foreign/workflow.json", '{"format":1,');
  await refused(["--resume", "foreign"], /its workflow.json is cut off or damaged/);
  here.write("foreign/workflow.json", '{"format":2}');
  await refused(["--resume", "foreign"], /must have format 1, got 2/);
  const plan = { format: 1, name: "w", source: "tasks: { a: { run: echo } }", keepGoing: false };
  here.write("foreign/workflow.json", JSON.stringify({ ...plan, directory: here.path }));
  await refused(["--resume", "foreign"], /journal.sqlite: it is no database$/m);
  here.write("foreign/workflow.json", JSON.stringify({ ...plan, directory: "/nowhere" }));
  await refused(
    ["--resume", "foreign"],
    /the directory in which its commands run, "\/nowhere": No such/,
  );
  assertEquals(here.read("foreign/journal.sqlite").length, 8_000);
});

Deno.test("a damaged journal is refused, and nothing is run", async () => {
  using here = new Workspace();
  await here.run("tasks: { a: { run: touch a } }", "--journal", "j");
  const database = new DatabaseSync(`${here.path}/j/journal.sqlite`);
  database.exec("UPDATE records SET at = at + 1 WHERE position = 2");
  database.close();
  const { code, stdout, stderr } = await here.lockstep(["run", "--resume", "j"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^lockstep: Cannot open the journal in .*: the records 2 to \d+ are damaged/);
});

Deno.test("a run without --journal and --dashboard loads nothing for them", () => {
  const url = new URL("../../src/cli/mod.ts", import.meta.url).href;
  const graph = new Deno.Command(Deno.execPath(), { args: ["info", "--json", url] }).outputSync();
  const { modules: found } = JSON.parse(new TextDecoder().decode(graph.stdout)) as {
    modules: {
      specifier: string;
      dependencies?: { specifier: string; isDynamic?: boolean; code?: { specifier: string } }[];
    }[];
  };
  const byName = new Map(found.map((each) => [each.specifier, each]));
  const reached = new Set([
    found.find(({ specifier }) => specifier.endsWith("src/cli/mod.ts"))!.specifier,
  ]);
  for (const each of reached) {
    for (const { isDynamic, code } of byName.get(each)?.dependencies ?? []) {
      if (isDynamic !== true && code !== undefined) reached.add(code.specifier);
    }
  }
  assert(reached.size > 50);
  assertEquals(
    [...reached].filter((each) => /sqlite|src\/(journal|history|server|dashboard)\//.test(each)),
    [],
  );
});

Deno.test("runWorkflow() goes on with a journal of a program", async () => {
  const journal = new MemoryJournal();
  const workflow = parseWorkflow(
    "agents: { one: }\ntasks: { a: { run: x }, b: { run: x, needs: a }, c: { run: x, needs: b } }",
  );
  const calls: string[] = [];
  const stop = new AbortController();
  const functions = new Map(["a", "b", "c"].map((id) => [id, async () => {
    calls.push(id);
    if (id !== "b" || stop.signal.aborted) return;
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }]));
  const options = { functions, journal };
  const first = await runWorkflow(workflow, { ...options, signal: stop.signal });
  assertEquals(first.tasks.map(({ outcome }) => outcome), ["succeeded", "interrupted", "skipped"]);
  const second = await runWorkflow(workflow, options);
  assertEquals(second.tasks.map(({ outcome, isEarlier }) => [outcome, isEarlier]), [
    ["succeeded", true],
    ["succeeded", undefined],
    ["succeeded", undefined],
  ]);
  assertEquals(calls, ["a", "b", "b", "c"]);
});
