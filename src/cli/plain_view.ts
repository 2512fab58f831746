/**
 * Shows a run as plain lines, for pipes and logs. Lines are never redrawn.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { KeptOutput } from "./kept_output.ts";
import {
  endLine,
  eventLine,
  linesOf,
  nameWidth,
  outputPrefix,
  resumedText,
  showFailures,
  stoppingText,
} from "./narration.ts";
import { lineSink, type OutputSink } from "./output.ts";
import type { RunReport } from "./report.ts";
import { reportText } from "./report_text.ts";
import type { Resumed } from "./resumption.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";
import type { Screen } from "./terminal.ts";
import type { View } from "./view.ts";

/**
 * Writes a line for each event, and output either at once, behind the name of its task, or at the end
 * if its task failed.
 */
export class PlainView implements View {
  readonly #screen: Screen;
  readonly #kept: KeptOutput | undefined;
  #state: RunState | undefined;
  #width = 0;

  /** @param kept Keeps output until tasks fail; without it, all output is shown at once */
  constructor(screen: Screen, kept?: KeptOutput) {
    this.#screen = screen;
    this.#kept = kept;
  }

  begin(state: RunState): void {
    this.#state = state;
    this.#width = nameWidth(state);
  }

  resumed(resumed: Resumed): void {
    this.#screen.write(resumedText(resumed, this.#state!, this.#screen.style, this.#width));
  }

  event(event: LockstepEvent): void {
    const state = this.#state!;
    const line = eventLine(event, state, this.#screen.style, this.#width);
    if (line !== undefined) this.#screen.write(`${line}\n`);
  }

  ended(run: TaskRun): void {
    this.#kept?.ended(run);
    this.#screen.write(`${endLine(run, this.#screen.style, this.#width)}\n`);
  }

  attempt(run: TaskRun): OutputSink {
    if (this.#kept !== undefined) return this.#kept.attempt(run);
    const { style } = this.#screen;
    const prefix = outputPrefix(run, style, this.#width);
    return lineSink((pieces) => {
      this.#screen.write(linesOf(pieces, prefix, style));
      return this.#screen.drained();
    });
  }

  stopping(reason: "failure" | "interrupt"): void {
    const text = stoppingText(this.#state!, reason);
    if (text !== undefined) this.#screen.write(`${text}\n`);
  }

  async end(report: RunReport): Promise<void> {
    if (this.#kept !== undefined) await showFailures(this.#state!, this.#kept, this.#screen, 80);
    this.#screen.write(`\n${reportText(report, this.#screen.style, Infinity)}`);
  }
}
