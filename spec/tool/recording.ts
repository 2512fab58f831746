/**
 * Runs of machines as rows for specifications that answer a command by its first event, and runs that
 * were falsified.
 *
 * @module
 */

import type { Named } from "../../src/core/machine.ts";
import type { RecordedStep } from "../../src/testing/recorder.ts";
import type { Trace } from "./subject.ts";

/** A command, `follow` or `tick`, and the fields of its event. */
export interface Row {
  readonly do: string;
  readonly ms?: number;
  readonly command?: unknown;
  readonly told: Readonly<Record<string, unknown>>;
}

const NOTHING = { type: "nothing" };

/** How the commands and the events of a machine are written. */
export interface Writing<Command extends Named, Event extends Named> {
  /** Returns the record of a command. */
  readonly asked: (command: Command) => unknown;
  /** Returns the record of an event. */
  readonly told: (event: Event) => Record<string, unknown>;
  /** Returns whether the first event is the answer to the command, and not what follows from it. */
  readonly answers: (command: Command, events: readonly Event[]) => boolean;
}

/** Rows of a run: one for each command and each event, and one for each time that time passes. */
export class AnsweredRecording<Command extends Named, Event extends Named> {
  readonly rows: Row[] = [];
  readonly #writing: Writing<Command, Event>;
  #now = 0;

  constructor(writing: Writing<Command, Event>) {
    this.#writing = writing;
  }

  /** Takes a step of the machine. */
  readonly take = ({ at, command, events }: RecordedStep<Command, Event>): void => {
    const { asked, told, answers } = this.#writing;
    if (at > this.#now) this.rows.push({ do: "tick", ms: at - this.#now, told: NOTHING });
    this.#now = at;
    let others = events;
    if (command.type !== "tick") {
      const isAnswered = events.length > 0 && answers(command as Command, events);
      if (isAnswered) others = events.slice(1);
      this.rows.push({
        do: "command",
        command: asked(command as Command),
        told: isAnswered ? told(events[0]!) : NOTHING,
      });
    }
    for (const event of others) this.rows.push({ do: "follow", told: told(event) });
  };
}

/** A change of the first event of a type that `where` accepts. */
export interface Falsification {
  readonly name: string;
  readonly type: string;
  readonly where?: (told: Row["told"]) => boolean;
  /** The fields that are replaced; `undefined` where the row is left out. */
  readonly change: ((told: Row["told"]) => Record<string, unknown>) | undefined;
}

/**
 * Returns one run for each of `falsifications`: the first of `runs` that has such an event, which must
 * diverge where that is changed. A row that is left out must be one that follows from a command.
 *
 * @throws {Error} when no run has such an event
 */
export function falsify(
  runs: readonly (readonly Row[])[],
  falsifications: readonly Falsification[],
): Trace[] {
  return falsifications.map(({ name, type, where = () => true, change }) => {
    const isMeant = ({ told, do: kind }: Row) =>
      told.type === type && where(told) && (change !== undefined || kind === "follow");
    const rows = runs.find((run) => run.some(isMeant));
    if (rows === undefined) throw new Error(`Cannot falsify "${name}": no run has a ${type}`);
    const at = rows.findIndex(isMeant);
    const row = rows[at]!;
    const changed = change === undefined
      ? []
      : [{ ...row, told: { ...row.told, ...change(row.told) } }];
    const spoiled = [...rows.slice(0, at), ...changed, ...rows.slice(at + 1, at + 3)];
    return { name, rows: spoiled, divergesAt: at + 1 };
  });
}
