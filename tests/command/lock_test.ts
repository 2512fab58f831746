/** `lockstep lock`: its command, when the process that holds the lock is killed or loses the lock. */

import { assert, assertEquals } from "@std/assert";
import { LocalClient } from "../../src/client/local/mod.ts";
import { findHome } from "../../src/service/home.ts";
import { until } from "../server/driver.ts";
import { COMMAND, CommandDriver } from "./driver.ts";

/** A `lockstep lock` under way, and the processes of its command. */
class Locked implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** The ids of processes that the command wrote in its first line. */
  readonly ids: readonly number[];
  readonly #reader: ReadableStreamDefaultReader<string>;

  private constructor(
    child: Deno.ChildProcess,
    ids: number[],
    reader: ReadableStreamDefaultReader<string>,
  ) {
    this.child = child;
    this.ids = ids;
    this.#reader = reader;
  }

  static async start(driver: CommandDriver, script: string): Promise<Locked> {
    const child = driver.spawn(["lock", "db", "--", "sh", "-c", script]);
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) {
      const { value, done } = await reader.read();
      assert(!done, line);
      line += value;
    }
    return new Locked(child, line.trim().split(" ").map(Number), reader);
  }

  /** Waits until none of the processes is left. */
  async ended(): Promise<void> {
    await until(() => !this.ids.some(isAlive), 20_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.ids) if (isAlive(id)) Deno.kill(id, "SIGKILL");
    await this.child.status;
    await this.#reader.cancel();
    await this.child.stderr.cancel();
    await this.child.stdin.close().catch(() => {});
  }
}

function isAlive(id: number): boolean {
  try {
    Deno.kill(id, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

Deno.test("the command of lock ends with its descendants when lockstep is killed", async () => {
  await using driver = new CommandDriver();
  const script = "sleep 1000 & sh -c 'sleep 1001 & echo $! $$ > ids; wait' & " +
    "until [ -s ids ]; do sleep 0.1; done; echo $$ $! $(cat ids); wait";
  await using locked = await Locked.start(driver, script);
  assertEquals(locked.ids.length, 4);
  locked.child.kill("SIGKILL");
  await locked.ended();
});

Deno.test("the command of lock is asked to end first, and killed when it does not", async () => {
  await using driver = new CommandDriver();
  const script = "trap 'echo asked > asked' TERM; echo $$; while :; do sleep 1; done";
  await using locked = await Locked.start(driver, script);
  locked.child.kill("SIGKILL");
  await locked.ended();
  assertEquals(Deno.readTextFileSync(`${driver.folder}/asked`), "asked\n");
});

Deno.test("the command of lock ends with its descendants when the lock is lost", async () => {
  await using driver = new CommandDriver();
  await using locked = await Locked.start(driver, "sleep 1000 & echo $$ $!; wait");
  using client = new LocalClient(findHome({ dir: driver.folder }), { retryMs: 5_000 });
  const { agents } = await driver.json(["look"]);
  await client.removeAgent(agents[0].agentId, "an operator removed it");
  await locked.ended();
  assertEquals((await locked.child.status).code, 143);
});

Deno.test("processes that the command of lock leaves behind stay when it has ended", async () => {
  await using driver = new CommandDriver();
  const script = "sleep 1000 > /dev/null 2>&1 & echo $!";
  await using locked = await Locked.start(driver, script);
  assertEquals((await locked.child.status).code, 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert(isAlive(locked.ids[0]!));
});

Deno.test("lock passes signals on, and leaves the command in the group of the terminal", async () => {
  await using driver = new CommandDriver();
  const groups = "$(ps -o pgid= -p $$) $(ps -o pgid= -p $PPID)";
  const script =
    `trap 'exit 9' TERM; echo ${groups} > groups; echo $$; while :; do sleep 0.1; done`;
  await using locked = await Locked.start(driver, script);
  const [own, outer] = Deno.readTextFileSync(`${driver.folder}/groups`).trim().split(/ +/);
  assertEquals(own, outer);
  locked.child.kill("SIGTERM");
  assertEquals((await locked.child.status).code, 9);
});

const hasScript = Deno.build.os === "linux" &&
  (await new Deno.Command("sh", { args: ["-c", "command -v script"] }).output()).success;

Deno.test({
  name: "the command of lock may read from the terminal",
  ignore: !hasScript,
  async fn() {
    await using driver = new CommandDriver();
    const lockstep = `deno run -A --no-check --quiet --unstable-no-legacy-abort ${COMMAND}`;
    const command = `${
      lockstep.replace("deno", Deno.execPath())
    } lock db -- sh -c 'read -r line </dev/tty; echo "got $line"'`;
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      cwd: driver.folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("hello\n"));
    const { code, stdout } = await child.output();
    assertEquals(code, 0);
    assert(new TextDecoder().decode(stdout).includes("got hello"));
    await writer.close().catch(() => {});
  },
});
