/**
 * Shows a run on a terminal: ended tasks scroll up, open tasks are redrawn below them.
 *
 * A timer draws at most ten frames a second. Events and output only change the next frame.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import { formatDuration } from "../service/durations.ts";
import {
  attemptText,
  endLine,
  eventLine,
  linesOf,
  lockText,
  nameWidth,
  outputPrefix,
  resumedText,
  retryText,
  showFailures,
  sign,
  stoppingText,
} from "./narration.ts";
import type { KeptOutput } from "./kept_output.ts";
import { LastLine, lineSink, type OutputSink } from "./output.ts";
import { inOrderOfNeeds, type RunReport } from "./report.ts";
import { reportText } from "./report_text.ts";
import type { Resumed } from "./resumption.ts";
import type { RunState } from "./run_state.ts";
import type { Phase, TaskRun } from "./runs.ts";
import { displayWidth, padEnd, padStart, plain, type Screen, truncate } from "./terminal.ts";
import type { View } from "./view.ts";
import { listed } from "./wording.ts";
import { labelOf } from "./workflow.ts";

const FRAME_MS = 100;

/** Milliseconds between two estimates of the remaining time. */
const ESTIMATE_MS = 1000;

/** Phases in the order in which their tasks are shown. */
const PHASES: readonly Phase[] = [
  "running",
  "ending",
  "locking",
  "backing-off",
  "queued",
  "ready",
  "waiting",
];

/** Text that may wait for the next frame, in UTF-16 code units. */
const MAX_ABOVE = 65_536;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** Draws a run. Hides the cursor until the run is suspended or ends. */
export class LiveView implements View {
  readonly #screen: Screen;
  readonly #kept: KeptOutput | undefined;
  /** The last lines of running commands. */
  readonly #lastLines = new Map<TaskRun, LastLine>();
  #state: RunState | undefined;
  #width = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isOver = false;
  /** Whole lines that the next frame prints above itself. */
  #above = "";
  /** Widths of the lines of the last frame. */
  #drawn: number[] = [];
  #estimate: { at: number; endsAt: number | undefined } = { at: -Infinity, endsAt: undefined };

  /** @param kept Keeps output until tasks fail; without it, all output is shown at once */
  constructor(screen: Screen, kept?: KeptOutput) {
    this.#screen = screen;
    this.#kept = kept;
  }

  begin(state: RunState): void {
    this.#state = state;
    this.#width = nameWidth(state);
    this.resume();
  }

  resumed(resumed: Resumed): void {
    this.#above += resumedText(resumed, this.#state!, this.#screen.style, this.#width);
  }

