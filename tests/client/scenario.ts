/**
 * One scenario for a manager in this process and for a client of a server: what each call answers, or
 * the code of its error.
 */

import { NonRetryableError } from "../../mod.ts";

/** What the two have in common. */
// deno-lint-ignore no-explicit-any
export type System = any;

/** The names and codes of errors of malformed arguments. */
const MALFORMED = new Set(["TypeError", "RangeError", "invalid-request", "invalid-argument"]);

/** Runs the scenario, and returns what was answered, without times. */
export async function scenario(system: System): Promise<unknown[]> {
  const log: unknown[] = [];
  const note = async (name: string, call: () => unknown) => {
    try {
      log.push([name, plain(await call())]);
    } catch (error) {
      const { code, name: kind } = error as { code?: string; name: string };
      const isMalformed = MALFORMED.has(code ?? kind);
      log.push([name, "rejects", isMalformed ? "malformed" : code ?? kind]);
    }
  };

  const a = await system.registerAgent({ id: "a", mode: "pull", capabilities: ["sql"] });
  const b = await system.registerAgent({ id: "b", mode: "pull" });
  await note("no task", () => a.claim({ waitMs: 0 }));
  const one = await system.submit({ id: "one", input: [1, "é", null], priority: 3 });
  const two = await system.submit({ id: "two", dependencies: ["one"], retries: 1 });
  await note("a duplicate", () => system.submit({ id: "one" }));
  await note("a cycle", async () => {
    await system.submit({ id: "x", dependencies: ["y"] });
    await system.submit({ id: "y", dependencies: ["x"] });
  });
  await note("no id", () => system.submit({ id: "" }));
  await note("a wrong type", () => system.submit({ id: "z", retries: -1 }));
  await note("cancel", () => system.cancelTask("x", "it is in a cycle"));
  await note("cancel an unknown one", () => system.cancelTask("nothing"));

  const claim = await a.claim({ waitMs: 1_000 });
  await note("the claim", () => [claim.task.id, claim.task.input, claim.attempt, claim.epoch]);
  await note("the claim again", async () => (await a.claim({ waitMs: 0 })).epoch === claim.epoch);
  await note("another agent", () => b.claim({ waitMs: 0, taskId: "one" }));
  await note("progress", () => claim.progress(50));
  await note("note", () => claim.note("half of it"));
  await note("child", async () => void await claim.submit({ id: "child", assignedAgent: "b" }));
  claim.summarize("one is done");
  const child = await b.claim({ waitMs: 1_000 });
  await note("complete the child", () => child.complete("c"));
  await note("complete", () => claim.complete({ sum: 1 }));
  await note("the result", () => one.result);

  const second = await b.claim({ waitMs: 1_000 });
  await note("dependencies", () => second.dependencies);
  await note("fail", () => second.fail(new Error("once")));
  const third = await b.claim({ waitMs: 5_000 });
  await note("the second attempt", () => third.attempt);
  await note("fail for good", () => third.fail(new NonRetryableError("never")));
  await note("the failure", () => two.result);
  await note("a late report", () => second.complete(1));

  await note("block", async () => {
    await system.submit({ id: "asks" });
    await (await a.claim({ waitMs: 1_000 })).block("which one?");
    await system.answerTask("asks", "that one");
    const again = await a.claim({ waitMs: 1_000 });
    const { answer, question } = again.task;
    await again.complete();
    return [question, answer];
  });
  await note("give back", async () => {
    await system.submit({ id: "back" });
    const claim = await a.claim({ waitMs: 1_000 });
    await claim.release("later");
    const again = await a.claim({ waitMs: 1_000 });
    await again.complete();
    return [again.attempt, again.epoch > claim.epoch];
  });
  await note("approval", async () => {
    const handle = await system.submit({ id: "careful", requiresApproval: true });
    await (await a.claim({ waitMs: 1_000 })).complete("a result");
    await system.acceptResult("careful");
    return await handle.result;
  });
  await note("list", async () => {
    const { tasks } = await system.listTasks({ status: "completed" });
    return tasks.map(({ id }: { id: string }) => id);
  });
  await note("list by a wrong status", () => system.listTasks({ status: "done" }));
  await note("retry", async () => {
    const handle = await system.retryTask("two");
    await (await a.claim({ waitMs: 1_000 })).complete("at last");
    return await handle.result;
  });

  const lock = await a.acquire("db");
  await note("the lock", () => [lock.resource, lock.agent, lock.epoch > 0]);
  await note("the same lock", async () => (await a.acquire("db")).epoch === lock.epoch);
  await note("try", () => b.tryAcquire("db"));
  await note("time out", () => b.acquire("db", { timeoutMs: 50 }));
  await note("a malformed lock", () => b.acquire("db", { timeoutMs: -1 }));
  await note("hand-off", async () => {
    const wait = b.acquire("db", { timeoutMs: 5_000 });
    await lock.release();
    const next = await wait;
    return [next.epoch > lock.epoch, next.agent];
  });
  await note("a stale release", () => lock.release());
  await note("not the holder", () => a.release("db"));
  await note("deadlock", async () => {
    await a.acquire("x");
    const wait = a.acquire("db", { timeoutMs: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await b.acquire("x", { timeoutMs: 5_000 }).finally(() => b.release("db"));
    await wait;
  });
  await note("paths", async () => {
    const paths = await a.acquirePaths(["src/**", "docs/*.md"]);
    const check = await b.checkPaths(["src/x.ts"]);
    await paths.release();
    return [paths.resource, check.isFree, check.heldBy[0].agentId];
  });
  await note("a path outside", () => a.acquirePaths(["../x"]));

  await note("a message", async () => {
    await a.send("b", { text: "hi" });
    const received = await b.receive({ waitMs: 1_000 });
    await received.ack();
    return [received.message.payload, received.message.from];
  });
  await note("a request", async () => {
    const asked = a.request("b", "2 + 2?", { timeoutMs: 5_000 });
    const { message, ack } = await bound(b.receive({ waitMs: 1_000 }));
    await b.sendResponse(message.id, 4);
    await ack();
    return await asked;
  });
  await note("an error as the answer", async () => {
    const asked = a.request("b", "?", { timeoutMs: 5_000 });
    asked.catch(() => {});
    const { message, ack } = await bound(b.receive({ waitMs: 1_000 }));
    await b.rejectRequest(message.id, new Error("no"));
    await ack();
    return await asked;
  });
  await note("no answer", () => a.request("b", "?", { timeoutMs: 50 }));

  await note("explain", async () => {
    const { kind, status, summary } = await system.explain("two");
    return [kind, status, summary];
  });
  await note("explain nothing", () => system.explain("nothing"));
  await note("agents", async () => {
    return (await system.listAgents()).map(({ agentId }: { agentId: string }) => agentId);
  });
  await note("pause and resume", async () => {
    await system.pause("for a while");
    await system.submit({ id: "late" });
    const none = await a.claim({ waitMs: 50 });
    await system.resume();
    const claim = await a.claim({ waitMs: 1_000 });
    await claim.complete();
    return [none, claim.task.id];
  });
  await note("remove", () => system.removeAgent("b", "it is done"));
  await note("after the end", () => b.claim({ waitMs: 0 }));
  await note("a handler", async () => {
    await system.registerAgent(
      { id: "c", mode: "push" },
      (task: { input: number }) => task.input + 1,
    );
    const handle = await system.submit({ id: "call", input: 1, assignedAgent: "c" });
    return await handle.result;
  });
  return log;
}

/** Returns a received message with its methods bound. */
// deno-lint-ignore no-explicit-any
async function bound(receiving: Promise<any>): Promise<any> {
  const received = await receiving;
  return { message: received.message, ack: () => received.ack() };
}

/** Returns a value as JSON has it; `undefined` as `null`. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
