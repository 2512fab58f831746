import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isGone, processState, resultOf, until, Workspace } from "./lockstep.ts";

Deno.test("SIGINT ends commands with their children, and the run exits with 130 after its report", async () => {
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
  await here.appears("up");
  child.kill("SIGTERM");
  assertEquals((await resultOf(child)).code, 143);
  assert(here.has("cleaned"));
});

const STUBBORN =
  `tasks: { a: { run: "trap '' INT TERM; echo $$ > pid; while :; do sleep 0.05; done" } }`;

Deno.test("a command that does not end is killed after its grace period", async () => {
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
  await new Promise((resolve) => setTimeout(resolve, 150)); // an earlier one would count as a part of the first
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

Deno.test("a reader that closes the pipe does not end the run", async () => {
  using here = new Workspace();
  here.write("w.yaml", `tasks: { a: { run: "seq 20000; touch ended" } }`);
  const child = here.start(["run", "w.yaml"]);
  await child.stdout.cancel();
  await child.stderr.cancel();
  await child.stdin.close();
  assertEquals((await child.status).code, 0);
  assert(here.has("ended"));
});

Deno.test("commands get the signal that ended the run, and its exit code is that of the signal", async () => {
  for (
    const [signal, exit] of [["INT", 130], ["QUIT", 131], ["HUP", 129], ["TERM", 143]] as const
  ) {
    using here = new Workspace();
    const traps = ["INT", "QUIT", "HUP", "TERM"].map((name) =>
      `trap "echo ${name} > got; exit" ${name}`
    );
    const run = [...traps, "echo > up", "while :; do sleep 0.02; done"];
    here.write("w.yaml", JSON.stringify({ tasks: { a: { run } } }));
    const child = here.start(["run", "w.yaml"]);
    await until(() => here.has("up"), "the command runs");
    child.kill(`SIG${signal}`);
    assertEquals((await resultOf(child)).code, exit);
    assertEquals(here.read("got").trim(), signal);
  }
});

Deno.test("a job in the background, which ignores SIGINT, ends soon after its shell", async () => {
  using here = new Workspace();
  here.write("w.yaml", `tasks: { a: { run: "sleep 60 & echo $! > pid; wait" } }`);
  const child = here.start(["run", "w.yaml", "--grace=1h"]);
  const pid = await here.appears("pid");
  child.kill("SIGINT");
  assertEquals((await resultOf(child)).code, 130);
  await isGone(pid);
});

Deno.test("no command outlives a run that is killed", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    `tasks: { a: { run: "trap '' HUP TERM; echo $$ > pid; sleep 60; sleep 60" } }`,
  );
  const child = here.start(["run", "w.yaml"]);
  const pid = await here.appears("pid");
  child.kill("SIGKILL");
  await resultOf(child);
  await isGone(pid);
});

Deno.test("no command of a nested run outlives the outer run, with any grace period", async () => {
  for (const grace of ["300ms", "2s"]) {
    using here = new Workspace();
    here.write(
      "inner.yaml",
      `tasks: { a: { run: "trap '' TERM; echo $$ > pid; sleep 60; sleep 60" } }`,
    );
    here.write("w.yaml", `tasks: { outer: { run: "${here.command("run inner.yaml")}" } }`);
    const child = here.start(["run", "w.yaml", `--grace=${grace}`]);
    const pid = await here.appears("pid");
    child.kill("SIGTERM");
    const { code, stdout } = await resultOf(child);
    assertEquals(code, 143, stdout);
    await isGone(pid);
  }
});

Deno.test("a nested run ends its commands before the outer one kills it, and reports", async () => {
  using here = new Workspace();
  here.write("inner.yaml", `tasks: { a: { run: "trap '' TERM; echo > up; sleep 60; sleep 60" } }`);
  here.write(
    "w.yaml",
    `tasks: { outer: { run: "exec ${here.command("run inner.yaml --grace=1h")}" } }`,
  );
  const child = here.start(["run", "w.yaml", "--grace=4s"]);
  await until(() => here.has("up"), "the inner command runs");
  child.kill("SIGTERM");
  const { stdout } = await resultOf(child);
  assertStringIncludes(stdout, "outer │ 1 task: 1 interrupted\n");
});

Deno.test("a nested run starts with any grace period of the outer one", async () => {
  using here = new Workspace();
  here.write("w.yaml", "tasks: { a: { run: 'echo $LOCKSTEP_GRACE_MS' } }");
  // The third run in a row has three quarters of three quarters of the first one's 5 s.
  for (const [outer, inner] of [["3750", "2812"], ["0.5", "0"], ["-1", "5000"], ["x", "5000"]]) {
    const env = { LOCKSTEP_GRACE_MS: outer! };
    const { code, stdout, stderr } = await resultOf(here.start(["run", "w.yaml"], ["-A"], env));
    assertEquals([code, /│ (.*)/.exec(stdout)?.[1]], [0, inner], stdout + stderr);
  }
});