  event(event: LockstepEvent): void {
    if (event.type === "task:started" || event.type === "resource:queued") return;
    const line = eventLine(event, this.#state!, this.#screen.style, this.#width);
    if (line !== undefined) this.#above += `${line}\n`;
  }

  ended(run: TaskRun): void {
    this.#kept?.ended(run);
    this.#above += `${endLine(run, this.#screen.style, this.#width)}\n`;
  }

  attempt(run: TaskRun): OutputSink {
    const lastLine = new LastLine();
    this.#lastLines.set(run, lastLine);
    const sink = this.#kept?.attempt(run) ?? this.#stream(run);
    return {
      write(chunk) {
        lastLine.push(chunk);
        return sink.write(chunk);
      },
      end: () => {
        if (this.#lastLines.get(run) === lastLine) this.#lastLines.delete(run);
        sink.end();
      },
    };
  }

  /** Shows output line by line, above the frame. */
  #stream(run: TaskRun): OutputSink {
    const { style } = this.#screen;
    const prefix = outputPrefix(run, style, this.#width);
    return lineSink((pieces) => {
      this.#above += linesOf(pieces, prefix, style);
      if (this.#above.length > MAX_ABOVE) this.#draw();
      return this.#screen.drained();
    });
  }

  stopping(reason: "failure" | "interrupt"): void {
    const text = stoppingText(this.#state!, reason);
    if (text !== undefined) this.#above += `${this.#screen.style.yellow(text)}\n`;
    this.#draw();
  }

  async end(report: RunReport): Promise<void> {
    this.#isOver = true;
    const { style } = this.#screen;
    const { columns } = this.#screen.size();
    this.suspend();
    if (this.#kept !== undefined) {
      await showFailures(this.#state!, this.#kept, this.#screen, columns);
    }
    this.#screen.write(`\n${reportText(report, style, columns)}`);
  }

  /** Starts drawing, or continues after {@linkcode suspend}; a no-op after the end. */
  resume(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    this.#screen.write(HIDE_CURSOR);
    this.#timer = setInterval(() => {
      if (this.#screen.drained() === undefined) this.#draw(); // otherwise the terminal is too slow
    }, FRAME_MS);
  }

  /** Removes the frame and shows the cursor. */
  suspend(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#write([]);
    this.#screen.write(SHOW_CURSOR);
  }

  #draw(): void {
    const { columns, rows } = this.#screen.size();
    const isDrawn = this.#timer !== undefined; // a suspended view has no frame
    this.#write(isDrawn ? this.#frame(columns - 1, Math.max(1, rows - 2)) : []);
  }

  /** Replaces the last frame by the lines above, and `frame`. */
  #write(frame: readonly string[]): void {
    const { columns } = this.#screen.size();
    let rows = 0;
    for (const width of this.#drawn) rows += Math.max(1, Math.ceil(width / columns));
    const up = rows === 0 ? "" : `\x1b[${rows}A`;
    const above = this.#above.replaceAll("\n", "\x1b[K\n");
    const lines = frame.map((line) => `${line}\x1b[K\n`);
    this.#screen.write(`${up}\r${above}${lines.join("")}\x1b[J`);
    this.#above = "";
    this.#drawn = frame.map(displayWidth);
  }

  /** Renders the open tasks, within `columns` and `rows`. */
  #frame(columns: number, rows: number): string[] {
    const open = this.#openTasks();
    const room = rows - 1;
    const shown = open.length <= room ? open.length : Math.max(0, room - 1);
    const lines = [this.#statusLine(columns)];
    for (const run of open.slice(0, shown)) lines.push(this.#taskLine(run));
    const more = open.length - shown;
    if (more > 0 && room > 0) lines.push(this.#screen.style.dim(`  … and ${more} more`));
    return lines.map((line) => truncate(line, columns));
  }

  #statusLine(columns: number): string {
    const { style } = this.#screen;
    const state = this.#state!;
    const total = state.tasks.size;
    const parts = [`${state.ended}/${total}`, formatDuration(state.now())];
    const left = this.#remaining();
    if (left !== undefined) parts.push(`about ${formatDuration(left)} left`);
    if (state.stopping === "failure") parts.push(style.red("stopping after a failure"));
    if (state.stopping === "interrupt") parts.push(style.yellow("interrupted"));
    parts.push(...this.#agentParts());
    const text = parts.join(style.dim(" · "));
    const bar = Math.min(24, columns - displayWidth(parts.slice(0, 3).join(" · ")) - 1);
    if (bar < 6) return text;
    const filled = Math.round(bar * state.ended / total);
    return `${style.green("━".repeat(filled))}${style.dim("─".repeat(bar - filled))} ${text}`;
  }

  #agentParts(): string[] {
    const { dim, yellow } = this.#screen.style;
    const state = this.#state!;
    return [...state.agents.values()].map(({ agent: { id, slots }, running, isBreakerOpen }) => {
      return dim(`${id} ${running.size}/${slots}`) + (isBreakerOpen ? yellow(" ⊘") : "");
    });
  }

  #remaining(): number | undefined {
    const state = this.#state!;
    const now = state.now();
    if (now - this.#estimate.at >= ESTIMATE_MS) {
      const left = estimateRemaining(state);
      this.#estimate = { at: now, endsAt: left === undefined ? undefined : now + left };
    }
    const { endsAt } = this.#estimate;
    return endsAt === undefined || endsAt <= now
      ? undefined
      : Math.ceil((endsAt - now) / 1000) * 1000;
  }

  /** The tasks that have not ended, running ones first. */
  #openTasks(): TaskRun[] {
    const byPhase = new Map<Phase, TaskRun[]>(PHASES.map((phase) => [phase, []]));
    for (const run of this.#state!.tasks.values()) byPhase.get(run.phase)?.push(run);
    return [...byPhase.values()].flat();
  }

  #taskLine(run: TaskRun): string {
    const { style } = this.#screen;
    const state = this.#state!;
    const name = padEnd(truncate(labelOf(run.task), this.#width), this.#width);
    const line = (mark: string, since: number | undefined, text: string) => {
      const time = since === undefined ? "" : formatDuration(state.now() - since);
      return `${mark} ${name}  ${padStart(time, 7)}  ${text}`;
    };
    switch (run.phase) {
      case "running": {
        const last = plain(this.#lastLines.get(run)?.text ?? "").trim();
        const text = `${run.agentId}${attemptText(run)}${
          last === "" ? "" : style.dim(` │ ${last}`)
        }`;
        return line(style.cyan("▶"), run.startedAt, text);
      }
      case "ending": {
        const reason = run.reason === "" ? "" : `${run.reason}; `;
        return line(sign(run.outcome!, style), run.startedAt, `${reason}its command is ending`);
      }
      case "locking":
        return line(style.yellow("⧗"), run.readyAt, style.yellow(lockText(state, run)));
      case "backing-off":
        return line(style.yellow("↻"), undefined, retryText(run, state));
      case "queued":
        return line(style.dim("·"), run.readyAt, style.dim(`waits for ${run.agentId}`));
      case "ready":
        return line(style.dim("·"), run.readyAt, style.dim("waits for an agent"));
      default:
        return line(style.dim("·"), undefined, style.dim(`needs ${this.#openNeeds(run)}`));
    }
  }

  #openNeeds({ task }: TaskRun): string {
    const needs = task.needs.map((id) => this.#state!.tasks.get(id)!);
    const open = needs.filter(({ phase }) => phase !== "ended");
    return listed(open.map(({ task }) => labelOf(task)), 3);
  }
}

/**
 * Estimates the remaining milliseconds; `undefined` until a task has ended.
 *
 * An open task is expected to run as long as ended tasks did on average. The remaining time is then the
 * longest chain of needs, or the remaining work divided by the slots, whichever is longer.
 */
function estimateRemaining(state: RunState): number | undefined {
  const runs = [...state.tasks.values()];
  const typical = typicalMs(runs);
  if (typical === undefined) return undefined;
  const ends = new Map<string, number>();
  let longest = 0;
  let work = 0;
  for (const run of inOrderOfNeeds(runs)) {
    const ms = remainingMs(run, state, typical);
    let start = 0;
    for (const need of run.task.needs) start = Math.max(start, ends.get(need) ?? 0);
    ends.set(run.task.id, start + ms);
    longest = Math.max(longest, start + ms);
    work += ms;
  }
  let slots = 0;
  for (const { agent } of state.agents.values()) slots += agent.slots;
  return Math.max(longest, work / slots);
}

function typicalMs(runs: readonly TaskRun[]): number | undefined {
  const ended = runs.filter(({ outcome }) => outcome === "succeeded" || outcome === "failed");
  if (ended.length === 0) return undefined;
  return ended.reduce((sum, { ranMs }) => sum + ranMs, 0) / ended.length;
}

function remainingMs(run: TaskRun, state: RunState, typical: number): number {
  if (run.phase === "ended") return 0;
  // A task with `when: failed` probably does not run.
  if (run.task.when === "failed" && run.phase === "waiting") return 0;
  const ran = run.startedAt === undefined ? 0 : state.now() - run.startedAt;
  return Math.max(0, typical - ran);
}
