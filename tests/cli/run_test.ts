import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isGone, residentMiB, resultOf, Workspace } from "./lockstep.ts";

Deno.test("lockstep run streams output behind the names of tasks, and ends with a report", async () => {
  using here = new Workspace();
  const { code, stdout, stderr } = await here.run(`
agents: { one: { slots: 2 } }
tasks:
  first: { run: "echo hello; echo world >&2" }
  second: { run: printf 'no newline', needs: first }
`);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "  first  │ hello\n  first  │ world\n");
  assertStringIncludes(stdout, "  second │ no newline\n");
  assertMatch(stdout, /^✓ first +succeeded +one +1 +\d+ms +\d+ms$/m);
  assertMatch(stdout, /^one +2 +2 +\d+% /m);
  assertMatch(stdout, /^critical path {2}first \d+ms → second \d+ms = \d+ms$/m);
  assertMatch(
    stdout,
    /^makespan .* within \d+\.\d\d× of the lower bound, \d+ms \(critical path\)$/m,
  );
  assertMatch(stdout, /^2 tasks: 2 succeeded$/m);
});

Deno.test("lockstep run shows failed tasks last and in full, with exit code or signal", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(
    `
tasks:
  fine: { run: echo fine }
  wrong: { run: "echo before; exit 7" }
  killed: { run: kill -9 $$ }
  inside: { run: sh -c 'kill -9 $$' }
  nowhere: { run: echo, cwd: no/such/place }
  unknown: { run: no-such-command }
  strict: { run: ["false", echo not reached] }
`,
    "--keep-going",
    "--output=fold",
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, "\n── wrong: exit 7 ─");
  assertStringIncludes(stdout, "─\nbefore\n");
  assertStringIncludes(stdout, "\n── killed: killed by SIGKILL ─");
  assertStringIncludes(stdout, "\n── inside: exit 137 (SIGKILL) ─");
  assertStringIncludes(
    stdout,
    "\n── nowhere: Cannot start the command: cwd no/such/place must be a directory ────\n",
  );
  assertStringIncludes(stdout, "\n── unknown: exit 127 ─");
  assertStringIncludes(stdout, "\n── strict: exit 1 ─");
  assert(!stdout.includes("not reached") && !stdout.includes("│ fine"));
  assertMatch(stdout, /^7 tasks: 1 succeeded, 6 failed$/m);
});

Deno.test("a failed attempt is retried, and the retry is shown", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(`
tasks:
  flaky: { run: "echo try $LOCKSTEP_ATTEMPT >> tries; test $LOCKSTEP_ATTEMPT = 3", retries: 2 }
`);
  assertEquals(code, 0);
  assertEquals(here.read("tries"), "try 1\ntry 2\ntry 3\n");
  assertMatch(stdout, /^↻ flaky +exit 1; attempt 2 of 3 in /m);
  assertMatch(stdout, /^▶ flaky +on agent-\d+, attempt 3 of 3$/m);
  assertMatch(stdout, /^✓ flaky +succeeded +agent-\d+ +3 /m);
});

Deno.test("a task without attempts left fails with the output of all attempts", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(
    "tasks: { a: { run: echo try $LOCKSTEP_ATTEMPT; exit 4, retries: 1 } }",
    "--output=fold",
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, "─\ntry 1\n── attempt 2 of 2 ──\ntry 2\n");
  assertStringIncludes(stdout, "── a: exit 4 after 2 attempts ─");
});

Deno.test("a task that takes too long is ended with its children, and is shown as timed out", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(`
tasks:
  slow: { run: "sleep 60 & echo $! > pid; wait", timeout: 300ms }
  next: { run: echo, needs: slow }
`);
  assertEquals(code, 1);
  assertMatch(stdout, /^✗ slow +timed out +agent-\d+ +1 .* timed out after 300ms$/m);
  assertMatch(stdout, /^- next +skipped .* needs slow, which failed$/m);
  await isGone(here.read("pid").trim());
});

Deno.test("a second attempt waits until the command of the first, timed out, has ended", async () => {
  using here = new Workspace();
  const { code } = await here.run(`
agents: { one: { slots: 4 } }
tasks:
  a:
    run:
      - test $LOCKSTEP_ATTEMPT = 2 && { test -e ended; exit; }
      - trap 'sleep 0.8; touch ended; exit 1' TERM
      - sleep 60 & wait
    timeout: 600ms
    retries: 1
`);
  assertEquals(code, 0);
});

