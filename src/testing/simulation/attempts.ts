/**
 * How an agent of a simulated world comes to have tasks, does them, and reports.
 *
 * @module
 */

import type { RootCommand } from "../../root/state.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { ErrorData } from "../../core/error_data.ts";
import { claimOwner } from "../../locks/claim_owner.ts";
import type { SimulatedAgent } from "./agent.ts";
import type { TaskScript } from "./scripts.ts";
import type { Behaviour, Doing, Thread } from "./thread.ts";
import { unfinished } from "./world.ts";

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
  readonly #agent: SimulatedAgent;
  readonly #underWay = new Map<number, Attempt>();
  #joined = 0;
  #lastLife = 0;

  /** Of an agent that has none. */
  constructor(agent: SimulatedAgent) {
    this.#agent = agent;
  }

  /** Forgets everything. */
  forget(): void {
    this.#underWay.clear();
  }

  /** Makes the agent known to the coordinator; what it had in an earlier life may be taken away. */
  *join(): Doing<void> {
    const agent = this.#agent;
    const { id: agentId, world, index } = agent;
    const { workload, chance } = world;
    agent.incarnation = 0;
    if (this.#joined++ > 0 && chance.happens(0.5)) yield* this.#endEarlierLife();
    const profile = workload.profile?.(agent);
    const events = yield* agent.insist({
      type: "register-agent",
      agentId,
      capabilities: profile?.capabilities ?? [],
      maxConcurrentTasks: profile?.slots ?? 1 + index % 3,
      maxQueuedTasks: profile?.queue ?? 100,
      priority: profile?.priority ?? 0,
      startsAtOnce: this.#isEager,
      kind: "agent",
    });
    this.#noteLife(events);
    agent.mail.lookAround();
  }

  /** Either way, nothing is left of what it had; or it goes on from where it was, if it still may. */
  *#endEarlierLife(): Doing<void> {
    const { id: agentId, world } = this.#agent;
    if (!world.host.state.agents.members.has(agentId) || world.chance.happens(0.5)) {
      yield* this.#agent.insist({ type: "remove-agent", agentId, reason: "it was started again" });
      return;
    }
    const { heartbeatTimeoutMs } = world.host.state.rules;
    const incarnation = world.chance.happens(0.2) ? this.#lastLife : 0;
    const events = yield* this.#agent.insist({
      ...{ type: "join-agent", agentId, heartbeatTimeoutMs, incarnation },
    });
    this.#noteLife(events);
  }

  #noteLife(events: readonly LockstepEvent[]): void {
    const { id } = this.#agent;
    for (const event of events) {
      if (event.type !== "agent:joined" || event.agentId !== id) continue;
      this.#agent.incarnation = this.#lastLife = event.incarnation;
    }
  }

  /** Shows that the agent is alive for as long as there is anything to do. */
  *beat(): Behaviour {
    const agent = this.#agent;
    const { id: agentId, world } = agent;
    while (!world.isOver || unfinished(world) > 0) {
      const { heartbeatTimeoutMs } = world.host.state.rules;
      yield* agent.sleep(Math.max(5, heartbeatTimeoutMs / 4));
      if (agent.incarnation === 0) continue;
      const events = yield* agent.ask({
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
        return !this.#isEager;
      case "task:started":
        return this.#isEager;
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
  hear(event: LockstepEvent): void {
    switch (event.type) {
      case "task:assigned":
        if (!this.#isEager) this.#begin(event.taskId, event.epoch, false);
        return;
      case "task:started":
        if (this.#isEager) this.#begin(event.taskId, event.epoch, true);
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
  get #isEager(): boolean {
    return this.#agent.index % 4 !== 3;
  }

  /** Takes up what it was given and never told of. */
  *lookAround(): Behaviour {
    const { world, id } = this.#agent;
    for (let rounds = 0; rounds < 2; rounds += world.isOver ? 1 : 0) {
      yield* this.#agent.sleep(200);
      if (world.host.isDown) continue;
      this.#agent.mail.lookAround();
      const known = world.host.state.tasks.agents.get(id);
      if (known === undefined) yield* this.join();
      for (const { spec, epoch, status } of known?.tasks ?? []) {
        if (!this.#isEager || status === "running") {
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
    attempt.thread?.kill();
    this.#agent.spawn(this.#settle(attempt));
  }

  *#attempt(attempt: Attempt, isStarted: boolean): Behaviour {
    const { taskId, epoch } = attempt;
    if (!isStarted) {
      yield* this.#agent.sleep(this.#agent.world.chance.int(4));
      const events = yield* this.#agent.insist({ type: "start", taskId, epoch });
      if (events.some((event) => event.type === "task:refused" && event.taskId === taskId)) {
        yield* this.#startLater(attempt);
      }
    }
    yield* this.#body(attempt);
    if (attempt.isOver) yield* this.#settle(attempt);
  }

  /** A claim that waits for its locks can't start yet. */
  *#startLater({ taskId, epoch }: Attempt): Doing<void> {
    for (;;) {
      yield* this.#agent.sleep(5);
      const events = yield* this.#agent.insist({ type: "start", taskId, epoch });
      const refusal = events.find((event) => event.type === "task:refused");
      if (refusal === undefined || refusal.reason !== "status") return;
      if (refusal.detail !== "assigned") return;
    }
  }

  *#body(attempt: Attempt): Doing<void> {
    const { world } = this.#agent;
    const { chance } = world;
    const { taskId, epoch } = attempt;
    const script = world.scripts.get(taskId) ?? {};
    if (chance.happens(script.poison ?? 0)) return this.#succumb();
    if (world.fails("handler-hangs", 0.1)) return yield* this.#agent.wait<void>(() => {});
    const locks = yield* this.#work(attempt, script);
    if (locks === undefined) {
      return yield* this.#report(attempt, failed(taskId, epoch, "it got no lock", "none"));
    }
    if (world.fails("late-report", 0.2)) yield* this.#agent.sleep(chance.around(300));
    const throws = chance.happens(script.throws ?? 0) || world.fails("handler-throws", 0.2);
    const report: RootCommand = throws
      ? failed(taskId, epoch, "it threw", chance.happens(script.givesUp ?? 0) ? "task" : "attempt")
      : { type: "complete", taskId, epoch, result: epoch };
    yield* this.#report(attempt, report);
  }

  /** Does what the script says. Whether it got all locks. */
  *#work({ taskId, epoch }: Attempt, script: TaskScript): Doing<true | undefined> {
    const { ms = 5, beats = 0, locks = [] } = script;
    const owner = claimOwner(taskId, epoch);
    const pause = Math.ceil(ms / (beats + locks.length + 1));
    yield* this.#agent.sleep(pause);
    for (const resourceId of locks) {
      const lease = this.#agent.world.chance.happens(0.2) ? { leaseMs: 5 } : {};
      const terms = { owner, timeoutMs: 200, ...lease };
      const granted = yield* this.#agent.locks.acquire(resourceId, terms);
      if (granted === 0) return undefined;
      yield* this.#agent.sleep(pause);
      this.#agent.locks.touch(resourceId, granted);
    }
    for (let i = 0; i < beats; i++) {
      const command: RootCommand = i % 2 === 0
        ? { type: "heartbeat", taskId, epoch }
        : { type: "progress", taskId, epoch, progress: i };
      yield* this.#agent.ask(command);
      yield* this.#agent.sleep(pause);
    }
    return true;
  }

  *#report(attempt: Attempt, command: RootCommand): Doing<void> {
    const { world } = this.#agent;
    const { taskId, epoch } = attempt;
    if (world.fails("duplicate-report", 0.3)) world.send(command, () => {});
    yield* this.#agent.insist(command);
    if (!world.fails("handler-answers-twice", 0.3)) return;
    const other: RootCommand = command.type === "complete"
      ? failed(taskId, epoch, "it changed its mind", "attempt")
      : { type: "complete", taskId, epoch, result: "after all" };
    yield* this.#agent.insist(other);
  }

  *#settle({ taskId, epoch }: Attempt): Behaviour {
    yield* this.#agent.sleep(this.#agent.world.chance.int(5));
    yield* this.#agent.insist({ type: "settle", taskId, epoch });
  }

  /** What the task did brings the agent down; somebody notices and starts it again. */
  #succumb(): void {
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
