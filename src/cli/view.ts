/**
 * Interface of the views of a run.
 *
 * @module
 */

import type { LockstepEvent } from "../root/events.ts";
import type { OutputSink } from "./output.ts";
import type { RunReport } from "./report.ts";
import type { Resumed } from "./resumption.ts";
import type { RunState } from "./run_state.ts";
import type { TaskRun } from "./runs.ts";

/** Shows a run. Events come after the state has applied them. */
export interface View {
  begin(state: RunState): void;
  /** Shows that the run goes on where an earlier process has left it. */
  resumed(resumed: Resumed): void;
  event(event: LockstepEvent, sequence: number): void;
  /** Shows the end of a task and all its commands. */
  ended(run: TaskRun): void;
  /** Returns a sink for the output of the attempt that `run` begins. */
  attempt(run: TaskRun): OutputSink;
  /** Shows that no unrelated task is started any more. */
  stopping(reason: "failure" | "interrupt"): void;
  end(report: RunReport): Promise<void> | void;
}

/** A view that shows nothing. */
export const silentView: View = {
  begin() {},
  resumed() {},
  event() {},
  ended() {},
  attempt: () => ({ write() {}, end() {} }),
  stopping() {},
  end() {},
};