Deno.test("tasks with the same lock exclude each other", async () => {
  using here = new Workspace();
  const task = "{ run: [mkdir held, sleep 0.1, rmdir held], locks: [db] }";
  const { code, stdout } = await here.run(`
agents: { one: { slots: 3 } }
tasks: { a: ${task}, b: ${task}, c: ${task} }
`);
  assertEquals(code, 0);
  assertMatch(stdout, /^⧗ b +waits for lock db, held by a$/m);
});

Deno.test("shared locks, and units of a lock with capacity, are held together", async () => {
  using here = new Workspace();
  // Each task of a pair waits for the other one, so they end only if they run at the same time.
  const meet = (mine: string, other: string) =>
    `"touch ${mine}; until test -e ${other}; do sleep 0.02; done"`;
  const { code } = await here.run(`
agents: { one: { slots: 4 } }
locks: { gpu: { capacity: 3 } }
defaults: { timeout: 5s }
tasks:
  a: { run: ${meet("a", "b")}, locks: { db: { mode: shared } } }
  b: { run: ${meet("b", "a")}, locks: { db: { mode: shared } } }
  c: { run: ${meet("c", "d")}, locks: { gpu: { units: 2 } } }
  d: { run: ${meet("d", "c")}, locks: [gpu] }
`);
  assertEquals(code, 0);
});

Deno.test("tasks run on agents with the required capabilities, or on their only agent", async () => {
  using here = new Workspace();
  const { code } = await here.run(`
env: { LAYER: workflow, A: workflow }
agents:
  plain: { slots: 4, env: { LAYER: agent } }
  skilled: { capabilities: [x, y], slots: 4, env: { LAYER: agent, B: agent } }
tasks:
  both: { run: test $LOCKSTEP_AGENT = skilled, requires: [y, x] }
  pinned: { run: test $LOCKSTEP_AGENT = plain, agent: plain }
  layers:
    run: test "$LOCKSTEP_TASK $LAYER $A $B" = "layers task workflow agent"
    agent: skilled
    env: { LAYER: task }
  elsewhere: { run: 'test "$(pwd)" = / && test "$LOCKSTEP_EPOCH" -gt 0', cwd: / }
`);
  assertEquals(code, 0);
});

Deno.test("when: failed runs only after a failure, when: always in any case", async () => {
  using here = new Workspace();
  const workflow = (first: string) => `
tasks:
  first: { run: ${first} }
  second: { run: echo, needs: first }
  repair: { run: touch repaired, needs: second, when: failed }
  unneeded: { run: touch unneeded, needs: repair, when: failed }
  clean: { run: touch cleaned, needs: [first, second], when: always }
`;
  const good = await here.run(workflow("true"));
  assertEquals(good.code, 0);
  assertEquals([here.has("repaired"), here.has("unneeded"), here.has("cleaned")], [
    false,
    false,
    true,
  ]);
  assertMatch(good.stdout, /^- repair +skipped .* nothing that it needs failed$/m);
  assertEquals(good.stdout.includes("▶ repair"), false);
  assertMatch(good.stdout, /^- unneeded +skipped .* nothing that it needs failed$/m);
  assertMatch(good.stdout, /^5 tasks: 3 succeeded, 2 skipped$/m);

  Deno.removeSync(`${here.path}/cleaned`);
  const bad = await here.run(workflow("false"));
  assertEquals(bad.code, 1);
  assertEquals([here.has("repaired"), here.has("unneeded"), here.has("cleaned")], [
    true,
    false,
    true,
  ]);
  assertMatch(bad.stdout, /^- second +skipped .* needs first, which failed$/m);
});

const ONE_AFTER_ANOTHER = `
agents: { one: }
tasks:
  good: { run: "true", priority: 9 }
  bad: { run: "false", priority: 8 }
  unrelated: { run: touch unrelated }
  after: { run: touch after, needs: unrelated }
  report: { run: touch report, needs: bad, when: failed }
  clean: { run: touch clean, needs: [after, good], when: always }
  idle: { run: touch idle, needs: after, when: always }
`;

