/**
 * The slow, obvious twin of the lock machine: two lists, one of what is held and one of who waits,
 * and every question answered by looking through them.
 *
 * It doesn't predict the order in which consequences come. It reads the events of a step one by
 * one and demands of each that it may happen now, of the step that it answers its command as the
 * rules say, and of its end that nothing more could happen.
 */

import { assert, assertEquals } from "@std/assert";
import type { DeadlockDetected, LockEvent } from "../../src/locks/events.ts";
import type { LockMode, ResourceRequest } from "../../src/locks/types.ts";
import type { LockCommand, ResourceCommand } from "../../src/locks/commands.ts";
import { agentOf, near } from "./commands.ts";
import { DEFAULT_LOCK_CONFIG, type LockConfig } from "../../src/locks/config.ts";

export interface TwinHold extends ResourceRequest {
  owner: string;
  epoch: number;
  since: number;
  waitId: number;
  leaseMs: number;
  /** Above 0 while it is kept for a caller that has left. */
  keepMs: number;
  /** Due at, and in which order among those due at once. */
  timer: [at: number, sequence: number];
}

/** When a caller leaves its wait or, once it has left, when the wait lapses. */
interface TwinCaller {
  wait: TwinWait;
  keepMs: number;
  isGone: boolean;
  timer: [at: number, sequence: number];
}

/** The outcome of a wait whose caller had left. */
interface TwinEnded {
  owner: string;
  ended: number;
  timer: [at: number, sequence: number];
}

export interface TwinWait {
  id: number;
  owner: string;
  requests: readonly ResourceRequest[];
  priority: number;
  rank: number;
  since: number;
  timeoutMs: number;
  leaseMs: number;
  timer: [at: number, sequence: number];
  caller?: TwinCaller;
}

export interface TwinAsk {
  askId: string;
  /** Orders asks and waits by age. */
  id: number;
  owner: string;
  to: string;
  priority: number;
  since: number;
}

/** A wait, or a command, that gets several locks one after the other. */
interface Grant {
  waitId: number;
  owner: string;
  since: number;
  leaseMs: number;
  caller?: TwinCaller;
  open: ResourceRequest[];
}

type Of<Type extends LockEvent["type"]> = Extract<LockEvent, { type: Type }>;

export class Twin {
  readonly config: LockConfig;
  readonly capacities = new Map<string, number>();
  holds: TwinHold[] = [];
  waits: TwinWait[] = [];
  asks: TwinAsk[] = [];
  ended: TwinEnded[] = [];
  epoch = 0;
  #lastWait = 0;
  #timers = 0;
  #now = 0;
  #events: readonly LockEvent[] = [];
  #next = 0;
  #grant: Grant | undefined;
  #revoke: TwinHold | undefined;

  constructor(config: Partial<LockConfig> = {}) {
    this.config = { ...DEFAULT_LOCK_CONFIG, ...config };
  }

