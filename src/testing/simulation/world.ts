/**
 * A simulated world: one time, one list of what happens next, a coordinator, agents, and a network
 * between them.
 *
 * Nothing in it waits for real: the world goes from one happening to the next, and every choice is
 * drawn from its seed, so the same seed gives the same world, step by step.
 *
 * @module
 */

import type { RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import { type Heap, type HeapEntry, pop, precedes, push } from "../../core/data/heap.ts";
import { dequeueFirst, emptyFifo, enqueueLast, type Fifo, fifoSize } from "../../core/data/fifo.ts";
import type { Instant, Tick } from "../../core/machine.ts";
import type { Chance } from "./chance.ts";
import type { Coverage } from "./coverage.ts";
import type { EventKinds } from "./event_kinds.ts";
import { fail } from "./failure.ts";
import { type FaultName, type Faults, logFor, mayLoseAnswers } from "./faults.ts";
import { type EngineReply, type EngineWorld, type RootMachine, SimulatedEngine } from "./engine.ts";

/** Something that will happen. */
interface ScheduledAction extends HeapEntry {
  readonly act: () => void;
}

/** Looks at each step of the coordinator, after it was made. */
export type StepObserver = (
  command: RootCommand | Tick,
  events: readonly LockstepEvent[],
  at: Instant,
) => void;

/** An agent or a client, as far as the world around it is concerned. */
export interface Participant {
  /** By which the coordinator knows it. */
  readonly id: string;
  /** Its number among its kind, from 0. */
  readonly index: number;
  /** Whether it is neither stopped nor gone. */
  readonly isUp: boolean;
  /** How many times as long as others it takes for everything. */
  slowness: number;
  /** Begins a life, which knows nothing of earlier ones. */
  start(): void;
  /** Ends its life on the spot. */
  crash(): void;
  /** Stops it for `ms`. It won't notice. */
  pause(ms: number): void;
  /** Ends all that it suffers from. */
  recover(): void;
  /** Makes itself known again, as somebody may have taken it for dead. */
  rejoin(): void;
  /** Gives back whatever it may still have. */
  leave(): void;
  /** Does `act` as soon as it can, if it is up. */
  perform(act: () => void): void;
  /** Whether `event` tells it something. */
  concerns(event: LockstepEvent): boolean;
  /** Takes note of an event. */
  observe(event: LockstepEvent): void;
}

/** What the body of a task does; everything may be left out. */
export interface TaskScript {
  /** How long it works. @default 5 */
  readonly ms?: number;
  /** How often it says in between that it is alive. @default 0 */
  readonly heartbeats?: number;
  /** With which probability it throws. @default 0 */
  readonly throws?: number;
  /** With which probability it says that no retry would help. @default 0 */
  readonly givesUp?: number;
  /** With which probability it takes its agent down. @default 0 */
  readonly poison?: number;
  /** What it locks besides, one after the other. @default nothing */
  readonly locks?: readonly string[];
}

/** What a world is made of. */
export interface WorldParts {
  /** What the coordinator is. */
  readonly machine: RootMachine;
  /** Where every choice comes from. */
  readonly chance: Chance;
  /** What goes wrong. */
  readonly faults: Faults;
  /** Counts faults. */
  readonly coverage: Coverage;
  /** Knows all kinds of events. */
  readonly kinds: EventKinds;
  /** Looks at each step. */
  readonly observer: StepObserver;
}

/** The faults that leave somebody without knowledge of what it has. */
const UNRELIABLE: readonly FaultName[] = [
  ...(["crash", "pause", "restart", "slow", "lost", "duplicated", "delayed", "reordered"] as const),
  ...(["handler-hangs", "log-failure", "log-stall", "log-cut"] as const),
];

/** How long it takes something to cross the network, in milliseconds. */
const LATENCY_MS = 1;

/** How many happenings may pass without a step of the coordinator. */
const MOST_IDLE = 200_000;

/** A coordinator and its surroundings. */
export class World implements EngineWorld {
  /** The true time. */
  now: Instant = 0;
  /** Whether there is to be no new work, so that everything comes to rest. */
  isOver = false;
  /** Every choice. */
  readonly chance: Chance;
  /** The coordinator. */
  readonly engine: SimulatedEngine;
  /** All agents, by id; clients too. */
  readonly agents: Map<string, Participant> = new Map();
  /** Those of them that do tasks. */
  readonly workers: Participant[] = [];
  /** What bodies of tasks do, by task. */
  readonly scripts: Map<string, TaskScript> = new Map();
  /** The newest epoch that each resource has seen: it refuses an older one. */
  readonly guards: Map<string, number> = new Map();
  /** What happened how often. */
  readonly coverage: Coverage;
  #faults: Faults;
  readonly #kinds: EventKinds;
  readonly #observer: StepObserver;
  readonly #heap: Heap<ScheduledAction> = [];
  readonly #queue: Fifo<ScheduledAction> = emptyFifo();
  #sequence = 0;
  #serial = 0;
  #lostRate = 0;
  #networkIsSound = true;

  /** A world without agents. */
  constructor({ machine, chance, faults, coverage, kinds, observer }: WorldParts) {
    this.#kinds = kinds;
    this.chance = chance;
    this.#faults = faults;
    this.coverage = coverage;
    this.#observer = observer;
    this.engine = new SimulatedEngine(machine, this, logFor(faults));
    this.#setFaults(faults);
    this.isUnreliable = UNRELIABLE.some((fault) => fault in faults);
  }

  /** Adds an agent that does tasks, or a client, which does none; starts neither. */
  add(participant: Participant, doesTasks: boolean): void {
    if (doesTasks) this.workers.push(participant);
    this.agents.set(participant.id, participant);
  }

  /** Starts all agents and clients, and then the faults. */
  start(): void {
    for (const agent of this.agents.values()) agent.start();
    startFaults(this, this.#faults);
  }

  /** How often `fault` happens; 0 for never. */
  rate(fault: FaultName): number {
    return this.#faults[fault] ?? 0;
  }

  /** Whether `fault` happens this time, at most with the given probability; counts it. */
  injects(fault: FaultName, most: number): boolean {
    const rate = this.#faults[fault];
    if (rate === undefined || !this.chance.happens(rate * most)) return false;
    this.coverage.fault(fault);
    return true;
  }

  /** Whether somebody who waits for an answer may wait in vain. */
  get losesAnswers(): boolean {
    return this.#lostRate > 0 || mayLoseAnswers(this.#faults);
  }

  /** Whether somebody may come to have what it doesn't know of, or never be done with what it has. */
  readonly isUnreliable: boolean;

  /** How many tasks have not ended. */
  get unfinishedTasks(): number {
    const { counts } = this.engine.state.tasks;
    return counts.waiting + counts.ready + counts.assigned + counts.running + counts["backing-off"];
  }

  /** A name that was not used before. */
  name(kind: string): string {
    return `${kind}-${++this.#serial}`;
  }

  /** Does `act` at `at`. */
  at(at: Instant, act: () => void): void {
    push(this.#heap, { rank: at, sequence: this.#sequence++, position: -1, act });
  }

  /** Does `act` in `ms`. */
  after(ms: number, act: () => void): void {
    this.at(this.now + ms, act);
  }

  /** Has `act` happen where something arrives that is sent here; maybe never, late or twice. */
  transmit(act: () => void): void {
    if (this.#networkIsSound) return this.#enqueue(act);
    if (this.injects("lost", 0.2)) return;
    this.at(this.now + this.#latency(), act);
    if (this.injects("duplicated", 0.2)) this.at(this.now + this.#latency(), act);
  }

  /** Sends `command` to the coordinator; the reply comes back the same way. */
  send(command: RootCommand, reply: EngineReply): void {
    this.transmit(() =>
      this.engine.submit(command, (events) => this.transmit(() => reply(events)))
    );
  }

  /** Sends `command` to the coordinator from outside of all that fails, until it is taken. */
  report(command: RootCommand): void {
    const again = () => this.after(20, () => this.report(command));
    if (this.engine.isDown) return again();
    this.engine.submit(command, (events) => {
      if (events === undefined) again();
    });
  }

  /** Looks at a step of the coordinator, and tells agents of it. */
  stepped(
    command: RootCommand | Tick,
    events: readonly LockstepEvent[],
    at: Instant,
    isPublished: boolean,
  ): void {
    this.#observer(command, events, at);
    if (isPublished) { for (const event of events) this.#notify(event); }
  }

  /** How long the next write of the log takes; `Infinity` when it is refused. */
  drawWriteMs(): number {
    if (this.injects("log-failure", 0.2)) return Infinity;
    return this.injects("log-stall", 0.1) ? this.chance.around(200) : 1;
  }

  /** Lets the world go on until the coordinator has made `steps` steps. Whether it did. */
  run(steps: number): boolean {
    const { engine } = this;
    let idle = 0;
    while (engine.steps < steps) {
      const before = engine.steps;
      if (!this.#next()) return false;
      idle = engine.steps === before ? idle + 1 : 0;
      if (idle > MOST_IDLE) fail("Progress", "the world goes on and the coordinator does not");
    }
    return true;
  }

  /** Ends all faults, and all that agents suffer from them; there is no new work from here on. */
  endFaults(): void {
    this.isOver = true;
    this.#setFaults({});
    for (const agent of this.agents.values()) agent.recover();
  }

  /** Whether anything is about to happen. */
  get isStill(): boolean {
    return this.#heap.length + fifoSize(this.#queue) === 0 && this.engine.dueAt === Infinity;
  }

  /** What takes as long as all else in its line needs no heap to be in order. */
  #enqueue(act: () => void): void {
    const rank = this.now + LATENCY_MS;
    enqueueLast(this.#queue, { rank, sequence: this.#sequence++, position: -1, act });
  }

  #setFaults(faults: Faults): void {
    this.#faults = faults;
    this.#lostRate = faults.lost ?? 0;
    const { lost, duplicated, delayed, reordered } = faults;
    this.#networkIsSound = [lost, duplicated, delayed, reordered].every((rate) =>
      rate === undefined
    );
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
    const { notifiesAgents, transition } = this.#kinds.of(event.type);
    if (transition?.isLast === true) this.scripts.delete((event as { taskId: string }).taskId);
    if (!notifiesAgents) return;
    const agent = this.agents.get(recipientOf(event) ?? "");
    if (agent?.concerns(event)) this.transmit(() => agent.perform(() => agent.observe(event)));
  }
}

/** Whom of the agents an event is told, besides who asked for it. */
function recipientOf(event: LockstepEvent): string | undefined {
  switch (event.type) {
    case "deadlock:detected":
      return event.victim;
    case "message:received":
    case "message:responded":
      return event.to;
    case "message:unanswered":
      return event.from;
    default:
      return (event as { agentId?: string }).agentId;
  }
}

/** How long it takes on average from one strike of the most frequent fault to the next. */
const MEAN_MS = 100;

/** The same for copies of the whole state, which take long. */
const MEAN_RESTORE_MS = 2_000;

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
  "log-cut": (world) => world.engine.crash(world.chance.int(8), world.chance.around(20)),
  restore(world) {
    if (!world.engine.isDown) world.engine.restore();
  },
};

/** Has each fault of `faults` strike from time to time, as long as the world isn't over. */
export function startFaults(world: World, faults: Faults): void {
  for (const name of Object.keys(faults) as FaultName[]) {
    const act = FAULT_ACTIONS[name];
    if (act !== undefined) repeat(world, name, act);
  }
}

function repeat(world: World, name: FaultName, act: (world: World) => void): void {
  const rate = world.rate(name);
  if (rate === 0) return;
  const mean = name === "restore" || name === "log-cut" ? MEAN_RESTORE_MS : MEAN_MS;
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

/** Stops an agent. Somebody notices after a while, and it comes back, in either order. */
function crashAgent(world: World): void {
  const agent = pickAgent(world);
  if (agent === undefined) return;
  agent.crash();
  world.after(world.chance.around(50), () => {
    // Also one that came back meanwhile: whoever notices can't know.
    world.report({ type: "remove-agent", agentId: agent.id, reason: "it fell silent" });
    world.after(5, () => agent.rejoin());
  });
  world.after(world.chance.around(100), () => agent.start());
}

/** An agent is paused, maybe for so long that it is taken for dead; it learns of that when it is back. */
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