Deno.test("after a failure only dependents and clean-up of started tasks are started", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(ONE_AFTER_ANOTHER);
  assertEquals(code, 1);
  const files = ["unrelated", "after", "report", "clean", "idle"].filter((name) => here.has(name));
  assertEquals(files, ["report", "clean"]);
  assertMatch(stdout, /^- unrelated +skipped .* not started after a failure$/m);
});

Deno.test("with --keep-going only tasks that need a failed task are skipped", async () => {
  using here = new Workspace();
  const { code } = await here.run(ONE_AFTER_ANOTHER, "--keep-going");
  assertEquals(code, 1);
  const files = ["unrelated", "after", "report", "clean", "idle"].filter((name) => here.has(name));
  assertEquals(files, ["unrelated", "after", "report", "clean", "idle"]);
});

Deno.test("after a failure running tasks may end, but are not retried", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(`
agents: { one: { slots: 2 } }
tasks:
  bad: { run: "until test -e running; do sleep 0.02; done; exit 1" }
  long: { run: "touch running; sleep 1; echo ended; exit 3", retries: 5 }
`);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "long │ ended\n");
  assertMatch(stdout, /^✗ long +failed +one +1 .* exit 3$/m);
});

Deno.test("after a failure a task that times out is not retried", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(`
agents: { one: { slots: 2 } }
tasks:
  bad: { run: "until test -e running; do sleep 0.02; done; exit 1" }
  long: { run: "touch running; sleep 60", timeout: 1500ms, retries: 5 }
`);
  assertEquals(code, 1);
  assertMatch(stdout, /^✗ long +failed +one +1 .* timed out after 1s500ms, not tried again$/m);
});

Deno.test("tasks are ordered by priority from the first on", async () => {
  using here = new Workspace();
  const { code } = await here.run(`
agents: { one: }
tasks:
  later: { run: echo later >> order }
  sooner: { run: echo sooner >> order, priority: 1 }
`);
  assertEquals([code, here.read("order")], [0, "sooner\nlater\n"]);
});

Deno.test("--only runs the selected tasks and their needs", async () => {
  using here = new Workspace();
  const workflow = `
tasks:
  a: { run: touch a }
  b: { run: touch b, needs: a }
  c: { run: touch c }
  d: { run: touch d, needs: [b, c] }
`;
  assertEquals((await here.run(workflow, "--only", "b")).code, 0);
  assertEquals(["a", "b", "c", "d"].filter((name) => here.has(name)), ["a", "b"]);
  const wrong = await here.run(workflow, "--only=bb");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, 'Cannot select "bb": it must be a task; did you mean "b"?');
});

Deno.test("--dry-run and --graph show tasks and run none", async () => {
  using here = new Workspace();
  const workflow = "tasks: { a: { run: touch a }, b: { run: touch b, needs: a } }";
  const plan = await here.run(workflow, "--dry-run", "--agents=3");
  assertEquals([plan.code, here.has("a")], [0, false]);
  assertMatch(plan.stdout, /^2 tasks for 3 agents with 3 slots\n\nwave 1\n {2}a {2}touch a\n/);
  const mermaid = await here.run(workflow, "--graph");
  assertEquals(mermaid.stdout, 'flowchart LR\n  t0["a"]\n  t1["b"]\n  t0 --> t1\n');
  const dot = await here.run(workflow, "--graph=dot");
  assertStringIncludes(dot.stdout, '  "a" -> "b";\n');
  assertEquals(here.has("a"), false);
});

Deno.test("--agents replaces the agents of the file", async () => {
  using here = new Workspace();
  const task = "{ run: [mkdir busy, sleep 0.05, rmdir busy], requires: [x], agent: many }";
  const { code, stdout } = await here.run(
    `{ agents: { many: { slots: 9, capabilities: [x] } }, tasks: { a: ${task}, b: ${task} } }`,
    "--agents=1",
  );
  assertEquals(code, 0);
  assertMatch(stdout, /^agent-1 +1 +2 /m);
});

