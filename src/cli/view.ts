/**
 * What shows a run while it goes on.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { OutputSink } from "./output.ts";
import type { RunReport } from "./report.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";

/** Shows a run. Everything comes after the state has taken it in. */
export interface View {
  begin(state: RunState): void;
  event(event: LockstepEvent, sequence: number): void;
  /** A task has ended, and so have its commands. */
  ended(run: TaskRun): void;
  /** Takes the output of the attempt that `run` begins. */
  attempt(run: TaskRun): OutputSink;
  /** Nothing is started any more. */
  stopping(reason: "failure" | "interrupt"): void;
  end(report: RunReport): Promise<void> | void;
}

/** Shows nothing. */
export const silentView: View = {
  begin() {},
  event() {},
  ended() {},
  attempt: () => ({ write() {}, end() {} }),
  stopping() {},
  end() {},
};
