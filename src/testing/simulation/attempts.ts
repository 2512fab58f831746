/**
 * How an agent of a simulated world comes to have tasks, does them, and reports.
 *
 * @module
 */

import type { RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { ErrorData } from "../../core/error_data.ts";
import { claimOwner, type TaskSpec } from "../../tasks/mod.ts";
import type { Actor, Behavior, Routine, Thread } from "./actor.ts";
import type { Locking } from "./locking.ts";
import type { Mailing } from "./mailing.ts";
import type { TaskScript } from "./world.ts";

/** What an agent can do. */
export interface SimulatedProfile {
  /** Sorted, each once. @default none */
  readonly capabilities?: readonly string[];
  /** How many tasks it has at once. @default 1 to 3, by its number */
  readonly slots?: number;
  /** How many claims may wait for a slot. @default 100 */
  readonly queue?: number;
  /** Among equally good agents the higher one is chosen. @default 0 */
  readonly priority?: number;
}

/** A task that asks for nothing. */
const PLAIN: Omit<TaskSpec, "id"> = {
  type: "task",
  description: "",
  priority: 0,
  dependencies: [],
  assignedAgent: "",
  placed: false,
  resources: [],
  requires: [],
  queueTimeoutMs: 0,
  timeoutMs: 0,
  heartbeatTimeoutMs: 0,
  totalTimeoutMs: 0,
  retries: 3,
  idempotencyKey: "",
};

/** A task of a simulated world: what it asks for, and what its body does. */
export interface SimulatedTask extends Partial<TaskSpec> {
  /** What its body does. */
  readonly script?: TaskScript;
}

/** Submits `task`, and again until that is answered. Comes to its id; `""` when it was refused. */
export function* submit(
  client: Actor,
  { script = {}, ...fields }: SimulatedTask,
): Generator<undefined, string, unknown> {
  const { world } = client;
  const { id = world.name("task") } = fields;
  const limits = world.isUnreliable ? { timeoutMs: 300 } : {};
  const task = { ...PLAIN, ...limits, idempotencyKey: id, ...fields, id };
  world.scripts.set(id, script);
  const events = yield* client.deliver({ type: "submit", task, input: null, metadata: null });
  const isKnown = events.some((event) =>
    (event.type === "task:created" || event.type === "task:recognized") && event.taskId === id
  );
  if (!isKnown) world.scripts.delete(id);
  return isKnown ? id : "";
}

/** An attempt that the agent believes to be under way. */
interface Attempt {
  readonly taskId: string;
  readonly epoch: number;
  thread: Thread | undefined;
  /** Whether the coordinator took the claim back, and waits for the body to end. */
  isOver: boolean;
}

/** An agent's dealings with tasks. */
export class Attempts {
  readonly #agent: Actor;
  readonly #locks: Locking;
  readonly #mail: Mailing;
  readonly #profile: () => SimulatedProfile | undefined;
  readonly #underWay = new Map<number, Attempt>();
  #joined = 0;
  #lastIncarnation = 0;

  /** Of an agent that has none. */
  constructor(
    agent: Actor,
    locks: Locking,
    mail: Mailing,
    profile: () => SimulatedProfile | undefined,
  ) {
    this.#agent = agent;
    this.#locks = locks;
    this.#mail = mail;
    this.#profile = profile;
  }

  /** Forgets everything. */
  forget(): void {
    this.#underWay.clear();
  }

  /** Makes the agent known to the coordinator; what it had in an earlier life may be taken away. */
  *join(): Routine<void> {
    const agent = this.#agent;
    const { id: agentId, world, index } = agent;
    const { chance } = world;
    agent.incarnation = 0;
    if (this.#joined++ > 0 && chance.happens(0.5)) yield* this.#endFormerIncarnation();
    const profile = this.#profile();
    const events = yield* agent.deliver({
      type: "register-agent",
      agentId,
      capabilities: profile?.capabilities ?? [],
      maxConcurrentTasks: profile?.slots ?? 1 + index % 3,
      maxQueuedTasks: profile?.queue ?? 100,
      priority: profile?.priority ?? 0,
      startsAtOnce: this.#startsAtOnce,
      kind: "agent",
    });
    this.#noteIncarnation(events);
    this.#mail.resync();
  }

  /** Either way, nothing is left of what it had; or it goes on from where it was, if it still may. */
  *#endFormerIncarnation(): Routine<void> {
    const { id: agentId, world } = this.#agent;
    if (!world.engine.state.agents.members.has(agentId) || world.chance.happens(0.5)) {
      yield* this.#agent.deliver({ type: "remove-agent", agentId, reason: "it was started again" });
      return;
    }
    const { heartbeatTimeoutMs } = world.engine.state.rules;
    const incarnation = world.chance.happens(0.2) ? this.#lastIncarnation : 0;
    const events = yield* this.#agent.deliver({
      ...{ type: "join-agent", agentId, heartbeatTimeoutMs, incarnation },
    });
    this.#noteIncarnation(events);
  }

  #noteIncarnation(events: readonly LockstepEvent[]): void {
    const { id } = this.#agent;
    for (const event of events) {
      if (event.type !== "agent:joined" || event.agentId !== id) continue;
      this.#agent.incarnation = this.#lastIncarnation = event.incarnation;
    }
  }

  /** Shows that the agent is alive for as long as there is anything to do. */
  *sendHeartbeats(): Behavior {
    const agent = this.#agent;
    const { id: agentId, world } = agent;
    while (!world.isOver || world.unfinishedTasks > 0) {
      const { heartbeatTimeoutMs } = world.engine.state.rules;
      yield* agent.sleep(Math.max(5, heartbeatTimeoutMs / 4));
      if (agent.incarnation === 0) continue;
      const events = yield* agent.call({
        type: "beat-agent",
        agentId,
        incarnation: agent.incarnation,
      });
      if (events?.some((event) => event.type === "agent:refused")) yield* this.join();
    }
  }

  /** Whether `event` tells the agent of a task. */
  concerns(event: LockstepEvent): boolean {
    switch (event.type) {
      case "task:assigned":
        return !this.#startsAtOnce;
      case "task:started":
        return this.#startsAtOnce;
      case "task:stolen":
      case "task:requeued":
      case "task:backed-off":
      case "task:failed":
      case "task:cancelled":
        return this.#underWay.has(event.epoch);
      default:
        return false;
    }
  }

  /** Takes note of an event. */
  observe(event: LockstepEvent): void {
    switch (event.type) {
      case "task:assigned":
        if (!this.#startsAtOnce) this.#begin(event.taskId, event.epoch, false);
        return;
      case "task:started":
        if (this.#startsAtOnce) this.#begin(event.taskId, event.epoch, true);
        return;
      case "task:stolen":
      case "task:requeued":
      case "task:backed-off":
      case "task:failed":
      case "task:cancelled":
        return this.#abort(event.epoch);
    }
  }

  /** Whether its claims start as soon as they can, or when it says so: agents differ in this. */
  get #startsAtOnce(): boolean {
    return this.#agent.index % 4 !== 3;
  }

  /** Takes up what it was given and never told of. */
  *resync(): Behavior {
    const { world, id } = this.#agent;
    for (let rounds = 0; rounds < 2; rounds += world.isOver ? 1 : 0) {
      yield* this.#agent.sleep(200);
      if (world.engine.isDown) continue;
      this.#mail.resync();
      const known = world.engine.state.tasks.agents.get(id);
      if (known === undefined) yield* this.join();
      for (const { spec, epoch, status } of known?.tasks ?? []) {
        if (!this.#startsAtOnce || status === "running") {
          this.#begin(spec.id, epoch, status === "running");
        }
      }
    }
  }

  #begin(taskId: string, epoch: number, isStarted: boolean): void {
    if (this.#underWay.has(epoch)) return; // it was told twice
    const attempt: Attempt = { taskId, epoch, thread: undefined, isOver: false };
    this.#underWay.set(epoch, attempt);
    attempt.thread = this.#agent.spawn(this.#attempt(attempt, isStarted), () => {
      this.#underWay.delete(epoch);
    });
  }

  /** Most bodies stop when they are told to; some go on, and report what nobody wants any more. */
  #abort(epoch: number): void {
    const attempt = this.#underWay.get(epoch);
    if (attempt === undefined) return;
    attempt.isOver = true;
    if (this.#agent.world.chance.happens(0.2)) return;
    attempt.thread?.stop();
    this.#agent.spawn(this.#endAttempt(attempt));
  }

  *#attempt(attempt: Attempt, isStarted: boolean): Behavior {
    const { taskId, epoch } = attempt;
    if (!isStarted) {
      yield* this.#agent.sleep(this.#agent.world.chance.int(4));
      const events = yield* this.#agent.deliver({ type: "start", taskId, epoch });
      if (events.some((event) => event.type === "task:refused" && event.taskId === taskId)) {
        yield* this.#startLater(attempt);
      }
    }
    yield* this.#body(attempt);
    if (attempt.isOver) yield* this.#endAttempt(attempt);
  }

  /** A claim that waits for its locks can't start yet. */
  *#startLater({ taskId, epoch }: Attempt): Routine<void> {
    for (;;) {
      yield* this.#agent.sleep(5);
      const events = yield* this.#agent.deliver({ type: "start", taskId, epoch });
      const refusal = events.find((event) => event.type === "task:refused");
      if (refusal === undefined || refusal.reason !== "status") return;
      if (refusal.detail !== "assigned") return;
    }
  }

  *#body(attempt: Attempt): Routine<void> {
    const { world } = this.#agent;
    const { chance } = world;
    const { taskId, epoch } = attempt;
    const script = world.scripts.get(taskId) ?? {};
    if (chance.happens(script.poison ?? 0)) return this.#crashAgent();
    if (world.injects("handler-hangs", 0.1)) return yield* this.#agent.wait<void>(() => {});
    const locks = yield* this.#work(attempt, script);
    if (locks === undefined) {
      return yield* this.#report(attempt, failed(taskId, epoch, "it got no lock", "none"));
    }
    if (world.injects("late-report", 0.2)) yield* this.#agent.sleep(chance.around(300));
    const throws = chance.happens(script.throws ?? 0) || world.injects("handler-throws", 0.2);
    const report: RootCommand = throws
      ? failed(taskId, epoch, "it threw", chance.happens(script.givesUp ?? 0) ? "task" : "attempt")
      : { type: "complete", taskId, epoch, result: epoch };
    yield* this.#report(attempt, report);
  }

  /** Does what the script says. Whether it got all locks. */
  *#work({ taskId, epoch }: Attempt, script: TaskScript): Routine<true | undefined> {
    const { ms = 5, heartbeats = 0, locks = [] } = script;
    const owner = claimOwner(taskId, epoch);
    const pause = Math.ceil(ms / (heartbeats + locks.length + 1));
    yield* this.#agent.sleep(pause);
    for (const resourceId of locks) {
      const lease = this.#agent.world.chance.happens(0.2) ? { leaseMs: 5 } : {};
      const terms = { owner, timeoutMs: 200, ...lease };
      const granted = yield* this.#locks.acquire(resourceId, terms);
      if (granted === 0) return undefined;
      yield* this.#agent.sleep(pause);
      this.#locks.touch(resourceId, granted);
    }
    for (let i = 0; i < heartbeats; i++) {
      const command: RootCommand = i % 2 === 0
        ? { type: "heartbeat", taskId, epoch }
        : { type: "progress", taskId, epoch, progress: i };
      yield* this.#agent.call(command);
      yield* this.#agent.sleep(pause);
    }
    return true;
  }

  *#report(attempt: Attempt, command: RootCommand): Routine<void> {
    const { world } = this.#agent;
    const { taskId, epoch } = attempt;
    if (world.injects("duplicate-report", 0.3)) world.send(command, () => {});
    yield* this.#agent.deliver(command);
    if (!world.injects("handler-answers-twice", 0.3)) return;
    const other: RootCommand = command.type === "complete"
      ? failed(taskId, epoch, "it changed its mind", "attempt")
      : { type: "complete", taskId, epoch, result: "after all" };
    yield* this.#agent.deliver(other);
  }

  *#endAttempt({ taskId, epoch }: Attempt): Behavior {
    yield* this.#agent.sleep(this.#agent.world.chance.int(5));
    yield* this.#agent.deliver({ type: "settle", taskId, epoch });
  }

  /** What the task did brings the agent down; somebody notices and starts it again. */
  #crashAgent(): void {
    const { world, id } = this.#agent;
    const agent = this.#agent;
    world.after(1, () => {
      if (!agent.isUp) return;
      agent.crash();
      world.after(10, () => {
        world.report({ type: "remove-agent", agentId: id, reason: "a task brought it down" });
        world.after(10, () => agent.isUp ? agent.rejoin() : agent.start());
      });
    });
  }
}

function failed(
  taskId: string,
  epoch: number,
  message: string,
  fault: "attempt" | "task" | "none",
): RootCommand {
  const error: ErrorData = { name: "Error", message };
  return { type: "fail", taskId, epoch, error, fault };
}