Deno.test("--json writes one object a line, and the report as the last", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(
    "tasks: { a: { run: echo hello, locks: [db] }, b: { run: exit 5, needs: a } }",
    "--json",
  );
  assertEquals(code, 1);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const types = events.map(({ type }) => type);
  assertEquals(types[0], "run:started");
  const guide = await Deno.readTextFile(new URL("../../docs/workflows.md", import.meta.url));
  for (const type of types.filter((type) => /^run:|^task:output/.test(type))) {
    assertStringIncludes(guide, `| \`${type}\``);
  }
  for (const type of ["task:created", "task:started", "task:output", "task:completed"]) {
    assert(types.includes(type), type);
  }
  const output = events.find(({ type }) => type === "task:output");
  assertEquals([output.taskId, output.attempt, output.text], ["a", 1, "hello"]);
  const acquired = events.find(({ type }) => type === "resource:acquired");
  assertEquals([acquired.taskId, acquired.resourceId], ["a", "db"]);
  const report = events.at(-1);
  assertEquals([report.type, report.exitCode], ["run:finished", 1]);
  assertEquals(report.tasks.map((task: { outcome: string }) => task.outcome), [
    "succeeded",
    "failed",
  ]);
});

Deno.test("--max-output keeps the beginning and the end of folded output, and says how much was cut", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(
    `tasks: { a: { run: "seq 100000; exit 1" } }`,
    "--output=fold",
    "--max-output=1k",
  );
  assertEquals(code, 1);
  assert(stdout.length < 2500, `${stdout.length} characters`);
  assertMatch(stdout, /─\n1\n2\n3\n/);
  assertMatch(stdout, /^… 574\.\d KiB cut …$/m);
  assertStringIncludes(stdout, "\n99999\n100000\n");
});

Deno.test("streamed output is shown in full and once, with long lines and carriage returns", async () => {
  using here = new Workspace();
  const long = "head -c 50000 /dev/zero | tr '\\0' x; echo; printf 'one line\\r\\r\\n'; exit 1";
  const tasks = { many: { run: "seq 400000" }, long: { run: long } };
  const { code, stdout } = await here.run(JSON.stringify({ tasks }), "--keep-going");
  assertEquals(code, 1);
  const lines = stdout.split("\n");
  const shown = lines.filter((line) => line.startsWith("  many │ "));
  assertEquals(shown, Array.from({ length: 400_000 }, (_, i) => `  many │ ${i + 1}`));
  assertEquals(lines.filter((line) => line.startsWith("  long │ ")), [
    `  long │ ${"x".repeat(50_000)}`,
    "  long │ one line",
  ]);
  assertEquals(lines.filter((line) => line.includes("one line")).length, 1);
});

/** Tasks that succeed after each has written 2 MB. */
function chattyTasks(count: number): string {
  const run = "'yes 0123456789012345678901234567890123456789 | head -c 2000000'";
  return `tasks: { ${
    Array.from({ length: count }, (_, i) => `t${i}: { run: ${run} }`).join(", ")
  } }`;
}

Deno.test("the report that --json writes holds no output", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(chattyTasks(10), "--json");
  assertEquals(code, 0);
  assert(stdout.slice(stdout.trimEnd().lastIndexOf("\n")).length < 4000);
});

Deno.test("folded output of tasks that succeed takes no memory", async () => {
  using here = new Workspace();
  here.write("w.yaml", chattyTasks(120));
  const child = here.start(["run", "w.yaml", "--output=fold"]);
  let peak = 0;
  const poll = setInterval(() => peak = Math.max(peak, residentMiB(child.pid)), 50);
  const { code } = await resultOf(child);
  clearInterval(poll);
  assertEquals(code, 0);
  assert(peak > 20 && peak < 300, `${peak} MiB`);
});

Deno.test("processes that a command leaves running end with it", async () => {
  using here = new Workspace();
  const { code } = await here.run(`
tasks:
  writes: { run: "sleep 60 & echo $! > first" }
  silent: { run: "(trap '' TERM; sleep 60) > /dev/null 2>&1 & echo $! > second" }
`);
  assertEquals(code, 0);
  await isGone(here.read("first").trim());
  await isGone(here.read("second").trim());
});

