/**
 * Runs of the lock machine as rows for the specification.
 *
 * @module
 */

import type { LockEvent } from "../../src/locks/events.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { RecordedStep } from "../../src/testing/recorder.ts";
import { toldOf } from "./exploration.ts";
import { type Row, rowOf } from "./rows.ts";

/** Rows of a run: one for each command and each event, and one for each time that time passes. */
export class Recording {
  readonly rows: Row[] = [];
  /** Number of rows that have an event. */
  events = 0;
  #now = 0;

  /** Takes a step of the machine. */
  readonly take = ({ at, command, events }: RecordedStep<LockCommand, LockEvent>): void => {
    if (command.type === "resume-listening") {
      this.rows.push({ do: "wake", ms: at - this.#now, told: NOTHING });
    } else if (at > this.#now) this.rows.push({ do: "tick", ms: at - this.#now, told: NOTHING });
    this.#now = at;
    this.events += events.length;
    const [answer, ...others] = events;
    if (command.type !== "tick" && command.type !== "resume-listening") {
      const told = answer === undefined ? NOTHING : toldOf(answer);
      this.rows.push({ ...rowOf({ command, afterMs: 0 }), told });
    } else if (answer !== undefined) others.unshift(answer);
    for (const event of others) this.rows.push({ do: "follow", told: toldOf(event) });
  };
}

/** What is told where nothing happens. */
export const NOTHING = { type: "nothing" };
