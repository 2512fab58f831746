import { assert, assertEquals, assertThrows } from "@std/assert";
import { PlanFileError, readPlan } from "../../src/command/plan_file.ts";
import { CommandDriver } from "./driver.ts";

const PLAN = `# Tokens

- [ ] Refresh tokens {#auth files=src/auth/**,docs/{a,b}.md requires=typescript priority=3}
  JWT refresh returns 500.
  - [x] Write down the protocol {#protocol}
  - [ ] Rotate the keys

\`\`\`md
- [ ] not a task
\`\`\`
1. [ ] Release {#release needs=auth approval}
`;

Deno.test("check boxes are tasks; what is nested below one is needed by it", () => {
  const { tasks, lines, withIds } = readPlan("plan.md", PLAN);
  assertEquals(tasks, [
    {
      id: "auth",
      title: "Refresh tokens",
      files: ["src/auth/**", "docs/{a,b}.md"],
      requires: ["typescript"],
      priority: 3,
      needs: ["protocol", "rotate-the-keys"],
      detail: "JWT refresh returns 500.",
    },
    { id: "protocol", title: "Write down the protocol", done: true },
    { id: "rotate-the-keys", title: "Rotate the keys" },
    { id: "release", title: "Release", needs: ["auth"], approval: true },
  ]);
  assertEquals([...lines], [["auth", 3], ["protocol", 5], ["rotate-the-keys", 6], ["release", 11]]);
  assertEquals(withIds, PLAN.replace("Rotate the keys", "Rotate the keys {#rotate-the-keys}"));
  assertEquals(readPlan("plan.md", withIds!).tasks, tasks);
});

Deno.test("YAML and JSON have the same tasks, as a list or by their ids", () => {
  const list =
    readPlan("p.json", '{"tasks":[{"id":"a","title":"A"},{"id":"b","needs":["a"]}]}').tasks;
  assertEquals(list, [{ id: "a", title: "A" }, { title: "b", id: "b", needs: ["a"] }]);
  assertEquals(readPlan("p.yaml", "tasks:\n  a: { title: A }\n  b: { needs: [a] }\n").tasks, list);
});

Deno.test("a malformed plan is refused with its line or task", () => {
  const cases: [string, string, string, number | undefined][] = [
    ["a.md", "nothing", "must have check boxes", undefined],
    ["a.md", "\n- [ ] X {needs}", 'got "needs"', 2],
    ["a.md", "- [ ] {#x}", "must have a title", 1],
    ["a.yaml", "tasks: [", "", 1],
    ["a.yaml", "x: 1", "must have tasks", undefined],
    ["a.json", '[{"id":"a","need":["b"]}]', "got need", undefined],
    ["a.json", '[{"id":"a","needs":"b"}]', "needs as a list", undefined],
    ["a.json", '[{"title":"a"}]', "must have an id", undefined],
    ["a.json", "[5]", "must be an object", undefined],
  ];
  for (const [name, text, message, line] of cases) {
    const error = assertThrows(() => readPlan(name, text), PlanFileError, message);
    if (line !== undefined) assertEquals(error.line, line, text);
  }
});

Deno.test("a plan is submitted once; later submissions add what is new, and say what differs", async () => {
  await using driver = new CommandDriver();
  const path = `${driver.folder}/PLAN.md`;
  await Deno.writeTextFile(path, PLAN);
  const changes = async (...more: string[]) => {
    const { changes } = await driver.json(["plan", "PLAN.md", ...more]);
    return changes.map(({ id, change }: { id: string; change: string }) => `${id} ${change}`);
  };
  assertEquals((await changes("--dry-run")).length, 4);
  assertEquals((await driver.json(["look"])).ready.length, 0);
  const first = ["auth added", "protocol done", "rotate-the-keys added", "release added"];
  assertEquals(await changes("--write-ids"), first);
  assert((await Deno.readTextFile(path)).includes("{#rotate-the-keys}"));
  const again = ["auth kept", "protocol done", "rotate-the-keys kept", "release kept"];
  assertEquals(await changes(), again);
  const text = await Deno.readTextFile(path);
  const changed = text.replace("priority=3", "priority=5").replace("Rotate the keys", "Rotate keys")
    .replace("needs=auth approval", "needs=auth") + "- [ ] Celebrate {#party needs=release}\n";
  await Deno.writeTextFile(path, changed);
  assertEquals(await changes(), [
    ...[
      "auth updated",
      "protocol done",
      "rotate-the-keys updated",
      "release differs",
      "party added",
    ],
  ]);
  const { status, openDependencies } = await driver.json(["look", "auth"]);
  assertEquals(status, "waiting");
  assertEquals(openDependencies, [{ taskId: "rotate-the-keys", submitted: true }]);
  assert((await driver.run(["look"])).out.includes("rotate-the-keys Rotate keys"));
});

