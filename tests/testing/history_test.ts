import { assert, assertEquals } from "@std/assert";
import {
  checkEvents,
  checkHistory,
  HistoryChecker,
  type HistoryEntry,
  type HistoryOperation,
} from "../../src/testing/mod.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { EventBus, Logger, MessageRouter, ResourceManager, TaskScheduler } from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

/** Writes histories: each line is a call, a return or a fact. */
class Script {
  readonly entries: HistoryEntry[] = [];
  #at = 0;
  #id = 0;

  after(ms: number): this {
    this.#at += ms;
    return this;
  }

  call(agentId: string, call: HistoryOperation): number {
    this.entries.push({ type: "call", id: ++this.#id, agentId, at: this.#at, call });
    return this.#id;
  }

  answer(id: number, epoch?: number): this {
    const result = epoch === undefined ? {} : { epoch };
    this.entries.push({ type: "return", id, at: this.#at, accepted: true, ...result });
    return this;
  }

  refuse(id: number): this {
    this.entries.push({ type: "return", id, at: this.#at, accepted: false });
    return this;
  }

  /** A call that is answered before anything else is seen. */
  do(agentId: string, call: HistoryOperation, epoch?: number): this {
    return this.answer(this.call(agentId, call), epoch);
  }

  lose(resourceId: string, epoch: number): this {
    this.entries.push({ type: "lost", resourceId, epoch, at: this.#at });
    return this;
  }

  gone(agentId: string): this {
    this.entries.push({ type: "gone", agentId, at: this.#at });
    return this;
  }

  bury(messageId: string): this {
    this.entries.push({ type: "dead-lettered", messageId, at: this.#at });
    return this;
  }

  get broken(): string[] {
    return checkHistory(this.entries).map(({ rule }) => rule);
  }
}

const acquire = (resourceId: string, fields: object = {}): HistoryOperation => ({
  operation: "acquire",
  resourceId,
  ...fields,
});
const release = (resourceId: string, epoch: number): HistoryOperation => ({
  operation: "release",
  resourceId,
  epoch,
});
const access = (resourceId: string, epoch: number): HistoryOperation => ({
  operation: "access",
  resourceId,
  epoch,
});
const claim = (taskId: string): HistoryOperation => ({ operation: "claim", taskId });
const complete = (taskId: string, epoch: number): HistoryOperation => ({
  operation: "complete",
  taskId,
  epoch,
});
const send = (messageId: string, to: string, urgent = false): HistoryOperation => ({
  operation: "send",
  messageId,
  to,
  urgent,
});
const handle = (messageId: string): HistoryOperation => ({ operation: "handle", messageId });

Deno.test("a history of locks that pass from one to the next is accepted", () => {
  const script = new Script().do("a", acquire("r"), 1).do("a", access("r", 1));
  const waiting = script.call("b", acquire("r"));
  script.do("a", release("r", 1)).answer(waiting, 2).do("b", access("r", 2));
  assertEquals(script.broken, []);
});

Deno.test("two certain holders of an exclusive lock break MutualExclusion", () => {
  assertEquals(new Script().do("a", acquire("r"), 1).do("b", acquire("r"), 2).broken, [
    "MutualExclusion",
  ]);
});

Deno.test("a holder that crashed, lost its lock or outlasted its lease excludes no other", () => {
  const leased = acquire("r", { leaseMs: 100 });
  assertEquals(new Script().do("a", leased, 1).after(100).do("b", acquire("r"), 2).broken, []);
  assertEquals(
    new Script().do("a", leased, 1).after(99).do("b", acquire("r"), 2).broken,
    ["MutualExclusion"],
  );
  const lost = new Script().do("a", acquire("r"), 1).lose("r", 1).do("b", acquire("r"), 2);
  assertEquals(lost.broken, []);
  assertEquals(
    new Script().do("a", acquire("r"), 1).gone("a").do("b", acquire("r"), 2).broken,
    [],
  );
});

Deno.test("sharers hold together, and an exclusive holder beside them breaks MutualExclusion", () => {
  const shared = acquire("r", { mode: "shared" });
  const script = new Script().do("a", shared, 1).do("b", shared, 2);
  assertEquals(script.broken, []);
  assertEquals(script.do("c", acquire("r"), 3).broken, ["MutualExclusion"]);
});

Deno.test("a release counts from its call, since it may take effect at once", () => {
  const script = new Script().do("a", acquire("r"), 1);
  const releasing = script.call("a", release("r", 1));
  script.do("b", acquire("r"), 2).answer(releasing);
  assertEquals(script.broken, []);
});

Deno.test("a grant with the epoch of an earlier one breaks GrantRaisesEpoch", () => {
  const script = new Script().do("a", acquire("r"), 2).do("a", release("r", 2));
  assertEquals(script.do("b", acquire("r"), 2).broken, ["GrantRaisesEpoch"]);
});

Deno.test("epochs of calls that overlap may come back in either order", () => {
  const script = new Script();
  const first = script.call("a", acquire("r"));
  const second = script.call("b", acquire("r"));
  script.answer(second, 2).do("b", release("r", 2)).answer(first, 1);
  assertEquals(script.broken, []);
});

Deno.test("an accepted write under an epoch that is over breaks StaleWriteRefused", () => {
  const script = new Script().do("a", acquire("r"), 1).lose("r", 1).do("b", acquire("r"), 2);
  script.do("b", access("r", 2));
  const refused = script.call("a", access("r", 1));
  assertEquals(script.refuse(refused).broken, []);
  assertEquals(script.do("a", access("r", 1)).broken, ["StaleWriteRefused"]);
});

Deno.test("two accepted results of one task break CompletedOnce", () => {
  const script = new Script().do("a", claim("t"), 1).do("a", complete("t", 1));
  assertEquals(script.do("a", complete("t", 1)).broken, ["CompletedOnce"]);
});

Deno.test("an accepted result of a claim that was over breaks StaleRejected", () => {
  const script = new Script().do("a", claim("t"), 1).do("b", claim("t"), 2);
  assertEquals(script.do("a", complete("t", 1)).broken, ["StaleRejected"]);
});

Deno.test("a claim under an epoch that is not new breaks EpochMonotonic", () => {
  assertEquals(new Script().do("a", claim("t"), 3).do("b", claim("t"), 3).broken, [
    "EpochMonotonic",
  ]);
});

Deno.test("a claim of a task that is done breaks TerminalIsTerminal", () => {
  const script = new Script().do("a", claim("t"), 1).do("a", complete("t", 1));
  assertEquals(script.do("b", claim("t"), 2).broken, ["TerminalIsTerminal"]);
});

Deno.test("messages of one sender that overtake each other break FifoPerPair", () => {
  const script = new Script().do("a", send("m1", "c")).do("a", send("m2", "c"));
  assertEquals(script.do("c", handle("m2")).broken, ["FifoPerPair"]);
});

Deno.test("messages of different senders, urgent messages and those after a dead letter may overtake", () => {
  const script = new Script().do("a", send("m1", "c")).do("b", send("m2", "c"));
  script.do("a", send("m3", "c", true)).do("c", handle("m2")).do("c", handle("m3"));
  script.do("a", send("m4", "c")).bury("m1").do("c", handle("m4"));
  assertEquals(script.broken, []);
});

Deno.test("a message that fails is delivered again, and one that is handled is not", () => {
  const script = new Script().do("a", send("m", "c"));
  script.refuse(script.call("c", handle("m"))).do("c", handle("m"));
  assertEquals(script.broken, []);
  script.call("c", handle("m"));
  assertEquals(script.broken, ["HandledOnce"]);
});

Deno.test("a message that was never sent breaks NothingFromNowhere", () => {
  assertEquals(new Script().do("c", handle("m")).broken, ["NothingFromNowhere"]);
});

Deno.test("a waiter that is overtaken by more than priority is worth breaks BoundedBypass", () => {
  const overtaking = (laterMs: number, priority: number) => {
    const script = new Script().do("a", acquire("r"), 1);
    script.call("b", acquire("r"));
    const late = script.after(laterMs).call("c", acquire("r", { priority }));
    return script.do("a", release("r", 1)).answer(late, 2).broken;
  };
  assertEquals(overtaking(0, 0), []);
  assertEquals(overtaking(1, 0), ["BoundedBypass"]);
  assertEquals(overtaking(9_999, 1), []);
  assertEquals(overtaking(10_000, 1), ["BoundedBypass"]);
});

Deno.test("a waiter that crashed may be overtaken", () => {
  const script = new Script().do("a", acquire("r"), 1);
  script.call("b", acquire("r"));
  const late = script.after(100).call("c", acquire("r"));
  assertEquals(script.gone("b").do("a", release("r", 1)).answer(late, 2).broken, []);
});

Deno.test("a call without a return is no violation", () => {
  const script = new Script();
  for (const call of [acquire("r"), claim("t"), complete("t", 1), send("m", "b")]) {
    script.call("a", call);
  }
  assertEquals(script.do("b", acquire("r"), 1).do("b", claim("t"), 1).broken, []);
});

Deno.test("a checker names the entry that shows a violation", () => {
  const [violation] = checkHistory(
    new Script().do("a", acquire("r"), 1).do("b", acquire("r"), 2).entries,
  );
  assertEquals(violation?.position, 3);
  assertEquals(violation?.message, '"b" got "r" under epoch 2 while "a" (1) had it');
});

/** An event with the fields that rules look at. */
function said(type: LockstepEvent["type"], fields: object): readonly [LockstepEvent, number] {
  return [{ type, ...fields } as LockstepEvent, 0];
}

Deno.test("events of two holders, of another's release, and of one epoch twice are violations", () => {
  const granted = (owner: string, epoch: number) =>
    said("resource:acquired", {
      ...{ resourceId: "r", agentId: owner, owner, epoch, mode: "exclusive", units: 1, waitId: 0 },
    });
  const released = (owner: string, epoch: number) =>
    said("resource:released", { resourceId: "r", owner, epoch });
  const rules = (...events: (readonly [LockstepEvent, number])[]) =>
    checkEvents(events).map(({ rule }) => rule);
  assertEquals(rules(granted("a", 1), released("a", 1), granted("b", 2)), []);
  assertEquals(rules(granted("a", 1), granted("b", 2)), ["MutualExclusion"]);
  assertEquals(rules(granted("a", 1), released("b", 2)), ["ReleaseOnlyByHolder"]);
  assertEquals(rules(granted("a", 1), released("a", 1), granted("b", 1)), ["GrantRaisesEpoch"]);
});

Deno.test("events of deliveries out of order, twice or at the same time are violations", () => {
  const sent = (id: string) =>
    said("message:sent", { from: "a", to: "b", message: { id, from: "a", to: "b", priority: 0 } });
  const received = (id: string, epoch: number) =>
    said("message:received", {
      handlerId: "",
      message: { id, from: "a", to: "b", priority: 0, epoch },
    });
  const acked = (messageId: string, epoch: number) =>
    said("message:acked", { from: "a", to: "b", messageId, handlerId: "", epoch });
  const rules = (...events: (readonly [LockstepEvent, number])[]) =>
    checkEvents(events).map(({ rule }) => rule);
  const both = [sent("1"), sent("2")];
  assertEquals(rules(...both, received("1", 1), acked("1", 1), received("2", 2)), []);
  assertEquals(rules(...both, received("1", 1), received("2", 2)), ["FifoPerPair"]);
  assertEquals(rules(...both, received("2", 1), acked("2", 1), received("1", 2)), ["FifoPerPair"]);
  assertEquals(rules(sent("1"), received("1", 1), acked("1", 1), acked("1", 1)), ["HandledOnce"]);
  assertEquals(rules(received("1", 1)), ["NothingFromNowhere"]);
});

Deno.test("a checker that watches a real system finds nothing wrong with it", async () => {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  const logger = new Logger({ level: "error" });
  const checker = new HistoryChecker();
  const unwatch = checker.watch(eventBus);
  await using locks = new ResourceManager({}, eventBus, logger, { clock });
  await using tasks = new TaskScheduler({}, eventBus, logger, { clock });
  await using router = new MessageRouter({}, eventBus, logger, { clock });
  const seen: unknown[] = [];
  eventBus.on("resource:acquired", () => seen.push("lock"));
  eventBus.on("task:completed", () => seen.push("task"));
  eventBus.on("message:acked", () => seen.push("message"));

  router.subscribe("b", () => {});
  for (let i = 0; i < 20; i++) {
    await router.send("a", "b", { i });
    const handle = await locks.acquire("r", `agent-${i % 3}`);
    await handle.release();
  }
  await tasks.assignTask({ id: "t" }, "x");
  await tasks.completeTask("t", "done");
  assertEquals(checker.violations, []);
  assertEquals(new Set(seen).size, 3);
  unwatch();
});

Deno.test("the cost of a check grows with the length of the history and not faster", () => {
  const history = (length: number) => {
    const script = new Script();
    for (let i = 1; i <= length; i++) {
      const waiting = script.call(`b${i % 50}`, acquire("r", { priority: i % 3 }));
      script.after(20_000).answer(waiting, i).do(`b${i % 50}`, access("r", i));
      script.do(`b${i % 50}`, release("r", i));
      script.do("a", send(`m${i}`, "b")).do("b", handle(`m${i}`));
      script.do("a", claim(`t${i}`), i).do("a", complete(`t${i}`, i));
    }
    return script.entries;
  };
  const millisecondsFor = (entries: HistoryEntry[]) => {
    const begin = performance.now();
    assertEquals(checkHistory(entries), []);
    return performance.now() - begin;
  };
  const short = history(1_000);
  const long = history(16_000);
  // Linear is 16 times as long and quadratic 256 times; on a busy machine a single look says little.
  const isLinear = () => millisecondsFor(long) < 16 * 6 * millisecondsFor(short);
  assert(Array.from({ length: 20 }).some(isLinear), "16 times the length takes far more than that");
});
