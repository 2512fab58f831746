import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseWorkflow } from "../../src/cli/parse.ts";
import { WorkflowError } from "../../src/cli/problems.ts";

/** The problems of a file as `line:column subject: message`. */
function problemsOf(source: string): string[] {
  const error: WorkflowError = assertThrows(() => parseWorkflow(source, "w.yaml"), WorkflowError);
  return error.problems.map(({ line, column, subject, message }) =>
    `${line}:${column} ${subject === undefined ? "" : `${subject}: `}${message}`
  );
}

Deno.test("parseWorkflow() fills in every default", () => {
  const { agents, tasks, locks, env } = parseWorkflow("tasks: { a: { run: echo } }");
  assertEquals(agents, []);
  assertEquals(locks, []);
  assertEquals(env, new Map());
  assertEquals(tasks, [{
    id: "a",
    name: undefined,
    description: undefined,
    run: "echo",
    needs: [],
    when: "succeeded",
    locks: [],
    requires: [],
    agent: undefined,
    prefers: undefined,
    priority: 0,
    timeoutMs: undefined,
    retries: 0,
    env: new Map(),
    cwd: undefined,
  }]);
});

Deno.test("parseWorkflow() reads every key", () => {
  const workflow = parseWorkflow(`
env: { LANG: C }
defaults: { timeout: 1m, retries: 1 }
locks:
  gpu: { capacity: 2 }
  plain:
agents:
  builder: { capabilities: [deno, 7], slots: 2, env: { A: 1.0, B: "x", C: yes } }
  runner:
tasks:
  first: { run: [cd src, ls] }
  second:
    name: Second
    description: what it is for
    run: |
      echo one
      echo two
    needs: first
    when: always
    locks: { gpu: { units: 2 }, db: { mode: shared }, plain: }
    requires: deno
    agent: builder
    priority: -2.5
    timeout: 1h30m
    retries: 0
    env: { E: "" }
    cwd: sub
`);
  assertEquals(workflow.env, new Map([["LANG", "C"]]));
  assertEquals(workflow.locks, [{ name: "gpu", capacity: 2 }, { name: "plain", capacity: 1 }]);
  const env = new Map([["A", "1.0"], ["B", "x"], ["C", "yes"]]);
  assertEquals(workflow.agents, [
    { id: "builder", capabilities: ["deno", "7"], slots: 2, env },
    { id: "runner", capabilities: [], slots: 1, env: new Map() },
  ]);
  const [first, second] = workflow.tasks;
  assertEquals([first?.run, first?.timeoutMs, first?.retries], ["cd src\nls", 60_000, 1]);
  assertEquals(second, {
    id: "second",
    name: "Second",
    description: "what it is for",
    run: "echo one\necho two\n",
    needs: ["first"],
    when: "always",
    locks: [
      { name: "gpu", mode: "exclusive", units: 2 },
      { name: "db", mode: "shared", units: 1 },
      { name: "plain", mode: "exclusive", units: 1 },
    ],
    requires: ["deno"],
    agent: "builder",
    prefers: undefined,
    priority: -2.5,
    timeoutMs: 5_400_000,
    retries: 0,
    env: new Map([["E", ""]]),
    cwd: "sub",
  });
});

Deno.test("parseWorkflow() reads JSON, indented with tabs too", () => {
  const source = JSON.stringify({ tasks: { a: { run: 'echo "x"', needs: [] } } }, null, "\t");
  assertEquals(parseWorkflow(source).tasks[0]?.run, 'echo "x"');
});

Deno.test("parseWorkflow() reads ids such as __proto__ like any other id", () => {
  const { tasks } = parseWorkflow(
    "tasks: { __proto__: { run: a, needs: [constructor] }, constructor: { run: b }, 1: { run: c } }",
  );
  assertEquals(tasks.map(({ id }) => id), ["__proto__", "constructor", "1"]);
});

Deno.test("parseWorkflow() resolves anchors and merge keys, which explicit keys override", () => {
  const { tasks } = parseWorkflow(`
tasks:
  a: &base { run: echo a, retries: 2, env: &env { X: 1 } }
  b: { <<: *base, run: echo b }
  c: { run: echo c, env: *env }
`);
  assertEquals(tasks.map(({ run, retries }) => [run, retries]), [
    ["echo a", 2],
    ["echo b", 2],
    ["echo c", 0],
  ]);
  assertEquals(tasks[2]?.env, new Map([["X", "1"]]));
});