/** Writes plans into the folder of a driver, and returns what each submission of one says. */
async function planner(driver: CommandDriver): Promise<(...lines: string[]) => Promise<string[]>> {
  const said = async (...lines: string[]) => {
    const text = lines.map((line) => line.replace(/^( *)/, "$1- [ ] ")).join("\n");
    await Deno.writeTextFile(`${driver.folder}/PLAN.md`, text.replace("[ ] x ", "[x] "));
    const { out, err } = await driver.run(["plan", "PLAN.md"]);
    return (out + err).trim().split("\n").map((line) => line.replace(/ +/, " "));
  };
  await driver.json(["look"]);
  return said;
}

Deno.test("T40-edited-dependency-ignored: a plan that is submitted again changes needs and files", async () => {
  await using driver = new CommandDriver();
  const said = await planner(driver);
  await said("A {#a}", "B {#b needs=a files=src/b/**}", "C {#c needs=b}");
  assertEquals(
    await said("A {#a}", "B {#b files=src/**,docs/** locks=db}", "C {#c needs=b,d}", "D {#d}"),
    [
      "kept a",
      "updated b: needs nothing; files src/**, docs/**; locks db",
      "updated c: needs b, d",
      "added d",
    ],
  );
  const look = async (id: string) => await driver.json(["look", id]);
  const open = (seen: { openDependencies: { taskId: string }[] }) =>
    seen.openDependencies.map(({ taskId }) => taskId);
  assertEquals([(await look("b")).status, open(await look("c"))], ["ready", ["b", "d"]]);
  // B and C change places: at no time do they need each other.
  assertEquals(
    await said("A {#a}", "B {#b needs=c files=src/**,docs/** locks=db}", "C {#c}", "D {#d}"),
    [
      ...["kept a", "updated b: needs c", "updated c: needs nothing", "kept d"],
    ],
  );
  assertEquals([(await look("b")).status, (await look("c")).status], ["waiting", "ready"]);
  assertEquals(
    (await said("A {#a}", "B {#b needs=c files=src/**,docs/** locks=db}", "C {#c}", "D {#d}"))
      .every((line) => line.startsWith("kept")),
    true,
  );
  await driver.json(["join", "w"]);
  const { claim } = await driver.json(["claim", "--as", "w"]);
  assertEquals(claim.task.id, "a");
  assertEquals(await said("A {#a needs=d}", "B {#b needs=a}", "C {#c requires=x}", "E {#d}"), [
    ...["differs a: needs", "updated b: needs a; files nothing; locks nothing"],
    ...["differs c: requires", "updated d: title"],
  ]);
  const { changes } = await driver.json(["plan", "PLAN.md", "--dry-run"]);
  assertEquals(changes[0], { id: "a", change: "differs", fields: ["needs"] });
});

Deno.test("a task that the plan says is done is needed no longer, unless it has a result", async () => {
  await using driver = new CommandDriver();
  const said = await planner(driver);
  await said("A {#a}", "B {#b}", "C {#c needs=a,b}");
  await driver.json(["join", "w"]);
  await driver.json(["claim", "--as", "w"]);
  await driver.json(["done", "a", "--as", "w", "-m", "found it"]);
  const ticked = ["x A {#a}", "B {#b}", "C {#c needs=a,b}"];
  assertEquals(await said(...ticked), ["kept a", "kept b", "kept c"]);
  assertEquals(await said("A {#a}", "x B {#b}", "C {#c needs=a,b}"), [
    ...["kept a", "kept b", "updated c: needs a"],
  ]);
  assertEquals((await driver.json(["look", "c"])).status, "ready");
});

Deno.test("a cycle and an unknown id are refused with file, line and path, and nothing is added", async () => {
  await using driver = new CommandDriver();
  await Deno.writeTextFile(`${driver.folder}/a.md`, "- [ ] A {#a needs=b}\n- [ ] B {#b needs=a}\n");
  const cycle = await driver.run(["plan", "a.md"]);
  assertEquals([cycle.code, cycle.err], [
    2,
    'a.md:1: Cannot submit the plan: task "a" needs itself: a -> b -> a\n',
  ]);
  await Deno.writeTextFile(`${driver.folder}/b.md`, "- [ ] A {#a}\n- [ ] B {#b needs=c}\n");
  const unknown = await driver.run(["plan", "b.md"]);
  assertEquals(
    unknown.err,
    'b.md:2: Cannot submit the plan: task "b" needs "c", which no task is\n',
  );
  assertEquals((await driver.json(["look"])).ready.length, 0);
});
