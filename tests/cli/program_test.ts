import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseWorkflow, type RunEvent, runWorkflow } from "../../src/cli/mod.ts";
import { KeptOutput } from "../../src/cli/kept_output.ts";
import { LiveView } from "../../src/cli/live_view.ts";
import { prepare, runInView } from "../../src/cli/runner.ts";
import { createStyle, displayWidth, type Screen } from "../../src/cli/terminal.ts";
import { until, Workspace } from "./lockstep.ts";

Deno.test("runWorkflow() runs a workflow and emits its events", async () => {
  const workflow = parseWorkflow(`
agents: { one: }
tasks: { a: { run: echo hello }, b: { run: exit 2, needs: a } }
`);
  const events: RunEvent[] = [];
  const report = await runWorkflow(workflow, { onEvent: (event) => events.push(event) });
  assertEquals(report.exitCode, 1);
  assertEquals(
    report.tasks.map(({ id, outcome, reason, agentId, attempts }) => {
      return { id, outcome, reason, agentId, attempts };
    }),
    [
      { id: "a", outcome: "succeeded", reason: "", agentId: "one", attempts: 1 },
      { id: "b", outcome: "failed", reason: "exit 2", agentId: "one", attempts: 1 },
    ],
  );
  const types = events.map(({ type }) => type);
  assertEquals([types[0], types.at(-1)], ["run:started", "run:finished"]);
  const sequences = events.map(({ sequence }) => sequence).filter((each) => each !== undefined);
  assertEquals(sequences, (sequences as number[]).toSorted((a, b) => a - b));
});

Deno.test("runWorkflow() ends commands when its signal aborts, and starts none if it is aborted", async () => {
  const workflow = parseWorkflow("tasks: { a: { run: sleep 60 } }");
  const controller = new AbortController();
  const report = await runWorkflow(workflow, {
    signal: controller.signal,
    onEvent: ({ type }) => type === "task:started" && queueMicrotask(() => controller.abort()),
  });
  assertEquals([report.exitCode, report.tasks[0]?.outcome], [130, "interrupted"]);
  const none = await runWorkflow(workflow, { signal: AbortSignal.abort() });
  assertEquals([none.exitCode, none.tasks[0]?.outcome], [130, "skipped"]);
});

Deno.test("runWorkflow() rejects an `only` with an unknown task", async () => {
  const workflow = parseWorkflow("tasks: { a: { run: echo } }");
  await assertRejects(() => runWorkflow(workflow, { only: ["b"] }), RangeError, "must be a task");
});

Deno.test("runWorkflow() runs more tasks than there are slots", async () => {
  const tasks = Object.fromEntries(
    Array.from({ length: 120 }, (_, i) => [`t${i}`, { run: ":", needs: i < 60 ? [] : ["t1"] }]),
  );
  const report = await runWorkflow(parseWorkflow(JSON.stringify({ tasks })), { agents: 16 });
  assertEquals(report.exitCode, 0);
  assertEquals(report.tasks.filter(({ outcome }) => outcome === "succeeded").length, 120);
});

/** A terminal that records what is written. */
class FakeScreen implements Screen {
  readonly isOver = false;
  readonly isTerminal = true;
  readonly style = createStyle(true);
  written: string[] = [];
  readonly columns: number;
  readonly rows: number;
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }
  readonly failure = undefined;
  write(text: string): void {
    this.written.push(text);
  }
  drained(): undefined {}
  async flush(): Promise<void> {}
  abandon(): void {}
  size(): { columns: number; rows: number } {
    return { columns: this.columns, rows: this.rows };
  }
}

