/**
 * Between a work stealing coordinator and the task machine that moves the tasks.
 *
 * @module
 */

import { MachineClient, type MachineHost } from "../core/client.ts";
import { ClosedError } from "../core/errors.ts";
import type { TaskEvent } from "./events.ts";
import type { Logger } from "../core/logger.ts";
import type { AgentProfile } from "../agents/types.ts";
import type { TaskCommand } from "./commands.ts";
import type { TaskState } from "./machine.ts";
import { throwIfRefused } from "./refusals.ts";
import { registration } from "./submission.ts";

/** A running task machine, alone in its engine or part of a larger one. */
export interface TaskHost extends MachineHost<TaskState, TaskCommand, TaskEvent> {}

/** What a coordinator knows of an agent besides its load. */
type Known = Required<Pick<AgentProfile, "priority" | "capabilities">>;

/** How many of an agent's latest tasks its average duration is about. */
const REMEMBERED = 10;

/** Reports loads to one task machine. */
export class StealingClient extends MachineClient<TaskState, TaskCommand, TaskEvent> {
  readonly #logger: Logger;
  /** Whom this client registered. */
  readonly #registered = new Map<string, Known>();
  /** By agent, of its latest tasks. */
  readonly #durations = new Map<string, { count: number; mean: number }>();

  /** A client of `host`. */
  constructor(host: TaskHost, logger: Logger) {
    super(host);
    this.#logger = logger;
    this.listen();
  }

  /** Sends a command that nobody waits for. @throws why it was refused, if that is known at once */
  tell(command: TaskCommand): void {
    let isLate = false;
    let failure: unknown;
    this.send(command, (events, error) => {
      try {
        if (events === undefined) throw error;
        throwIfRefused(events, command);
      } catch (thrown) {
        if (isLate) this.#logger.warn(`Could not ${command.type.replaceAll("-", " ")}`, thrown);
        else failure = thrown;
      }
    });
    isLate = true;
    if (failure !== undefined) throw failure;
  }

  /** What is known of an agent, or will be once the log has taken it. */
  profileOf(agentId: string): Known | undefined {
    return this.#registered.get(agentId) ?? this.state.agents.get(agentId);
  }

  /** Makes an agent known, or known otherwise. */
  register(profile: AgentProfile & Known): void {
    this.tell(registration(profile, false));
    this.#registered.set(profile.id, profile);
  }

  /** The average duration of an agent's latest tasks, with `ms` as the newest. */
  averageWith(agentId: string, ms: number): number {
    const before = this.state.agents.get(agentId)?.report?.avgTaskDurationMs;
    const known = this.#durations.get(agentId) ??
      { count: before === undefined ? 0 : REMEMBERED - 1, mean: before ?? 0 };
    const count = Math.min(known.count + 1, REMEMBERED);
    const mean = known.mean + (ms - known.mean) / count;
    this.#durations.set(agentId, { count, mean });
    return mean;
  }

  /** Begins the average of an agent's durations anew. */
  forgetDurations(agentId: string): void {
    this.#durations.delete(agentId);
  }

  /** Hears and sends nothing any more. */
  close(): void {
    this.stop(new ClosedError("go on", "the work stealing coordinator"));
  }

  protected override hear(event: TaskEvent): void {
    const isOver = event.type === "agent:terminated" || event.type === "agent:report-expired";
    if (isOver) this.forgetDurations(event.agentId);
    if (event.type === "agent:terminated") this.#registered.delete(event.agentId);
  }

  protected override end(): void {
    this.#durations.clear();
    this.#registered.clear();
  }
}
