/**
 * A task machine that keeps lists and searches them: slow, but one can see that it is right. It
 * asks the exported strategies who gets a task, and says what happened in the machine's own words.
 *
 * @module
 */

import type { TaskEvent, TaskRefusal } from "../../src/kernel/events.ts";
import { nextInt, seeded } from "../../src/kernel/prng.ts";
import type { ErrorData, TaskStatus } from "../../src/kernel/shapes.ts";
import type { TaskCommand, TaskConfig } from "../../src/tasks/machine.ts";
import type { Submit } from "../../src/tasks/commands.ts";
import type { Outcome, TaskSpec } from "../../src/tasks/state.ts";
import {
  AffinitySchedulingStrategy,
  CapabilitySchedulingStrategy,
  LeastLoadedSchedulingStrategy,
  RoundRobinSchedulingStrategy,
} from "../../src/tasks/strategies.ts";
import { type SlowAgent, slowCycle, type SlowTask, type SlowTimer } from "./twin_parts.ts";

const STRATEGIES = {
  capability: new CapabilitySchedulingStrategy(),
  external: new CapabilitySchedulingStrategy(),
  "round-robin": new RoundRobinSchedulingStrategy(),
  "least-loaded": new LeastLoadedSchedulingStrategy(),
  affinity: new AffinitySchedulingStrategy(),
};

type Command<Type extends TaskCommand["type"]> = Extract<TaskCommand, { type: Type }>;
type Claim = Command<"start" | "heartbeat" | "progress" | "complete" | "fail">;

export class SlowScheduler {
  now = 0;
  tasks: SlowTask[] = [];
  agents: SlowAgent[] = [];
  forgotten: { id: string; outcome: Outcome }[] = [];
  /** Every slot in use: by a claim in force, or by a body that was told to stop. */
  slots: { task: SlowTask; agentId: string; epoch: number; lingers: boolean }[] = [];
  #timers: SlowTimer[] = [];
  #history: { type: string; last: string }[] = [];
  #strategy: keyof typeof STRATEGIES = "capability";
  #draining = false;
  #epoch = 0;
  #timersSet = 0;
  #submissions = 0;
  /** How many of the forgotten were since the older ones were dropped. */
  #latest = 0;
  /** Epochs of claims whose agent went while they ran. */
  #abandoned: number[] = [];
  #registrations = 0;
  #random;
  /** What ready tasks ever asked of an agent, in the order in which it was first asked. */
  #demands = new Set<string>();
  #events: TaskEvent[] = [];
  /** What is left to do in this step. */
  #ended: { task: SlowTask; because: string }[] = [];
  #freed: SlowAgent[] = [];
  #queued: string[] = [];

  constructor(readonly config: TaskConfig) {
    this.#random = seeded(config.seed);
  }

  step(command: TaskCommand | { type: "tick" }, now: number): TaskEvent[] {
    this.now = now;
    this.#events = [];
    for (let due = this.#takeDue(); due !== undefined; due = this.#takeDue()) {
      this.#fire(due);
      this.#settle();
    }
    this.#apply(command);
    this.#settle();
    return this.#events;
  }

  find(taskId: string): SlowTask | undefined {
    return this.tasks.find((task) => task.spec.id === taskId);
  }

  #apply(command: TaskCommand | { type: "tick" }): void {
    switch (command.type) {
      case "submit":
        return this.#submit(command);
      case "assign":
        return this.#assignTo(command);
      case "start":
      case "heartbeat":
      case "progress":
      case "complete":
      case "fail":
        return this.#claim(command);
      case "settle":
        return this.#endLingering(command.epoch, false);
      case "unblock":
        return this.#unblock(command.taskId, command.epoch);
      case "preempt":
        return this.#preempt(command);
      case "cancel":
        return this.#cancelTask(command);
      case "register-agent":
        return this.#register(command);
      case "use-strategy":
        this.#strategy = command.strategy;
        this.#say({ type: "strategy:changed", strategy: command.strategy });
        this.#queued.push(...this.#demands);
        return;
      case "drain":
        if (!this.#draining) this.#say({ type: "scheduler:drained" });
        this.#draining = true;
        return;
      case "tick":
        return;
      default:
        return this.#aboutAgent(command as Command<"cordon-agent">);
    }
  }

