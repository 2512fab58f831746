import { assertEquals } from "@std/assert";

/** Runs a program, and returns what it printed and whether it ended within the time. */
async function run(program: string): Promise<{ lines: string[]; isInTime: boolean }> {
  const mod = new URL("../../mod.ts", import.meta.url).href;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, program.replace("@lockstep/lockstep", mod));
  const signal = AbortSignal.timeout(20_000);
  const args = ["run", "--no-check", "--allow-read", path];
  const command = new Deno.Command(Deno.execPath(), { args, signal, stderr: "piped" });
  const { stdout } = await command.output();
  await Deno.remove(path);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return { lines, isInTime: !signal.aborted };
}

Deno.test("a timer keeps no process alive that has nothing else to do", async () => {
  const { lines, isInTime } = await run(`
import { AdvancedTaskScheduler, MessageRouter, ResourceManager } from "@lockstep/lockstep";
const locks = new ResourceManager();
await locks.acquire("r", "a", { leaseMs: 60_000 });
const scheduler = new AdvancedTaskScheduler();
await scheduler.submit({ id: "t", queueTimeoutMs: 60_000 });
const messages = new MessageRouter();
await messages.send("a", "b", 1, { ttlMs: 60_000 });
console.log("done");
`);
  assertEquals([lines, isInTime], [["done"], true]);
});

Deno.test("a call that waits keeps the process alive until its timer fires", async () => {
  const { lines } = await run(`
import { AdvancedTaskScheduler, MessageRouter, ResourceManager } from "@lockstep/lockstep";
const report = (call: Promise<unknown>) =>
  call.then((value) => console.log(value), (error) => console.log(error.name));
const locks = new ResourceManager();
await locks.acquire("r", "a");
report(locks.acquire("r", "b", { timeoutMs: 200 })).then(async () => {
  const messages = new MessageRouter();
  await report(messages.sendWithResponse("a", "b", 1, 200));
  const scheduler = new AdvancedTaskScheduler({ retryDelay: 200 });
  let attempts = 0;
  await scheduler.registerAgent({ id: "a" }, () => {
    if (attempts++ === 0) throw new Error("once");
    return attempts;
  });
  const { result } = await scheduler.submit({ id: "t" });
  await report(result);
});
`);
  assertEquals(lines, ["LockTimeoutError", "ResponseTimeoutError", "2"]);
});

Deno.test("a timer that is due for nothing keeps no process alive, whatever a caller awaits", async () => {
  const { lines, isInTime } = await run(`
import { AdvancedTaskScheduler } from "@lockstep/lockstep";
const scheduler = new AdvancedTaskScheduler();
await scheduler.registerAgent({ id: "a" }, () => "done");
const limited = await scheduler.submit({ id: "t1", timeoutMs: 60_000 });
console.log(await limited.result);
const stays = await scheduler.submit({ id: "t2", requires: ["gpu"] });
stays.result.then(console.log);
`);
  assertEquals([lines, isInTime], [["done"], true]);
});
