/**
 * Parses the command line of `lockstep`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { DURATION_RULE, parseDuration, parseSize, SIZE_RULE } from "../service/durations.ts";
import type { GraphFormat } from "./graph.ts";
import { didYouMean } from "../core/arguments.ts";
import {
  isJournalCommand,
  JOURNAL_COMMANDS,
  type JournalCommand,
  type JournalInvocation,
  parseJournalCommand,
} from "./journal_args.ts";
import { UsageError } from "./problems.ts";

/** Mode of showing the output of tasks. */
export type OutputMode =
  /** Line by line, behind the name of its task. */
  | "stream"
  /** At the end, and only of tasks that failed. */
  | "fold";

/** A parsed command line. */
export type Invocation =
  | { readonly command: "help"; readonly topic: "lockstep" | "run" | JournalCommand }
  | { readonly command: "version" }
  | ({ readonly command: "run" } & RunInvocation)
  | JournalInvocation;

/** Arguments of `lockstep run`. */
export interface RunInvocation {
  /** A path, or `-` for standard input; none with `resume`. */
  readonly file: string | undefined;
  /** The folder in which a new run is kept. */
  readonly journal: string | undefined;
  /** The folder of the run to go on with. */
  readonly resume: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly agents: number | undefined;
  readonly keepGoing: boolean;
  readonly dryRun: boolean;
  readonly graph: GraphFormat | undefined;
  readonly json: boolean;
  readonly output: OutputMode | undefined;
  readonly maxOutputBytes: number | undefined;
  readonly graceMs: number | undefined;
  /** Whether to serve the dashboard of the run while it lasts. */
  readonly dashboard: boolean;
}

/** Output of `lockstep --help`. */
export const HELP = `Coordinates many agents that work at the same time.

Usage: lockstep <command> [options]

Commands:
  run FILE      run a workflow of shell commands
  log DIR       print the events of a run that is kept, or of any other journal
  replay DIR    print the tasks, agents and locks of a moment, or show them in a browser
  journal ACTION DIR
                check, export or import a journal

Options:
  -h, --help      show this, or with a command the help of the command
  -V, --version   show the version
`;

/** Output of `lockstep run --help`. */
export const RUN_HELP = `Runs a workflow of shell commands, described in YAML or JSON.

Usage: lockstep run [options] FILE      (FILE may be - for standard input)
       lockstep run --resume DIR [options]
       lockstep run --server FILE       (the agents of this repository's server do the tasks)

Options:
  --journal DIR       keep the run in a folder: one that was interrupted, even by kill -9, goes on
                      with --resume
  --resume DIR        go on with the run in a folder; tasks that succeeded are not repeated, and those
                      that were running are tried again
  --only TASKS        run these tasks and the tasks they need; separated by commas, or repeated
  --agents N          run with N agents that have all capabilities, in place of the file's,
                      whose variables they take by turns
  --keep-going        after a failure, start tasks that do not need the failed one
  --dry-run           show the order of tasks and the agents of each; with --json as JSON
  --graph [FORMAT]    show the tasks as a graph: mermaid (default) or dot
  --json              write events as JSON lines, and the report as the last one
  --output MODE       stream: show output line by line (default when not on a terminal)
                      fold: show the output of failed tasks at the end (default on a terminal)
  --max-output SIZE   with fold, limit of the output kept for each task (default 1m)
  --grace DURATION    time that commands have to end when asked to (default 5s)
  --dashboard         serve a dashboard that shows the run until it ends, and print a link that opens
                      it in a browser once
  -h, --help          show this

A workflow:
  agents:                       # left out: one agent for each core
    builder: { capabilities: [deno], slots: 2 }
    runner: { slots: 4 }
  tasks:
    format: { run: deno fmt --check }
    check:  { run: deno check mod.ts, requires: [deno], priority: 5 }
    test:   { run: deno test -A tests, needs: [format, check], locks: [database],
              timeout: 10m, retries: 2 }
    report: { run: cat build/*.log, needs: [test], when: failed }

  task      run (a command or a list), name, description, needs, when (succeeded, failed, always),
            locks (names, or { name: { mode: shared, units: 2 } }), files (patterns of paths that it
            reserves), requires, agent (the only one), prefers (an agent, until another is idle),
            priority, timeout, retries, env, cwd
  agent     capabilities, slots, env
  top       agents, tasks, locks ({ name: { capacity: 2 } }), env, defaults ({ timeout, retries }),
            breaker ({ failures: 5, cooldown: 30s }: when an agent is avoided, and how long)

Commands run in /bin/sh -e in the current directory. Their variables LOCKSTEP_TASK, LOCKSTEP_AGENT,
LOCKSTEP_EPOCH, LOCKSTEP_ATTEMPT and LOCKSTEP_GRACE_MS say what runs them.

Commands of a run that is resumed are tried again from their beginning: they may run more than once.

Exit codes: 0 no task failed, 1 a task failed, 2 the file or the command line is wrong,
            130 interrupted (131 by SIGQUIT, 129 by SIGHUP, 143 by SIGTERM)
`;

