/**
 * What shows a run while it goes on.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { Piece } from "./output.ts";
import type { RunReport } from "./report.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";

/** Shows a run. Everything is told after the state has taken it in. */
export interface View {
  begin(state: RunState): void;
  event(event: LockstepEvent, sequence: number): void;
  /** A command wrote something; `isWithin` says whether the limit of its output is not reached. */
  output(run: TaskRun, piece: Piece, isWithin: boolean): void;
  /** Nothing is started any more. */
  stopping(reason: "failure" | "interrupt"): void;
  end(report: RunReport): void;
}

/** Shows nothing. */
export const silentView: View = {
  begin() {},
  event() {},
  output() {},
  stopping() {},
  end() {},
};

/** How the output of tasks is shown while they run. */
export type OutputMode =
  /** Line by line, behind the name of its task. */
  | "stream"
  /** Not at all; at the end that of failed tasks is. */
  | "fold";
