/**
 * A task machine that keeps lists and searches them: slow, but one can see that it is right. It
 * calls the exported strategies to choose agents, and emits the events of the machine.
 *
 * @module
 */

import type { AskAbandoned, TaskEvent, TaskRefusal, TaskRefused } from "../../src/tasks/events.ts";
import { nextInt, seeded } from "../../src/core/data/prng.ts";
import type { CordonCause, TaskStatus } from "../../src/tasks/types.ts";
import type { ErrorData } from "../../src/core/error_data.ts";
import type { Submit, TaskCommand, TaskSpec } from "../../src/tasks/commands.ts";
import type { TaskConfig } from "../../src/tasks/config.ts";
import type { DependencyReport, Outcome } from "../../src/tasks/types.ts";
import { builtInStrategies, type StrategyName } from "../../src/tasks/strategies.ts";
import {
  byRank,
  bySeniority,
  demandOf,
  hasAll,
  isDoubted,
  isFit,
  isOpen,
  isParked,
  isReceptive,
  isTrusted,
  isUsable,
  reportOf,
  slotsOf,
  type SlowAgent,
  type SlowAwait,
  slowCycle,
  type SlowSchedule,
  type SlowTask,
  type SlowTimer,
} from "./twin_parts.ts";
import { isStanding, SlowKeys } from "./twin_keys.ts";
import { batchCalledFor, isMovable } from "./twin_stealing.ts";

const STRATEGIES = new Map(builtInStrategies().map((strategy) => [strategy.name, strategy]));

type Command<Type extends TaskCommand["type"]> = Extract<TaskCommand, { type: Type }>;
type AboutAgent = Command<
  | "remove-agent"
  | "cordon-agent"
  | "uncordon-agent"
  | "drain-agent"
  | "requeue-unstarted"
  | "limit-agent"
  | "report-load"
  | "cancel-agent-tasks"
  | "requeue-agent-tasks"
>;
type Claim = Command<
  | "start"
  | "heartbeat"
  | "progress"
  | "note"
  | "await"
  | "complete"
  | "fail"
  | "snooze"
  | "block"
  | "release-claim"
  | "keep-claim"
>;

/** The fields of a timer that is of no task. */
const NOTHING = { task: undefined, epoch: 0 };

