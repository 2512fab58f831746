/**
 * The command line of `deno task bench`.
 *
 * @module
 */

import { parseArgs } from "node:util";

/** The options of a run. */
export interface Options {
  /** A part of the names of the suites to run. */
  readonly filter: string;
  readonly help: boolean;
  readonly short: boolean;
  readonly write: boolean;
  /** The file that the figures are written to. */
  readonly json?: string;
  /** The file of an earlier run. */
  readonly against?: string;
}

/** Describes the command line. */
export function usage(suites: string): string {
  return `Usage: deno task bench [filter] [options]
  filter          run the suites with that in their name: ${suites}
  --short         measure only what has a floor, without peers, against bench/baseline.json
  --json FILE     write the figures to FILE
  --against FILE  compare with the figures in FILE, of an earlier run
  --write         write the table into README.md; with --short, bench/baseline.json
  -h, --help      print this
Exits with 1 when a row misses its target, or is slower than in FILE; with 2 when it can't run.`;
}

/**
 * Reads the command line.
 *
 * @throws {TypeError} when an option is unknown, or lacks its value
 */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      short: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      json: { type: "string" },
      against: { type: "string" },
    },
  });
  if (positionals.length > 1) throw new TypeError("Give at most one filter");
  if (values.write && positionals.length > 0) throw new TypeError("--write needs all suites");
  const { json, against, ...flags } = values;
  return {
    filter: positionals[0] ?? "",
    ...flags,
    ...(json !== undefined && { json }),
    ...(against !== undefined && { against }),
  };
}