Deno.test("a workflow may come from standard input", async () => {
  using here = new Workspace();
  const good = await here.lockstep(["run", "-"], '{ "tasks": { "a": { "run": "echo hello" } } }');
  assertEquals(good.code, 0);
  assertStringIncludes(good.stdout, "a │ hello");
  const bad = await here.lockstep(["run", "-"], "tasks: { a: { rum: echo } }");
  assertEquals(bad.code, 2);
  assertStringIncludes(
    bad.stderr,
    '<stdin>:1:15: task "a": unknown key "rum"; did you mean "run"?',
  );
});

Deno.test("an invalid file is reported with file, line, task and rule, and nothing is run", async () => {
  using here = new Workspace();
  const { code, stdout, stderr } = await here.run(`tasks:
  a: { run: touch a }
  b: { run: touch b, needs: [c], timeout: 5 }
`);
  assertEquals([code, stdout, here.has("a")], [2, "", false]);
  assertStringIncludes(stderr, 'w.yaml:3:30: task "b": needs must name tasks, got "c"');
  assertStringIncludes(stderr, 'w.yaml:3:43: task "b": timeout must be a duration');
});

Deno.test("a file that cannot be read, and an invalid command line, exit with 2 and a message", async () => {
  using here = new Workspace();
  const missing = await here.lockstep(["run", "missing.yaml"]);
  assertEquals([missing.code, missing.stderr.trim()], [
    2,
    'lockstep: cannot read "missing.yaml": there is no such file',
  ]);
  const directory = await here.lockstep(["run", "."]);
  assertEquals([directory.code, directory.stderr.trim()], [
    2,
    'lockstep: cannot read ".": it is a directory',
  ]);
  const unknown = await here.lockstep(["run", "w.yaml", "--jsno"]);
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.stderr, 'unknown option "--jsno"; did you mean "--json"?');
  assertStringIncludes(unknown.stderr, 'Try "lockstep run --help"');
  const help = await here.lockstep(["run", "--help"]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.stdout, "Usage: lockstep run [options] FILE");
});

Deno.test("an agent whose commands keep failing is avoided, and another agent runs its tasks", async () => {
  using here = new Workspace();
  // The sound agent waits until the broken one has failed often enough, so that it does.
  const run = [
    `if test -n "$BROKEN"; then echo >> failures; exit 1; fi`,
    "until test $(cat failures 2> /dev/null | wc -l) -ge 2; do sleep 0.02; done",
  ];
  const { code, stdout } = await here.run(JSON.stringify({
    agents: { broken: { env: { BROKEN: "yes" } }, sound: null },
    breaker: { failures: 2, cooldown: "60s" },
    defaults: { retries: 9 },
    tasks: { a: { run }, b: { run }, c: { run }, d: { run } },
  }));
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /^⊘ broken +is avoided for (1m 00|59\.\d)s: its commands keep failing$/m);
  assertMatch(stdout, /^broken +1 +[23] +\d+% +\S+ +breaker opened once$/m);
  assertMatch(stdout, /^sound +1 +4 /m);
});

Deno.test("an agent gets a probe after its cooldown, and is not avoided if the probe succeeds", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(`
agents: { one: , other: { capabilities: [nothing] } }
breaker: { failures: 1, cooldown: 400ms }
tasks:
  a: { run: test $LOCKSTEP_ATTEMPT = 2, agent: one, retries: 1 }
  wait: { run: sleep 0.5, agent: other, needs: [a] }
  b: { run: echo, agent: one, needs: [wait] }
`);
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /^⊘ one +is avoided for/m);
  assertMatch(stdout, /^⊘ one +is not avoided any more$/m);
});

Deno.test("without a breaker in the file, failures keep no agent from its tasks", async () => {
  using here = new Workspace();
  const failing = Array.from({ length: 12 }, (_, i) => `t${i}: { run: exit 1, requires: [x] }`);
  const { code, stdout } = await here.run(
    `
agents: { b: { capabilities: [x], slots: 2 }, r: { slots: 2 } }
defaults: { timeout: 10s }
tasks: { ${failing.join(", ")}, ok: { run: echo ok, requires: [x] } }
`,
    "--keep-going",
  );
  assertEquals(code, 1);
  assertEquals(stdout.includes("avoided"), false, stdout);
  assertMatch(stdout, /^✓ ok +succeeded /m);
  assertMatch(stdout, /^makespan +\d+(ms|\.\ds),/m);
});

