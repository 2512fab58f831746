/**
 * One recorded run, falsified in one place at a time: the specification must get lost at that row.
 *
 * @module
 */

import type { Trace } from "../tool/subject.ts";
import type { Row } from "./recorder.ts";
import { randomRun } from "./traces.ts";

type Argument = Row["args"][number];

/** A change of one row. */
interface Falsification {
  readonly name: string;
  /** The row is the first that has this action and holds to this. */
  readonly action: string;
  readonly where?: (row: Row, next: Row | undefined) => boolean;
  /** Returns the rows that replace the row and the one after it. */
  readonly change: (row: Row, next: Row) => readonly Row[];
  /** The number of rows after the changed one at which it shows. @default 0 */
  readonly later?: number;
}

/** Another value at one place of the arguments. */
function altered(place: number, alter: (value: Argument) => Argument): Falsification["change"] {
  return (row, next) => [
    { ...row, args: row.args.map((value, i) => i === place ? alter(value) : value) },
    next,
  ];
}

const more = (value: Argument) => Number(value) + 1;
const otherAgent = (value: Argument) => value === "a1" ? "a2" : "a1";
const not = (value: Argument) => !value;

const FALSIFICATIONS: readonly Falsification[] = [
  {
    name: "an assignment to another agent",
    action: "TaskAssigned",
    change: altered(1, otherAgent),
  },
  { name: "an epoch too many", action: "TaskAssigned", change: altered(2, more) },
  {
    name: "a slot that isn't there",
    action: "TaskAssigned",
    where: (r) => r.args[3] === true,
    change: altered(3, not),
  },
  { name: "a start under another epoch", action: "TaskStarted", change: altered(2, more) },
  { name: "a start left out", action: "TaskStarted", change: (_, next) => [next] },
  {
    name: "a start told twice",
    action: "TaskStarted",
    change: (row, next) => [row, { action: row.action, args: row.args }, next],
    later: 1,
  },
  {
    name: "a completion by another agent",
    action: "TaskCompleted",
    change: altered(1, otherAgent),
  },
  {
    name: "a completion and its end in the wrong order",
    action: "TaskCompleted",
    where: (_, next) => next?.action === "AttemptEnded",
    change: (row, next) => [next, row],
  },
  {
    name: "a slot not given back",
    action: "AttemptEnded",
    where: (r) => r.ready === undefined,
    change: (_, next) => [next],
  },
  { name: "an end of a claim that had no slot", action: "AttemptEnded", change: altered(4, not) },
  { name: "a batch too large", action: "WorkstealingRequest", change: altered(2, more) },
  {
    name: "a batch in the other direction",
    action: "WorkstealingRequest",
    change: (row, next) => {
      const [from, to, count] = row.args;
      return [{ ...row, args: [to!, from!, count!] }, next];
    },
  },
  {
    name: "another task stolen",
    action: "TaskStolen",
    change: altered(0, (t) => t === "t1" ? "t2" : "t1"),
  },
  { name: "a stolen task left out", action: "TaskStolen", change: (_, next) => [next] },
  {
    name: "a stale word that is heard",
    action: "TaskRefused",
    where: (r) => r.args[3] === "stale-epoch",
    change: altered(3, () => "status"),
  },
  {
    name: "a failure instead of another attempt",
    action: "TaskBackedOff",
    change: (row, next) => [{ ...row, action: "TaskFailed" }, next],
  },
  {
    name: "a load that is too high",
    action: "AgentReported",
    where: (r) => r.load !== undefined,
    change: (
      row,
      next,
    ) => [{
      ...row,
      load: new Map([...row.load as Map<string, number>].map(([a, n]) => [a, n + 1])),
    }, next],
  },
  {
    name: "a claim that nobody has",
    action: "TaskStarted",
    where: (r) => r.claims !== undefined,
    change: (
      row,
      next,
    ) => [{
      ...row,
      claims: new Map([...row.claims as Map<string, unknown>].map(([a]) => [a, []])),
    }, next],
  },
];

/** Every falsification, each of a run in which there is something to falsify so. */
export function falsifiedTraces(): Promise<readonly Trace[]> {
  const runs = Array.from({ length: 40 }, (_, i) => randomRun(1_000 + i));
  return Promise.resolve(FALSIFICATIONS.map((falsification) => falsify(runs, falsification)));
}

function falsify(
  runs: readonly Row[][],
  { name, action, where = () => true, change, later = 0 }: Falsification,
): Trace {
  for (const rows of runs) {
    const at = rows.findIndex((row, i) =>
      i < rows.length - 1 && row.action === action && where(row, rows[i + 1])
    );
    if (at < 0) continue;
    const changed = change(rows[at]!, rows[at + 1]!);
    return {
      name,
      rows: [...rows.slice(0, at), ...changed, ...rows.slice(at + 2)],
      divergesAt: at + 1 + later,
    };
  }
  throw new Error(`Cannot falsify: some run must have ${action}`);
}