const FIRST_STEPS = `
To begin, write a file workflow.yaml:

  tasks:
    build: { run: make }
    test:  { run: make test, needs: [build] }

and run it: lockstep run workflow.yaml
`;

/** The options of lockstep run. */
export const RUN_OPTIONS = {
  help: { type: "boolean", short: "h" },
  journal: { type: "string" },
  resume: { type: "string" },
  only: { type: "string", multiple: true },
  agents: { type: "string" },
  "keep-going": { type: "boolean" },
  "dry-run": { type: "boolean" },
  graph: { type: "string" },
  json: { type: "boolean" },
  output: { type: "string" },
  "max-output": { type: "string" },
  grace: { type: "string" },
  dashboard: { type: "boolean" },
} as const;

/** Parses a command line. @throws {UsageError} when it is invalid */
export function parseCommandLine(args: readonly string[]): Invocation {
  const [command, ...rest] = args;
  switch (command) {
    case undefined:
      throw new UsageError(`a command must be given, got none\n${FIRST_STEPS}`);
    case "-h":
    case "--help":
    case "help":
      return {
        command: "help",
        topic: rest[0] === "run" || isJournalCommand(rest[0]) ? rest[0] : "lockstep",
      };
    case "-V":
    case "--version":
    case "version":
      return { command: "version" };
    case "run":
      return parseRun(rest);
  }
  if (isJournalCommand(command)) return parseJournalCommand(command, rest);
  const what = command.startsWith("-") ? "option" : "command";
  const known = command.startsWith("-")
    ? ["--help", "--version"]
    : ["run", ...JOURNAL_COMMANDS, "help", "version"];
  throw new UsageError(`unknown ${what} ${JSON.stringify(command)}${didYouMean(command, known)}`);
}

function parseRun(args: readonly string[]): Invocation {
  const { values, positionals } = parseOptions(args);
  if (values.help) return { command: "help", topic: "run" };
  const [file, ...more] = positionals;
  if (values.resume !== undefined) {
    if (file === undefined) return resumption(values, values.resume);
    throw new UsageError(`--resume must not come with a FILE: the folder has it, got "${file}"`);
  }
  if (file === undefined) throw new UsageError("run must be given a FILE, got none");
  if (more.length > 0) {
    throw new UsageError(`run must be given one FILE, got also ${JSON.stringify(more[0])}`);
  }
  return runOf(values, file);
}

/** Options that the folder of a run has. */
const KEPT: readonly (keyof Values)[] = [
  "journal",
  "only",
  "agents",
  "keep-going",
  "dry-run",
  "graph",
];

function resumption(values: Values, folder: string): Invocation {
  const kept = KEPT.find((name) => values[name] !== undefined);
  if (kept === undefined) {
    return runOf({ ...values, resume: nonEmpty("--resume", folder) }, undefined);
  }
  throw new UsageError(
    `--${kept} must not come with --resume, which goes on with the run as it was`,
  );
}

function nonEmpty(option: string, folder: string): string {
  if (folder !== "") return folder;
  throw new UsageError(`${option} must be a folder, got ""`);
}

