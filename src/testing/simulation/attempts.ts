/**
 * The tasks of a simulated agent: it registers, receives claims, runs attempts, and reports. And the
 * submission of tasks by a client.
 *
 * @module
 */

import type { ErrorData } from "../../core/error_data.ts";
import { Refusal } from "../../core/machine.ts";
import type { LockstepEvent } from "../../root/events.ts";
import type { RootCommand } from "../../root/state.ts";
import { claimOwner } from "../../locks/types.ts";
import type { ParentClaim, TaskSpec } from "../../tasks/commands.ts";
import type { TaskRefused } from "../../tasks/events.ts";
import { isTerminal, lockEpochOf } from "../../tasks/state.ts";
import type { Actor, Behavior, Routine, Thread } from "./actor.ts";
import type { Locking } from "./locking.ts";
import type { Mailing } from "./mailing.ts";
import type { TaskScript } from "./world.ts";

/** The profile of an agent. */
export interface SimulatedProfile {
  /** Sorted, each once. @default none */
  readonly capabilities?: readonly string[];
  /** The number of tasks that it runs at once. @default 1 to 3, by its index */
  readonly slots?: number;
  /** The number of claims that may wait for a slot. @default 100 */
  readonly queue?: number;
  /** The higher of two equally good agents is chosen. @default 0 */
  readonly priority?: number;
  /** Whether it asks for its tasks. @default false */
  readonly pulls?: boolean;
}