Deno.test("a breaker in the file keeps no task from the only agent that may run it", async () => {
  using here = new Workspace();
  const failing = Array.from({ length: 12 }, (_, i) => `t${i}: { run: exit 1, requires: [x] }`);
  const { code, stdout } = await here.run(
    `
agents: { b: { capabilities: [x], slots: 2 }, r: { slots: 2 } }
breaker: { failures: 5, cooldown: 100s }
defaults: { retries: 1 }
tasks: { ${failing.join(", ")}, ok: { run: echo ok, requires: [x] } }
`,
    "--keep-going",
  );
  assertEquals(code, 1);
  assertMatch(stdout, /^⊘ b +is avoided for/m);
  assertMatch(stdout, /^✓ ok +succeeded /m);
  assertMatch(stdout, /^makespan +\d+(ms|\.\ds),/m);
});

Deno.test("an idle agent steals tasks that prefer a busy one, unless it is their only agent", async () => {
  using here = new Workspace();
  // The stolen task keeps its agent busy until the other one runs on the preferred agent.
  const movable = "'if test $LOCKSTEP_AGENT = idle; then touch taken; " +
    "until test -e kept; do sleep 0.02; done; else touch kept; fi'";
  const { code, stdout } = await here.run(`
agents: { busy: , idle: }
defaults: { timeout: 30s }
tasks:
  a: { run: 'until test -e taken; do sleep 0.02; done', prefers: busy }
  b: { run: ${movable}, prefers: busy }
  c: { run: ${movable}, prefers: busy }
  d: { run: 'test $LOCKSTEP_AGENT = busy', agent: busy }
`);
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /^⇄ idle +takes [bc] over from busy$/m);
  assertMatch(stdout, /^idle +1 +1 .* took over 1 task$/m);
});

Deno.test("the module ./cli, run as a program, is the command", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.lockstep(["--version"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^lockstep \d+\.\d+\.\d+\n$/);
});

Deno.test("a command that cannot be started is reported with the reason", async () => {
  using here = new Workspace();
  const big = "x".repeat(200_000);
  const { code, stdout } = await here.run(
    JSON.stringify({
      tasks: {
        script: { run: `: ${big}` },
        variable: { run: "echo", env: { BIG: big } },
        nowhere: { run: "echo", cwd: "no/such/place" },
      },
    }),
    "--keep-going",
    "--output=fold",
  );
  assertEquals(code, 1);
  const reasonOf = (id: string) =>
    new RegExp(`^✗ ${id} +failed .*(Cannot start.*)$`, "m").exec(stdout)?.[1];
  const tooLong = "Cannot start the command: Argument list too long; ";
  assertEquals(reasonOf("script"), `${tooLong}its script has 195.3 KiB, put it into a file`);
  assertStringIncludes(
    stdout,
    `── script: ${tooLong}its script has 195.3 KiB, put it into a file ──`,
  );
  assertEquals(reasonOf("variable"), `${tooLong}variable BIG has 195.3 KiB, put it into a file`);
  assertEquals(
    reasonOf("nowhere"),
    "Cannot start the command: cwd no/such/place must be a directory",
  );
});

Deno.test("a task may have a PATH that does not contain the shell", async () => {
  using here = new Workspace();
  const { code, stdout } = await here.run(
    "tasks: { a: { run: 'echo path $PATH', env: { PATH: /no/such/place } } }",
  );
  assertEquals(code, 0);
  assertStringIncludes(stdout, "a │ path /no/such/place\n");
});

Deno.test("--dry-run with --json writes the plan as one object", async () => {
  using here = new Workspace();
  const workflow = `
agents: { x: { capabilities: [deno] }, y: }
tasks:
  a: { run: echo, requires: [deno], env: { TOKEN: secret }, name: First }
  b: { run: echo, needs: a, timeout: 5s }
`;
  const { code, stdout } = await here.run(workflow, "--dry-run", "--json");
  assertEquals(code, 0);
  assertEquals(stdout.trimEnd().split("\n").length, 1);
  const { type, agents, tasks } = JSON.parse(stdout);
  assertEquals(type, "run:planned");
  assertEquals(agents, [
    { id: "x", slots: 1, capabilities: ["deno"] },
    { id: "y", slots: 1, capabilities: [] },
  ]);
  assertEquals(
    tasks.map((task: Record<string, unknown>) => [task.id, task.name, task.wave, task.agents]),
    [["a", "First", 1, ["x"]], ["b", undefined, 2, ["x", "y"]]],
  );
  assertEquals([tasks[1].needs, tasks[1].timeoutMs], [["a"], 5000]);
  assertEquals(stdout.includes("secret"), false);
});