function runOf(values: Values, file: string | undefined): Invocation {
  refuseTogether(values);
  return {
    command: "run",
    file,
    journal: values.journal === undefined ? undefined : nonEmpty("--journal", values.journal),
    resume: values.resume,
    only: values.only?.flatMap(taskIds),
    agents: values.agents === undefined ? undefined : integer("--agents", values.agents, 1, 10_000),
    keepGoing: values["keep-going"] ?? false,
    dryRun: values["dry-run"] ?? false,
    graph: oneOf("--graph", values.graph, ["mermaid", "dot"]),
    json: values.json ?? false,
    output: oneOf("--output", values.output, ["stream", "fold"]),
    maxOutputBytes: measure("--max-output", values["max-output"], parseSize, SIZE_RULE),
    graceMs: measure("--grace", values.grace, parseDuration, DURATION_RULE),
    dashboard: values.dashboard ?? false,
  };
}

/** Splits a list such as `a,b`. Refuses empty ids: a shell variable is probably not set. */
function taskIds(list: string): string[] {
  const ids = list.split(",").map((id) => id.trim());
  if (!ids.includes("")) return ids;
  throw new UsageError(`--only must be tasks separated by commas, got ${JSON.stringify(list)}`);
}

/** Pairs of options of which one would have no effect, and the reason. */
const CONFLICTS: readonly [keyof Values, keyof Values, string][] = [
  ["graph", "json", "a graph has formats of its own"],
  ["graph", "dry-run", "neither runs anything"],
  ["journal", "graph", "it runs nothing"],
  ["journal", "dry-run", "it runs nothing"],
  ["dashboard", "graph", "it runs nothing"],
  ["dashboard", "dry-run", "it runs nothing"],
  ["output", "json", "events hold all output"],
  ["max-output", "json", "events hold all output"],
];

function refuseTogether(values: Values): void {
  for (const [one, other, reason] of CONFLICTS) {
    if (values[one] === undefined || values[other] === undefined) continue;
    throw new UsageError(`--${one} must not come with --${other}: ${reason}`);
  }
  if (values["max-output"] !== undefined && values.output === "stream") {
    throw new UsageError("--max-output must not come with --output stream, which keeps nothing");
  }
}

type Values = {
  -readonly [Name in keyof typeof RUN_OPTIONS]?: Name extends "only" ? string[]
    : (typeof RUN_OPTIONS)[Name]["type"] extends "boolean" ? boolean
    : string;
};

function parseOptions(args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({
      args: withFormat(args),
      options: RUN_OPTIONS,
      allowPositionals: true,
    }) as { values: Values; positionals: string[] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(--?[^'=]+)/.exec(message)?.[1];
    if (unknown === undefined) {
      throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
    }
    const names = Object.keys(RUN_OPTIONS).map((name) => `--${name}`);
    throw new UsageError(`unknown option ${JSON.stringify(unknown)}${didYouMean(unknown, names)}`);
  }
}

/** Adds the default format to `--graph`, since the parser knows no options with an optional value. */
function withFormat(args: readonly string[]): string[] {
  return args.map((arg, i) => {
    if (arg !== "--graph") return arg;
    const next = args[i + 1];
    return next === "mermaid" || next === "dot" ? arg : "--graph=mermaid";
  });
}

function integer(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const rule = `${option} must be an integer from ${least} to ${most}`;
  throw new UsageError(`${rule}, got ${JSON.stringify(text)}`);
}

function oneOf<Choice extends string>(
  option: string,
  value: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  const choice = choices.find((each) => each === value);
  if (value === undefined || choice !== undefined) return choice;
  const rule = `${option} must be one of ${choices.join(", ")}`;
  throw new UsageError(`${rule}, got ${JSON.stringify(value)}${didYouMean(value, choices)}`);
}

function measure(
  option: string,
  text: string | undefined,
  parse: (text: string) => number | undefined,
  rule: string,
): number | undefined {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  throw new UsageError(`${option} must be ${rule}, got ${JSON.stringify(text)}`);
}