/** A task without requirements. */
export const PLAIN: Omit<TaskSpec, "id"> = {
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

/** A task of a simulated world: its requirements, and the behavior of its attempts. */
export interface SimulatedTask extends Partial<TaskSpec> {
  /** The behavior of its attempts. */
  readonly script?: TaskScript;
}

/** Submits `task` until that is answered. Returns its id, or `""` when it was refused. */
export function* submit(
  client: Actor,
  { script = {}, ...fields }: SimulatedTask,
  parent?: ParentClaim,
): Routine<string> {
  const { world } = client;
  const { id = world.name("task") } = fields;
  const limits = world.isUnreliable ? { timeoutMs: 300 } : {};
  const task = { ...PLAIN, ...limits, idempotencyKey: id, ...fields, id };
  world.scripts.set(id, script);
  if (parent === undefined) world.submitting.set(id, client); // an attempt may end on the way
  const answer = yield* client.deliver({
    ...{ type: "submit", task, input: null, metadata: null },
    ...(parent !== undefined && { parent }),
  });
  world.submitting.delete(id);
  const taskId = answer instanceof Refusal ? "" : answer.taskId;
  if (taskId !== id) world.scripts.delete(id);
  return taskId;
}

/** An attempt that the agent believes to be under way. */
interface Attempt {
  readonly taskId: string;
  readonly epoch: number;
  thread: Thread | undefined;
  /** Whether the claim has ended, and the coordinator waits for the end of the attempt. */
  isOver: boolean;
}

/** The events that end a claim. */
const ENDS_OF_CLAIMS: ReadonlySet<string> = new Set([
  ...["task:parked", "task:stolen", "task:requeued", "task:backed-off"],
  ...["task:failed", "task:cancelled"],
]);

/** Returns one of the commands by which an attempt shows that it is alive. */
function signOfLife(taskId: string, epoch: number, i: number): RootCommand {
  switch ((epoch + i) % 3) {
    case 0:
      return { type: "heartbeat", taskId, epoch };
    case 1:
      return { type: "progress", taskId, epoch, progress: i };
    default:
      return { type: "note", taskId, epoch, text: taskId };
  }
}

/** The tasks of an agent. */
export class Attempts {
  readonly #agent: Actor;
  readonly #locks: Locking;
  readonly #mail: Mailing;
  readonly #profile: () => SimulatedProfile | undefined;
  /** By epoch. */
  readonly #underWay = new Map<number, Attempt>();
  #joined = 0;
  #lastIncarnation = 0;

  /** Creates the tasks of an agent that has none. */
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

  /** Loses all that the agent knows. */
  forget(): void {
    this.#underWay.clear();
  }

  /** Registers the agent, which may lose what it held under a former incarnation. */
  *join(): Routine<void> {
    const agent = this.#agent;
    const { id: agentId, world, index } = agent;
    agent.incarnation = 0;
    if (this.#joined++ > 0 && world.chance.happens(0.5)) yield* this.#endFormerIncarnation();
    const profile = this.#profile();
    const former = this.#incarnationInForce;
    yield* agent.deliver({
      type: "register-agent",
      agentId,
      capabilities: profile?.capabilities ?? [],
      maxConcurrentTasks: profile?.slots ?? 1 + index % 3,
      maxQueuedTasks: profile?.queue ?? 100,
      priority: profile?.priority ?? 0,
      startsAtOnce: this.#startsAtOnce && !this.#pulls,
      kind: "agent",
      ...(this.#pulls && { pulls: true }),
    });
    const current = this.#incarnationInForce;
    if (current !== 0 && current !== former) agent.incarnation = this.#lastIncarnation = current;
    this.#mail.resync();
  }

  get #incarnationInForce(): number {
    const { world, id } = this.#agent;
    return world.engine.state.agents.members.get(id)?.incarnation ?? 0;
  }

  /** Removes what the agent held before, or continues it under a new incarnation if it still may. */
  *#endFormerIncarnation(): Routine<void> {
    const { id: agentId, world } = this.#agent;
    if (!world.engine.state.agents.members.has(agentId) || world.chance.happens(0.5)) {
      yield* this.#agent.deliver({
        ...{ type: "remove-agent", agentId, reason: "it was started again" },
      });
      return;
    }
    const { heartbeatTimeoutMs } = world.engine.state.rules;
    const incarnation = world.chance.happens(0.2) ? this.#lastIncarnation : 0;
    const answer = yield* this.#agent.deliver({
      ...{ type: "join-agent", agentId, heartbeatTimeoutMs, incarnation },
    });
    if (answer instanceof Refusal) return;
    this.#agent.incarnation = this.#lastIncarnation = answer.incarnation;
  }

  /** Sends heartbeats until the world is over and all tasks have ended. */
  *sendHeartbeats(): Behavior {
    const agent = this.#agent;
    const { id: agentId, world } = agent;
    while (!world.isOver || world.unfinishedTasks > 0) {
      const { heartbeatTimeoutMs } = world.engine.state.rules;
      yield* agent.sleep(Math.max(5, heartbeatTimeoutMs / 4));
      const { incarnation } = agent;
      if (incarnation === 0) continue;
      const answer = yield* agent.call({ type: "beat-agent", agentId, incarnation });
      if (answer instanceof Refusal) yield* this.join();
    }
  }

  /** Shows that the agent is alive, and joins again if its incarnation is over. */
  *reconnect(): Behavior {
    const { id: agentId, incarnation } = this.#agent;
    const answer = yield* this.#agent.deliver({ type: "beat-agent", agentId, incarnation });
    if (answer instanceof Refusal) yield* this.join();
  }

  /** Returns whether the agent observes `event`, as far as tasks are concerned. */
  concerns(event: LockstepEvent): boolean {
    if (event.type === "task:assigned") return !this.#startsAtOnce;
    if (event.type === "task:started") return this.#startsAtOnce;
    return ENDS_OF_CLAIMS.has(event.type) && this.#underWay.has((event as ClaimEvent).epoch);
  }

  /** Receives an event. */
  observe(event: LockstepEvent): void {
    if (event.type === "task:assigned") {
      if (!this.#startsAtOnce) this.#begin(event.taskId, event.epoch, false);
    } else if (event.type === "task:started") {
      if (this.#startsAtOnce) this.#begin(event.taskId, event.epoch, true);
    } else if (ENDS_OF_CLAIMS.has(event.type)) {
      this.#abort((event as ClaimEvent).epoch);
    }
  }

  /** Whether claims of the agent start as soon as they can, without a command of the agent. */
  get #startsAtOnce(): boolean {
    return this.#agent.index % 4 !== 3 || this.#pulls;
  }

  get #pulls(): boolean {
    return this.#profile()?.pulls === true;
  }

  /** Returns the number of attempts under way. */
  get count(): number {
    return this.#underWay.size;
  }

  /** Begins the attempt of a claim that was the answer to a request, unless its event came first. */
  take(taskId: string, epoch: number): void {
    this.#begin(taskId, epoch, true);
  }

  /** Begins attempts whose events were lost. */
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
    if (this.#underWay.has(epoch)) return; // the event came twice
    const attempt: Attempt = { taskId, epoch, thread: undefined, isOver: false };
    this.#underWay.set(epoch, attempt);
    attempt.thread = this.#agent.spawn(this.#run(attempt, isStarted), () => {
      this.#underWay.delete(epoch);
    });
  }

  /** Ends an attempt, unless it ignores that and reports a stale result. */
  #abort(epoch: number): void {
    const attempt = this.#underWay.get(epoch);
    if (attempt === undefined) return;
    attempt.isOver = true;
    if (this.#agent.world.chance.happens(0.2)) return;
    attempt.thread?.stop();
    this.#agent.spawn(this.#confirmEnd(attempt));
  }

  *#run(attempt: Attempt, isStarted: boolean): Behavior {
    if (!isStarted) {
      yield* this.#agent.sleep(this.#agent.world.chance.int(4));
      yield* this.#start(attempt);
    }
    yield* this.#work(attempt);
    if (attempt.isOver) yield* this.#confirmEnd(attempt);
  }

  /** Starts a claim; again after a first refusal, and while the claim waits for its locks. */
  *#start({ taskId, epoch }: Attempt): Routine<void> {
    for (let isFirst = true;; isFirst = false) {
      const answer = yield* this.#agent.deliver({ type: "start", taskId, epoch });
      if (!(answer instanceof Refusal) || answer.event.type !== "task:refused") return;
      const { reason, detail } = answer.event as TaskRefused;
      if (!isFirst && (reason !== "status" || detail !== "assigned")) return;
      yield* this.#agent.sleep(5);
    }
  }

  /** Follows the script of a task, and reports the result. */
  *#work(attempt: Attempt): Routine<void> {
    const { world } = this.#agent;
    const { chance } = world;
    const { taskId, epoch } = attempt;
    const script = world.scripts.get(taskId) ?? {};
    if (chance.happens(script.poison ?? 0)) return this.#crashAgent();
    if (world.injects("handler-hangs", 0.1)) return yield* this.#agent.wait<void>(() => {});
    if (!(yield* this.#useLocks(attempt, script))) {
      return yield* this.#report(attempt, failed(taskId, epoch, "it got no lock", "none"));
    }
    if (script.spends !== undefined) {
      const counters = { tokens: script.spends };
      yield* this.#agent.call({ type: "spend", taskId, epoch, counters });
    }
    if (script.children !== undefined) yield* this.#raise(attempt, script.children);
    if (chance.happens(script.suspends ?? 0)) {
      return yield* this.#report(attempt, this.#suspension(attempt));
    }
    if (world.injects("late-report", 0.2)) yield* this.#agent.sleep(chance.around(300));
    const isBroken = this.#agent.index < (script.brokenAgents ?? 0);
    const throws = chance.happens(script.throws ?? 0) || world.injects("handler-throws", 0.2) ||
      isBroken;
    const report: RootCommand = throws
      ? failed(taskId, epoch, "it threw", chance.happens(script.givesUp ?? 0) ? "task" : "attempt")
      : { type: "complete", taskId, epoch, result: epoch };
    yield* this.#report(attempt, report);
  }

  /** Works, with locks and heartbeats. Returns whether it got all locks. */
  *#useLocks({ taskId, epoch }: Attempt, script: TaskScript): Routine<boolean> {
    const { ms = 5, heartbeats = 0, locks = [] } = script;
    const { tasks, lingering } = this.#agent.world.engine.state.tasks;
    const task = tasks.get(taskId);
    const inForce = task?.epoch === epoch ? lockEpochOf(task) : undefined;
    const owner = claimOwner(taskId, inForce ?? lingering.get(epoch)?.lockEpoch ?? epoch);
    const pause = Math.ceil(ms / (heartbeats + locks.length + 1));
    yield* this.#agent.sleep(pause);
    for (const resourceId of locks) {
      const lease = this.#agent.world.chance.happens(0.2) ? { leaseMs: 5 } : {};
      const terms = { owner, timeoutMs: 200, ...lease };
      const granted = yield* this.#locks.acquire(resourceId, terms);
      if (granted === 0) return false;
      yield* this.#agent.sleep(pause);
      this.#locks.touch(resourceId, granted);
    }
    for (let i = 0; i < heartbeats; i++) {
      yield* this.#agent.call(signOfLife(taskId, epoch, i));
      yield* this.#agent.sleep(pause);
    }
    return true;
  }

  #suspension({ taskId, epoch }: Attempt): RootCommand {
    const { chance } = this.#agent.world;
    return chance.happens(0.5)
      ? { type: "snooze", taskId, epoch, delayMs: chance.around(20) }
      : { type: "block", taskId, epoch, question: "may it?" };
  }

  /** Submits children, and waits for those that it awaits. */
  *#raise(
    { taskId, epoch }: Attempt,
    children: NonNullable<TaskScript["children"]>,
  ): Routine<void> {
    const agent = this.#agent;
    const awaited: string[] = [];
    for (const [i, { script, resources, isAwaited }] of children.entries()) {
      const child = { id: `${taskId}.${i}`, script, resources };
      const childId = yield* submit(agent, child, { taskId, epoch });
      if (childId === "" || !isAwaited) continue;
      awaited.push(childId);
      yield* agent.deliver({ type: "await", taskId, epoch, childId });
    }
    for (const childId of awaited) while (this.#isOpen(childId)) yield* agent.sleep(3);
  }

  #isOpen(taskId: string): boolean {
    const { engine } = this.#agent.world;
    const task = engine.isDown ? undefined : engine.state.tasks.tasks.get(taskId);
    return engine.isDown || (task !== undefined && !isTerminal(task.status));
  }

  *#report({ taskId, epoch }: Attempt, command: RootCommand): Routine<void> {
    const { world } = this.#agent;
    if (world.injects("duplicate-report", 0.3)) world.send(command, () => {});
    yield* this.#agent.deliver(command);
    if (!world.injects("handler-answers-twice", 0.3)) return;
    const other: RootCommand = command.type === "complete"
      ? failed(taskId, epoch, "it changed its mind", "attempt")
      : { type: "complete", taskId, epoch, result: "after all" };
    yield* this.#agent.deliver(other);
  }

  /** Reports that an attempt whose claim ended before it has ended. */
  *#confirmEnd({ taskId, epoch }: Attempt): Behavior {
    yield* this.#agent.sleep(this.#agent.world.chance.int(5));
    yield* this.#agent.deliver({ type: "end-attempt", taskId, epoch });
  }

  /** Crashes the agent, which is removed and started again. */
  #crashAgent(): void {
    const agent = this.#agent;
    const { world, id: agentId } = agent;
    world.after(1, () => {
      if (!agent.isUp) return;
      agent.crash();
      world.after(10, () => {
        world.report({ type: "remove-agent", agentId, reason: "a task brought it down" });
        world.after(10, () => agent.isUp ? agent.rejoin() : agent.start());
      });
    });
  }
}

interface ClaimEvent {
  readonly epoch: number;
}

function failed(
  taskId: string,
  epoch: number,
  message: string,
  fault: "attempt" | "task" | "none",
): RootCommand {
  const code = fault === "task" ? { code: "non-retryable" } : {};
  const error: ErrorData = { name: "Error", message, ...code };
  return { type: "fail", taskId, epoch, error, fault };
}