Deno.test("parseWorkflow() refuses anchors that refer to themselves", () => {
  assertEquals(problemsOf("tasks:\n  a: &a { run: x, <<: *a }\n"), [
    '2:23 task "a": << must not lead back to its own mapping',
  ]);
  assertEquals(problemsOf("tasks:\n  a: { run: x, needs: &n [*n] }\n"), [
    '2:27 task "a": each of needs must be a name, got a list',
  ]);
});

Deno.test("parseWorkflow() reports all problems, each with line, column, task and rule", () => {
  assertEquals(
    problemsOf(`agents:
  builder: { capabilities: [deno], slots: 2 }
  runner: { slots: zero }
  runner: {}
taks: {}
tasks:
  a: { run: echo, timeout: 10 }
  b: { run: [], needs: [nope, chek], retires: 2 }
  c: { needs: [b] }
  check: { run: x, requires: [dneo], when: fialed }
  d:
  e: { run: x, timeout: 10 minutes, locks: { gpu: { units: 3, mode: none } } }
  f: { run: x, agent: runner, requires: deno, priority: high }
  g: { run: x, when: failed, env: { A=B: 1, C: [x] } }
locks: { gpu: { capacity: 2 } }
defaults: { retries: -1 }
`),
    [
      '3:20 agent "runner": slots must be an integer from 1 to 10000, got "zero"',
      '4:3 duplicate name "runner"; first used on line 3',
      '5:1 unknown key "taks"; did you mean "tasks"?',
      '7:28 task "a": timeout must be a duration such as 500ms, 10s, 10m or 1h30m, got 10; write 10s for seconds',
      '8:13 task "b": run must have at least one command, got none',
      '8:25 task "b": needs must name tasks, got "nope"',
      '8:31 task "b": needs must name tasks, got "chek"; did you mean "check"?',
      '8:38 task "b": unknown key "retires"; did you mean "retries"?',
      '9:3 task "c": a task must have the key run, got none',
      '10:31 task "check": requires must name a capability of an agent, got "dneo"; did you mean "deno"?',
      '10:44 task "check": when must be one of succeeded, failed, always, got "fialed"; did you mean "failed"?',
      '11:5 task "d": a task must be a mapping, got nothing',
      '12:25 task "e": timeout must be a duration such as 500ms, 10s, 10m or 1h30m, got "10 minutes"',
      '12:46 task "e": units of lock "gpu" must be at most its capacity, 2, got 3',
      '12:69 task "e": mode of lock "gpu" must be one of exclusive, shared, got "none"',
      '13:23 task "f": agent "runner" does not have all of "deno"',
      '13:57 task "f": priority must be a number from -1000000 to 1000000, got "high"',
      '14:16 task "g": when: failed must come with needs that can fail, got none',
      '14:37 task "g": a variable\'s name must have no "=", got "A=B"',
      '14:48 task "g": variable "C" must be a text, got a list',
      "16:22 defaults: retries must be an integer from 0 to 10000, got -1",
    ],
  );
});

Deno.test("parseWorkflow() shows the path of a cycle where it closes", () => {
  assertEquals(
    problemsOf(`tasks:
  a: { run: x, needs: [b] }
  b: { run: x, needs: [c] }
  c:
    run: x
    needs:
      - d
      - a
  d: { run: x }
`),
    ['8:9 task "c": needs must have no cycle, got "c" -> "a" -> "b" -> "c"'],
  );
  assertEquals(problemsOf("tasks: { a: { run: x, needs: a } }"), [
    '1:30 task "a": needs must have no cycle, got "a" -> "a"',
  ]);
});

Deno.test("parseWorkflow() checks a chain of 10,000 tasks for cycles without recursion", () => {
  const tasks: Record<string, unknown> = {};
  for (let i = 0; i < 10_000; i++) {
    tasks[`t${i}`] = { run: "x", needs: i === 0 ? [] : [`t${i - 1}`] };
  }
  assertEquals(parseWorkflow(JSON.stringify({ tasks })).tasks.length, 10_000);
});