  // Commands

  #submit(command: Submit): void {
    const spec = command.task;
    const known = this.find(spec.id);
    const pinned = this.#agent(spec.assignedAgent);
    const isSame = known !== undefined && known.spec.idempotencyKey !== "" &&
      known.spec.idempotencyKey === spec.idempotencyKey;
    const cycle = slowCycle(this.tasks, spec);
    const open = this.tasks.filter((task) => !isOver(task.status)).length;
    const isForgotten = this.forgotten.some(({ id }) => id === spec.id);
    if (this.#draining) return this.#refuse(command, spec.id, "draining");
    if (isSame) return this.#say({ type: "task:recognized", taskId: spec.id });
    if (known !== undefined || isForgotten) return this.#refuse(command, spec.id, "duplicate");
    if (open >= this.config.maxTasks) {
      return this.#refuse(command, spec.id, "full", this.config.maxTasks);
    }
    if (spec.assignedAgent !== "") {
      if (pinned === undefined) return this.#refuse(command, spec.id, "unknown-agent");
      if (!isFit(pinned, spec)) return this.#refuse(command, spec.id, "unfit");
    }
    if (cycle !== undefined) return this.#refuse(command, spec.id, "cycle", cycle);
    this.#accept(spec);
  }

  #accept(spec: TaskSpec): void {
    const task: SlowTask = {
      spec,
      rank: this.now - spec.priority * this.config.agingMs,
      sequence: this.#submissions++,
      status: "waiting",
      createdAt: this.now,
      startedAt: 0,
      agentId: undefined,
      epoch: 0,
      locked: false,
      attempts: 0,
      crashes: 0,
      told: new Map(),
    };
    let doom: string | undefined;
    for (const { taskId } of spec.dependencies) {
      const outcome = this.#outcomeOf(taskId);
      if (outcome === undefined || doom !== undefined) continue;
      task.told.set(taskId, outcome);
      doom = doomOf(task, `dependency "${taskId}" ${phrase(outcome)}`);
    }
    this.tasks.push(task);
    if (spec.totalTimeoutMs > 0) this.#time(task, "total", spec.totalTimeoutMs);
    const isReady = doom === undefined && task.told.size === spec.dependencies.length;
    if (isReady) task.status = "ready";
    this.#say({ type: "task:created", taskId: spec.id } as TaskEvent);
    if (doom !== undefined) this.#cancel(task, doom, doom);
    else if (isReady) this.#queue(task);
    else this.#limitQueueTime(task);
  }

  #assignTo(command: Command<"assign">): void {
    const { taskId, agentId } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    if (task.status !== "ready") return this.#refuse(command, taskId, "status", task.status);
    if (this.#draining) return this.#refuse(command, taskId, "draining");
    const agent = agentId === "" ? this.#choose(task) : this.#agent(agentId);
    if (agent === undefined) {
      return this.#refuse(command, taskId, agentId === "" ? "unfit" : "unknown-agent");
    }
    if (!this.#hasRoom(agent) || !isFit(agent, task.spec)) {
      return this.#refuse(command, taskId, "unfit");
    }
    this.#assign(task, agent);
  }

  #claim(command: Claim): void {
    const { type, taskId, epoch } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    const isInForce = task.agentId !== undefined && (epoch === 0 || epoch === task.epoch);
    if (!isInForce) {
      const isLate = epoch === 0 || (epoch === task.epoch && isOver(task.status));
      if (isLate) return this.#refuse(command, taskId, "status", task.status);
      const current = task.agentId === undefined ? undefined : task.epoch;
      return this.#refuse(command, taskId, "stale-epoch", current);
    }
    const mayStart = task.status === "assigned" && task.locked &&
      type !== "heartbeat" && type !== "progress";
    if (type === "start") {
      if (!mayStart) return this.#refuse(command, taskId, "status", task.status);
      if (this.#draining) return this.#refuse(command, taskId, "draining");
    }
    if (mayStart) this.#start(task);
    if (task.status !== "running") return this.#refuse(command, taskId, "status", task.status);
    if (type === "complete") this.#complete(task, command.result);
    else if (type === "fail") this.#failAttempt(task, command);
    else if (type !== "start") this.#hear(task, command);
  }

  #hear(task: SlowTask, command: Command<"heartbeat" | "progress">): void {
    const timer = this.#timers.find((timer) => timer.task === task && timer.limit === "heartbeat");
    if (timer !== undefined) timer.at = this.now + task.spec.heartbeatTimeoutMs;
    const claim = { taskId: command.taskId, agentId: task.agentId!, epoch: task.epoch };
    this.#say(
      command.type === "heartbeat"
        ? { type: "task:heartbeat", ...claim }
        : { type: "task:progressed", ...claim, progress: command.progress },
    );
  }

  #complete(task: SlowTask, result: unknown): void {
    const taskId = task.spec.id;
    const claim = { taskId, agentId: task.agentId!, epoch: task.epoch };
    this.#remember(task.spec.type, task.agentId!);
    this.#say({ type: "task:completed", ...claim, result, ranMs: this.now - task.startedAt });
    this.#end(task, "completed", "", false);
  }

  #failAttempt(task: SlowTask, { error, fault }: Command<"fail">): void {
    this.#remember(task.spec.type, "");
    if (fault === "none") return this.#interrupt(task, error, false);
    const isLast = fault === "task" || task.attempts > task.spec.retries;
    if (isLast) this.#fail(task, error, false);
    else this.#backOff(task, error, task.attempts, false);
  }

  #preempt({ taskId, epoch, reason, isHopeless }: Command<"preempt">): void {
    const task = this.find(taskId);
    if (task?.agentId === undefined || task.epoch !== epoch) return;
    const error = { name: "PreemptedError", code: "preempted", message: reason };
    if (isHopeless) this.#fail(task, error, task.status === "running");
    else this.#interrupt(task, error, task.status === "running");
  }

  #unblock(taskId: string, epoch: number): void {
    const task = this.find(taskId);
    if (task?.agentId === undefined || task.epoch !== epoch || task.locked) return;
    task.locked = true;
    if (this.#agent(task.agentId)!.eager && !this.#draining) this.#start(task);
  }

  #cancelTask(command: Command<"cancel">): void {
    const { taskId, reason } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    if (task.status === "cancelled") return;
    if (isOver(task.status)) return this.#refuse(command, taskId, "status", task.status);
    this.#cancel(task, reason, `dependency "${taskId}" was cancelled`);
  }

  #register(command: Command<"register-agent">): void {
    const { agentId, capabilities, maxConcurrentTasks, priority, startsAtOnce } = command;
    const known = this.#agent(agentId);
    if (known === undefined && this.agents.length >= this.config.maxAgents) {
      return this.#refuse(command, "", "full", this.config.maxAgents);
    }
    const agent: SlowAgent = {
      id: agentId,
      capabilities,
      maxConcurrentTasks,
      priority,
      eager: startsAtOnce,
      cordon: known?.cordon ?? "",
      lastEpoch: known?.lastEpoch ?? 0,
    };
    this.#registrations++;
    this.agents = [...this.agents.filter((other) => other !== known), agent];
    this.#say({ type: "agent:spawned", agentId, capabilities, maxConcurrentTasks, kind: "agent" });
    if (startsAtOnce && !this.#draining) {
      for (const task of this.#tasksOf(agentId)) {
        if (task.status === "assigned" && task.locked) this.#start(task);
      }
    }
    this.#freed.push(agent);
  }

  #aboutAgent(
    command: Command<
      "remove-agent" | "cordon-agent" | "cancel-agent-tasks" | "requeue-agent-tasks"
    >,
  ): void {
    const { agentId, reason } = command;
    const agent = this.#agent(agentId);
    if (agent === undefined) return this.#refuse(command, "", "unknown-agent");
    if (command.type === "cordon-agent") {
      if (agent.cordon === reason) return;
      agent.cordon = reason;
      this.#freed.push(agent);
      if (reason === "") this.#say({ type: "agent:uncordoned", agentId, cause: "caller" });
      else this.#say({ type: "agent:cordoned", agentId, cause: "caller", reason, untilMs: 0 });
      return;
    }
    const tasks = this.#tasksOf(agentId);
    if (command.type === "remove-agent") {
      this.agents = this.agents.filter((other) => other !== agent);
      this.#say({ type: "agent:terminated", agentId, reason });
      const running = tasks.filter(({ status }) => status === "running");
      this.#abandoned = running.map(({ epoch }) => epoch);
      for (const task of tasks) this.#orphan(task, `agent "${agentId}" is gone`, false);
      for (const { epoch } of this.slots.filter((slot) => slot.agentId === agentId)) {
        this.#endLingering(epoch, true);
      }
      return;
    }
    for (const task of tasks) {
      const isRunning = task.status === "running";
      if (command.type === "cancel-agent-tasks") {
        this.#cancel(task, reason, `dependency "${task.spec.id}" was cancelled`);
      } else {
        if (isRunning) task.attempts--;
        this.#requeue(task, reason, isRunning);
      }
    }
  }

  // Actions

  #queue(task: SlowTask): void {
    this.#limitQueueTime(task);
    this.#demands.add(demandOf(task));
    this.#queued.push(demandOf(task));
  }

  #limitQueueTime(task: SlowTask): void {
    const isTimed = this.#timers.some((timer) => timer.task === task && timer.limit === "queue");
    if (task.spec.queueTimeoutMs > 0 && !isTimed) {
      this.#time(task, "queue", task.spec.queueTimeoutMs);
    }
  }

  #assign(task: SlowTask, agent: SlowAgent): void {
    const { id: taskId, resources } = task.spec;
    const epoch = ++this.#epoch;
    Object.assign(task, { status: "assigned", agentId: agent.id, epoch });
    task.locked = resources.length === 0;
    agent.lastEpoch = epoch;
    this.slots.push({ task, agentId: agent.id, epoch, lingers: false });
    this.#say({
      type: "task:assigned",
      taskId,
      agentId: agent.id,
      epoch,
      resources,
      queued: false,
    });
    if (agent.eager && task.locked) this.#start(task);
  }

  #start(task: SlowTask): void {
    const { spec, epoch } = task;
    this.#untime(task, "queue");
    Object.assign(task, { status: "running", startedAt: this.now });
    const attempt = ++task.attempts;
    if (spec.timeoutMs > 0) this.#time(task, "attempt", spec.timeoutMs);
    if (spec.heartbeatTimeoutMs > 0) this.#time(task, "heartbeat", spec.heartbeatTimeoutMs);
    const waitedMs = this.now - task.createdAt;
    const agentId = task.agentId!;
    this.#say({ type: "task:started", taskId: spec.id, agentId, epoch, attempt, waitedMs });
  }

  #interrupt(task: SlowTask, error: ErrorData, lingers: boolean): void {
    if (task.status === "running") task.attempts--;
    if (++task.crashes > this.config.maxCrashes) this.#quarantine(task, error.message, lingers);
    else this.#backOff(task, error, task.crashes, lingers);
  }

  #orphan(task: SlowTask, reason: string, lingers: boolean): void {
    if (task.status === "running") {
      task.attempts--;
      task.crashes++;
    }
    if (task.crashes > this.config.maxCrashes) this.#quarantine(task, reason, lingers);
    else this.#requeue(task, reason, lingers);
  }

  #quarantine(task: SlowTask, reason: string, lingers: boolean): void {
    const message = `Quarantined after ${task.crashes} lost claims, the last: ${reason}`;
    this.#fail(task, { name: "QuarantineError", code: "quarantined", message }, lingers);
  }

  #backOff(task: SlowTask, error: ErrorData, failures: number, lingers: boolean): void {
    const { retryDelay, maxRetryDelayMs } = this.config;
    const longest = Math.min(maxRetryDelayMs, retryDelay * 2 ** (failures - 1));
    const pause = Math.max(nextInt(this.#random, longest + 1), error.retryAfterMs ?? 0);
    const claim = { taskId: task.spec.id, agentId: task.agentId!, epoch: task.epoch };
    const retryAt = this.now + pause;
    this.#untime(task, "queue", "attempt", "heartbeat");
    task.status = "backing-off";
    this.#time(task, "backoff", pause);
    this.#say({ type: "task:backed-off", ...claim, error, attempt: task.attempts, retryAt });
    this.#part(task, lingers);
  }

  #requeue(task: SlowTask, reason: string, lingers: boolean): void {
    const claim = { taskId: task.spec.id, agentId: task.agentId!, epoch: task.epoch };
    this.#untime(task, "attempt", "heartbeat");
    task.status = "ready";
    this.#say({ type: "task:requeued", ...claim, reason });
    this.#part(task, lingers);
    this.#queue(task);
  }

  #fail(task: SlowTask, error: ErrorData, lingers: boolean): void {
    const { spec: { id: taskId }, epoch, attempts, agentId } = task;
    this.#say({ type: "task:failed", taskId, agentId, epoch, error, attempts });
    this.#end(task, "failed", `dependency "${taskId}" failed`, lingers);
  }

  #cancel(task: SlowTask, reason: string, because: string): void {
    const { spec: { id: taskId }, epoch, agentId } = task;
    this.#say({ type: "task:cancelled", taskId, agentId, epoch, reason });
    this.#end(task, "cancelled", because, task.status === "running");
  }

  #end(task: SlowTask, outcome: Outcome, because: string, lingers: boolean): void {
    this.#timers = this.#timers.filter((timer) => timer.task !== task);
    task.status = outcome;
    this.#part(task, lingers);
    this.#ended.push({ task, because });
    this.#forget(task);
  }

  /** Moves the task behind all others, which puts those that ended in the order of their ends. */
  #forget(task: SlowTask): void {
    const { keepFinished, keepOutcomes } = this.config;
    this.tasks = [...this.tasks.filter((other) => other !== task), task];
    const finished = this.tasks.filter(({ status }) => isOver(status));
    const oldest = finished[0];
    if (finished.length <= keepFinished || oldest === undefined) return;
    this.tasks = this.tasks.filter((other) => other !== oldest);
    if (keepOutcomes === 0) return;
    if (this.#latest === keepOutcomes) {
      this.forgotten = this.forgotten.slice(-keepOutcomes);
      this.#latest = 0;
    }
    this.forgotten.push({ id: oldest.spec.id, outcome: oldest.status as Outcome });
    this.#latest++;
  }

  #part(task: SlowTask, lingers: boolean): void {
    const slot = this.slots.find(({ epoch }) => epoch === task.epoch);
    if (task.agentId === undefined || slot === undefined) return;
    task.agentId = undefined;
    task.locked = false;
    slot.lingers = true;
    if (!lingers) return this.#endLingering(slot.epoch, this.#abandoned.includes(slot.epoch));
    this.#timers.push({
      task: undefined,
      epoch: slot.epoch,
      limit: "grace",
      at: this.now + this.config.abortGraceMs,
      order: this.#timersSet++,
    });
  }

  #endLingering(epoch: number, abandoned: boolean): void {
    const slot = this.slots.find((slot) => slot.epoch === epoch && slot.lingers);
    if (slot === undefined) return;
    this.slots = this.slots.filter((other) => other !== slot);
    this.#timers = this.#timers.filter((timer) => timer.epoch !== epoch);
    const { task, agentId } = slot;
    const taskId = task.spec.id;
    this.#say({ type: "attempt:ended", taskId, agentId, epoch, abandoned, queued: false });
    const agent = this.#agent(agentId);
    if (agent !== undefined) this.#freed.push(agent);
    const pauses = this.#timers.some((timer) => timer.task === task && timer.limit === "backoff");
    const isBusy = this.slots.some((other) => other.task === task && other.lingers);
    if (task.status === "backing-off" && !pauses && !isBusy) this.#makeReady(task);
  }

  #makeReady(task: SlowTask): void {
    task.status = "ready";
    this.#say({ type: "task:readied", taskId: task.spec.id });
    this.#queue(task);
  }

  // What follows

  #settle(): void {
    for (const { task, because } of this.#ended) this.#tellDependents(task, because);
    const [freed, queued] = [this.#freed, this.#queued];
    this.#ended = [];
    this.#freed = [];
    this.#queued = [];
    if (this.#draining) return;
    for (const agent of freed) {
      for (let task = this.#taskFor(agent); task !== undefined; task = this.#taskFor(agent)) {
        this.#assign(task, agent);
      }
    }
    for (const demand of queued) {
      for (;;) {
        const [first] = this.#ready().filter((task) => demandOf(task) === demand);
        const agent = first === undefined ? undefined : this.#choose(first);
        if (agent === undefined) break;
        this.#assign(this.#taskFor(agent)!, agent);
      }
    }
  }

  #tellDependents({ spec: { id }, status }: SlowTask, because: string): void {
    const dependents = this.tasks
      .filter((task) => task.status === "waiting" && !task.told.has(id))
      .filter((task) => task.spec.dependencies.some(({ taskId }) => taskId === id))
      .sort((a, b) => a.sequence - b.sequence);
    for (const task of dependents) {
      task.told.set(id, status as Outcome);
      const doom = doomOf(task, because);
      if (doom !== undefined) {
        this.#cancel(task, doom, doom);
      } else if (task.told.size === task.spec.dependencies.length) {
        task.status = "ready";
        this.#say({ type: "task:readied", taskId: task.spec.id });
        this.#queue(task);
      }
    }
  }

  /** The ready tasks that the machine assigns by itself, first things first. */
  #ready(): SlowTask[] {
    return this.tasks
      .filter(({ status, spec }) =>
        status === "ready" && (this.#strategy !== "external" || spec.assignedAgent !== "")
      )
      .sort((a, b) => a.rank - b.rank || a.sequence - b.sequence);
  }

  #taskFor(agent: SlowAgent): SlowTask | undefined {
    if (!this.#hasRoom(agent)) return undefined;
    return this.#ready().find((task) => isFit(agent, task.spec));
  }

  #choose(task: SlowTask): SlowAgent | undefined {
    const fit = this.agents.filter((agent) => this.#hasRoom(agent) && isFit(agent, task.spec));
    const chosen = STRATEGIES[this.#strategy].selectAgent(task.spec, fit, {
      taskLoads: new Map(fit.map(({ id }) => [id, this.loadOf(id)])),
      agentCapabilities: new Map(fit.map(({ id, capabilities }) => [id, capabilities])),
      agentPriorities: new Map(fit.map(({ id, priority }) => [id, priority])),
      lastEpochs: new Map(fit.map(({ id, lastEpoch }) => [id, lastEpoch])),
      taskHistory: new Map(this.#history.map(({ type, last }) => [type, historyOf(last)])),
      currentTime: new Date(this.now),
    });
    return chosen === null ? undefined : this.#agent(chosen);
  }

  #fire({ limit, task, epoch }: SlowTimer): void {
    if (limit === "grace") return this.#endLingering(epoch, true);
    if (task === undefined) return;
    const taskId = task.spec.id;
    if (limit === "backoff") {
      const isBusy = this.slots.some((slot) => slot.task === task && slot.lingers);
      return isBusy ? undefined : this.#makeReady(task);
    }
    const isRunning = task.status === "running";
    const ms = {
      queue: task.spec.queueTimeoutMs,
      attempt: task.spec.timeoutMs,
      heartbeat: task.spec.heartbeatTimeoutMs,
      total: task.spec.totalTimeoutMs,
    }[limit];
    this.#say({ type: "task:timed-out", taskId, limit, ms });
    if (limit === "heartbeat") return this.#orphan(task, "its heartbeat stopped", isRunning);
    const message = `The ${limit} timeout of ${ms} ms was exceeded`;
    const error = { name: "TaskTimeoutError", code: "task-timeout", message };
    const isRetried = limit === "attempt" && task.attempts <= task.spec.retries;
    if (isRetried) this.#backOff(task, error, task.attempts, isRunning);
    else this.#fail(task, error, isRunning);
  }

  #takeDue(): SlowTimer | undefined {
    const [due] = this.#timers
      .filter(({ at }) => at <= this.now)
      .sort((a, b) => a.at - b.at || a.order - b.order);
    this.#timers = this.#timers.filter((timer) => timer !== due);
    return due;
  }

  #time(task: SlowTask, limit: SlowTimer["limit"], ms: number): void {
    this.#timers.push({ task, epoch: 0, limit, at: this.now + ms, order: this.#timersSet++ });
  }

  #untime(task: SlowTask, ...limits: SlowTimer["limit"][]): void {
    this.#timers = this.#timers.filter((timer) =>
      timer.task !== task || !limits.includes(timer.limit)
    );
  }

  // Look-ups

  #agent(agentId: string): SlowAgent | undefined {
    return this.agents.find(({ id }) => id === agentId);
  }

  /** Oldest claim first. */
  #tasksOf(agentId: string): SlowTask[] {
    return this.tasks.filter((task) => task.agentId === agentId).sort((a, b) => a.epoch - b.epoch);
  }

  loadOf(agentId: string): number {
    return this.slots.filter((slot) => slot.agentId === agentId).length;
  }

  #hasRoom(agent: SlowAgent): boolean {
    return agent.cordon === "" && this.loadOf(agent.id) < agent.maxConcurrentTasks;
  }

  #outcomeOf(taskId: string): Outcome | undefined {
    const status = this.find(taskId)?.status;
    if (status !== undefined) return isOver(status) ? status as Outcome : undefined;
    return this.forgotten.find(({ id }) => id === taskId)?.outcome;
  }

  #remember(type: string, successor: string): void {
    const known = this.#history.find((entry) => entry.type === type);
    if (known !== undefined) {
      if (successor !== "") known.last = successor;
      return;
    }
    if (this.#history.length >= this.config.keepTypes) this.#history.shift();
    this.#history.push({ type, last: successor });
  }

  #refuse(
    command: TaskCommand,
    taskId: string,
    reason: TaskRefusal,
    detail: string | number | string[] | undefined = undefined,
  ): void {
    const named = command.type === "submit" ? command.task.assignedAgent : "";
    const agentId = "agentId" in command ? command.agentId : named || undefined;
    this.#say({ type: "task:refused", taskId, agentId, command: command.type, reason, detail });
  }

  #say(event: TaskEvent): void {
    this.#events.push(event);
  }
}

