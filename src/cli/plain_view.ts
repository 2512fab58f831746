/**
 * A run as plain lines, for pipes and logs: nothing that was written is ever changed.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import { failureText, nameWidth, narrate, outputLine, stoppingText } from "./narration.ts";
import type { Piece } from "./output.ts";
import type { RunReport } from "./report.ts";
import { reportText } from "./report_text.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";
import type { Screen } from "./terminal.ts";
import type { OutputMode, View } from "./view.ts";

/** Writes each event, and each line of output behind the name of its task. */
export class PlainView implements View {
  readonly #screen: Screen;
  readonly #mode: OutputMode;
  #state: RunState | undefined;
  #width = 0;
  /** The tasks whose output reached its limit. */
  readonly #silenced = new Set<TaskRun>();

  constructor(screen: Screen, mode: OutputMode) {
    this.#screen = screen;
    this.#mode = mode;
  }

  begin(state: RunState): void {
    this.#state = state;
    this.#width = nameWidth(state);
  }

  event(event: LockstepEvent): void {
    const state = this.#state!;
    const run = state.subjectOf(event);
    if (run?.phase === "ended" && this.#silenced.delete(run)) {
      for (const line of run.capture.unshown()) this.#writeOutput(run, line);
    }
    const line = narrate(event, state, this.#screen.style, this.#width);
    if (line !== undefined) this.#write(line);
  }

  output(run: TaskRun, { text }: Piece, isWithin: boolean): void {
    if (this.#mode === "fold") return;
    if (isWithin) {
      this.#writeOutput(run, text);
    } else if (!this.#silenced.has(run)) {
      this.#silenced.add(run);
      this.#writeOutput(run, "… its output has reached the limit; the end follows when it ends");
    }
  }

  stopping(reason: "failure" | "interrupt"): void {
    const text = stoppingText(this.#state!, reason);
    if (text !== undefined) this.#write(text);
  }

  end(report: RunReport): void {
    const { style } = this.#screen;
    this.#screen.write(failureText(report, style, 80));
    this.#screen.write(`\n${reportText(report, style, Infinity)}`);
  }

  #writeOutput(run: TaskRun, text: string): void {
    this.#write(outputLine(run, text, this.#screen.style, this.#width));
  }

  #write(line: string): void {
    this.#screen.write(`${line}\n`);
  }
}