Deno.test("parseWorkflow() shows the value that is no workflow", () => {
  const rule = "a workflow must be a mapping with the key tasks";
  assertEquals(problemsOf(""), [`1:1 ${rule}, got nothing`]);
  assertEquals(problemsOf("just some words"), [`1:1 ${rule}, got "just some words"`]);
  assertEquals(problemsOf("- a\n- b"), [`1:1 ${rule}, got a list`]);
  assertEquals(problemsOf("agents: { a: }"), ["1:1 a workflow must have the key tasks, got none"]);
  assertEquals(problemsOf("tasks: {}"), ["1:1 tasks must name at least one task, got none"]);
  assertEquals(problemsOf("tasks: [a]"), ["1:8 tasks must be a mapping, got a list"]);
});

Deno.test("parseWorkflow() reports a syntax error once, with position, task and remedy", () => {
  const problems: [string, string][] = [
    [
      "tasks:\n  a: { run: echo\n  b: { run: echo }\n",
      '3:3 task "a": not YAML: Flow map in block collection must be sufficiently indented and end ' +
      "with a }",
    ],
    ["tasks:\n\ta: 1\n", "2:1 not YAML: Tabs are not allowed as indentation"],
    [
      "tasks: { a: { run: x } }\n---\ntasks: {}\n",
      "2:1 not YAML: there must be one document, got another",
    ],
    [
      "tasks:\n  a: { run: x }\n  greet:\n    run: echo hi: there\n  b: { run: x }\n",
      '4:10 task "greet": not YAML: Nested mappings are not allowed in compact mappings; put a ' +
      'text that contains ": " in quotes',
    ],
    [
      "tasks:\n  a: { run: echo hi: [there, needs: [b}\n  b: { run: x }\n  c: { run: x }\n",
      '2:13 task "a": not YAML: Block collections are not allowed within flow collections; put a ' +
      'text that contains ": " in quotes',
    ],
    [
      'tasks:\n  a:\n    run: "echo" && x\n',
      '3:17 task "a": not YAML: Unexpected anchor at node end; put the whole text in quotes',
    ],
    [
      "tasks:\n  a: { run: `date` }\n",
      '2:13 task "a": not YAML: Plain value cannot start with reserved character `; put the text ' +
      "in quotes",
    ],
    [
      'tasks:\n  a:\n    run: "grep \\d"\n',
      '3:16 task "a": not YAML: Invalid escape sequence \\d; in single quotes, a backslash is a ' +
      "character like any other",
    ],
    [
      "tasks:\n  a: { run: *nope, needs: *nor }\n",
      '2:13 task "a": alias "*nope" must follow an anchor "&nope", got none; put a text that ' +
      "begins with * in quotes",
    ],
    [
      "tasks:\n  a:\n    run:echo\n",
      '3:5 task "a": a task must be a mapping, got "run:echo"; a key is followed by a colon and a ' +
      "space",
    ],
    [
      "tasks:\n  a: { run: echo one, two }\n",
      '2:23 task "a": unknown key "two"; put a text that contains a comma in quotes',
    ],
  ];
  for (const [source, problem] of problems) assertEquals(problemsOf(source)[0], problem);
  const counts = problems.map(([source]) => problemsOf(source).length);
  assertEquals(counts, [1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1]);
});

Deno.test("parseWorkflow() shows the ends of a long cycle", () => {
  const tasks: Record<string, unknown> = {};
  for (let i = 0; i < 10_000; i++) {
    tasks[`t${i}`] = { run: "x", needs: [`t${(i + 1) % 10_000}`] };
  }
  const [problem, ...others] = problemsOf(JSON.stringify({ tasks }));
  assertEquals(others, []);
  assertStringIncludes(
    problem!,
    'needs must have no cycle, got "t9999" -> "t0" -> "t1" -> "t2" -> "t3" -> … 9991 more … -> ' +
      '"t9995" -> "t9996" -> "t9997" -> "t9998" -> "t9999"',
  );
});

Deno.test("parseWorkflow() refuses capabilities that no agent has, and unknown agents", () => {
  assertEquals(
    problemsOf(`agents:
  a: { capabilities: [x] }
  b: { capabilities: [y] }
tasks:
  t: { run: echo, requires: [x, y] }
  u: { run: echo, agent: c }
`),
    [
      '5:30 task "t": no single agent has "x" and "y", which it requires',
      '6:26 task "u": agent must be one of the workflow\'s agents, got "c"; did you mean "a"?',
    ],
  );
  assertEquals(problemsOf("tasks: { t: { run: echo, requires: [x] } }"), [
    '1:37 task "t": requires must name a capability of an agent, got "x"; the workflow names no agents',
  ]);
});