Deno.test("the live view fits the terminal, and shows the cursor at the end", async () => {
  const workflow = parseWorkflow(`
agents: { one: { slots: 3 } }
tasks:
  first: { run: "echo a line of output that is far too long for this; sleep 0.35" }
  second: { run: "sleep 0.35; exit 1", retries: 1, locks: [db] }
  third: { run: sleep 0.35, locks: [db] }
  ${Array.from({ length: 20 }, (_, i) => `wait-${i}: { run: echo, needs: [first] }`).join("\n  ")}
`);
  const screen = new FakeScreen(30, 8);
  const view = new LiveView(screen, new KeptOutput(1000));
  const report = await runInView(prepare(workflow, {}), { keepGoing: true }, view);
  assertEquals(report.exitCode, 1);
  const written = screen.written.join("");
  assert(written.startsWith("\x1b[?25l"));
  // deno-lint-ignore no-control-regex
  assertEquals(written.match(/\x1b\[\?25[lh]/g), ["\x1b[?25l", "\x1b[?25h"]);
  const frames = screen.written.filter((text) => text.endsWith("\x1b[J") && text.includes("/23"));
  assert(frames.length > 0);
  const first = frames[0]!.split("\n");
  assert(first.length <= 7, `${first.length} lines`);
  for (const line of first) {
    assert(displayWidth(line.replace("\x1b[K", "").replace("\r", "")) < 30, line);
  }
  assert(frames[0]!.includes("… and "));
});

Deno.test("the live view marks the agents whose breaker is open", async () => {
  const workflow = parseWorkflow(`
agents: { bad: { env: { BAD: yes } }, good: }
breaker: { failures: 1, cooldown: 60s }
defaults: { retries: 3 }
tasks:
  first: { run: 'test -z "$BAD"; sleep 0.3' }
  second: { run: 'test -z "$BAD"; sleep 0.3' }
`);
  const screen = new FakeScreen(120, 20);
  const report = await runInView(
    prepare(workflow, {}),
    {},
    new LiveView(screen, new KeptOutput(1000)),
  );
  assertEquals(report.exitCode, 0);
  assert(
    screen.written.some((text) => /bad 0\/1[^·]* ⊘/.test(text)),
    screen.written.join(""),
  );
});

Deno.test("the live view shows the cursor while it is suspended, and continues when resumed", async () => {
  using here = new Workspace();
  const run = "until test -e go; do sleep 0.02; done";
  const workflow = parseWorkflow(JSON.stringify({ tasks: { a: { run, cwd: here.path } } }));
  const screen = new FakeScreen(80, 20);
  const view = new LiveView(screen, new KeptOutput(1000));
  const running = runInView(prepare(workflow, {}), {}, view);
  await until(() => screen.written.some((text) => text.includes("0/1")), "the first frame");
  view.suspend();
  const suspended = screen.written.length;
  assertEquals(screen.written.at(-1), "\x1b[?25h");
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(screen.written.length, suspended);
  view.resume();
  assertEquals(screen.written.at(-1), "\x1b[?25l");
  here.write("go", "");
  await running;
  view.resume(); // the run has ended
  const written = screen.written.join("");
  // deno-lint-ignore no-control-regex
  assertEquals(written.match(/\x1b\[\?25[lh]/g)?.at(-1), "\x1b[?25h");
});

Deno.test("a task that waits for a lock has no slot, and the live view counts none", async () => {
  using here = new Workspace();
  const run = "until test -e go; do sleep 0.02; done";
  const task = { run, cwd: here.path, locks: ["db"] };
  const tasks = { first: task, second: task, third: { run: "echo" } };
  const workflow = parseWorkflow(JSON.stringify({ agents: { one: { slots: 2 } }, tasks }));
  const screen = new FakeScreen(100, 20);
  const running = runInView(workflow, {}, new LiveView(screen));
  const isShown = (frame: string) =>
    frame.includes("waits for lock db, held by first") && frame.includes("one 1/2") &&
    frame.includes("1/3") && !frame.includes("waits for an agent");
  await until(() => screen.written.some(isShown), "third is done, and second waits for the lock");
  here.write("go", "");
  assertEquals((await running).exitCode, 0);
});

Deno.test("showWorkflow() ends when the signal of its program aborts", async () => {
  using here = new Workspace();
  const module = new URL("../../src/cli/mod.ts", import.meta.url);
  here.write(
    "program.ts",
    `import { parseWorkflow, showWorkflow } from "${module}";
const workflow = parseWorkflow("tasks: { a: { run: sleep 60 } }");
Deno.exit(await showWorkflow(workflow, { signal: AbortSignal.timeout(300) }));`,
  );
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", `--config=${config}`, "program.ts"],
    cwd: here.path,
  }).output();
  assertEquals(code, 130);
  assert(new TextDecoder().decode(stdout).endsWith("1 task: 1 interrupted\n"));
});
