/**
 * Checks a recorded history of a system, simulated or real, against the promises of the system.
 *
 * @module
 */

import type { EventBus } from "../core/bus/event_bus.ts";
import type { Unsubscribe } from "../core/bus/event_types.ts";
import type { LockstepEvent } from "../root/events.ts";
import type { Instant } from "../core/machine.ts";
import { DEFAULT_AGING_MS, EventRules, RULED_EVENTS } from "./event_rules.ts";
import type {
  HistoryCall,
  HistoryEntry,
  HistoryOperation,
  HistoryReturn,
  HistoryViolation,
} from "./history.ts";
import { LockRules, MessageRules, TaskRules, type Waiting } from "./history_rules.ts";

/** Options of {@linkcode HistoryChecker}. */
export interface HistoryOptions {
  /** The milliseconds by which a point of priority makes a wait older. @default 10_000 */
  agingMs?: number;
  /**
   * The milliseconds that a call may take to reach the system: of two waits that begin closer to each
   * other than that, either may be served first. @default 0
   */
  slackMs?: number;
}

/** A call without its return. */
interface Open {
  readonly entry: HistoryCall;
  readonly position: number;
  /** The newest known epoch of its subject when it began. */
  readonly floor: number;
  readonly waiting: Waiting | undefined;
}

/** The open calls and the grants of a client. */
interface Client {
  readonly open: Set<number>;
  /** The epoch of each grant, by resource. */
  readonly holds: Map<string, number>;
}

/**
 * Checks a history entry by entry, at a cost linear in its length, and reports violations of:
 *
 * - `MutualExclusion`: an exclusive lock has one holder;
 * - `GrantRaisesEpoch`, `StaleWriteRefused`: each grant of a resource has a larger epoch than those
 *   before, and the resource accepts no write under an older epoch than one that it has seen;
 * - `CompletedOnce`, `StaleRejected`, `EpochMonotonic`, `TerminalIsTerminal`: a task has one accepted
 *   result, under its newest claim, and each claim has a larger epoch than those before;
 * - `FifoPerPair`, `HandledOnce`, `NothingFromNowhere`: the messages from one agent to another are
 *   handled in the order in which they were sent, once each;
 * - `BoundedBypass`: a waiter is overtaken only by one whose priority outweighs its later start;
 *   events say when a wait begins, so the order of a queue is exact there, which is `ServedInOrder`.
 *
 * A history consists either of entries recorded at clients ({@linkcode add}) or of events
 * ({@linkcode event}); one checker doesn't mix the two.
 *
 * @example
 * ```ts
 * import { HistoryChecker } from "@lockstep/lockstep/testing";
 *
 * const checker = new HistoryChecker();
 * const call = { operation: "acquire", resourceId: "db" } as const;
 * checker.add({ type: "call", id: 1, agentId: "a", at: 0, call });
 * checker.add({ type: "return", id: 1, at: 5, accepted: true, epoch: 1 });
 * checker.add({ type: "call", id: 2, agentId: "b", at: 6, call });
 * checker.add({ type: "return", id: 2, at: 7, accepted: true, epoch: 2 });
 * console.log(checker.violations[0]?.rule); // MutualExclusion
 * ```
 */
export class HistoryChecker {
  readonly #violations: HistoryViolation[] = [];
  readonly #open = new Map<number, Open>();
  readonly #clients = new Map<string, Client>();
  readonly #locks: LockRules;
  readonly #tasks: TaskRules;
  readonly #messages: MessageRules;
  readonly #events: EventRules;
  #position = 0;

  /** Creates a checker of an empty history. */
  constructor({ agingMs = DEFAULT_AGING_MS, slackMs = 0 }: HistoryOptions = {}) {
    const report = (rule: string, message: string) => {
      this.#violations.push({ rule, position: this.#position, message });
    };
    this.#locks = new LockRules(report, agingMs, slackMs, false);
    this.#tasks = new TaskRules(report);
    this.#messages = new MessageRules(report);
    this.#events = new EventRules(report, agingMs);
  }

  /** The violations so far, in the order of the history. */
  get violations(): readonly HistoryViolation[] {
    return this.#violations;
  }

  /** Checks the next entry. */
  add(entry: HistoryEntry): void {
    switch (entry.type) {
      case "call":
        this.#begin(entry);
        break;
      case "return":
        this.#end(entry);
        break;
      case "lost":
        this.#locks.end(entry.resourceId, entry.epoch);
        break;
      case "dead-lettered":
        this.#messages.drop(entry.messageId);
        break;
      case "gone":
        this.#forget(entry.agentId);
        break;
    }
    this.#position++;
  }