Deno.test("parseWorkflow() refuses empty, long, duplicate and invalid names", () => {
  const long = "x".repeat(257);
  const rule = "must have 1 to 256 characters and no control characters";
  assertEquals(
    problemsOf(`tasks:
  "": { run: x }
  a: { run: x, needs: [b, b, [c]] }
  b: { run: x, locks: ["a\\tb"], requires: }
  ${long}: { run: x }
`),
    [
      `2:3 a key ${rule}, got ""`,
      '3:27 task "a": needs: duplicate name "b"; first used on line 3',
      '3:30 task "a": each of needs must be a name, got a list',
      `4:24 task "b": each of locks ${rule}, got "a\\tb"`,
      '4:43 task "b": requires must be a list of names, got nothing',
      `5:3 a key ${rule}, got ${JSON.stringify(long)}`,
    ],
  );
});

Deno.test("a WorkflowError shows the line of each problem", () => {
  const error: WorkflowError = assertThrows(
    () => parseWorkflow("tasks:\n  a: { run: x, need: [b] }\n", "w.yaml"),
    WorkflowError,
  );
  assertEquals(
    error.message,
    `w.yaml:2:16: task "a": unknown key "need"; did you mean "needs"?
 2 |   a: { run: x, need: [b] }
   |                ^`,
  );
});

Deno.test("parseWorkflow() reads a breaker", () => {
  const breaker = (text: string) => parseWorkflow(`{ ${text} tasks: { a: { run: _ } } }`).breaker;
  assertEquals(breaker(""), undefined);
  assertEquals(breaker("breaker: { failures: 3 },"), { failures: 3, cooldownMs: 30_000 });
  assertEquals(breaker("breaker: { failures: 0, cooldown: 5s },"), {
    failures: 0,
    cooldownMs: 5000,
  });
  assertEquals(problemsOf("{ breaker: { failures: -1, cooldown: 5 }, tasks: { a: { run: _ } } }"), [
    "1:24 breaker: failures must be an integer from 0 to 10000, got -1",
    "1:38 breaker: cooldown must be a duration such as 500ms, 10s, 10m or 1h30m, got 5; " +
    "write 5s for seconds",
  ]);
});

Deno.test("parseWorkflow() refuses a preference for an unknown or unfit agent", () => {
  const source = `
agents: { one: , two: { capabilities: [x] } }
tasks:
  a: { run: _, prefers: one }
  b: { run: _, prefers: on }
  c: { run: _, prefers: one, agent: two }
  d: { run: _, prefers: one, requires: [x] }
`;
  assertEquals(problemsOf(source), [
    '5:25 task "b": prefers must be one of the workflow\'s agents, got "on"; did you mean "one"?',
    '6:25 task "c": prefers must not come with agent, which leaves no choice',
    '7:25 task "d": agent "one" does not have all that it requires',
  ]);
});

Deno.test("parseWorkflow() refuses variables that refer to themselves, as values are not expanded", () => {
  const source = `
env: { A: $B, PRICE: 5$ }
agents: { x: { env: { PATH: "/opt/bin:\${PATH}" } } }
tasks: { a: { run: _, env: { PATH: $PATH:/opt/bin, HOME: $HOMES } } }
`;
  const rule = 'variable "PATH" must not refer to itself, got';
  const remedy = "values are taken as written; extend it in run:";
  assertEquals(problemsOf(source), [
    `3:29 agent "x": ${rule} "/opt/bin:\${PATH}"; ${remedy} PATH=…`,
    `4:36 task "a": ${rule} "$PATH:/opt/bin"; ${remedy} PATH=…`,
  ]);
});

Deno.test("parseWorkflow() cuts long values in its messages", () => {
  const digits = "1".repeat(100_000);
  const source = `tasks: { a: { run: x, priority: ${digits}, when: ${"x".repeat(100_000)} } }`;
  const rule = "priority must be a number from -1000000 to 1000000";
  assertEquals(problemsOf(source), [
    `1:33 task "a": ${rule}, got ${digits.slice(0, 59)}…`,
    `1:100041 task "a": when must be one of succeeded, failed, always, got "${"x".repeat(59)}…"`,
  ]);
});