export class SlowScheduler {
  now = 0;
  tasks: SlowTask[] = [];
  agents: SlowAgent[] = [];
  forgotten: { id: string; outcome: Outcome; key: string }[] = [];
  schedules: SlowSchedule[] = [];
  /** The numbers of the next occasions of schedules that were removed. */
  readonly #removed: number[] = [0];
  /** Every claim that has not ended: in force, or with an attempt that lost it and goes on. */
  claims: {
    task: SlowTask;
    agentId: string;
    epoch: number;
    lockEpoch: number;
    lingers: boolean;
    readonly key: string | undefined;
  }[] = [];
  /** The waits of tasks for others, oldest first. */
  awaits: SlowAwait[] = [];
  #timers: SlowTimer[] = [];
  #history: { type: string; last: string }[] = [];
  #strategy: StrategyName = "capability";
  #draining = false;
  #paused: string | undefined;
  /** The agents in the order in which they were first registered since they were last removed. */
  get #inOrder(): string[] {
    return this.agents.toSorted((a, b) => a.first - b.first).map(({ id }) => id);
  }
  #epoch = 0;
  #timersSet = 0;
  #submissions = 0;
  #links = 0;
  /** The number of outcomes since the older ones were dropped. */
  #latest = 0;
  /** By key, the newest task that was accepted under it. */
  #newest: { key: string; task: SlowTask }[] = [];
  /** Epochs of claims whose agent went while they ran. */
  #abandoned: number[] = [];
  #registrations = 0;
  #asks = 0;
  /** The number of times that an agent became idle. */
  #idlings = 0;
  #random;
  /** The requirements of all ready tasks so far, in the order in which they first occurred. */
  #demands = new Set<string>();
  #events: TaskEvent[] = [];
  /** The rest of the work of this step. */
  #ended: { task: SlowTask; because: string; links: number }[] = [];
  #freed: string[] = [];
  #queued: string[] = [];
  /** Tasks that were asked for, and became ready or ended. */
  #wanted: SlowTask[] = [];
  /** The agents that had a claim before. */
  #busy: string[] = [];

  readonly config: TaskConfig;

  readonly keys: SlowKeys;
  /** The key whose permit moves from one agent to another. */
  #moved: string | undefined;

  constructor(config: TaskConfig) {
    this.config = config;
    this.keys = new SlowKeys(this);
    this.#random = seeded(config.seed);
  }

  step(command: TaskCommand | { type: "tick" }, now: number): TaskEvent[] {
    this.now = now;
    this.#events = [];
    if (command.type === "resume-listening") this.#resume(command);
    for (let due = this.#takeDue(); due !== undefined; due = this.#takeDue()) {
      this.#noteBusy();
      this.#fire(due);
      this.#followUp();
    }
    this.#noteBusy();
    this.#apply(command);
    this.#followUp();
    return this.#events;
  }

  find(taskId: string): SlowTask | undefined {
    return this.tasks.find((task) => task.spec.id === taskId);
  }

  isLent(task: SlowTask): boolean {
    return this.awaits.some(({ awaiter }) => awaiter === task);
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
      case "note":
      case "await":
      case "complete":
      case "fail":
      case "snooze":
      case "block":
      case "release-claim":
      case "keep-claim":
        return this.#claim(command);
      case "answer-question":
      case "review":
        return this.#decide(command);
      case "amend-task":
        return this.#amend(command);
      case "set-priority":
        return this.#setPriority(command);
      case "set-limit":
        return this.#setLimit(command);
      case "set-budget":
      case "spend":
        throw new TypeError("the twin keeps no accounts");
      case "retry":
        return this.#retry(command);
      case "pause":
        if (this.#paused !== command.reason) {
          this.#say({ type: "scheduler:paused", reason: command.reason });
        }
        this.#paused = command.reason;
        return;
      case "set-schedule":
        return this.#setSchedule(command);
      case "remove-schedule": {
        const { scheduleId } = command;
        const schedule = this.schedules.find(({ spec }) => spec.id === scheduleId);
        if (schedule === undefined) return;
        this.#forgetTimer(schedule);
        this.schedules = this.schedules.filter((each) => each !== schedule);
        this.#removed.push(schedule.first + schedule.occasions.length - 1);
        return this.#say({ type: "schedule:removed", scheduleId });
      }
      case "resume":
        if (this.#paused === undefined) return;
        this.#paused = undefined;
        this.#say({ type: "scheduler:resumed" });
        this.#freed.push(...this.#inOrder);
        this.#queued.push(...this.#demands);
        this.#wanted.push(...this.tasks.filter((task) => this.#askersFor(task).length > 0));
        return;
      case "claim":
        return this.#askFor(command);
      case "withdraw-ask": {
        const agent = this.#agent(command.agentId);
        return agent?.ask?.id === command.ask ? this.#endAsk(agent, "withdrawn") : undefined;
      }
      case "detach-ask": {
        const agent = this.#agent(command.agentId);
        const isOpen = agent?.ask?.id === command.ask && !agent.ask.isLeft;
        return isOpen ? this.#leaveAsk(agent, command.keepMs) : undefined;
      }
      case "end-attempt":
        return this.#endAttempt(command);
      case "park":
        return this.#park(this.#asking(command.taskId, command.epoch));
      case "unblock":
        return this.#unblock(this.#asking(command.taskId, command.epoch));
      case "yield-locks":
        for (const task of command.taskIds.map((taskId) => this.find(taskId))) {
          if (task?.granted && (task.agentId === undefined || task.queued)) {
            this.#unlock(task, command.reason);
          }
        }
        return;
      case "preempt":
        return this.#preempt(command);
      case "award":
        return this.#award(command);
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
        if (this.#draining) return;
        this.#draining = true;
        this.#say({ type: "scheduler:drained" });
        for (const schedule of this.schedules) this.#forgetTimer(schedule);
        for (const agent of this.#askers()) this.#endAsk(agent, "drained");
        return;
      case "tick":
      case "resume-listening":
        return;
      default:
        return this.#aboutAgent(command);
    }
  }

  // Commands

  #resume({ unheardMs = Infinity }: Command<"resume-listening">): void {
    for (const timer of this.#timers) {
      const { heartbeatTimeoutMs = 0 } = timer.task?.spec ?? {};
      if (timer.keepMs !== undefined && unheardMs >= timer.keepMs / 4) {
        timer.at = this.now + timer.keepMs;
      }
      if (timer.limit !== "heartbeat" || unheardMs < heartbeatTimeoutMs / 4) continue;
      timer.at = this.now + heartbeatTimeoutMs;
    }
  }

  #submit(command: Submit): void {
    const { task: spec, parent } = command;
    const parentTask = parent && this.find(parent.taskId);
    const old = this.find(spec.id);
    const isFailed = old?.status === "failed" && old.parent?.epoch !== parent?.epoch;
    const isOrphan = parent !== undefined && old?.parent?.taskId === parent.taskId &&
      (old.isOrphan || isFailed);
    const known = isOrphan ? undefined : old;
    const pinned = this.#agent(spec.assignedAgent);
    const past = this.forgotten.find(({ id }) => id === spec.id);
    const key = known?.spec.idempotencyKey ?? past?.key ?? "";
    const isSame = key !== "" && key === spec.idempotencyKey;
    const cycle = slowCycle(this.tasks, this.awaits, spec, parent?.taskId);
    const open = this.tasks.filter((task) => !isOver(task.status)).length;
    if (this.#draining) return this.#refuse(command, spec.id, "draining");
    if (parent !== undefined) {
      const current = parentTask?.agentId === undefined ? undefined : parentTask.epoch;
      const isUnderWay = parentTask?.status === "running" && current === parent.epoch;
      if (!isUnderWay) return this.#refuse(command, spec.id, "stale-epoch", current);
    }
    if (isSame) {
      const outcome = past === undefined ? {} : { outcome: past.outcome };
      return this.#say({ type: "task:recognized", taskId: spec.id, ...outcome });
    }
    const { key: kind, policy } = spec.dedupe ?? {};
    const newest = this.#newest.find(({ key }) => key === kind)?.task;
    const rival = newest !== undefined && !isOver(newest.status) ? newest : undefined;
    if (rival !== undefined && policy === "existing") {
      const taskId = rival.spec.id;
      return this.#say({ type: "task:recognized", taskId, submittedAs: spec.id });
    }
    if (rival !== undefined && policy === "reject") {
      return this.#refuse(command, spec.id, "duplicate-key", rival.spec.id);
    }
    if (rival !== undefined && policy === "debounce" && this.#isDelayed(rival)) {
      return this.#debounce(rival, command);
    }
    const isNeeded = rival !== undefined && (this.#ancestors(parentTask).includes(rival) ||
      spec.dependencies.some(({ taskId }) => taskId === rival.spec.id));
    if (isNeeded && policy === "replace") {
      return this.#refuse(command, spec.id, "duplicate-key", rival.spec.id);
    }
    if (known !== undefined || past !== undefined) {
      return this.#refuse(command, spec.id, "duplicate");
    }
    const superseded = policy === "replace" ? rival : undefined;
    if (open - (superseded === undefined ? 0 : 1) >= this.config.maxTasks) {
      return this.#refuse(command, spec.id, "full", this.config.maxTasks);
    }
    if (spec.assignedAgent !== "") {
      if (pinned === undefined) return this.#refuse(command, spec.id, "unknown-agent");
      const isUnfit = !hasAll(pinned, spec.requires) || pinned.drained !== undefined;
      if (isUnfit) return this.#refuse(command, spec.id, "unfit");
    }
    if (cycle !== undefined) return this.#refuse(command, spec.id, "cycle", cycle);
    if (isOrphan) this.tasks = this.tasks.filter((task) => task !== old);
    if (superseded !== undefined) {
      const { id } = superseded.spec;
      const because = `dependency "${id}" was superseded by "${spec.id}"`;
      this.#cancel(superseded, `it was superseded by task "${spec.id}"`, because);
    }
    this.#accept(spec, old, parent);
  }

  #ancestors(task: SlowTask | undefined): SlowTask[] {
    if (task === undefined) return [];
    return [task, ...this.#ancestors(task.parent && this.find(task.parent.taskId))];
  }

  #debounce(task: SlowTask, { task: spec, input }: Submit): void {
    const dueAt = Math.max(spec.runAt ?? 0, this.now + (spec.delayMs ?? 0));
    task.dueAt = dueAt;
    task.rank = this.#rankOf(dueAt, task.spec.priority, task.parent);
    for (const timer of this.#timers) {
      if (timer.task === task && timer.limit === "delay") timer.at = dueAt;
    }
    this.#say({ type: "task:debounced", taskId: task.spec.id, runAt: dueAt, input });
  }

  #setSchedule(command: Command<"set-schedule">): void {
    const { spec, input, metadata } = command;
    const { id: scheduleId, everyMs, startAt } = spec;
    const { maxSchedules } = this.config;
    const known = this.schedules.find((each) => each.spec.id === scheduleId);
    if (this.#draining) return this.#refuse(command, scheduleId, "draining");
    if (known === undefined && this.schedules.length >= maxSchedules) {
      return this.#refuse(command, scheduleId, "full", maxSchedules);
    }
    const isEqual = known !== undefined &&
      JSON.stringify([known.spec, known.input]) === JSON.stringify([spec, input]);
    const isMoved = known?.spec.everyMs !== everyMs || known.spec.startAt !== startAt;
    let nextAt = startAt ?? this.now;
    while (nextAt < this.now) nextAt += everyMs;
    const schedule: SlowSchedule = known ??
      { spec, input, metadata, first: Math.max(...this.#removed), occasions: [0], last: "" };
    Object.assign(schedule, { spec, input, metadata });
    if (isMoved) {
      schedule.occasions.splice(-1, 1, nextAt);
      this.#awaitOccasion(schedule);
    }
    if (known === undefined) this.schedules.push(schedule);
    [nextAt] = schedule.occasions.slice(-1) as [number];
    const type = known === undefined ? "schedule:created" : "schedule:updated";
    if (!isEqual) this.#say({ type, scheduleId, everyMs, nextAt });
    if (nextAt <= this.now) this.#runOccasions(schedule);
  }

  #awaitOccasion(schedule: SlowSchedule): void {
    this.#forgetTimer(schedule);
    const at = schedule.occasions.at(-1)!;
    this.#timers.push({ ...NOTHING, limit: "schedule", schedule, at, order: this.#timersSet++ });
  }

  #forgetTimer(schedule: SlowSchedule): void {
    this.#timers = this.#timers.filter((timer) => timer.schedule !== schedule);
  }

  /** Lists the occasions that are over, and decides on each. */
  #runOccasions(schedule: SlowSchedule): void {
    const { spec: { id: scheduleId, everyMs, missed, overlap, task }, occasions } = schedule;
    const over: { n: number; at: number; isMissed: boolean }[] = [];
    for (let at = occasions.at(-1)!; at <= this.now; at += everyMs) {
      const isMissed = at + everyMs <= this.now || this.now - at > this.config.occasionGraceMs;
      over.push({ n: schedule.first + occasions.length - 1, at, isMissed });
      occasions.push(at + everyMs);
    }
    this.#awaitOccasion(schedule);
    const hasMissed = over.some(({ isMissed }) => isMissed);
    const current = over.filter(({ isMissed }) => !isMissed);
    const kept = missed === "all" ? this.config.maxMissed : 0;
    const madeUp = kept === 0 ? [] : over.filter(({ isMissed }) => isMissed).slice(-kept);
    const chosen = missed === "once" ? over.slice(-1) : [...madeUp, ...current];
    const count = over.length - chosen.length;
    if (count > 0) this.#say({ type: "schedule:missed", scheduleId, count, since: over[0]!.at });
    for (const { n, at: dueAt } of chosen) {
      const id = `${scheduleId}@${n}`;
      const last = this.find(schedule.last);
      const former = last === undefined || isOver(last.status) || overlap ? undefined : last;
      const skipped = { type: "schedule:skipped", scheduleId, taskId: id, dueAt } as const;
      if (former !== undefined && !(missed === "all" && hasMissed)) {
        this.#say({ ...skipped, reason: "unfinished" });
        continue;
      }
      const chain = former === undefined
        ? []
        : [{ taskId: schedule.last, onFailure: "ignore" as const }];
      const spec = { ...task, id, dependencies: [...task.dependencies, ...chain] };
      const before = this.#events.length;
      const { input, metadata } = schedule;
      this.#submit({ type: "submit", task: spec, input, metadata });
      const refusal = this.#events.slice(before).find(({ type }) => type === "task:refused");
      if (refusal !== undefined) {
        this.#events.pop();
        this.#say({ ...skipped, reason: (refusal as TaskRefused).reason });
        continue;
      }
      schedule.last = id;
      const lateMs = this.now - dueAt;
      this.#say({ type: "schedule:fired", scheduleId, taskId: id, dueAt, lateMs });
    }
  }

  #accept(
    spec: TaskSpec,
    former: SlowTask | undefined,
    parent: Submit["parent"] = undefined,
  ): SlowTask {
    const dueAt = Math.max(spec.runAt ?? 0, this.now + (spec.delayMs ?? 0));
    const task: SlowTask = {
      spec,
      dueAt,
      rank: this.#rankOf(dueAt, spec.priority, parent),
      sequence: this.#submissions++,
      status: "waiting",
      createdAt: this.now,
      startedAt: 0,
      pinnedTo: spec.assignedAgent,
      agentId: undefined,
      epoch: 0,
      queued: false,
      locked: false,
      request: 0,
      granted: false,
      attempts: 0,
      crashes: 0,
      proposal: undefined,
      counted: new Map(),
      links: new Map(spec.dependencies.map(({ taskId }) => [taskId, this.#links++])),
      ...{ notes: [], summary: undefined, result: undefined, reports: [] },
      home: this.#agent(spec.assignedAgent)?.first ?? -1,
      parent,
      isOrphan: false,
    };
    let doom: string | undefined;
    for (const { taskId } of spec.dependencies) {
      const outcome = this.#outcomeOf(taskId);
      if (outcome === undefined || doom !== undefined) continue;
      task.counted.set(taskId, outcome);
      task.reports.push(this.#reportOf(taskId)!);
      doom = doomOf(task, `dependency "${taskId}" ${phrase(outcome)}`);
    }
    this.tasks.push(task);
    for (const claim of this.claims) {
      const isOfDropped = parent !== undefined && claim.task.spec.id === spec.id;
      if (isOfDropped || (former !== undefined && claim.task === former)) claim.task = task;
    }
    this.#newest = this.#newest.filter(({ key }) => key !== spec.dedupe?.key);
    if (spec.dedupe !== undefined) this.#newest.push({ key: spec.dedupe.key, task });
    if (spec.totalTimeoutMs > 0) this.#time(task, "total", spec.totalTimeoutMs);
    const isReady = doom === undefined && task.counted.size === spec.dependencies.length;
    if (isReady && !this.#lingers(task) && dueAt <= this.now) task.status = "ready";
    this.#say({ type: "task:created", taskId: spec.id } as TaskEvent);
    if (doom !== undefined) this.#cancel(task, doom, doom);
    else if (task.status === "ready") this.#queue(task);
    else if (dueAt > this.now) this.#time(task, "delay", dueAt - this.now);
    else this.#limitQueueTime(task);
    return task;
  }

  /** What is known of a task that has ended. */
  #reportOf(taskId: string): DependencyReport | undefined {
    const ended = this.find(taskId);
    if (ended !== undefined) return isOver(ended.status) ? reportOf(ended) : undefined;
    const outcome = this.#outcomeOf(taskId);
    return outcome === undefined ? undefined : { taskId, outcome, notes: [] };
  }

  #isResolved({ counted, spec }: SlowTask): boolean {
    return counted.size === spec.dependencies.length;
  }

  #rankOf(createdAt: number, priority: number, parent: Submit["parent"]): number {
    const rank = createdAt - priority * this.config.agingMs;
    return parent === undefined ? rank : Math.min(rank, this.find(parent.taskId)!.rank);
  }

  #lingers(task: SlowTask): boolean {
    return this.claims.some((claim) => claim.task === task && claim.lingers);
  }

  #isDelayed(task: SlowTask): boolean {
    return this.#timers.some((timer) => timer.task === task && timer.limit === "delay");
  }

  #assignTo(command: Command<"assign">): void {
    const { taskId, agentId } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    if (task.status !== "ready" || isParked(task)) {
      return this.#refuse(command, taskId, "status", task.status);
    }
    if (this.#draining) return this.#refuse(command, taskId, "draining");
    if (this.#paused !== undefined) return this.#refuse(command, taskId, "paused", this.#paused);
    const agent = agentId === "" ? this.#choose(task) : this.#agent(agentId);
    if (agent === undefined) {
      return this.#refuse(command, taskId, agentId === "" ? "unfit" : "unknown-agent");
    }
    if (!isFit(agent, task) || !this.#mayTake(agent, task)) {
      return this.#refuse(command, taskId, "unfit");
    }
    if (!this.keys.hasPermit(task)) {
      return this.#refuse(command, taskId, "limited", task.spec.limitKey);
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
      !["heartbeat", "progress", "note", "await", "release-claim", "keep-claim"].includes(type);
    if (type === "start") {
      if (!mayStart) return this.#refuse(command, taskId, "status", task.status);
      if (this.#draining) return this.#refuse(command, taskId, "draining");
    }
    if (mayStart) this.#start(task);
    if (task.status !== "running") return this.#refuse(command, taskId, "status", task.status);
    if (type === "keep-claim") {
      if (this.isLent(task)) return;
      this.#untime(task, "attempt", "heartbeat");
      return this.#keep(task, command.keepMs, this.now + command.keepMs);
    }
    if (type === "complete") this.#complete(task, command);
    else if (type === "fail") this.#failAttempt(task, command);
    else if (type === "snooze") this.#suspend(task, { resumeAt: this.now + command.delayMs });
    else if (type === "block") this.#suspend(task, { question: command.question });
    else if (type === "await") this.#await(task, command);
    else if (type === "release-claim") {
      task.attempts--;
      this.#requeue(task, command.reason, false);
    } else if (type !== "start") this.#hear(task, command);
  }

  #askFor(command: Command<"claim">): void {
    const { agentId, taskId, waitMs } = command;
    const agent = this.#agent(agentId);
    const task = this.find(taskId);
    if (agent === undefined) return this.#refuse(command, taskId, "unknown-agent");
    if (!agent.pulls) {
      const rule = "the agent must be registered in pull mode";
      return this.#refuse(command, taskId, "unfit", rule);
    }
    const isOwn = (each: SlowTask) =>
      each.status === "running" && (taskId === "" ? !this.isLent(each) : each.spec.id === taskId);
    const own = this.#tasksOf(agentId).filter(isOwn).sort((a, b) => a.epoch - b.epoch)[0];
    if (own !== undefined) return this.#collect(own);
    if (this.#draining) return this.#refuse(command, taskId, "draining");
    if (agent.drained !== undefined) {
      return this.#refuse(command, taskId, "unfit", "the agent must not be draining");
    }
    if (command.ticket !== undefined) return this.#resumeAsk(command, agent);
    if (taskId !== "") {
      const outcome = this.#outcomeOf(taskId);
      if (outcome !== undefined) return this.#refuse(command, taskId, "status", outcome);
      if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
      if (!isFit(agent, task)) return this.#refuse(command, taskId, "unfit");
    }
    this.#endAsk(agent, "replaced");
    const id = ++this.#asks;
    agent.ask = {
      ...{ id, task, since: this.now, isMomentary: false, pending: undefined },
      ...{ keepMs: 0, isLeft: false },
    };
    this.#attach(agent, command);
    const untilMs = waitMs === undefined ? 0 : this.now + waitMs;
    this.#say({ type: "claim:requested", agentId, ask: id, taskId, untilMs });
    this.#freed.push(agentId);
  }

  #attach(agent: SlowAgent, { waitMs, keepMs = 0 }: { waitMs?: number; keepMs?: number }): void {
    Object.assign(agent.ask!, { isMomentary: waitMs === 0, keepMs, isLeft: false });
    this.#untimeAsk(agent);
    if (waitMs === undefined || waitMs === 0) return;
    const order = this.#timersSet++;
    const at = this.now + waitMs;
    this.#timers.push({ ...NOTHING, limit: "ask", agentId: agent.id, at, order });
  }

  #leaveAsk(agent: SlowAgent, keepMs: number): void {
    const { id: agentId, ask } = agent;
    Object.assign(ask!, { isMomentary: false, keepMs, isLeft: true });
    this.#untimeAsk(agent);
    const keptUntil = this.now + keepMs;
    const order = this.#timersSet++;
    this.#timers.push({ ...NOTHING, limit: "ask", agentId, at: keptUntil, order, keepMs });
    this.#say({ type: "claim:detached", agentId, ask: ask!.id, keptUntil });
  }

  #resumeAsk(command: Command<"claim">, agent: SlowAgent): void {
    const { agentId, taskId, ticket } = command;
    const { ask } = agent;
    if (ask === undefined || ask.id !== ticket || (ask.task?.spec.id ?? "") !== taskId) {
      return this.#refuse(command, taskId, "unknown-ticket");
    }
    this.#attach(agent, command);
    this.#say({ type: "claim:resumed", agentId, ask: ask.id });
  }

  #keep(task: SlowTask, keepMs: number, at: number): void {
    const order = this.#timersSet++;
    this.#timers.push({ task, epoch: 0, limit: "collect", at, order, keepMs });
  }

  #collect(task: SlowTask): void {
    if (!this.#timers.some((timer) => timer.task === task && timer.limit === "collect")) return;
    this.#untime(task, "attempt");
    this.#startLimits(task);
  }

  #startLimits(task: SlowTask): void {
    const { timeoutMs, heartbeatTimeoutMs } = task.spec;
    if (timeoutMs > 0) this.#time(task, "attempt", timeoutMs);
    if (heartbeatTimeoutMs > 0) this.#time(task, "heartbeat", heartbeatTimeoutMs);
  }

  #endAsk(agent: SlowAgent, reason: AskAbandoned["reason"]): void {
    const { id: agentId, ask } = agent;
    if (ask === undefined) return;
    const wasTrusted = isTrusted(agent);
    this.#dropAsk(agent);
    if (wasTrusted && this.#agent(agentId) === agent) this.#resort(agent);
    this.#say({ type: "claim:abandoned", agentId, ask: ask.id, reason });
    if (ask.pending !== undefined) {
      this.#requeue(ask.pending, "its agent asks for it no longer", false);
    }
  }

  #dropAsk(agent: SlowAgent): void {
    agent.ask = undefined;
    this.#untimeAsk(agent);
  }

  #untimeAsk(agent: SlowAgent): void {
    this.#timers = this.#timers.filter(({ limit, agentId }) =>
      limit !== "ask" || agentId !== agent.id
    );
  }

  /** The agents that ask, first come, first served. */
  #askers(): SlowAgent[] {
    return this.agents.filter(({ ask }) => ask !== undefined)
      .sort((a, b) => a.ask!.id - b.ask!.id);
  }

  #await(awaiter: SlowTask, command: Command<"await">): void {
    const awaited = this.find(command.childId);
    if (awaited === undefined || isOver(awaited.status)) return;
    if (this.awaits.some((each) => each.awaiter === awaiter && each.awaited === awaited)) return;
    const { spec: { id: taskId }, agentId = "", epoch } = awaiter;
    const { id: childId } = awaited.spec;
    const dependencies = [{ taskId: childId, onFailure: "cancel" as const }];
    const isChild = awaited.parent?.taskId === taskId;
    const cycle = slowCycle(this.tasks, this.awaits, { id: taskId, dependencies });
    if (!isChild && cycle !== undefined) {
      return this.#refuse(command, taskId, "cycle", cycle);
    }
    const isFurther = this.isLent(awaiter);
    this.#collect(awaiter);
    if (!isFurther) {
      this.#untime(awaiter, "heartbeat");
      this.#freed.push(agentId);
    }
    this.awaits.push({ awaiter, awaited });
    this.#note(awaiter.spec.limitKey);
    const lent = { type: "task:lent", taskId, agentId, epoch, childId } as const;
    this.#say(isFurther ? { ...lent, isFurther } : lent);
  }

  #resumeAwaiters(ended: SlowTask): void {
    const over = this.awaits.filter(({ awaited }) => awaited === ended);
    for (const each of over) {
      this.awaits = this.awaits.filter((other) => other !== each);
      if (!this.isLent(each.awaiter)) this.#resumeAttempt(each.awaiter);
    }
  }

  #resumeAttempt(task: SlowTask): void {
    const { spec: { id: taskId, heartbeatTimeoutMs }, agentId = "", epoch } = task;
    this.#note(task.spec.limitKey);
    if (heartbeatTimeoutMs > 0) this.#time(task, "heartbeat", heartbeatTimeoutMs);
    this.#say({ type: "task:resumed", taskId, agentId, epoch });
  }

  /** Cancels the children of a claim that is about to end, and ends its waits. */
  #leaveFamily(task: SlowTask): void {
    const children = this.tasks.filter(({ parent, status }) =>
      parent?.taskId === task.spec.id && !isOver(status)
    ).sort((a, b) => a.sequence - b.sequence);
    for (const child of children) {
      if (task.agentId === undefined) break;
      const { id } = child.spec;
      const isThere = this.agents.some((agent) => agent.id === child.agentId);
      child.isOrphan = true;
      const reason = `the attempt of its parent "${task.spec.id}" has ended`;
      const because = `dependency "${id}" was cancelled`;
      this.#cancel(child, reason, because, child.status === "running" && isThere);
    }
    if (!this.isLent(task)) return;
    this.awaits = this.awaits.filter(({ awaiter }) => awaiter !== task);
    this.#resumeAttempt(task);
  }

  #hear(task: SlowTask, command: Command<"heartbeat" | "progress" | "note">): void {
    this.#collect(task);
    const timer = this.#timers.find((timer) => timer.task === task && timer.limit === "heartbeat");
    if (timer !== undefined) timer.at = this.now + task.spec.heartbeatTimeoutMs;
    const claim = { taskId: command.taskId, agentId: task.agentId!, epoch: task.epoch };
    if (command.type === "note") {
      const { maxNotes } = this.config;
      task.notes = maxNotes === 0 ? [] : [...task.notes, command.text].slice(-maxNotes);
      return this.#say({ type: "task:noted", ...claim, text: command.text });
    }
    this.#say(
      command.type === "heartbeat"
        ? { type: "task:heartbeat", ...claim }
        : { type: "task:progressed", ...claim, progress: command.progress },
    );
  }

  #suspend(task: SlowTask, why: { resumeAt: number } | { question: unknown }): void {
    this.#leaveFamily(task);
    const claim = { taskId: task.spec.id, agentId: task.agentId!, epoch: task.epoch };
    this.#untime(task, "attempt", "heartbeat");
    task.attempts--;
    if ("resumeAt" in why) {
      task.status = "backing-off";
      this.#time(task, "backoff", why.resumeAt - this.now);
      this.#say({ type: "task:snoozed", ...claim, ...why });
    } else {
      task.status = "blocked";
      this.#say({ type: "task:blocked", ...claim, ...why });
    }
    this.#part(task, false);
  }

  #decide(command: Command<"answer-question" | "review">): void {
    const { taskId } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    const isMeant = (task.proposal !== undefined) === (command.type === "review");
    if (task.status !== "blocked" || !isMeant) {
      return this.#refuse(command, taskId, "status", task.status);
    }
    if (command.type === "answer-question") {
      this.#say({ type: "task:answered", taskId, answer: command.answer });
      return this.#makeReady(task);
    }
    const { epoch } = task;
    const { agentId, result, ranMs, summary } = task.proposal!;
    task.proposal = undefined;
    if (command.isAccepted) {
      const given = summary === undefined ? {} : { summary };
      this.#say({ type: "task:completed", taskId, agentId, epoch, result, ranMs, ...given });
      return this.#end(task, "completed", "", false);
    }
    this.#say({ type: "task:rejected", taskId, epoch, reason: command.reason });
    Object.assign(task, { result: undefined, summary: undefined });
    const error = { name: "ResultRejectedError", code: "result-rejected", message: command.reason };
    if (task.attempts > task.spec.retries) this.#fail(task, error, false);
    else this.#backOff(task, error, task.attempts, false);
  }

  #amend(command: Command<"amend-task">): void {
    const { type: _, taskId, dependencies: __, resources: ___, ...changes } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    if (isOver(task.status)) return this.#refuse(command, taskId, "status", task.status);
    const { spec: { id, ...spec }, status } = task;
    const wasParked = isParked(task);
    const { dependencies = spec.dependencies, resources = spec.resources } = command;
    if ((command.dependencies ?? command.resources) !== undefined) {
      if (!["waiting", "ready", "assigned"].includes(status)) {
        return this.#refuse(command, taskId, "status", status);
      }
      const unknown = dependencies.find((each) =>
        !spec.dependencies.some((former) => former.taskId === each.taskId) &&
        this.find(each.taskId) === undefined && this.#outcomeOf(each.taskId) === undefined
      );
      if (unknown !== undefined) {
        return this.#refuse(command, taskId, "unknown-task", unknown.taskId);
      }
      const open = dependencies.filter((each) => !task.counted.has(each.taskId));
      const cycle = command.dependencies === undefined
        ? undefined
        : slowCycle(this.tasks, this.awaits, { id, dependencies: open });
      if (cycle !== undefined) return this.#refuse(command, taskId, "cycle", cycle);
    }
    const isOther = (field: "dependencies" | "resources") =>
      command[field] !== undefined &&
      JSON.stringify(command[field]) !== JSON.stringify(spec[field]);
    const needs = {
      ...(isOther("dependencies") && { dependencies }),
      ...(isOther("resources") && { resources }),
    };
    const fields = (["description", "input", "metadata", "dependencies", "resources"] as const)
      .filter((field) => field in changes || field in needs);
    task.spec = { ...task.spec, dependencies, resources };
    const doom = this.#countAnew(task);
    const waits = status !== "waiting" && (doom !== undefined || !this.#isResolved(task));
    if (status !== "waiting" && (waits || "resources" in needs)) this.#takeBack(task, waits);
    if (fields.length === 0) return;
    this.#say({ type: "task:amended", taskId, fields, ...needs, ...(waits && { waits }) });
    if (doom !== undefined) this.#cancel(task, doom, doom);
    else if (task.status === "waiting") {
      const isDue = this.#isResolved(task) && !this.#lingers(task) && !this.#isDelayed(task);
      if (isDue) this.#makeReady(task);
    } else if (task.status === "ready" && "resources" in needs) {
      const wasInQueue = status === "ready" && !wasParked;
      if (!wasInQueue) this.#queue(task);
    }
  }

  /** Counts the dependencies that have ended, those that were counted as they were. */
  #countAnew(task: SlowTask): string | undefined {
    const { counted, reports } = task;
    const known = [...task.spec.dependencies].map(({ taskId }) => ({
      taskId,
      outcome: counted.get(taskId) ?? this.#outcomeOf(taskId),
      report: reports.find((each) => each.taskId === taskId) ?? this.#reportOf(taskId),
    }));
    counted.clear();
    reports.splice(0);
    let doom: string | undefined;
    for (const { taskId, outcome, report } of known) {
      if (outcome === undefined || doom !== undefined) continue;
      counted.set(taskId, outcome);
      reports.push(report!);
      doom = doomOf(task, `dependency "${taskId}" ${phrase(outcome)}`);
    }
    for (const id of [...task.links.keys()]) {
      const isKept = task.spec.dependencies.some(({ taskId }) => taskId === id);
      if (!isKept) task.links.delete(id);
    }
    for (const { taskId } of task.spec.dependencies) {
      if (!task.links.has(taskId)) task.links.set(taskId, this.#links++);
    }
    return doom;
  }

  /** Takes a task from its agent and its locks, and if it `waits` from its queue. */
  #takeBack(task: SlowTask, waits: boolean): void {
    const reason = "it needs something else than before";
    const stood = isStanding(task);
    const { spec: { id: taskId }, agentId, epoch } = task;
    if (agentId !== undefined) {
      this.#say({ type: "task:requeued", taskId, agentId, epoch, reason });
      this.#part(task, false);
      task.status = "ready";
    }
    if (waits) task.status = "waiting";
    if (task.request !== 0) this.#unlock(task, reason);
    if (waits && stood) this.#note(task.spec.limitKey);
  }

  #setPriority(command: Command<"set-priority">): void {
    const { taskId, priority } = command;
    const task = this.find(taskId);
    if (task === undefined) return this.#refuse(command, taskId, "unknown-task");
    if (isOver(task.status)) return this.#refuse(command, taskId, "status", task.status);
    if (task.spec.priority === priority) return;
    task.spec = { ...task.spec, priority };
    task.rank = this.#rankOf(task.dueAt, priority, task.parent);
    this.#note(task.spec.limitKey);
    this.#say({ type: "task:reprioritized", taskId, priority });
  }

  #setLimit(command: Command<"set-limit">): void {
    const { key, limit } = command;
    const { maxLimits } = this.config;
    const known = this.keys.set.find((each) => each.key === key);
    if (limit === undefined && known === undefined) return;
    if (limit !== undefined && JSON.stringify(known?.limit) === JSON.stringify(limit)) return;
    if (limit !== undefined && known === undefined && this.keys.set.length >= maxLimits) {
      return this.#refuse(command, "", "full", maxLimits);
    }
    this.keys.change(key, limit);
    this.#say({ type: "limit:changed", key, limit: this.keys.limitOf(key) ?? {} });
    this.#note(key);
  }

  /** Gives work to where a key has a permit again, and sets its timer. */
  #note(key: string | undefined): void {
    if (key === undefined || key === this.#moved) return;
    const change = this.keys.note(key);
    for (const place of change.opened) {
      if (place.startsWith("agent ")) this.#freed.push(place.slice("agent ".length));
      else {
        this.#queued.push(place);
        const inPlace = this.#waiting().filter((task) => demandOf(task) === place);
        this.#wanted.push(...inPlace.filter((task) => this.#askersFor(task).length > 0));
      }
    }
    const isOfKey = (timer: SlowTimer) => timer.limit === "rate" && timer.key === key;
    const timer = this.#timers.find(isOfKey);
    const { tokenAt: at } = change;
    if (at === undefined) this.#timers = this.#timers.filter((each) => !isOfKey(each));
    else if (timer !== undefined) timer.at = at;
    else this.#timers.push({ ...NOTHING, limit: "rate", key, at, order: this.#timersSet++ });
  }

  #retry(command: Command<"retry">): void {
    const { taskIds: [first = ""] } = command;
    const tasks = command.taskIds.map((id) => this.find(id))
      .filter((task) => task?.status === "failed" || task?.status === "cancelled") as SlowTask[];
    if (this.#draining) return this.#refuse(command, first, "draining");
    if (tasks.length === 0) {
      const status = this.find(first)?.status;
      const reason = status === undefined ? "unknown-task" : "status";
      return this.#refuse(command, first, reason, status);
    }
    const { maxTasks } = this.config;
    const open = this.tasks.filter((task) => !isOver(task.status)).length;
    if (open + tasks.length > maxTasks) {
      return this.#refuse(command, tasks[0]!.spec.id, "full", maxTasks);
    }
    this.tasks = this.tasks.filter((task) => !tasks.includes(task));
    for (const former of tasks) {
      const { delayMs: _delayMs, runAt: _runAt, ...spec } = former.spec;
      const { id: taskId } = spec;
      const cycle = slowCycle(this.tasks, this.awaits, spec);
      this.#say({ type: "task:retried", taskId });
      const task = this.#accept(spec, former);
      if (cycle === undefined || isOver(task.status)) continue;
      this.#cancel(
        task,
        "its dependencies lead back to it",
        `dependency "${taskId}" was cancelled`,
      );
    }
  }

  #complete(task: SlowTask, { result, summary }: Command<"complete">): void {
    const given = summary === undefined ? {} : { summary };
    Object.assign(task, { result, summary });
    this.#leaveFamily(task);
    const taskId = task.spec.id;
    const claim = { taskId, agentId: task.agentId!, epoch: task.epoch };
    this.#remember(task.spec.type, task.agentId!);
    if (task.spec.requiresApproval) {
      const ranMs = this.now - task.startedAt;
      task.proposal = { agentId: claim.agentId, result, ranMs, summary };
      this.#untime(task, "attempt", "heartbeat");
      task.status = "blocked";
      this.#say({ type: "task:proposed", ...claim, result, ranMs, ...given });
      return this.#part(task, false);
    }
    const ranMs = this.now - task.startedAt;
    this.#say({ type: "task:completed", ...claim, result, ranMs, ...given });
    this.#end(task, "completed", "", false);
  }

  #failAttempt(task: SlowTask, { error, fault }: Command<"fail">): void {
    this.#remember(task.spec.type, "");
    if (fault === "none") return this.#interrupt(task, error, false);
    const isLast = fault === "task" || task.attempts > task.spec.retries;
    if (isLast) this.#fail(task, error, false);
    else this.#backOff(task, error, task.attempts, false);
  }

  #preempt({ taskId, epoch, reason, isHopeless, isForgiven }: Command<"preempt">): void {
    const task = this.find(taskId);
    if (task === undefined || epoch === 0 || (task.request || task.epoch) !== epoch) return;
    if (task.agentId === undefined && task.request === 0) return;
    const error = { name: "PreemptedError", code: "preempted", message: reason };
    if (isHopeless) this.#fail(task, error, task.status === "running");
    else if (isForgiven) {
      this.#backOff(task, { ...error, retryAfterMs: 1 }, 1, task.status === "running");
    } else this.#interrupt(task, error, task.status === "running");
  }

  #asking(taskId: string, epoch: number): SlowTask | undefined {
    const task = this.find(taskId);
    return epoch !== 0 && task?.request === epoch && !task.granted ? task : undefined;
  }

  #park(task: SlowTask | undefined): void {
    if (task?.agentId === undefined) return;
    const { spec: { id: taskId, resources }, agentId, epoch } = task;
    this.claims = this.claims.filter((claim) => claim.epoch !== epoch);
    this.#noLongerPending(task);
    Object.assign(task, { status: "ready", agentId: undefined });
    this.#note(task.spec.limitKey);
    this.#freed.push(agentId);
    this.#say({ type: "task:parked", taskId, agentId, epoch, resources });
  }

  #unblock(task: SlowTask | undefined): void {
    if (task === undefined) return;
    task.granted = true;
    if (task.agentId === undefined) return this.#makeReady(task);
    task.locked = true;
    if (this.#startsItself(task.agentId) && !this.#draining) this.#start(task);
  }

  #unlock(task: SlowTask, reason: string): void {
    const { spec: { id: taskId }, request: lockEpoch } = task;
    Object.assign(task, { request: 0, granted: false });
    this.#say({ type: "task:unlocked", taskId, lockEpoch, reason });
  }

  #award({ taskId, agentId, losers }: Command<"award">): void {
    const task = this.find(taskId);
    const winner = this.#agent(agentId);
    const loser = losers.find((id) => id === task?.agentId);
    if (task === undefined || winner === undefined || loser === undefined) return;
    if (loser === agentId && this.isLent(task)) return;
    const { spec: { placed, requires }, pinnedTo, status } = task;
    const mayHaveIt = hasAll(winner, requires) && (placed || ["", agentId].includes(pinnedTo));
    if (!mayHaveIt || this.#roomOf(winner) === 0 || !this.#isAssigning) return;
    if (status === "running") task.attempts--;
    this.#requeue(task, `agent "${loser}" lost a conflict over it`, status === "running");
    const queued = !this.#takesAtOnce(task, winner);
    if (queued && !this.#hasRoomInQueue(winner)) return;
    if (placed) task.pinnedTo = agentId;
    this.#assign(task, winner, queued);
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
    const { agentId, capabilities, maxConcurrentTasks, kind, startsAtOnce } = command;
    const known = this.#agent(agentId);
    if (known === undefined && this.agents.length >= this.config.maxAgents) {
      const [evicted] = this.agents.filter(({ idleSince }) => idleSince !== undefined)
        .sort((a, b) => a.idleSince! - b.idleSince!);
      if (evicted === undefined) {
        return this.#refuse(command, "", "full", this.config.maxAgents);
      }
      this.agents = this.agents.filter((agent) => agent !== evicted);
      this.#say({ type: "agent:forgotten", agentId: evicted.id });
    }
    const agent: SlowAgent = {
      id: agentId,
      capabilities,
      maxConcurrentTasks,
      slotLimit: known?.slotLimit ?? 0,
      maxQueuedTasks: command.maxQueuedTasks,
      priority: command.priority,
      eager: startsAtOnce,
      pulls: command.pulls === true,
      ask: known?.ask,
      registration: this.#registrations,
      first: known?.first ?? this.#registrations,
      isImplicit: (known?.isImplicit ?? true) && command.isImplicit === true,
      idleSince: known?.idleSince,
      cordons: known?.cordons ?? [],
      drained: known?.drained,
      outside: known?.outside ?? 0,
      report: known?.report,
      lastEpoch: known?.lastEpoch ?? 0,
    };
    this.#registrations++;
    if (known !== undefined) this.#resort(known);
    this.agents = [...this.agents.filter((other) => other !== known), agent];
    this.#freed.push(agentId);
    const pulls = agent.pulls ? { pulls: true } : {};
    this.#say({ type: "agent:spawned", agentId, capabilities, maxConcurrentTasks, kind, ...pulls });
    if (agent.pulls !== (known?.pulls ?? false)) {
      this.#endAsk(agent, "closed");
      for (const task of agent.pulls ? this.#tasksOf(agentId) : []) {
        if (task.status !== "assigned") continue;
        this.#requeue(task, `agent "${agentId}" asks for its tasks`, false);
      }
    }
    this.#unpinFrom(agentId);
    if (startsAtOnce && !this.#draining) {
      for (const task of this.#tasksOf(agentId)) {
        if (task.status === "assigned" && task.locked) this.#start(task);
      }
    }
  }

  #aboutAgent(command: AboutAgent): void {
    const agent = this.#agent(command.agentId);
    if (agent === undefined) return this.#refuse(command, "", "unknown-agent");
    switch (command.type) {
      case "report-load":
        return this.#report(agent, command);
      case "cordon-agent":
        return this.#cordon(agent, command);
      case "uncordon-agent":
        return this.#uncordon(agent, command.cause);
      case "limit-agent":
        return this.#limit(agent, command.slots);
      case "requeue-unstarted":
        return this.#shed(agent, command.reason);
      case "drain-agent":
        return this.#drainAgent(agent, command.reason);
      case "remove-agent":
        return this.#dismiss(agent, command.reason);
    }
    for (const task of this.#tasksOf(agent.id)) {
      if (task.agentId !== agent.id) continue;
      const isRunning = task.status === "running";
      if (command.type === "cancel-agent-tasks") {
        this.#cancel(task, command.reason, `dependency "${task.spec.id}" was cancelled`);
      } else {
        if (isRunning) task.attempts--;
        this.#requeue(task, command.reason, isRunning);
      }
    }
  }

  #report(agent: SlowAgent, command: Command<"report-load">): void {
    const { id: agentId, report } = agent;
    const { taskCount } = command;
    if (taskCount !== undefined) {
      agent.outside = Math.max(0, taskCount - this.#tasksOf(agentId).length);
    }
    agent.report = {
      avgTaskDurationMs: command.avgTaskDurationMs ?? report?.avgTaskDurationMs,
      cpuPercent: command.cpuPercent ?? report?.cpuPercent,
      memoryPercent: command.memoryPercent ?? report?.memoryPercent,
    };
    this.#timers = this.#timers.filter((timer) =>
      timer.limit !== "report" || timer.agentId !== agentId
    );
    const at = this.now + 2 * this.config.stealInterval;
    this.#timers.push({ ...NOTHING, limit: "report", agentId, at, order: this.#timersSet++ });
    this.#say({ type: "agent:reported", agentId, outside: agent.outside, ...agent.report });
  }

  #cordon(agent: SlowAgent, { cause, reason, untilMs }: Command<"cordon-agent">): void {
    const { id: agentId } = agent;
    const known = agent.cordons.find((cordon) => cordon.cause === cause);
    if (known?.reason === reason && known.untilMs === untilMs) return;
    this.#lift(agent, cause, false);
    const wasTrusted = isTrusted(agent);
    agent.cordons = [...agent.cordons, { cause, reason, untilMs }];
    if (wasTrusted) this.#resort(agent);
    if (untilMs > 0) {
      const at = Math.max(this.now, untilMs);
      const order = this.#timersSet++;
      this.#timers.push({ ...NOTHING, limit: "cordon", agentId, cause, at, order });
    }
    this.#say({ type: "agent:cordoned", agentId, cause, reason, untilMs });
    this.#unpinFrom(agentId);
  }

  #uncordon(agent: SlowAgent, cause: CordonCause): void {
    if (!agent.cordons.some((cordon) => cordon.cause === cause)) return;
    this.#lift(agent, cause);
    this.#say({ type: "agent:uncordoned", agentId: agent.id, cause });
  }

  #limit(agent: SlowAgent, slots: number): void {
    if (agent.slotLimit === slots) return;
    agent.slotLimit = slots;
    this.#freed.push(agent.id);
    this.#say({ type: "agent:limited", agentId: agent.id, slots });
    this.#unpinFrom(agent.id);
  }

  #lift(agent: SlowAgent, cause: CordonCause, isFreed = true): void {
    agent.cordons = agent.cordons.filter((cordon) => cordon.cause !== cause);
    this.#timers = this.#timers.filter((timer) =>
      timer.limit !== "cordon" || timer.agentId !== agent.id || timer.cause !== cause
    );
    if (isFreed) this.#freed.push(agent.id);
  }

  #drainAgent(agent: SlowAgent, reason: string): void {
    if (agent.drained !== undefined) return;
    agent.drained = reason;
    this.#say({ type: "agent:draining", agentId: agent.id, reason });
    this.#endAsk(agent, "closed");
    this.#freed.push(agent.id);
    this.#shed(agent, `agent "${agent.id}" is draining`);
  }

  #shed(agent: SlowAgent, reason: string): void {
    this.#unpinFrom(agent.id, true);
    for (const task of this.#tasksOf(agent.id)) {
      if (isMovable(task)) this.#requeue(task, reason, false);
    }
  }

  #dismiss(agent: SlowAgent, reason: string): void {
    const agentId = agent.id;
    this.agents = this.agents.filter((other) => other !== agent);
    this.#timers = this.#timers.filter((timer) => timer.agentId !== agentId);
    this.#resort(agent);
    this.#say({ type: "agent:terminated", agentId, reason });
    this.#endAsk(agent, "gone");
    this.#unpinFrom(agentId);
    const tasks = this.#tasksOf(agentId);
    const running = tasks.filter(({ status }) => status === "running");
    this.#abandoned = running.map(({ epoch }) => epoch);
    for (const task of tasks) {
      if (task.agentId === agentId) this.#orphan(task, `agent "${agentId}" is gone`, false);
    }
    for (const { epoch } of this.claims.filter((claim) => claim.agentId === agentId)) {
      this.#endLingering(epoch, true);
    }
  }

  /** Placed tasks that are ready wait no longer for an agent that won't take them any more. */
  #unpinFrom(agentId: string, isMeant = false): void {
    for (const demand of [...this.#demands]) {
      const tasks = this.tasks.filter((task) =>
        task.status === "ready" && !isParked(task) && task.pinnedTo === agentId &&
        demandOf(task) === demand
      );
      for (const task of tasks.sort(byRank)) {
        if (isMeant && task.spec.placed) task.pinnedTo = "";
        else this.#unpinFromLost(task);
        if (task.pinnedTo === "") this.#enqueue(task);
      }
    }
  }

  #unpinFromLost(task: SlowTask): void {
    if (!task.spec.placed) return;
    const agent = this.#agent(task.pinnedTo);
    const isThere = agent !== undefined && agent.drained === undefined &&
      !(isDoubted(agent) && !this.#hasRoom(agent));
    if (!isThere || !hasAll(agent, task.spec.requires)) task.pinnedTo = "";
  }

  // Actions

  #queue(task: SlowTask): void {
    this.#limitQueueTime(task);
    this.#unpinFromLost(task);
    this.#enqueue(task);
  }

  #enqueue(task: SlowTask): void {
    if (this.agents.some(({ ask }) => ask?.task === task)) this.#wanted.push(task);
    this.#demands.add(demandOf(task));
    this.#note(task.spec.limitKey);
    this.#queued.push(demandOf(task));
  }

  #limitQueueTime(task: SlowTask): void {
    const isTimed = this.#timers.some((timer) => timer.task === task && timer.limit === "queue");
    if (task.spec.queueTimeoutMs > 0 && !isTimed) {
      this.#time(task, "queue", task.spec.queueTimeoutMs);
    }
  }

  #assign(task: SlowTask, agent: SlowAgent, queued = false): void {
    const { id: taskId, resources } = task.spec;
    const hasUsableSlot = isOpen(agent) && this.loadOf(agent.id) < slotsOf(agent);
    const lastResort = !queued && !hasUsableSlot;
    const wasTrusted = isTrusted(agent);
    if (agent.ask !== undefined) agent.ask.pending = task;
    const epoch = ++this.#epoch;
    Object.assign(task, { status: "assigned", agentId: agent.id, epoch, queued });
    if (!queued) this.#request(task);
    agent.lastEpoch = epoch;
    const { limitKey: key } = task.spec;
    this.claims.push({ task, agentId: agent.id, epoch, lockEpoch: epoch, lingers: false, key });
    this.#moved = undefined;
    this.#note(key);
    if (this.config.stealing && task.spec.placed) {
      this.#demands.add(demandOf({ ...task, pinnedTo: "" }));
    }
    this.#say({
      type: "task:assigned",
      ...{ taskId, agentId: agent.id, epoch, resources, queued },
      ...(lastResort && { lastResort }),
    });
    if (wasTrusted && !isTrusted(agent)) this.#resort(agent);
    if (this.#startsItself(agent.id) && task.locked) this.#start(task);
  }

  #startsItself(agentId: string): boolean {
    const { eager, pulls } = this.#agent(agentId)!;
    return eager || pulls;
  }

  /** Gives an agent's slot to a claim in its queue, or to a ready task. */
  #take(task: SlowTask, agent: SlowAgent): void {
    if (!task.queued) return this.#assign(task, agent);
    const { spec: { id: taskId, resources }, epoch } = task;
    task.queued = false;
    this.#request(task);
    this.#note(task.spec.limitKey);
    this.#say({ type: "task:admitted", taskId, agentId: agent.id, epoch, resources });
    if (agent.eager && task.locked) this.#start(task);
  }

  /** Makes a claim with a slot startable, or request the locks that it lacks. */
  #request(task: SlowTask): void {
    task.locked = task.spec.resources.length === 0 || task.granted;
    if (!task.locked) task.request = task.epoch;
  }

  #steal(task: SlowTask, target: SlowAgent): void {
    const { spec: { id: taskId }, epoch, agentId } = task;
    this.#say({
      type: "task:stolen",
      taskId,
      agentId: agentId!,
      epoch,
      targetAgent: target.id,
    });
    task.pinnedTo = "";
    const queued = !this.#takesAtOnce(task, target);
    if (!task.queued && !queued) this.#moved = task.spec.limitKey;
    this.#part(task, false, task.granted);
    this.#assign(task, target, queued);
  }

  #start(task: SlowTask): void {
    const { spec, epoch } = task;
    this.#untime(task, "queue");
    Object.assign(task, { status: "running", startedAt: this.now });
    const attempt = ++task.attempts;
    const waitedMs = this.now - task.dueAt;
    const agentId = task.agentId!;
    const agent = this.#agent(agentId)!;
    const { ask } = agent;
    const kept = ask?.isLeft
      ? this.#timers.find((timer) => timer.limit === "ask" && timer.agentId === agentId)
      : undefined;
    if (kept === undefined) this.#startLimits(task);
    else this.#keep(task, ask!.keepMs, kept.at);
    if (ask !== undefined) this.#dropAsk(agent);
    this.#say({
      ...{ type: "task:started", taskId: spec.id, agentId, epoch, attempt, waitedMs },
      ...(ask !== undefined && { ask: ask.id, askedMs: this.now - ask.since }),
    });
    this.keys.start(task);
    this.#note(spec.limitKey);
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
    const message = `Quarantined after ${task.crashes} lost claim${
      task.crashes === 1 ? "" : "s"
    }, the last: ${reason}`;
    this.#fail(task, { name: "QuarantineError", code: "quarantined", message }, lingers);
  }

  #backOff(task: SlowTask, error: ErrorData, failures: number, lingers: boolean): void {
    this.#leaveFamily(task);
    const { retryDelay, maxRetryDelayMs } = this.config;
    const longest = Math.min(maxRetryDelayMs, retryDelay * 2 ** (failures - 1));
    const pause = Math.max(nextInt(this.#random, longest + 1), error.retryAfterMs ?? 0);
    const claim = { taskId: task.spec.id, agentId: task.agentId, epoch: task.epoch };
    const retryAt = this.now + pause;
    this.#untime(task, "queue", "attempt", "heartbeat");
    const stood = isStanding(task);
    task.status = "backing-off";
    if (stood) this.#note(task.spec.limitKey);
    this.#time(task, "backoff", pause);
    this.#say({ type: "task:backed-off", ...claim, error, attempt: task.attempts, retryAt });
    this.#part(task, lingers);
  }

  #requeue(task: SlowTask, reason: string, lingers: boolean): void {
    this.#leaveFamily(task);
    const claim = { taskId: task.spec.id, agentId: task.agentId!, epoch: task.epoch };
    this.#untime(task, "attempt", "heartbeat");
    if (task.spec.placed) task.pinnedTo = "";
    this.#say({ type: "task:requeued", ...claim, reason });
    this.#part(task, lingers);
    task.status = "ready";
    this.#queue(task);
  }

  #fail(task: SlowTask, error: ErrorData, lingers: boolean): void {
    this.#leaveFamily(task);
    const { spec: { id: taskId }, epoch, attempts, agentId } = task;
    this.#say({ type: "task:failed", taskId, agentId, epoch, error, attempts });
    this.#end(task, "failed", `dependency "${taskId}" failed`, lingers);
  }

  #cancel(
    task: SlowTask,
    reason: string,
    because: string,
    lingers = task.status === "running",
  ): void {
    this.#leaveFamily(task);
    const { spec: { id: taskId }, epoch, agentId } = task;
    this.#say({ type: "task:cancelled", taskId, agentId, epoch, reason });
    this.#end(task, "cancelled", because, lingers);
  }

  #end(task: SlowTask, outcome: Outcome, because: string, lingers: boolean): void {
    if (outcome !== "completed") Object.assign(task, { result: undefined, summary: undefined });
    this.#timers = this.#timers.filter((timer) => timer.task !== task);
    const stood = isStanding(task);
    task.status = outcome;
    if (stood) this.#note(task.spec.limitKey);
    this.#part(task, lingers);
    if (this.agents.some(({ ask }) => ask?.task === task)) this.#wanted.push(task);
    this.#ended.push({ task, because, links: this.#links });
    this.#keepEnded(task);
  }

  /** Moves the task behind all others, which puts those that ended in the order of their ends. */
  #keepEnded(task: SlowTask): void {
    task.endedAt = this.now;
    this.tasks = [...this.tasks.filter((other) => other !== task), task];
    if (this.#finished.length > this.config.keepFinished) this.#forgetOldest();
    if (!this.#timers.some(({ limit }) => limit === "retention")) this.#watchOldest();
  }

  get #finished(): SlowTask[] {
    return this.tasks.filter(({ status }) => isOver(status));
  }

  #watchOldest(): void {
    const { config: { keepFinishedMs } } = this;
    const [oldest] = this.#finished;
    if (oldest === undefined || keepFinishedMs === 0) return;
    const at = oldest.endedAt! + keepFinishedMs;
    this.#timers.push({ ...NOTHING, limit: "retention", at, order: this.#timersSet++ });
  }

  #forgetOld(): void {
    const isOld = ({ endedAt }: SlowTask) => endedAt! + this.config.keepFinishedMs <= this.now;
    for (const _ of this.#finished.filter(isOld)) this.#forgetOldest();
    this.#watchOldest();
  }

  #forgetOldest(): void {
    const { config: { keepOutcomes } } = this;
    const [oldest] = this.#finished;
    this.tasks = this.tasks.filter((other) => other !== oldest);
    if (keepOutcomes === 0 || oldest!.isOrphan) return;
    if (this.#latest === keepOutcomes) {
      this.forgotten = this.forgotten.slice(-keepOutcomes);
      this.#latest = 0;
    }
    const { spec: { id, idempotencyKey: key }, status } = oldest!;
    this.forgotten.push({ id, outcome: status as Outcome, key });
    this.#latest++;
  }

  #part(task: SlowTask, lingers: boolean, keepsLocks = false): void {
    const claim = this.claims.find(({ epoch }) => epoch === task.epoch);
    const hasSlot = task.agentId !== undefined && !task.queued;
    if (hasSlot && keepsLocks) {
      claim!.lockEpoch = 0;
    } else if (hasSlot) {
      claim!.lockEpoch = task.request || task.epoch;
      Object.assign(task, { request: 0, granted: false });
    } else if (task.request !== 0 && (task.status === "backing-off" || isOver(task.status))) {
      this.#unlock(task, `it is ${task.status}`);
    }
    if (task.agentId === undefined || claim === undefined) return;
    this.#noLongerPending(task);
    const { epoch } = claim;
    const { queued } = task;
    Object.assign(task, { agentId: undefined, locked: false, queued: false });
    claim.lingers = true;
    if (!lingers) return this.#endLingering(epoch, this.#abandoned.includes(epoch), queued);
    this.#timers.push({
      task: undefined,
      epoch,
      limit: "grace",
      at: this.now + this.config.abortGraceMs,
      order: this.#timersSet++,
    });
  }

  #noLongerPending(task: SlowTask): void {
    for (const { ask } of this.agents) if (ask?.pending === task) ask.pending = undefined;
  }

  #endAttempt({ taskId, epoch }: Command<"end-attempt">): void {
    const isOfTask = this.claims.some((claim) =>
      claim.epoch === epoch && claim.task.spec.id === taskId
    );
    if (isOfTask) this.#endLingering(epoch, false);
  }

  #endLingering(epoch: number, abandoned: boolean, queued = false): void {
    const claim = this.claims.find((claim) => claim.epoch === epoch && claim.lingers);
    if (claim === undefined) return;
    this.claims = this.claims.filter((other) => other !== claim);
    this.#note(claim.key);
    this.#timers = this.#timers.filter((timer) => timer.epoch !== epoch);
    const { task, agentId, lockEpoch } = claim;
    const taskId = task.spec.id;
    const ended = { type: "attempt:ended", taskId, agentId, epoch, abandoned, queued } as const;
    this.#say(lockEpoch === epoch ? ended : { ...ended, lockEpoch });
    this.#freed.push(agentId);
    const pauses = this.#timers.some((timer) => timer.task === task && timer.limit === "backoff");
    const isBusy = this.claims.some((other) => other.task === task && other.lingers);
    const isResolved = task.status === "waiting" && this.#isResolved(task) &&
      !this.#isDelayed(task);
    if (task.status === "backing-off" && !pauses && !isBusy) this.#makeReady(task);
    else if (isResolved && !isBusy) this.#makeReady(task);
  }

  #makeReady(task: SlowTask): void {
    task.status = "ready";
    this.#say({ type: "task:readied", taskId: task.spec.id });
    this.#queue(task);
  }

  // Consequences

  #followUp(): void {
    for (const { task, because, links } of this.#ended) {
      this.#resumeAwaiters(task);
      this.#tellDependents(task, because, links);
    }
    this.#ended = [];
    this.#level();
    const isIdle = ({ ask }: SlowAgent) => ask?.isMomentary && ask.pending === undefined;
    const momentary = this.agents.filter(isIdle).sort((a, b) => a.ask!.id - b.ask!.id);
    for (const agent of momentary) {
      if (agent.ask!.keepMs > 0) this.#leaveAsk(agent, agent.ask!.keepMs);
      else this.#endAsk(agent, "none");
    }
    if (momentary.some(({ ask }) => ask === undefined)) this.#level();
    this.#noteIdle();
    this.#announceIdleness();
  }

  #level(): void {
    this.#distribute();
    while (this.#stealBatch()) this.#distribute();
  }

  /** Numbers the agents that became idle, in their order. */
  #noteIdle(): void {
    for (const agent of this.agents.toSorted(bySeniority)) {
      const isIdle = agent.isImplicit && agent.cordons.length === 0 && agent.slotLimit === 0 &&
        agent.drained === undefined && agent.report === undefined && agent.ask === undefined &&
        !this.claims.some(({ agentId }) => agentId === agent.id) &&
        !this.tasks.some(({ home, status }) => home === agent.first && !isOver(status));
      if (!isIdle) agent.idleSince = undefined;
      else agent.idleSince ??= ++this.#idlings;
    }
  }

  #distribute(): void {
    for (const agentId of this.#freed) {
      const agent = this.#agent(agentId);
      const isThrough = !this.claims.some((claim) => claim.agentId === agentId);
      if (agent?.drained !== undefined && isThrough) this.#dismiss(agent, agent.drained);
      else if (agent !== undefined && !isTrusted(agent)) this.#resort(agent);
    }
    const [freed, queued, wanted] = [this.#freed, this.#queued, this.#wanted];
    if (this.keys.areInUse) wanted.sort(byRank);
    for (const task of wanted) this.#giveWanted(task);
    this.#freed = [];
    this.#queued = [];
    this.#wanted = [];
    if (!this.#isAssigning) return;
    for (const demand of queued) this.#serveAskers(demand);
    for (const agentId of freed) {
      if (this.#agent(agentId)?.ask !== undefined) this.#giveWork(agentId);
    }
    for (const agentId of freed) this.#giveWork(agentId);
    for (const demand of queued) this.#serve(demand, queued);
  }

  #askersFor(task: SlowTask): SlowAgent[] {
    return this.#askers().filter(({ ask }) => ask!.task === task);
  }

  #giveWanted(task: SlowTask): void {
    const askers = this.#askersFor(task);
    if (isOver(task.status)) {
      for (const agent of askers) this.#endAsk(agent, "ended");
    } else if (
      task.status === "ready" && !isParked(task) && this.#isAssigning && this.keys.hasPermit(task)
    ) {
      const agent = askers.find((each) => this.#mayClaim(each, task));
      if (agent !== undefined) this.#assign(task, agent);
    }
  }

  #mayClaim(agent: SlowAgent, task: SlowTask): boolean {
    return agent.ask!.pending === undefined && isFit(agent, task) &&
      this.#mayTake({ ...agent, pulls: false }, task);
  }

  #giveWork(agentId: string): void {
    const agent = this.#agent(agentId);
    if (agent === undefined) return;
    if (agent.ask?.task !== undefined) this.#giveWanted(agent.ask.task);
    for (let task = this.#taskFor(agent); task !== undefined; task = this.#taskFor(agent)) {
      this.#take(task, agent);
    }
    while (this.#hasRoomInQueue(agent)) {
      const task = this.#waiting().find((task) => task.spec.placed && task.pinnedTo === agentId);
      if (task === undefined) return;
      this.#assign(task, agent, true);
    }
  }

  #serveAskers(demand: string): void {
    for (;;) {
      const first = this.#ready(true).find((task) => demandOf(task) === demand);
      const agent = first && this.#choose(first);
      if (!agent?.pulls) return;
      this.#assign(this.#taskFor(agent)!, agent);
    }
  }

  /** `queued` gets what is to be served after it. */
  #serve(demand: string, queued: string[]): void {
    for (const task of this.#waiting().filter((task) => demandOf(task) === demand)) {
      this.#giveWanted(task);
    }
    for (;;) {
      const all = this.#waiting().find((task) => demandOf(task) === demand);
      if (all === undefined) return;
      const first = this.#ready(true).find((task) => demandOf(task) === demand);
      const agent = first && this.#choose(first);
      if (!this.#isAssigned(all) && !agent?.pulls) return;
      if (agent !== undefined) {
        this.#take(this.#taskFor(agent)!, agent);
        continue;
      }
      const owner = all.spec.placed ? this.#agent(all.pinnedTo) : undefined;
      if (owner === undefined) return;
      if (this.#hasRoomInQueue(owner)) {
        this.#assign(all, owner, true);
      } else if (isDoubted(owner)) {
        all.pinnedTo = "";
        this.#demands.add(demandOf(all));
        this.#note(all.spec.limitKey);
        queued.push(demandOf(all));
      } else return;
    }
  }

  #stealBatch(): boolean {
    if (!this.config.stealing || !this.#isAssigning) return false;
    const batch = batchCalledFor(this.config, {
      agents: this.agents,
      tasksOf: (agentId) => this.#tasksOf(agentId),
      roomOf: (agent) => this.#roomOf(agent),
      isLent: (task) => this.isLent(task),
      takesAtOnce: (task, agent) =>
        this.#hasRoom(agent) && (!task.queued || this.keys.hasPermit(task)),
      placesOf: (agent) =>
        this.#hasRoomInQueue(agent) ? agent.maxQueuedTasks - this.#queueOf(agent.id).length : 0,
      areKeysInUse: this.keys.areInUse,
    });
    if (batch === undefined) return false;
    const { tasks, target } = batch;
    const parties = { sourceAgent: batch.source.id, targetAgent: target.id };
    const taskCount = tasks.length;
    const taskIds = tasks.map(({ spec }) => spec.id);
    this.#say({ type: "workstealing:request", ...parties, taskCount });
    for (const task of tasks) this.#steal(task, target);
    this.#say({ type: "workstealing:completed", ...parties, taskCount, taskIds });
    return true;
  }

  #noteBusy(): void {
    this.#busy = this.agents.map(({ id }) => id).filter((id) => this.#tasksOf(id).length > 0);
  }

  #announceIdleness(): void {
    if (!this.config.announcesIdleness) return;
    for (const { id: agentId } of [...this.agents].sort(bySeniority)) {
      const isBusy = this.#tasksOf(agentId).length > 0;
      if (isBusy === this.#busy.includes(agentId)) continue;
      this.#say({ type: isBusy ? "agent:active" : "agent:idle", agentId });
    }
  }

  /** Tells those that depended on a task as it ended; a later one depends on what is known of it. */
  #tellDependents(ended: SlowTask, because: string, links: number): void {
    const { spec: { id }, status } = ended;
    const dependents = this.tasks
      .filter((task) => task.status === "waiting" && !task.counted.has(id))
      .filter((task) => (task.links.get(id) ?? Infinity) < links)
      .sort((a, b) => a.links.get(id)! - b.links.get(id)!);
    for (const task of dependents) {
      task.counted.set(id, status as Outcome);
      task.reports.push(reportOf(ended));
      const doom = doomOf(task, because);
      if (doom !== undefined) {
        this.#cancel(task, doom, doom);
      } else if (this.#isResolved(task) && !this.#lingers(task) && !this.#isDelayed(task)) {
        task.status = "ready";
        this.#say({ type: "task:readied", taskId: task.spec.id });
        this.#queue(task);
      }
    }
  }

  /** The ready tasks, first things first. */
  #waiting(): SlowTask[] {
    return this.tasks.filter((task) => task.status === "ready" && !isParked(task)).sort(byRank);
  }

  /** Those that may begin, and that the machine assigns by itself, or to agents that ask. */
  #ready(isAsked: boolean): SlowTask[] {
    const tasks = this.#waiting().filter((task) => isAsked || this.#isAssigned(task));
    return this.keys.beginnable(tasks);
  }

  /** Whether an agent has a slot for a task, and that has a permit or gets one. */
  #takesAtOnce(task: SlowTask, agent: SlowAgent): boolean {
    const hasPermit = task.agentId !== undefined && !task.queued;
    return this.#hasRoom(agent) && (hasPermit || this.keys.hasPermit(task));
  }

  #isAssigned({ pinnedTo }: SlowTask): boolean {
    return this.#strategy !== "external" || pinnedTo !== "";
  }

  /** The task for an agent's next slot, from its own queue or the ready tasks. */
  #taskFor(agent: SlowAgent): SlowTask | undefined {
    const own = this.#tasksOf(agent.id).filter(({ queued }) => queued && this.#hasRoom(agent));
    const others = this.#ready(agent.pulls).filter((task) =>
      isFit(agent, task) && this.#mayTake(agent, task)
    );
    return this.keys.beginnable([...own, ...others])[0];
  }

  #choose(task: SlowTask): SlowAgent | undefined {
    const able = this.agents.filter((agent) => isFit(agent, task) && this.#mayTake(agent, task));
    const first = able.filter((agent) => this.#hasRoom(agent));
    const fit = first.length > 0 ? first : able;
    const [asker] = this.#askers().filter((agent) => fit.includes(agent));
    if (asker !== undefined) return asker;
    const name = this.#strategy === "external" ? "capability" : this.#strategy;
    const chosen = STRATEGIES.get(name)!.selectAgent(task.spec, fit, {
      taskLoads: new Map(fit.map(({ id }) => [id, this.loadOf(id)])),
      agentCapabilities: new Map(fit.map(({ id, capabilities }) => [id, capabilities])),
      agentPriorities: new Map(fit.map(({ id, priority }) => [id, priority])),
      lastEpochs: new Map(fit.map(({ id, lastEpoch }) => [id, lastEpoch])),
      taskHistory: new Map(this.#history.map(({ type, last }) => [type, historyOf(last)])),
      currentTime: new Date(this.now),
    });
    return chosen === null ? undefined : this.#agent(chosen);
  }

  #fire({ limit, task, epoch, agentId = "", cause, key, schedule }: SlowTimer): void {
    if (limit === "retention") return this.#forgetOld();
    if (limit === "rate") {
      this.#note(key);
      const isAwaited = this.keys.beginnable(this.tasks.filter((each) =>
        each.spec.limitKey === key && isStanding(each)
      )).length > 0;
      if (isAwaited) {
        this.#say({ type: "limit:replenished", key: key! });
      }
      return;
    }
    if (limit === "schedule") return this.#runOccasions(schedule!);
    if (limit === "grace") return this.#endLingering(epoch, true);
    if (limit === "ask") {
      const agent = this.#agent(agentId)!;
      const { keepMs, isLeft } = agent.ask!;
      if (keepMs > 0 && !isLeft) return this.#leaveAsk(agent, keepMs);
      return this.#endAsk(agent, isLeft ? "lapsed" : "timed-out");
    }
    if (limit === "collect") {
      task!.attempts--;
      return this.#requeue(task!, "its agent did not come back for it", false);
    }
    if (limit === "cordon" || limit === "report") {
      return this.#fireOf(this.#agent(agentId)!, cause);
    }
    if (task === undefined) return;
    const taskId = task.spec.id;
    if (limit === "backoff") {
      const isBusy = this.claims.some((claim) => claim.task === task && claim.lingers);
      return isBusy ? undefined : this.#makeReady(task);
    }
    if (limit === "delay") {
      const isReady = this.#isResolved(task) && !this.#lingers(task);
      return isReady ? this.#makeReady(task) : this.#limitQueueTime(task);
    }
    const isRunning = task.status === "running";
    const ms = {
      queue: task.spec.queueTimeoutMs,
      attempt: task.spec.timeoutMs,
      heartbeat: task.spec.heartbeatTimeoutMs,
      total: task.spec.totalTimeoutMs,
    }[limit];
    this.#leaveFamily(task);
    this.#say({ type: "task:timed-out", taskId, limit, ms });
    if (limit === "heartbeat") return this.#orphan(task, "its heartbeat stopped", isRunning);
    const message = `The ${limit} timeout of ${ms} ms was exceeded`;
    const error = { name: "TaskTimeoutError", code: "task-timeout", message };
    const isRetried = limit === "attempt" && task.attempts <= task.spec.retries;
    if (isRetried) this.#backOff(task, error, task.attempts, isRunning);
    else this.#fail(task, error, isRunning);
  }

  /** A cordon ends by itself, or, without a cause, a report is forgotten. */
  #fireOf(agent: SlowAgent, cause: CordonCause | undefined): void {
    const agentId = agent.id;
    if (cause !== undefined) {
      this.#lift(agent, cause);
      this.#say({ type: "agent:uncordoned", agentId, cause });
    } else {
      Object.assign(agent, { report: undefined, outside: 0 });
      this.#say({ type: "agent:report-expired", agentId });
    }
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
      timer.task !== task || !limits.includes(timer.limit === "collect" ? "attempt" : timer.limit)
    );
  }

  // Look-ups

  get #isAssigning(): boolean {
    return !this.#draining && this.#paused === undefined;
  }

  #agent(agentId: string): SlowAgent | undefined {
    return this.agents.find(({ id }) => id === agentId);
  }

  /** Oldest claim first. */
  #tasksOf(agentId: string): SlowTask[] {
    return this.tasks.filter((task) => task.agentId === agentId).sort((a, b) => a.epoch - b.epoch);
  }

  /** Slots in use. */
  loadOf(agentId: string): number {
    const lent = this.#tasksOf(agentId).filter((task) => this.isLent(task));
    return this.claims.filter((claim) => claim.agentId === agentId).length -
      this.#queueOf(agentId).length - lent.length;
  }

  #queueOf(agentId: string): SlowTask[] {
    return this.#tasksOf(agentId).filter(({ queued }) => queued);
  }

  #hasRoom(agent: SlowAgent): boolean {
    return isOpen(agent) && this.loadOf(agent.id) < slotsOf(agent) && isReceptive(agent);
  }

  /** Whether a fit agent may take a task: it has a slot, or is the last resort. */
  #mayTake(agent: SlowAgent, task: SlowTask): boolean {
    if (this.#hasRoom(agent)) return true;
    const hasSlot = this.loadOf(agent.id) < agent.maxConcurrentTasks;
    if (
      !hasSlot || !isUsable(agent) || !isReceptive(agent) ||
      (task.spec.placed && task.pinnedTo !== "")
    ) return false;
    return !this.agents.some((other) => isTrusted(other) && isFit(other, task));
  }

  /** Serves the ready tasks for which an agent was the last that is trusted. */
  #resort(agent: SlowAgent): void {
    for (const demand of this.#demands) {
      const isOfAgent = this.#ready(true).some((task) =>
        demandOf(task) === demand && isFit(agent, task)
      );
      if (isOfAgent) this.#queued.push(demand);
    }
  }

  #hasRoomInQueue(agent: SlowAgent): boolean {
    return !agent.pulls && isTrusted(agent) &&
      this.#queueOf(agent.id).length < agent.maxQueuedTasks;
  }

  #roomOf(agent: SlowAgent): number {
    if (!isOpen(agent)) return 0;
    if (agent.pulls) return Number(this.#hasRoom(agent));
    const slots = Math.max(0, slotsOf(agent) - this.loadOf(agent.id));
    if (!isTrusted(agent)) return slots;
    return slots + Math.max(0, agent.maxQueuedTasks - this.#queueOf(agent.id).length);
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

/** The reason why a task can't run any more, if there is one. */
function doomOf({ spec, counted }: SlowTask, because: string): string | undefined {
  const kinds = (kind: string) => spec.dependencies.filter(({ onFailure }) => onFailure === kind);
  const hasFailed = ({ taskId }: { taskId: string }) => {
    return counted.has(taskId) && counted.get(taskId) !== "completed";
  };
  if (kinds("cancel").some(hasFailed)) return because;
  const fallbacks = kinds("run-on-failure");
  const isIdle = counted.size === spec.dependencies.length && fallbacks.length > 0 &&
    !fallbacks.some(hasFailed);
  return isIdle ? "no dependency that it stands in for failed" : undefined;
}

function phrase(outcome: Outcome): string {
  return outcome === "cancelled" ? "was cancelled" : outcome;
}

function historyOf(lastAgent: string) {
  return { totalExecutions: 1, avgDuration: 0, successRate: 1, lastAgent };
}