function isOver(status: TaskStatus): boolean {
  return ["completed", "failed", "cancelled"].includes(status);
}

function isFit(agent: SlowAgent, { requires, assignedAgent }: TaskSpec): boolean {
  return (assignedAgent === "" || assignedAgent === agent.id) &&
    requires.every((capability) => agent.capabilities.includes(capability));
}

function demandOf({ spec }: SlowTask): string {
  return JSON.stringify([spec.assignedAgent, ...spec.requires]);
}

/** Why a task can't run any more by what it was told, if it can't. */
function doomOf({ spec, told }: SlowTask, because: string): string | undefined {
  const kinds = (kind: string) => spec.dependencies.filter(({ onFailure }) => onFailure === kind);
  const hasFailed = ({ taskId }: { taskId: string }) => {
    return told.has(taskId) && told.get(taskId) !== "completed";
  };
  if (kinds("cancel").some(hasFailed)) return because;
  const fallbacks = kinds("run-on-failure");
  const isIdle = told.size === spec.dependencies.length && fallbacks.length > 0 &&
    !fallbacks.some(hasFailed);
  return isIdle ? "no dependency that it stands in for failed" : undefined;
}

function phrase(outcome: Outcome): string {
  return outcome === "cancelled" ? "was cancelled" : outcome;
}

function historyOf(lastAgent: string) {
  return { totalExecutions: 1, avgDuration: 0, successRate: 1, lastAgent };
}