  /** Checks the next event. */
  event(event: LockstepEvent, at: Instant): void {
    this.#events.take(event, at);
    this.#position++;
  }

  /** Checks every event of `eventBus` until the returned function is called. */
  watch(eventBus: EventBus): Unsubscribe {
    const take = (event: LockstepEvent, _sequence: number, at: Instant) => this.event(event, at);
    const unsubscribe = RULED_EVENTS.map((name) => eventBus.on(name, take));
    return () => unsubscribe.forEach((each) => each());
  }

  #begin(entry: HistoryCall): void {
    const { id, agentId, at, call } = entry;
    let waiting: Waiting | undefined;
    if (call.operation === "acquire") {
      waiting = { sequence: id, priority: call.priority ?? 0, since: at, hasEnded: false };
      this.#locks.wait(waiting, call.resourceId);
    } else if (call.operation === "release") {
      this.#locks.end(call.resourceId, call.epoch);
      this.#clientOf(agentId).holds.delete(call.resourceId);
    } else if (call.operation === "send") {
      const { messageId, to, urgent = false } = call;
      this.#messages.begin(messageId, agentId, to, urgent, this.#position);
    } else if (call.operation === "handle") {
      this.#messages.deliver(call.messageId);
    }
    this.#clientOf(agentId).open.add(id);
    this.#open.set(id, { entry, position: this.#position, floor: this.#floorOf(call), waiting });
  }

  #end(entry: HistoryReturn): void {
    const open = this.#open.get(entry.id);
    if (open === undefined) return;
    this.#open.delete(entry.id);
    this.#clientOf(open.entry.agentId).open.delete(entry.id);
    if (open.waiting !== undefined) open.waiting.hasEnded = true;
    if (entry.accepted) this.#accept(open, entry);
    else if (open.entry.call.operation === "send") this.#messages.drop(open.entry.call.messageId);
  }

  #accept({ entry: { agentId, call }, floor, waiting }: Open, { at, epoch = 0 }: HistoryReturn) {
    switch (call.operation) {
      case "acquire": {
        const { resourceId, mode = "exclusive", units = 1, leaseMs = 0 } = call;
        const expiresAt = leaseMs === 0 ? Infinity : waiting!.since + leaseMs;
        const grant = { resourceId, owner: agentId, epoch, mode, units, expiresAt, floor };
        this.#clientOf(agentId).holds.set(resourceId, epoch);
        return this.#locks.grant(grant, waiting, at);
      }
      case "access":
        return this.#locks.access(call.resourceId, call.epoch, floor);
      case "claim":
        return this.#tasks.claim(call.taskId, epoch, floor);
      case "complete":
        return this.#tasks.complete(call.taskId, call.epoch, floor);
      case "send":
        return this.#messages.complete(call.messageId, this.#position);
      case "handle":
        return this.#messages.handle(call.messageId);
    }
  }

  /** Ends what a crashed client holds, and ignores its open calls, which may take effect or not. */
  #forget(agentId: string): void {
    const client = this.#clients.get(agentId);
    if (client === undefined) return;
    this.#clients.delete(agentId);
    for (const [resourceId, epoch] of client.holds) this.#locks.end(resourceId, epoch);
    for (const id of client.open) {
      const { waiting } = this.#open.get(id)!;
      if (waiting !== undefined) waiting.hasEnded = true;
      this.#open.delete(id);
    }
  }

  #clientOf(agentId: string): Client {
    let client = this.#clients.get(agentId);
    if (client === undefined) {
      client = { open: new Set(), holds: new Map() };
      this.#clients.set(agentId, client);
    }
    return client;
  }

  #floorOf(call: HistoryOperation): number {
    switch (call.operation) {
      case "acquire":
        return this.#locks.newest(call.resourceId);
      case "access":
        return this.#locks.touched(call.resourceId);
      case "claim":
      case "complete":
        return this.#tasks.newest(call.taskId);
      default:
        return 0;
    }
  }
}

/** Checks a history recorded at clients, and returns the violations in its order. */
export function checkHistory(
  history: Iterable<HistoryEntry>,
  options?: HistoryOptions,
): readonly HistoryViolation[] {
  const checker = new HistoryChecker(options);
  for (const entry of history) checker.add(entry);
  return checker.violations;
}

/** Checks the events of a system, each with its time, and returns the violations in their order. */
export function checkEvents(
  events: Iterable<readonly [event: LockstepEvent, at: Instant]>,
  options?: HistoryOptions,
): readonly HistoryViolation[] {
  const checker = new HistoryChecker(options);
  for (const [event, at] of events) checker.event(event, at);
  return checker.violations;
}
