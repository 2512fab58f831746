import { assert, assertEquals } from "@std/assert";
import { CommandDriver } from "./driver.ts";

Deno.test("run --server hands the tasks of a workflow to agents, and waits for their end", async () => {
  await using driver = new CommandDriver();
  await Deno.writeTextFile(
    `${driver.folder}/w.yaml`,
    `agents: { any: { capabilities: [cc] } }
tasks:
  build: { run: make, files: ["src/**"], locks: [disk], requires: [cc] }
  test: { run: make test, needs: [build], retries: 0 }
  report: { run: cat log, needs: [test], when: failed }
`,
  );
  await driver.json(["join", "worker", "--can", "cc"]);
  const run = driver.run(["run", "--server", "w.yaml", "--prefix", "n-"]);
  const build = (await driver.json(["claim", "--wait", "10s"])).claim.task;
  assertEquals([build.id, build.input.run], ["n-build", "make"]);
  const held = (await driver.json(["look"])).locks.map(({ resourceId }: { resourceId: string }) =>
    resourceId
  );
  assertEquals(held.toSorted(), ["disk", "paths:src/**"]);
  await driver.json(["done", "n-build", "-m", "it is built"]);
  await driver.json(["claim", "--wait", "10s"]);
  await driver.json(["fail", "n-test", "-m", "two tests fail", "--final"]);
  assertEquals((await driver.json(["claim", "--wait", "10s"])).claim.task.id, "n-report");
  await driver.json(["done", "n-report"]);
  const { code, out } = await run;
  assertEquals(code, 1);
  assertEquals(out.split("\n").filter((line) => line !== "").toSorted(), [
    "n-build completed: it is built",
    "n-report completed",
    "n-test failed: two tests fail",
  ]);
});

Deno.test("a workflow reserves files in a run of its own: tasks with overlapping files exclude each other", async () => {
  await using driver = new CommandDriver();
  await Deno.writeTextFile(
    `${driver.folder}/w.yaml`,
    `agents: { a: { slots: 2 } }
tasks:
  one: { run: "mkdir lock; sleep 0.3; rmdir lock", files: ["src/**"] }
  two: { run: "mkdir lock; sleep 0.3; rmdir lock", files: ["src/a.ts"] }
`,
  );
  const { code, out } = await driver.run(["run", "w.yaml"]);
  assertEquals(code, 0, out);
  await Deno.writeTextFile(
    `${driver.folder}/bad.yaml`,
    `tasks: { one: { run: "true", files: ["../x"] } }\n`,
  );
  const bad = await driver.run(["run", "bad.yaml"]);
  assertEquals(bad.code, 2);
  assert(bad.err.includes("bad.yaml:1") && bad.err.includes("files"), bad.err);
});