Deno.test("--only with an empty list runs nothing and exits with 2", async () => {
  using here = new Workspace();
  const { code, stderr } = await here.run("tasks: { a: { run: touch a } }", "--only", "");
  assertEquals([code, here.has("a")], [2, false]);
  assertStringIncludes(stderr, '--only must be tasks separated by commas, got ""');
});

Deno.test("a task is shown by its name, and by its id to programs", async () => {
  using here = new Workspace();
  const workflow = `
tasks:
  a: { run: echo hello; exit 1, name: The first }
  b: { run: echo, needs: a }
`;
  const { stdout } = await here.run(workflow);
  assertMatch(stdout, /^▶ The first {2}on agent-\d$/m);
  assertStringIncludes(stdout, "  The first │ hello\n");
  assertMatch(stdout, /^✗ The first {2}exit 1 /m);
  assertMatch(stdout, /^- b +skipped: needs The first, which failed$/m);
  assertMatch(stdout, /^✗ The first +failed /m);
  const folded = await here.run(workflow, "--output=fold");
  assertStringIncludes(folded.stdout, "\n── The first: exit 1 ─");
  const { stdout: events } = await here.run(workflow, "--json");
  const [started, ...others] = events.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(started.tasks[0], { id: "a", name: "The first", needs: [] });
  assertEquals([others.at(-1).tasks[0].id, others.at(-1).tasks[0].name], ["a", "The first"]);
});

Deno.test("--agents keeps the variables of the file's agents", async () => {
  using here = new Workspace();
  const { code } = await here.run(
    `{ agents: { x: { env: { V: 1 } }, y: }, tasks: { a: { run: test -n "$V" } } }`,
    "--agents=2",
  );
  assertEquals(code, 0);
});

const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-run"];

Deno.test("the documented permissions are sufficient, for timeouts and kept output too", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    "tasks: { a: { run: 'seq 20000; exit 1' }, b: { run: sleep 60, timeout: 100ms } }",
  );
  const options = ["--keep-going", "--output=fold"];
  const { code, stdout, stderr } = await resultOf(
    here.start(["run", "w.yaml", ...options], ["--no-prompt", ...PERMISSIONS]),
  );
  assertEquals([code, stderr], [1, ""]);
  assertStringIncludes(stdout, "\n19999\n20000\n");
  assertMatch(stdout, /^✗ b +timed out /m);
});

Deno.test("a missing permission is reported, and nothing is run", async () => {
  using here = new Workspace();
  here.write("w.yaml", "tasks: { a: { run: touch a } }");
  for (const missing of ["--allow-read", "--allow-env", "--allow-run"]) {
    const permissions = PERMISSIONS.filter((permission) => permission !== missing);
    const { code, stdout, stderr } = await resultOf(
      here.start(["run", "w.yaml"], ["--no-prompt", ...permissions]),
    );
    assertEquals([code, stdout, here.has("a")], [2, "", false]);
    assertMatch(
      stderr,
      new RegExp(
        `^lockstep: Requires .* with the ${missing} flag\\n` +
          "lockstep run needs --allow-read, --allow-write, --allow-env and --allow-run\\.\\n$",
      ),
    );
  }
});

Deno.test("without the permission to write, kept output is limited to what memory holds", async () => {
  using here = new Workspace();
  here.write("w.yaml", "tasks: { a: { run: 'seq 20000; exit 1' } }");
  const permissions = PERMISSIONS.filter((permission) => permission !== "--allow-write");
  const { code, stdout } = await resultOf(
    here.start(["run", "w.yaml", "--output=fold"], ["--no-prompt", ...permissions]),
  );
  assertEquals(code, 1);
  assertMatch(stdout, /─\n… 64 KiB cut \(Requires write access to .*\) …\n\d+\n/);
  assertStringIncludes(stdout, "\n19999\n20000\n");
});
