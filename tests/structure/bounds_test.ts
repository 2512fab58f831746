import { assert, assertEquals } from "@std/assert";
import { MEMBERSHIP_OPTIONS } from "../../src/agents/config.ts";
import {
  BREAKER_OPTIONS,
  CIRCUIT_BREAKER_OPTIONS,
  readBreakerConfig,
} from "../../src/breakers/config.ts";
import { CONFLICT_OPTIONS } from "../../src/conflicts/config.ts";
import type { Fifo } from "../../src/core/data/fifo.ts";
import { LOCK_OPTIONS } from "../../src/locks/config.ts";
import { sweep } from "../../src/locks/state.ts";
import { MESSAGE_OPTIONS } from "../../src/messages/config.ts";
import { METRICS_OPTIONS } from "../../src/metrics/config.ts";
import { DEFAULT_RULES } from "../../src/root/rules.ts";
import { TASK_OPTIONS } from "../../src/tasks/config.ts";
import { RoundRobinSchedulingStrategy } from "../../src/tasks/strategies.ts";
import { acquire, message, RootDriver } from "../coordination/driver.ts";
import { agent, place } from "../tasks/driver.ts";
import { BOUNDS } from "./bounds.ts";
import { collections, collectionsIn } from "./collections.ts";

const OPTIONS = new Set(
  [
    ...[MEMBERSHIP_OPTIONS, BREAKER_OPTIONS, CIRCUIT_BREAKER_OPTIONS, CONFLICT_OPTIONS],
    ...[LOCK_OPTIONS, MESSAGE_OPTIONS, METRICS_OPTIONS, TASK_OPTIONS],
  ].flatMap((table) => Object.keys(table)),
);

Deno.test("nothing grows without a bound: each collection has one in the table", () => {
  const kept = collections().filter((name) => !/(Step|FollowUps|Error)\.\w+$/.test(name));
  assertEquals(kept.toSorted(), Object.keys(BOUNDS).toSorted());
});

