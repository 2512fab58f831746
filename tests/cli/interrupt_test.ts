import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isGone, resultOf, Workspace } from "./lockstep.ts";

Deno.test("SIGINT ends commands with their children, starts nothing more, reports, and exits with 130", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    `
agents: { one: { slots: 2 } }
tasks:
  long: { run: "sleep 60 & echo $! > pid; wait" }
  other: { run: sleep 60 }
  next: { run: touch next }
  after: { run: touch after, needs: long, when: always }
  repair: { run: touch repair, needs: long, when: failed }
`,
  );
  const child = here.start(["run", "w.yaml"]);
  const pid = await here.appears("pid");
  child.kill("SIGINT");
  const { code, stdout } = await resultOf(child);
  assertEquals(code, 130);
  await isGone(pid);
  assertEquals(["next", "after", "repair"].filter((name) => here.has(name)), []);
  assertStringIncludes(stdout, "Interrupted: ending 2 commands; once more to end at once\n");
  assertMatch(stdout, /^■ long +interrupted after /m);
  assertMatch(stdout, /^- next +skipped .* not started$/m);
  assertMatch(stdout, /^5 tasks: 2 interrupted, 3 skipped$/m);
});

Deno.test("SIGTERM exits with 143, and a command may clean up", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    `tasks: { a: { run: ["trap 'touch cleaned; exit' TERM", touch up, echo > up, sleep 60 & wait] } }`,
  );
  const child = here.start(["run", "w.yaml"]);
  while (!here.has("up")) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGTERM");
  assertEquals((await resultOf(child)).code, 143);
  assert(here.has("cleaned"));
});

const STUBBORN =
  `tasks: { a: { run: "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done" } }`;

Deno.test("a command that doesn't end is killed when its grace period is over", async () => {
  using here = new Workspace();
  here.write("w.yaml", STUBBORN);
  const child = here.start(["run", "w.yaml", "--grace=200ms"]);
  const pid = await here.appears("pid");
  child.kill("SIGINT");
  assertEquals((await resultOf(child)).code, 130);
  await isGone(pid);
});

Deno.test("a second SIGINT kills at once, whatever the grace period", async () => {
  using here = new Workspace();
  here.write("w.yaml", STUBBORN);
  const child = here.start(["run", "w.yaml", "--json", "--grace=1h"]);
  const pid = await here.appears("pid");
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  child.kill("SIGINT");
  let text = "";
  while (!text.includes("run:stopping")) text += (await lines.read()).value;
  await new Promise((resolve) => setTimeout(resolve, 150)); // sooner it would be an echo of the first
  child.kill("SIGINT");
  for (let read = await lines.read(); !read.done; read = await lines.read()) text += read.value;
  await child.stdin.close();
  await child.stderr.cancel();
  assertEquals((await child.status).code, 130);
  await isGone(pid);
  const report = JSON.parse(text.trimEnd().split("\n").at(-1)!);
  assertEquals([report.type, report.exitCode, report.tasks[0].outcome], [
    "run:finished",
    130,
    "interrupted",
  ]);
});

Deno.test("a reader that goes away ends no run", async () => {
  using here = new Workspace();
  here.write("w.yaml", `tasks: { a: { run: "seq 20000; touch ended" } }`);
  const child = here.start(["run", "w.yaml"]);
  await child.stdout.cancel();
  await child.stderr.cancel();
  await child.stdin.close();
  assertEquals((await child.status).code, 0);
  assert(here.has("ended"));
});