Deno.test("SIGTSTP stops a run with all commands, nested ones too, and SIGCONT continues them", async () => {
  using here = new Workspace();
  const tick = (name: string) => `"while :; do echo tick >> ${name}; sleep 0.02; done"`;
  here.write("inner.yaml", `tasks: { a: { run: ${tick("inner")} } }`);
  here.write(
    "w.yaml",
    `{ agents: { x: { slots: 2 } },
       tasks: { a: { run: ${tick("outer")} }, b: { run: "${here.command("run inner.yaml")}" } } }`,
  );
  const child = here.start(["run", "w.yaml"]);
  const sizes = () => [here.read("outer").length, here.read("inner").length];
  await here.appears("outer");
  await here.appears("inner");
  child.kill("SIGTSTP");
  await until(() => processState(String(child.pid)) === "T", "the run is stopped");
  const stopped = sizes();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals(sizes(), stopped);
  child.kill("SIGCONT");
  await until(() => sizes().every((size, i) => size > stopped[i]!), "the commands go on");
  child.kill("SIGINT");
  assertEquals((await resultOf(child)).code, 130);
});

Deno.test("a task that was asked to end ends with its command, after its last line", async () => {
  const run = [
    "trap 'sleep 0.5; echo bye; exit 1' INT TERM",
    "echo > up",
    "while :; do sleep 0.02; done",
  ];
  for (const timeout of ["200ms", "1h"]) {
    using here = new Workspace();
    here.write("w.yaml", JSON.stringify({ tasks: { a: { run, timeout } } }));
    const child = here.start(["run", "w.yaml"]);
    await until(() => here.has("up"), "the command runs");
    if (timeout === "1h") child.kill("SIGINT");
    const { stdout } = await resultOf(child);
    const end = /^(✗ a {2}timed out after 200ms \(|■ a {2}interrupted after )(.*?)\)?$/m.exec(
      stdout,
    );
    assert(end!.index > stdout.indexOf("  a │ bye\n"), stdout);
    const [, amount, unit] = /^([\d.]+)(m?s)$/.exec(end![2]!)!;
    assert(Number(amount) * (unit === "s" ? 1000 : 1) >= 500, stdout);
    assertStringIncludes(stdout, `  ${end![2]}`);
  }
});

/** A workflow with a command that writes without end, and one that logs when it is asked to end. */
const BESIDE_A_CHATTY_ONE = `
agents: { one: { slots: 2 } }
tasks:
  chatty: { run: yes }
  timed:
    timeout: 700ms
    run:
      - date +%s%N > began
      - trap 'date +%s%N > ended; exit 1' TERM
      - while :; do sleep 0.01; done
`;

/** Milliseconds between the timeout of the command and the signal that it got. */
function lateMs(here: Workspace): number {
  return (Number(here.read("ended")) - Number(here.read("began"))) / 1e6 - 700;
}

Deno.test("a timeout is on time beside a command that writes without end", async () => {
  for (const options of [["--output=fold"], ["--output=stream"], ["--json"]]) {
    using here = new Workspace();
    here.write("w.yaml", BESIDE_A_CHATTY_ONE);
    const child = here.start(["run", "w.yaml", "--keep-going", ...options]);
    const swallowed = child.stdout.pipeTo(new WritableStream());
    await here.appears("ended");
    const late = lateMs(here);
    child.kill("SIGINT");
    const interrupted = performance.now();
    await child.status;
    const tookMs = performance.now() - interrupted;
    await swallowed;
    await child.stdin.close();
    await child.stderr.cancel();
    assert(late < 500, `${late} ms late with ${options}`);
    assert(tookMs < 900, `${tookMs} ms to end with ${options}`);
  }
});

Deno.test("a stalled reader delays neither timeouts nor the ends of tasks", async () => {
  using here = new Workspace();
  here.write(
    "w.yaml",
    BESIDE_A_CHATTY_ONE + "  next: { run: echo > next, needs: timed, when: always }\n",
  );
  const child = here.start(["run", "w.yaml", "--keep-going"]);
  await here.appears("ended"); // though nothing reads its output
  await here.appears("next");
  assert(lateMs(here) < 500, `${lateMs(here)} ms late`);
  child.kill("SIGINT");
  assertEquals((await resultOf(child)).code, 130);
});

Deno.test("a second SIGINT ends a run whose output is not read", async () => {
  using here = new Workspace();
  const run = "while :; do head -c 65536 /dev/zero | tr '\\0' x; echo; echo >> written; done";
  here.write("w.yaml", JSON.stringify({ tasks: { a: { run } } }));
  const child = here.start(["run", "w.yaml"]);
  await here.appears("written");
  for (let length = 0; here.read("written").length > length;) { // until the pipes are full
    length = here.read("written").length;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  assertEquals((await child.status).code, 130);
  await child.stdin.close();
  await child.stdout.cancel();
  await child.stderr.cancel();
});

Deno.test("a standard output that cannot be written is reported, and the run fails", async () => {
  using here = new Workspace();
  here.write("w.yaml", `tasks: { a: { run: "echo hello; touch ended" } }`);
  for (const args of ["run w.yaml", "run w.yaml --json", "--help"]) {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${here.command(args)} > /dev/full`],
      cwd: here.path,
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [
      1,
      "lockstep: cannot write to standard output: No space left on device\n",
    ]);
  }
  assert(here.has("ended"));
});
