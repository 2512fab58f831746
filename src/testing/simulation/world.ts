/**
 * A simulated world: one time, one queue of actions, a coordinator, agents, a network between them, and
 * faults.
 *
 * Nothing waits in real time: the world jumps from one action to the next. Every choice is drawn from
 * the seed, so the same seed gives the same world, step by step.
 *
 * @module
 */

import type { ResourceRequest } from "../../locks/types.ts";
import type { RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import { type Heap, type HeapEntry, pop, precedes, push } from "../../core/data/heap.ts";
import { dequeueFirst, emptyFifo, enqueueLast, type Fifo } from "../../core/data/fifo.ts";
import type { Instant, Tick } from "../../core/machine.ts";
import type { Chance } from "./chance.ts";
import type { Coverage } from "./coverage.ts";
import type { EventKinds } from "./event_kinds.ts";
import { fail } from "./failure.ts";
import { type FaultName, type Faults, logFor, mayLoseAnswers } from "./faults.ts";
import {
  type EngineReply,
  type EngineWorld,
  NO_ANSWER,
  type RootMachine,
  SimulatedEngine,
} from "./engine.ts";

/** An action that will be taken. */
interface ScheduledAction extends HeapEntry {
  readonly act: () => void;
}

/** Receives each step of the coordinator. `events` is valid during the call. */
export type StepObserver = (
  command: RootCommand | Tick,
  answer: unknown,
  events: readonly LockstepEvent[],
  at: Instant,
) => void;

/** An agent or a client, as the world sees it. */
export interface Participant {
  /** The id that the coordinator knows. */
  readonly id: string;
  /** Its number among its kind, from 0. */
  readonly index: number;
  /** Whether it is a client, which submits tasks but runs none. */
  readonly isClient: boolean;
  /** Whether it is running; a paused one is. */
  readonly isUp: boolean;
  /** The factor by which all its work takes longer. */
  slowness: number;
  /** Starts it without knowledge of what it did before; a no-op when it is running. */
  start(): void;
  /** Stops it at once; it loses all that it knows. */
  crash(): void;
  /** Pauses it for `ms`, without its knowledge. */
  pause(ms: number): void;
  /** Ends its faults, and starts it if it is not running. */
  recover(): void;
  /** Registers it again, as it may have been declared dead. */
  rejoin(): void;
  /**
   * Reports that its connection is lost; it counts as dead after `graceMs`. A no-op while it has no
   * incarnation.
   */
  disconnect(graceMs: number): void;
  /** Shows that it is alive after its connection was lost, and joins again if it counts as dead. */
  reconnect(): void;
  /** Releases all that it may hold. */
  leave(): void;
  /** Calls `act` as soon as it is not paused; drops it when it is not running. */
  perform(act: () => void): void;
  /** Returns whether it observes `event`. */
  concerns(event: LockstepEvent): boolean;
  /** Receives an event. */
  observe(event: LockstepEvent): void;
}

/** The behavior of a task's attempts. */
export interface TaskScript {
  /** The duration of the work, in milliseconds. @default 5 */
  readonly ms?: number;
  /** The number of heartbeats during the work. @default 0 */
  readonly heartbeats?: number;
  /** The probability that it throws. @default 0 */
  readonly throws?: number;
  /** The number of agents, those of the lowest indexes, on which it always throws. @default 0 */
  readonly brokenAgents?: number;
  /** The probability that a throw is final, without a retry. @default 0 */
  readonly givesUp?: number;
  /** The probability that it crashes its agent. @default 0 */
  readonly poison?: number;
  /** The probability that an attempt asks to go on later, or for an answer. @default 0 */
  readonly suspends?: number;
  /** The tokens that an attempt spends. @default 0 */
  readonly spends?: number;
  /** The resources that it locks during the work, one after the other. @default none */
  readonly locks?: readonly string[];
  /** The children that it submits after that. @default none */
  readonly children?: readonly ChildScript[];
}

/** A child that an attempt submits. */
export interface ChildScript {
  /** The behavior of its attempts. */
  readonly script: TaskScript;
  /** The locks that it lists. */
  readonly resources: readonly ResourceRequest[];
  /** Whether its parent awaits it. */
  readonly isAwaited: boolean;
}

/** The parts of a world. */
export interface WorldParts {
  /** The machine of the coordinator. */
  readonly machine: RootMachine;
  /** The source of every choice. */
  readonly chance: Chance;
  /** The faults, and their rates. */
  readonly faults: Faults;
  /** Counts faults. */
  readonly coverage: Coverage;
  /** The kinds of events. */
  readonly kinds: EventKinds;
  /** Receives each step. */
  readonly observer: StepObserver;
  /** Receives when the coordinator runs again, by its clock, and for how long it received nothing. */
  readonly onWake?: (at: Instant, unheardMs: number) => void;
}

/** The faults after which an agent may hold what it does not know of. */
const UNRELIABLE: readonly FaultName[] = [
  ...(["crash", "pause", "restart", "slow", "lost", "duplicated", "delayed", "reordered"] as const),
  ...(["handler-hangs", "log-failure", "log-stall", "log-cut", "disconnect"] as const),
];

const NETWORK_FAULTS: readonly FaultName[] = ["lost", "duplicated", "delayed", "reordered"];

/** The latency of the network, in milliseconds. */
const LATENCY_MS = 1;

/** The number of actions without a step of the coordinator after which the world counts as stuck. */
const MOST_IDLE = 200_000;

/** A coordinator, its agents, and the network between them. */
export class World implements EngineWorld {
  /** The true time. */
  now: Instant = 0;
  /** Whether faults and new work have stopped. */
  isOver = false;
  /** Whether an answer may never come. */
  losesAnswers = false;
  /** Whether an agent may hold what it does not know of, or never finish. */
  readonly isUnreliable: boolean;
  /** The source of every choice. */
  readonly chance: Chance;
  /** The coordinator. */
  readonly engine: SimulatedEngine;
  /** All agents and clients, by id. */
  readonly agents: Map<string, Participant> = new Map();
  /** The agents, without clients. */
  readonly workers: Participant[] = [];
  /** By task that is on its way, the client that submits it. */
  readonly submitting: Map<string, object> = new Map();
  /** The scripts of tasks, by task. */
  readonly scripts: Map<string, TaskScript> = new Map();
  /** The newest epoch that each resource has seen; it refuses an older one. */
  readonly guards: Map<string, number> = new Map();
  /** Counts what happened. */
  readonly coverage: Coverage;
  #faults: Faults;
  readonly #kinds: EventKinds;
  readonly #observer: StepObserver;
  readonly #onWake: WorldParts["onWake"];
  readonly #heap: Heap<ScheduledAction> = [];
  readonly #queue: Fifo<ScheduledAction> = emptyFifo();
  #sequence = 0;
  #serial = 0;
  #networkIsSound = true;
  #quietAt: Instant = 0;

  /** Creates a world without agents. */
  constructor({ machine, chance, faults, coverage, kinds, observer, onWake }: WorldParts) {
    this.#kinds = kinds;
    this.chance = chance;
    this.#faults = faults;
    this.coverage = coverage;
    this.#observer = observer;
    this.#onWake = onWake;
    this.engine = new SimulatedEngine(machine, this, logFor(faults));
    this.#setFaults(faults);
    this.isUnreliable = UNRELIABLE.some((fault) => fault in faults);
  }

  /** Adds an agent or a client, without starting it. */
  add(participant: Participant): void {
    if (!participant.isClient) this.workers.push(participant);
    this.agents.set(participant.id, participant);
  }

  /** Starts all agents and clients, and then the faults. */
  start(): void {
    for (const agent of this.agents.values()) agent.start();
    startFaults(this, this.#faults);
  }

  /** Returns the rate of `fault`; 0 for never. */
  rate(fault: FaultName): number {
    return this.#faults[fault] ?? 0;
  }

  /** Draws whether `fault` happens now, with at most the given probability, and counts it. */
  injects(fault: FaultName, most: number): boolean {
    const rate = this.#faults[fault];
    if (rate === undefined || !this.chance.happens(rate * most)) return false;
    this.coverage.fault(fault);
    return true;
  }

  /** The number of tasks that have not ended, or are on their way from a client that runs. */
  get unfinishedTasks(): number {
    const { counts } = this.engine.state.tasks;
    return this.submitting.size + counts.waiting + counts.ready + counts.assigned + counts.running +
      counts["backing-off"];
  }

  /** When all has arrived that was sent so far, and its copies. */
  get quietAt(): Instant {
    return this.#quietAt;
  }

  /** Returns a fresh name. */
  name(kind: string): string {
    return `${kind}-${++this.#serial}`;
  }

  /** Calls `act` at `at`. */
  at(at: Instant, act: () => void): void {
    push(this.#heap, { rank: at, sequence: this.#sequence++, position: -1, act });
  }

  /** Calls `act` in `ms`. */
  after(ms: number, act: () => void): void {
    this.at(this.now + ms, act);
  }

  /** Calls `act` after the latency of the network; with faults maybe never, late or twice. */
  transmit(act: () => void): void {
    if (this.#networkIsSound) return this.#enqueue(act);
    if (this.injects("lost", 0.2)) return;
    this.#arrive(act);
    if (this.injects("duplicated", 0.2)) this.#arrive(act);
  }

  #arrive(act: () => void): void {
    const at = this.now + this.#latency();
    this.#quietAt = Math.max(this.#quietAt, at);
    this.at(at, act);
  }

  /** Sends `command` to the coordinator, and the answer back, over the network. */
  send(command: RootCommand, reply: EngineReply): void {
    this.transmit(() =>
      this.engine.submit(command, (answer) => this.transmit(() => reply(answer)))
    );
  }

  /** Sends `command` to the coordinator without the network, until the journal stores it. */
  report(command: RootCommand): void {
    const again = () => this.after(20, () => this.report(command));
    if (this.engine.isDown) return again();
    this.engine.submit(command, (answer) => {
      if (answer === NO_ANSWER) again();
    });
  }

  /** Passes a step to the observer, and its events to agents. */
  stepped(
    command: RootCommand | Tick,
    answer: unknown,
    events: readonly LockstepEvent[],
    at: Instant,
    isPublished: boolean,
  ): void {
    this.#observer(command, answer, events, at);
    if (isPublished) { for (const event of events) this.#notify(event); }
  }

  woke(at: Instant, unheardMs: number): void {
    this.#onWake?.(at, unheardMs);
  }

  drawWriteMs(): number {
    if (this.injects("log-failure", 0.2)) return Infinity;
    return this.injects("log-stall", 0.1) ? this.chance.around(200) : 1;
  }

  /** Runs until the coordinator has made `steps` steps. Returns whether it did. */
  run(steps: number): boolean {
    const { engine } = this;
    let idle = 0;
    while (engine.steps < steps) {
      const before = engine.steps;
      if (!this.#next()) return false;
      idle = engine.steps === before ? idle + 1 : 0;
      if (idle > MOST_IDLE) fail("Progress", `${MOST_IDLE} actions led to no step`);
    }
    return true;
  }

  /** Ends all faults and new work. */
  endFaults(): void {
    this.isOver = true;
    this.#setFaults({});
    for (const agent of this.agents.values()) agent.recover();
  }

  /** Schedules `act` after the fixed latency: such actions are in order without a heap. */
  #enqueue(act: () => void): void {
    const rank = this.now + LATENCY_MS;
    enqueueLast(this.#queue, { rank, sequence: this.#sequence++, position: -1, act });
  }

  #setFaults(faults: Faults): void {
    this.#faults = faults;
    this.losesAnswers = mayLoseAnswers(faults);
    this.#networkIsSound = !NETWORK_FAULTS.some((fault) => fault in faults);
  }

  #latency(): number {
    let latency = LATENCY_MS;
    if (this.injects("reordered", 1)) latency += this.chance.int(10);
    if (this.injects("delayed", 0.2)) latency += this.chance.around(100);
    return latency;
  }

  #next(): boolean {
    const due = this.engine.dueAt;
    const inQueue = this.#queue.items[this.#queue.head];
    const inHeap = this.#heap[0];
    const next = inQueue === undefined || (inHeap !== undefined && precedes(inHeap, inQueue))
      ? inHeap
      : inQueue;
    if (next !== undefined && next.rank < due) {
      if (next === inHeap) pop(this.#heap);
      else dequeueFirst(this.#queue);
      this.now = next.rank;
      next.act();
      return true;
    }
    if (due === Infinity) return false;
    if (due > this.now) this.now = due;
    this.engine.tick();
    return true;
  }

  #notify(event: LockstepEvent): void {
    const { notifiesAgents, statusChange } = this.#kinds.of(event.type);
    if (statusChange?.isLast === true) this.scripts.delete((event as { taskId: string }).taskId);
    if (!notifiesAgents) return;
    const agent = this.agents.get(recipientOf(event) ?? "");
    if (agent?.concerns(event)) this.transmit(() => agent.perform(() => agent.observe(event)));
  }
}

/** Returns the agent that an event is sent to. */
function recipientOf(event: LockstepEvent): string | undefined {
  switch (event.type) {
    case "deadlock:detected":
      return event.victim;
    case "message:received":
    case "message:responded":
      return event.to;
    case "message:unanswered":
    case "request:detached":
      return event.from;
    default:
      return (event as { agentId?: string }).agentId;
  }
}

/** The mean interval of a fault with the rate 1, in milliseconds. */
const MEAN_MS = 100;

/** The same for faults that copy the whole state, or that take long. */
const LONGER_MEANS_MS: Partial<Record<FaultName, number>> = {
  "restore": 2_000,
  "log-cut": 2_000,
  "suspend": 500,
};

/** The shortest time for which a coordinator is suspended: all that can be renewed starts anew. */
const SHORTEST_SLEEP_MS = 400;

/** The times after which an agent without a connection counts as dead; shorter and longer than timeouts. */
const GRACES_MS = [10, 60, 200];

/** The pause before an agent that crashed tries again to come back, in milliseconds. */
const AGAIN_MS = 20;

const FAULT_ACTIONS: Partial<Record<FaultName, (world: World) => void>> = {
  crash: crashAgent,
  pause,
  restart(world) {
    const agent = pickAgent(world);
    agent?.crash();
    agent?.start();
  },
  slow(world) {
    const agent = pickAgent(world);
    if (agent === undefined) return;
    agent.slowness = world.chance.between(3, 30);
    world.after(world.chance.around(200), () => agent.slowness = 1);
  },
  "clock-jump": (world) =>
    world.engine.jump(world.chance.around(world.chance.pick([20, 200, 2_000]))),
  "clock-stall": (world) =>
    world.engine.freeze(world.chance.around(100), world.chance.happens(0.5)),
  suspend: (world) => world.engine.suspend(SHORTEST_SLEEP_MS + world.chance.around(500)),
  "log-cut": (world) => world.engine.crash(world.chance.int(8), world.chance.around(20)),
  restore(world) {
    if (!world.engine.isDown) world.engine.restore();
  },
  disconnect,
};

/** Starts the faults that occur from time to time; the others occur where something is sent or handled. */
function startFaults(world: World, faults: Faults): void {
  for (const name of Object.keys(faults) as FaultName[]) {
    const act = FAULT_ACTIONS[name];
    if (act !== undefined) repeat(world, name, act);
  }
}

function repeat(world: World, name: FaultName, act: (world: World) => void): void {
  const rate = world.rate(name);
  if (rate === 0) return;
  const mean = LONGER_MEANS_MS[name] ?? MEAN_MS;
  world.after(1 + world.chance.around(mean / rate), () => {
    if (world.isOver) return;
    world.coverage.fault(name);
    act(world);
    repeat(world, name, act);
  });
}

function pickAgent(world: World): Participant | undefined {
  const agent = world.chance.pick(world.workers);
  return agent.isUp ? agent : undefined;
}

/** Crashes an agent. It is removed, and it starts again, in either order. */
function crashAgent(world: World): void {
  const agent = pickAgent(world);
  if (agent === undefined) return;
  agent.crash();
  world.after(world.chance.around(50), () => {
    // It may have started again meanwhile.
    world.report({ type: "remove-agent", agentId: agent.id, reason: "it fell silent" });
    world.after(5, () => agent.rejoin());
  });
  world.after(world.chance.around(100), () => agent.start());
}

/** Pauses an agent, maybe for so long that it is removed, and joins again afterwards. */
function pause(world: World): void {
  const agent = pickAgent(world);
  if (agent === undefined) return;
  const ms = world.chance.around(150);
  agent.pause(ms);
  if (world.chance.happens(0.5)) return;
  world.after(Math.ceil(ms / 2), () => {
    world.report({ type: "remove-agent", agentId: agent.id, reason: "it fell silent" });
  });
  world.after(ms + 10, () => agent.rejoin());
}

/**
 * Cuts the connection of an agent, which comes back before it counts as dead, or after. Meanwhile half
 * of them do nothing, and the others go on, as one with another connection does.
 */
function disconnect(world: World): void {
  const agent = pickAgent(world);
  if (agent === undefined) return;
  const graceMs = world.chance.pick(GRACES_MS);
  const awayMs = 1 + world.chance.around(graceMs);
  agent.disconnect(graceMs);
  if (world.chance.happens(0.5)) agent.pause(awayMs);
  const comeBack = () => {
    if (agent.isUp) agent.reconnect();
    else world.after(AGAIN_MS, comeBack);
  };
  world.after(awayMs, comeBack);
}