  /** Follows one step; throws when it isn't one that the rules allow. */
  follow(command: LockCommand, now: number, events: readonly LockEvent[]): void {
    this.#now = now;
    this.#events = events;
    this.#next = 0;
    if (command.type === "resume-listening") {
      const { unheardMs = Infinity } = command;
      for (const hold of this.holds.toSorted((a, b) => a.epoch - b.epoch)) {
        const length = hold.keepMs || hold.leaseMs;
        if (length > 0 && unheardMs >= length / 4) this.#renewed(hold, 0);
      }
      for (const { caller } of this.waits) {
        if (!caller?.isGone || unheardMs < caller.keepMs / 4) continue;
        caller.timer[0] = now + caller.keepMs;
        this.#takeDetached(caller.wait, caller.keepMs);
      }
    }
    for (let due = this.#due(); due !== undefined; due = this.#due()) {
      if ("ended" in due) this.ended = this.ended.filter((other) => other !== due);
      else if ("isGone" in due) {
        if (!due.isGone) this.#leaves(due.wait, due.keepMs);
        else this.#waitEnds(due.wait, "resource:abandoned", { reason: "lapsed" });
      } else if ("requests" in due) {
        this.#waitEnds(due, "resource:timed-out", { timeoutMs: due.timeoutMs });
      } else this.#holdEnds(due, "resource:expired");
      this.#consequences();
    }
    this.#answer(command);
    this.#consequences();
    assertEquals(events.slice(this.#next), [], "nothing else may happen");
  }

  /** When something is due next. */
  deadline(): number {
    return Math.min(...this.#timed().map(({ timer }) => timer[0]));
  }

  #timed(): (TwinHold | TwinWait | TwinCaller | TwinEnded)[] {
    const callers = this.waits.flatMap(({ caller }) => caller ?? []);
    return [...this.holds, ...this.waits, ...callers, ...this.ended];
  }

  /** All who wait for a resource, in the order in which they are served. */
  queue(resourceId: string): TwinWait[] {
    return this.waits
      .filter((wait) => wait.requests.some((request) => request.resourceId === resourceId))
      .sort((a, b) => a.rank - b.rank || a.id - b.id);
  }

  /**
   * Owners that would still wait if all who can go on were done: for a lock, or for the answer of
   * somebody who does.
   */
  stuck(): Set<string> {
    let stuck = new Set([...this.waits, ...this.asks].map(({ owner }) => owner));
    for (let before = -1; before !== stuck.size;) {
      before = stuck.size;
      const kept = this.waits.filter((wait) =>
        stuck.has(wait.owner) &&
        wait.requests.some((request) => !this.#comesTrue(wait, request, stuck))
      );
      stuck = this.#askers(new Set(kept.map(({ owner }) => owner)), stuck);
    }
    return stuck;
  }

  /** Whether at least two lock holders wait for each other by requests alone; with `agent` one of them. */
  isAskingInCircles(agent?: string): boolean {
    const names = agent === undefined ? this.asks.map(({ owner }) => owner) : [agent];
    return names.some((name) => {
      const asking = this.#askers(new Set([name]));
      const knot = [...asking].filter((other) => this.#askers(new Set([other])).has(name));
      const holders = knot.filter((other) => this.holds.some(({ owner }) => owner === other));
      return holders.length >= 2;
    });
  }

  /** Those of `all` that request one of `asked`, directly or not, and `asked` themselves. */
  #askers(asked: Set<string>, all?: ReadonlySet<string>): Set<string> {
    for (let before = -1; before !== asked.size;) {
      before = asked.size;
      for (const { owner, to } of this.asks) {
        if (asked.has(to) && (all === undefined || all.has(owner))) asked.add(owner);
      }
    }
    return asked;
  }

  /** The grants that may be made. */
  grantable(): TwinWait[] {
    return this.waits.filter((wait) =>
      wait.requests.every((request) => !this.#isBlocked(wait, request))
    );
  }

  // What the command itself does.

  #answer(command: LockCommand): void {
    switch (command.type) {
      case "acquire":
        return this.#acquire(command, [command]);
      case "acquire-all":
        return this.#acquire(command, command.requests);
      case "release":
      case "renew": {
        const { resourceId, owner, epoch } = command;
        const hold = this.#held(owner, resourceId);
        if (hold === undefined || (epoch !== 0 && epoch !== hold.epoch)) {
          const epochStands = epoch === 0 ||
            this.#on(resourceId).some((other) => other.epoch === epoch);
          const reason = hold === undefined && epochStands ? "not-holder" : "stale-epoch";
          return this.#refused(command, resourceId, reason);
        }
        if (command.type === "release") return this.#holdEnds(hold, "resource:released");
        if (hold.keepMs > 0 && (command.leaseMs || hold.leaseMs) === 0) hold.timer = [Infinity, -1];
        hold.keepMs = 0;
        return this.#renewed(hold, command.leaseMs);
      }
      case "cancel-wait": {
        const wait = this.waits.find((w) => w.id === command.waitId && w.owner === command.owner);
        if (wait !== undefined) return this.#waitEnds(wait, "resource:cancelled", {});
        const held = this.holds
          .filter((h) => h.waitId === command.waitId && h.owner === command.owner)
          .sort((a, b) => a.epoch - b.epoch);
        if (held.length === 0) return this.#refused(command, "", "not-waiting");
        for (const hold of held) this.#holdEnds(hold, "resource:released");
        return;
      }
      case "detach-wait":
        return this.#detach(command);
      case "release-all": {
        const waits = this.waits.filter((wait) => wait.owner === command.owner);
        const held = this.holds.filter((hold) => hold.owner === command.owner);
        for (const wait of waits) this.#waitEnds(wait, "resource:abandoned", { reason: "gone" });
        for (
          const ask of this.asks.filter(({ owner, to }) => [owner, to].includes(command.owner))
        ) {
          this.#askEnds(ask, "gone");
        }
        for (const hold of held.sort((a, b) => a.epoch - b.epoch)) {
          this.#holdEnds(hold, "resource:released");
        }
        return;
      }
      case "evict": {
        const { resourceId, agentIds } = command;
        const waits = this.queue(resourceId).filter((wait) =>
          agentIds.includes(agentOf(wait.owner))
        );
        const held = this.#on(resourceId).filter((hold) => agentIds.includes(agentOf(hold.owner)));
        for (const wait of waits.sort((a, b) => a.id - b.id)) {
          this.#waitEnds(wait, "resource:abandoned", { reason: "conflict" });
        }
        for (const hold of held.sort((a, b) => a.epoch - b.epoch)) {
          this.#holdEnds(hold, "resource:revoked");
        }
        return;
      }
      case "revoke": {
        const hold = this.#on(command.resourceId).find(({ epoch }) => epoch === command.epoch);
        if (hold === undefined) return this.#refused(command, command.resourceId, "stale-epoch");
        return this.#holdEnds(hold, "resource:revoked");
      }
      case "define": {
        const { resourceId, capacity } = command;
        const isAdded = capacity !== 1 && this.#capacity(resourceId) === 1;
        const defined = [...this.capacities.values()].filter((units) => units !== 1).length;
        const isFull = this.#used([resourceId]) > this.config.maxResources ||
          defined >= this.config.maxDefined;
        if (isAdded && isFull) {
          return this.#refused(command, resourceId, "full");
        }
        this.capacities.set(resourceId, capacity);
        this.#take({ type: "resource:defined", resourceId, capacity });
        for (const wait of this.waits.filter((wait) => this.#isHopeless(wait))) {
          this.#waitEnds(wait, "resource:abandoned", { reason: "over-capacity" });
        }
        return;
      }
      case "ask":
        return this.#ask(command);
      case "end-ask": {
        const ask = this.asks.find(({ askId }) => askId === command.askId);
        if (ask !== undefined) this.#askEnds(ask, "ended");
      }
    }
  }

  #ask({ askId, agentId, toAgentId, priority }: Extract<LockCommand, { type: "ask" }>): void {
    if (agentId === toAgentId) return;
    const reason = this.asks.some((ask) => ask.askId === askId)
      ? "known-ask"
      : this.asks.length >= this.config.maxAsks
      ? "full"
      : undefined;
    const about = { askId, agentId, toAgentId };
    if (reason !== undefined) return this.#take({ type: "ask:refused", ...about, reason });
    this.#take({ type: "ask:begun", ...about, priority });
    const id = ++this.#lastWait;
    this.asks.push({ askId, id, owner: agentId, to: toAgentId, priority, since: this.#now });
  }

  #askEnds(ask: TwinAsk, reason: Of<"ask:ended">["reason"]): void {
    this.asks = this.asks.filter((other) => other !== ask);
    const { askId, owner, to, since } = ask;
    const waitedMs = this.#now - since;
    this.#take({ type: "ask:ended", askId, agentId: owner, toAgentId: to, reason, waitedMs });
  }

  #acquire(
    command: Extract<LockCommand, { type: "acquire" | "acquire-all" }>,
    requests: readonly ResourceRequest[],
  ): void {
    if (command.ticket !== undefined) return this.#resume(command, requests);
    const { owner, agentId, priority, timeoutMs, leaseMs } = command;
    const rank = this.#now - priority * this.config.agingMs;
    const isHeld = ({ resourceId, mode, units }: ResourceRequest) =>
      this.#covers(this.#held(owner, resourceId), mode, units);
    const free = requests.every((request) =>
      isHeld(request) || (this.#admits(request, owner) &&
        this.#against(request, owner).every((wait) => rank < wait.rank))
    );
    const nothingHeld = this.#held(owner, requests[0]!.resourceId) === undefined;
    if (command.type === "acquire" && !free && !command.wait && nothingHeld) {
      return this.#refused(command, command.resourceId, "held");
    }
    for (const [i, { resourceId, units }] of requests.entries()) {
      const held = this.#held(owner, resourceId);
      const line = free ? this.#on(resourceId) : this.queue(resourceId);
      const names = requests.slice(0, i + 1).map((request) => request.resourceId);
      const idle = !this.#isUsed(resourceId);
      const reason = held !== undefined && (free || !isHeld(requests[i]!))
        ? isHeld(requests[i]!) ? undefined : "upgrade"
        : units > this.#capacity(resourceId)
        ? "over-capacity"
        : held !== undefined
        ? undefined
        : line.length >= this.config.maxWaiters ||
            (idle && this.#used(names) > this.config.maxResources)
        ? "full"
        : undefined;
      if (reason !== undefined) return this.#refused(command, resourceId, reason);
    }
    if (free) {
      this.#grant = { waitId: 0, owner, since: this.#now, leaseMs, open: [...requests] };
      return;
    }
    const id = ++this.#lastWait;
    const resourceIds = requests.map((request) => request.resourceId);
    this.#take({ type: "resource:queued", resourceIds, agentId, owner, waitId: id, priority });
    const timer = this.#timer(timeoutMs);
    const since = this.#now;
    const wait = { id, owner, requests, priority, rank, since, timeoutMs, leaseMs, timer };
    this.waits.push(wait);
    if (command.keepMs !== undefined) this.#attach(wait, command);
  }

  #attach(wait: TwinWait, { keepMs, waitMs }: { keepMs?: number; waitMs?: number }): void {
    delete wait.caller;
    if (keepMs === undefined) return;
    const timer = waitMs === undefined ? NEVER : this.#after(waitMs);
    wait.caller = { wait, keepMs, isGone: false, timer: [...timer] };
    if (waitMs === 0) this.#leaves(wait, keepMs);
  }

  #leaves(wait: TwinWait, keepMs: number): void {
    wait.caller = { wait, keepMs, isGone: true, timer: this.#after(keepMs) };
    this.#takeDetached(wait, keepMs);
  }

  #takeDetached(
    { id: waitId, owner, requests }: Pick<TwinWait, "id" | "owner" | "requests">,
    keepMs: number,
  ): void {
    const resourceIds = requests.map((request) => request.resourceId);
    const keptUntil = this.#now + keepMs;
    const agentId = agentOf(owner);
    this.#take({ type: "resource:detached", resourceIds, agentId, owner, waitId, keptUntil });
  }

  #detach(command: Extract<LockCommand, { type: "detach-wait" }>): void {
    const { waitId, owner, keepMs } = command;
    const wait = this.waits.find((w) => w.id === waitId && w.owner === owner);
    if (wait?.caller?.isGone) return;
    if (wait !== undefined) return this.#leaves(wait, keepMs);
    const granted = this.holds.filter((h) => h.waitId === waitId && h.owner === owner);
    if (granted.length === 0) return this.#refused(command, "", "not-waiting");
    const used = granted.filter((hold) => hold.keepMs === 0).sort((a, b) => a.epoch - b.epoch);
    for (const hold of used) {
      hold.keepMs = keepMs;
      hold.timer = this.#after(keepMs);
    }
    if (used.length > 0) this.#takeDetached({ id: waitId, owner, requests: used }, keepMs);
  }

  #resume(
    command: Extract<LockCommand, { type: "acquire" | "acquire-all" }>,
    requests: readonly ResourceRequest[],
  ): void {
    const { owner, agentId, ticket } = command;
    const names = requests.map(({ resourceId }) => resourceId);
    const wait = this.waits.find((w) =>
      w.id === ticket && w.owner === owner &&
      w.requests.map(({ resourceId }) => resourceId).join("|") === names.join("|")
    );
    if (wait !== undefined) {
      const waitId = wait.id;
      this.#take({ type: "resource:resumed", resourceIds: names, agentId, owner, waitId });
      return this.#attach(wait, command);
    }
    const isHeld = requests.every(({ resourceId, mode, units }) =>
      this.#covers(this.#held(owner, resourceId), mode, units)
    );
    if (isHeld) return names.forEach((name) => this.#reacquired(owner, name, 0));
    if (this.ended.some((end) => end.ended === ticket && end.owner === owner)) return;
    this.#refused(command, names[0]!, "unknown-ticket");
  }

  #renewed(hold: TwinHold, leaseMs: number): void {
    const hadLease = hold.timer[1] >= 0;
    hold.leaseMs = leaseMs > 0 ? leaseMs : hold.leaseMs;
    const length = hold.keepMs || hold.leaseMs;
    const at = length > 0 ? this.#now + length : Infinity;
    hold.timer = length > 0 && hadLease ? [at, hold.timer[1]] : this.#timer(length);
    const { resourceId, owner, epoch } = hold;
    this.#take({
      type: "resource:renewed",
      resourceId,
      agentId: agentOf(owner),
      owner,
      epoch,
      expiresAt: at,
    });
  }

  #refused(
    command: ResourceCommand,
    resourceId: string,
    reason: Of<"resource:refused">["reason"],
  ): void {
    const agentId = "agentId" in command ? command.agentId : "";
    const owner = "owner" in command ? command.owner : "";
    const type = "resource:refused";
    this.#take({ type, resourceId, agentId, owner, command: command.type, reason });
  }

  // What follows.

  /** Follows consequences as long as there must be some. */
  #consequences(): void {
    while (this.#mustGoOn()) {
      const event = this.#events[this.#next];
      assert(event !== undefined, `something must follow: ${this.#describe()}`);
      switch (event!.type) {
        case "resource:acquired":
        case "resource:reacquired":
          this.#granted(event as Of<"resource:acquired" | "resource:reacquired">);
          break;
        case "resource:abandoned":
          this.#overtakenByItself(event as Of<"resource:abandoned">);
          break;
        case "deadlock:detected":
          this.#gaveWay(event as DeadlockDetected);
          break;
        case "resource:revoked":
          assert(this.#revoke !== undefined, "only a victim's lock is revoked");
          this.#holdEnds(this.#revoke!, "resource:revoked");
          this.#revoke = undefined;
          break;
        default:
          assert(false, `${event!.type} can't follow: ${this.#describe()}`);
      }
    }
  }

  #mustGoOn(): boolean {
    return this.#grant !== undefined || this.#revoke !== undefined || this.#isUnserved() ||
      (this.config.deadlockDetection && (this.stuck().size > 0 || this.isAskingInCircles()));
  }

  /** Whether a wait is for more units than there are. */
  #isHopeless({ requests }: TwinWait): boolean {
    return requests.some(({ resourceId, units }) => units > this.#capacity(resourceId));
  }

  #isUnserved(): boolean {
    return this.grantable().length > 0 || this.#selfOvertaken().length > 0;
  }

  /** Waits whose owner has something of what they ask for, which ends them without a grant. */
  #selfOvertaken(): TwinWait[] {
    return this.waits.filter((wait) =>
      wait.requests.some(({ resourceId, mode, units }) => {
        const held = this.#held(wait.owner, resourceId);
        if (held === undefined) return false;
        return wait.requests.length === 1 || !this.#covers(held, mode, units);
      })
    );
  }

  #granted(event: Of<"resource:acquired" | "resource:reacquired">): void {
    const { resourceId, owner, waitId } = event;
    if (this.#grant?.waitId !== waitId) {
      const wait = this.waits.find((other) => other.id === waitId);
      assert(wait !== undefined, "a grant must end a wait");
      const fits = this.grantable().includes(wait!) || this.#selfOvertaken().includes(wait!);
      assert(fits, `the wait ${waitId} must not be granted yet: ${this.#describe()}`);
      this.waits = this.waits.filter((other) => other !== wait);
      assert(
        this.#grant === undefined || event.type === "resource:reacquired",
        "a grant must be completed before the next",
      );
      if (this.#grant !== undefined || event.type === "resource:reacquired") {
        if (wait!.requests.length === 1) {
          return this.#reacquired(owner, resourceId, waitId, wait!.caller);
        }
      }
      const { caller } = wait!;
      this.#grant = { ...wait!, waitId, open: [...wait!.requests], ...(caller && { caller }) };
    }
    const grant = this.#grant!;
    assertEquals(grant.open[0]?.resourceId, resourceId, "locks are granted in the order asked for");
    const request = grant.open.shift()!;
    if (grant.open.length === 0) this.#grant = undefined;
    if (this.#held(owner, resourceId) !== undefined) {
      return this.#reacquired(owner, resourceId, waitId, grant.caller);
    }
    this.#acquired(grant, request);
  }

  #reacquired(owner: string, resourceId: string, waitId: number, caller?: TwinCaller): void {
    const hold = this.#held(owner, resourceId)!;
    const { epoch } = hold;
    if (hold.keepMs > 0 && !caller?.isGone) {
      hold.keepMs = 0;
      hold.timer = this.#timer(hold.leaseMs);
    }
    this.#take({
      type: "resource:reacquired",
      resourceId,
      agentId: agentOf(owner),
      owner,
      epoch,
      waitId,
    });
  }

  #acquired({ waitId, owner, since, leaseMs, caller }: Grant, request: ResourceRequest): void {
    const { resourceId, mode, units } = request;
    assert(this.#admits(request, owner), "the lock must have room");
    const epoch = ++this.epoch;
    this.#take({
      type: "resource:acquired",
      resourceId,
      agentId: agentOf(owner),
      owner,
      epoch,
      mode,
      units,
      waitId,
      waitedMs: this.#now - since,
    });
    const isKept = caller?.isGone === true;
    const timer: [number, number] = isKept
      ? [caller!.timer[0], this.#timers++]
      : this.#timer(leaseMs);
    this.holds.push({
      keepMs: isKept ? caller!.keepMs : 0,
      resourceId,
      mode,
      units,
      owner,
      epoch,
      since: this.#now,
      waitId,
      leaseMs,
      timer,
    });
  }

  #overtakenByItself({ waitId }: Of<"resource:abandoned">): void {
    const wait = this.waits.find((other) => other.id === waitId);
    const uncovered = wait?.requests.some(({ resourceId, mode, units }) => {
      const held = this.#held(wait.owner, resourceId);
      return held !== undefined && !this.#covers(held, mode, units);
    });
    assert(uncovered, "only a wait that its owner's own grant rules out is abandoned");
    this.#waitEnds(wait!, "resource:abandoned", { reason: "upgrade" });
  }

  #gaveWay(event: DeadlockDetected): void {
    const { owners, resources, owner, waitId, askId } = event;
    assert(!this.#isUnserved(), "cycles are looked for when all locks are handed out");
    assertEquals(new Set(owners).size, owners.length, "nobody stands in a cycle twice");
    const stuck = this.stuck();
    const edges = owners.map((agent, i) => {
      const next = owners[(i + 1) % owners.length]!;
      const through = this.#edges(agent, next, resources[i]!);
      const isDeadlocked = stuck.has(agent) || this.isAskingInCircles(agent);
      assert(isDeadlocked, `D3: ${agent} is no part of a deadlock`);
      assert(through.length > 0, `D3: ${agent} does not wait for ${next} at "${resources[i]}"`);
      return through;
    });
    const place = owners.indexOf(owner);
    const edge = edges[place]?.find((other) => isCalled(other, waitId, askId));
    assert(edge !== undefined, `D4: the victim ${owner} is not in the cycle`);
    for (const [i, others] of edges.entries()) {
      const fits = i === place || others.some((other) => this.#sacrificedBefore(edge!, other));
      assert(fits, `D4: ${owners[i]} has to give way before ${owner}`);
    }
    if ("to" in edge!) this.asks = this.asks.filter((other) => other !== edge);
    else this.#waitEnds(edge!, undefined, {});
    const waitedMs = this.#now - edge!.since;
    const type = "deadlock:detected";
    const agents = owners.map(agentOf);
    const victim = agentOf(owner);
    this.#take({ type, agents, owners, resources, victim, owner, waitId, askId, waitedMs });
    if (this.config.deadlockPolicy !== "revoke") return;
    const before = edges.at(place - 1)!.filter((other) => "requests" in other);
    const losses = before.map((wait) => this.#lossTo(wait, resources.at(place - 1)!, owner));
    const next = this.#events[this.#next];
    const epoch = next?.type === "resource:revoked" ? next.epoch : undefined;
    this.#revoke = losses.find((hold) => hold?.epoch === epoch);
    assert(
      losses.length === 0 || losses.some((hold) => hold?.epoch === epoch),
      "another is revoked",
    );
  }

  /** The oldest hold of `owner` that `wait` waits for at a resource. */
  #lossTo(wait: TwinWait, resourceId: string, owner: string): TwinHold | undefined {
    if (near(resourceId).length === 0) return this.#held(owner, resourceId);
    const { mode } = wait.requests.find((request) => request.resourceId === resourceId)!;
    return this.holds.filter((hold) =>
      hold.owner === owner && near(resourceId).includes(hold.resourceId) && clash(hold.mode, mode)
    ).sort((a, b) => a.epoch - b.epoch)[0];
  }

  /** Why `agent` waits for `next`: for its answer, or at a resource. */
  #edges(agent: string, next: string, resourceId: string): (TwinWait | TwinAsk)[] {
    if (resourceId === "") return this.asks.filter((a) => a.owner === agent && a.to === next);
    return this.waits.filter((wait) => {
      const request = wait.requests.find((request) => request.resourceId === resourceId);
      return wait.owner === agent && request !== undefined && this.#isBlocked(wait, request) &&
        this.#waitsFor(wait, request).has(next);
    });
  }

  #sacrificedBefore(a: TwinWait | TwinAsk, b: TwinWait | TwinAsk): boolean {
    const held = ({ owner }: { owner: string }) =>
      this.holds.filter((hold) => hold.owner === owner).length;
    if (a.priority !== b.priority) return a.priority < b.priority;
    if (held(a) !== held(b)) return held(a) < held(b);
    return a.id >= b.id;
  }

  #waitEnds(wait: TwinWait, type: LockEvent["type"] | undefined, more: object): void {
    this.waits = this.waits.filter((other) => other !== wait);
    const { reason } = more as { reason?: string };
    const isGivenUp = type === "resource:cancelled" || reason === "gone" || reason === "lapsed";
    if (wait.caller?.isGone && !isGivenUp && this.config.maxEndedWaits > 0) {
      const timer: [number, number] = [wait.caller.timer[0], this.#timers++];
      this.ended.push({ owner: wait.owner, ended: wait.id, timer });
      if (this.ended.length > this.config.maxEndedWaits) this.ended.shift();
    }
    if (type === undefined) return;
    const { id: waitId, owner, requests, since } = wait;
    this.#take({
      type,
      resourceIds: requests.map((request) => request.resourceId),
      agentId: agentOf(owner),
      owner,
      waitId,
      waitedMs: this.#now - since,
      ...more,
    } as LockEvent);
  }

  #holdEnds(
    hold: TwinHold,
    type: "resource:released" | "resource:expired" | "resource:revoked",
  ): void {
    this.holds = this.holds.filter((other) => other !== hold);
    const { resourceId, owner, epoch, since } = hold;
    const heldMs = this.#now - since;
    const isLapsed = type === "resource:expired" && hold.keepMs > 0;
    this.#take({
      ...{ type, resourceId, agentId: agentOf(owner), owner, epoch, heldMs },
      ...(isLapsed && { lapsed: true }),
    } as LockEvent);
  }

  #take(expected: LockEvent): void {
    assertEquals(this.#events[this.#next], expected);
    this.#next++;
  }

  // Questions.

  #due(): TwinHold | TwinWait | TwinCaller | TwinEnded | undefined {
    return this.#timed()
      .filter((thing) => thing.timer[0] <= this.#now)
      .sort((a, b) => a.timer[0] - b.timer[0] || a.timer[1] - b.timer[1])[0];
  }

  #timer(ms: number): [number, number] {
    return ms > 0 ? this.#after(ms) : [...NEVER];
  }

  #after(ms: number): [number, number] {
    return [this.#now + ms, this.#timers++];
  }

  #on(resourceId: string): TwinHold[] {
    return this.holds.filter((hold) => hold.resourceId === resourceId);
  }

  #held(owner: string, resourceId: string): TwinHold | undefined {
    return this.#on(resourceId).find((hold) => hold.owner === owner);
  }

  #capacity(resourceId: string): number {
    return this.capacities.get(resourceId) ?? 1;
  }

  #isUsed(resourceId: string): boolean {
    return this.#on(resourceId).length + this.queue(resourceId).length > 0 ||
      this.#capacity(resourceId) !== 1;
  }

  /** The number of resources in use, when `more` are as well. */
  #used(more: string[]): number {
    const all = new Set([
      ...this.holds.map((hold) => hold.resourceId),
      ...this.waits.flatMap((wait) => wait.requests.map((request) => request.resourceId)),
      ...this.capacities.keys(),
    ]);
    return new Set([...[...all].filter((id) => this.#isUsed(id)), ...more]).size;
  }

  #covers(hold: TwinHold | undefined, mode: LockMode, units: number): boolean {
    if (hold === undefined) return false;
    if (hold.mode === "exclusive" && mode === "shared") {
      const isAlone = this.#on(hold.resourceId).length === 1;
      return isAlone && hold.units >= this.#capacity(hold.resourceId);
    }
    return hold.mode === mode && hold.units >= units;
  }

  /** Whether `request` fits beside what is held, not counting what is `done`. */
  #admits(
    { resourceId, mode, units }: ResourceRequest,
    owner: string,
    done: (hold: TwinHold) => boolean = () => false,
  ): boolean {
    if (near(resourceId).length > 0) {
      return this.holds.every((hold) =>
        done(hold) || hold.owner === owner || !near(resourceId).includes(hold.resourceId) ||
        !clash(hold.mode, mode)
      );
    }
    const holds = this.#on(resourceId).filter((hold) => !done(hold));
    const exclusive = holds.filter((hold) => hold.mode === "exclusive");
    if (mode === "shared") return exclusive.length === 0;
    const used = exclusive.reduce((sum, hold) => sum + hold.units, 0);
    return exclusive.length === holds.length && used + units <= this.#capacity(resourceId);
  }

  #isBlocked(wait: TwinWait, request: ResourceRequest): boolean {
    const { resourceId, mode, units } = request;
    if (this.#covers(this.#held(wait.owner, resourceId), mode, units)) return false;
    return this.#ahead(wait, request).length > 0 || !this.#admits(request, wait.owner);
  }

  /** The waits that may come before a request of `owner`. */
  #against({ resourceId, mode }: ResourceRequest, owner: string): TwinWait[] {
    if (near(resourceId).length === 0) return this.queue(resourceId);
    return this.waits.filter((wait) =>
      wait.owner !== owner &&
      wait.requests.some((other) =>
        near(resourceId).includes(other.resourceId) && clash(other.mode, mode) &&
        !this.holds.some((hold) =>
          hold.owner === owner && near(other.resourceId).includes(hold.resourceId) &&
          clash(hold.mode, other.mode)
        )
      )
    );
  }

  /** The waits that come before one at one of its resources. */
  #ahead(wait: TwinWait, request: ResourceRequest): TwinWait[] {
    return this.#against(request, wait.owner).filter((other) =>
      other.rank < wait.rank || (other.rank === wait.rank && other.id < wait.id)
    );
  }

  /** The owners that a wait waits for at one of its resources. */
  #waitsFor(wait: TwinWait, request: ResourceRequest): Set<string> {
    const { resourceId, mode } = request;
    if (near(resourceId).length > 0) {
      const holders = this.holds.filter((hold) =>
        near(resourceId).includes(hold.resourceId) && clash(hold.mode, mode)
      );
      const owners = new Set([...holders, ...this.#ahead(wait, request)].map(({ owner }) => owner));
      owners.delete(wait.owner);
      return owners;
    }
    const holders = this.#on(resourceId)
      .filter((hold) => mode === "exclusive" || hold.mode === "exclusive")
      .map((hold) => hold.owner);
    const others = new Set([...holders, this.queue(resourceId)[0]!.owner]);
    others.delete(wait.owner);
    return others;
  }

  /** Whether a wait gets this lock once all who aren't `stuck` are done. */
  #comesTrue(wait: TwinWait, request: ResourceRequest, stuck: ReadonlySet<string>): boolean {
    if (!this.#isBlocked(wait, request)) return true;
    const isOfPaths = near(request.resourceId).length > 0;
    const before = isOfPaths
      ? this.#ahead(wait, request)
      : this.queue(request.resourceId).slice(0, 1);
    if (before.some(({ owner }) => owner !== wait.owner && stuck.has(owner))) return false;
    return this.#admits(request, wait.owner, (hold) => !stuck.has(hold.owner));
  }

  #describe(): string {
    const { holds, asks } = this;
    const waits = this.waits.map(({ caller: _, ...wait }) => wait);
    return JSON.stringify({ holds, waits, asks, stuck: [...this.stuck()] });
  }
}

const NEVER: [number, number] = [Infinity, -1];

function clash(a: LockMode, b: LockMode): boolean {
  return a === "exclusive" || b === "exclusive";
}

function isCalled(edge: TwinWait | TwinAsk, waitId: number, askId: string): boolean {
  return "to" in edge ? edge.askId === askId : askId === "" && edge.id === waitId;
}