Deno.test("the bounds name options and collections that there are", () => {
  const fields = Object.keys(BOUNDS).map((key) => key.split(" ")[1]!);
  for (const [key, bound] of Object.entries(BOUNDS)) {
    for (const [, option] of bound.matchAll(/`(\w+)`/g)) assert(OPTIONS.has(option!), key);
    for (const [field] of bound.matchAll(/\b[A-Z]\w+\.#?\w+/g)) assert(fields.includes(field), key);
  }
});

Deno.test("collectionsIn() finds fields of states and of classes", () => {
  const text = `export interface S { a: Map<string, number>; b: number; readonly c: string[]; }
class C { readonly #d = new Set<string>(); #e: Fifo<number> | undefined; f = 1; }`;
  assertEquals(collectionsIn({ path: "src/x/state.ts", text }), ["S.a", "S.c", "C.#d", "C.#e"]);
  assertEquals(collectionsIn({ path: "src/x/client.ts", text }), ["C.#d", "C.#e"]);
});

/** The largest size of each collection, by its path in a state. */
type Sizes = Map<string, number>;

/** Notes the sizes of all collections in `part` of a state. */
function measure(part: unknown, path: string, sizes: Sizes, seen = new Set<unknown>()): void {
  if (typeof part !== "object" || part === null || seen.has(part)) return;
  seen.add(part);
  if (part instanceof Map || part instanceof Set || Array.isArray(part)) {
    const members = [...part.values()];
    sizes.set(path, Math.max(members.length, sizes.get(path) ?? 0));
    for (const member of members) measure(member, `${path}.*`, sizes, seen);
  } else if ("items" in part && "head" in part) { // a queue; what has left it is cleared away later
    const { items, head } = part as Fifo<unknown>;
    measure(items.slice(head), path, sizes, seen);
  } else {
    for (const [key, value] of Object.entries(part)) {
      if (key !== "previous" && key !== "next") measure(value, `${path}.${key}`, sizes, seen);
    }
  }
}

/** Steps commands with names of their own, for each of `from` to `to`, and returns all sizes. */
function churn(bench: RootDriver, from: number, to: number): Sizes {
  const sizes: Sizes = new Map();
  const { rules } = readBreakerConfig({}, () => "test");
  for (let i = from; i < to; i++) {
    const [a, b] = [`a${i}`, `b${i}`];
    bench.now += 10;
    bench.do(
      agent(a, { isImplicit: true, maxConcurrentTasks: 2 }),
      place(`t${i}`, a, { type: `type ${i}`, idempotencyKey: `k${i}`, requires: [] }),
      { type: "complete", taskId: `t${i}`, epoch: 0, result: i },
      acquire(`r${i}`, "same"),
      { type: "release", resourceId: `r${i}`, agentId: "same", owner: "same", epoch: 0 },
      { type: "note-requests", subject: "resource", subjectId: a, requests: [["same", i]] },
      { type: "define", resourceId: `d${i}`, capacity: 2 },
      { type: "define-breaker", name: `c${i}`, rules },
      message(a, b, 0, { messageId: `m${i}` }),
      { type: "attach-handler", agentId: b, handlerId: `h${i}` },
      { type: "ack-message", agentId: b, epoch: bench.state.messages.epoch + 1 },
      { type: "detach-handler", agentId: b, handlerId: `h${i}`, takesBack: true },
      message(a, `gone${i}`),
      { type: "close-mailbox", agentId: `gone${i}`, reason: "gone" },
      {
        type: "report-conflict",
        subject: "resource",
        subjectId: `s${i}`,
        disagreement: undefined,
        agents: [a, b],
      },
      {
        type: "decide-conflict",
        conflictId: `conflict-${i}`,
        strategy: "manual",
        decision: { type: "manual", winner: a, losers: [b], reason: "it is" },
      },
      { type: "read-version", resourceId: `v${i}`, agentId: a },
      { type: "commit-version", resourceId: `v${i}`, agentId: a, version: 0 } as never,
    );
    bench.pass(0);
    if (i % 50 !== 0) continue;
    sweep(bench.state.locks); // which happens by itself at 2,048 idle ones
    measure(bench.state, "", sizes);
  }
  return sizes;
}

Deno.test("the state of all subsystems doesn't grow with the names that come and go", () => {
  const most = 8;
  const bench = new RootDriver({
    agents: { maxAgents: most },
    tasks: { maxAgents: most, keepFinished: most, keepOutcomes: most, keepTypes: most },
    locks: { maxDefined: most },
    messages: {
      ...{ maxMailboxes: most, dedupeWindow: most, maxDeadLetters: most, maxKnownNames: most },
    },
    breakers: { maxBreakers: most },
    conflicts: {
      keepResolved: most,
      maxParties: most,
      keepRequests: most,
      maxIdleVersions: most,
      maxReadings: most,
    },
    rules: { ...DEFAULT_RULES, sharesAgents: true },
  });
  const early = churn(bench, 1, 600);
  const late = churn(bench, 600, 1_800);
  const grown = [...late].filter(([path, size]) => size > (early.get(path) ?? 0) + most);
  assertEquals(grown, []);
  const { tasks, messages, breakers, conflicts, locks, agents } = bench.state;
  assertEquals(
    [tasks.agents.size, tasks.tasks.size, messages.deadLetters.size, breakers.breakers.size],
    [most, most, most, most],
  );
  assertEquals([agents.members.size, locks.definitions], [most, most]);
  assert(messages.mailboxes.size <= most, `${messages.mailboxes.size} mailboxes`);
  assertEquals(conflicts.resolved.size, most);
});

Deno.test("a round-robin strategy remembers a bounded number of agents", () => {
  const strategy = new RoundRobinSchedulingStrategy();
  const choose = (ids: string[]) =>
    strategy.selectAgent({ id: "t" }, ids.map((id) => ({ id })), {
      taskLoads: new Map(),
      agentCapabilities: new Map(),
      agentPriorities: new Map(),
      taskHistory: new Map(),
      currentTime: new Date(0),
    } as never);
  choose(["first"]);
  for (let i = 0; i < 100_000; i++) choose([`${i}`]);
  assertEquals(choose(["99999", "first"]), "first"); // it was evicted, like one that is new
});
