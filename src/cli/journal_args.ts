/**
 * Parses the command lines of `lockstep log`, `replay` and `journal`.
 *
 * @module
 */

import type { When } from "../history/mod.ts";
import { parseWhen } from "../service/when.ts";
import { parseArgs } from "node:util";
import { didYouMean } from "../core/arguments.ts";
import { UsageError } from "./problems.ts";

/** A command about a journal. */
export type JournalCommand = "log" | "replay" | "journal";

/** All of them. */
export const JOURNAL_COMMANDS: readonly JournalCommand[] = ["log", "replay", "journal"];

/** The arguments of a command about a journal. */
export type JournalInvocation =
  | {
    readonly command: "log";
    readonly folder: string;
    readonly filter: {
      readonly taskId?: string;
      readonly agentId?: string;
      readonly resourceId?: string;
    };
    readonly json: boolean;
  }
  | {
    readonly command: "replay";
    readonly folder: string;
    readonly at: When | undefined;
    readonly json: boolean;
    /** Whether to serve the dashboard of all moments in place of printing one. */
    readonly dashboard: boolean;
    /** Whether to open no browser. */
    readonly print: boolean;
  }
  | {
    readonly command: "journal";
    readonly action: "check" | "export" | "import";
    readonly folder: string;
  };

/** Output of `--help` of each. */
export const JOURNAL_HELP: Readonly<Record<JournalCommand, string>> = {
  log: `Prints the events of a journal, such as that of lockstep run --journal DIR.

Usage: lockstep log [options] DIR

Options:
  --task ID       only events about this task
  --agent ID      only events about this agent
  --resource ID   only events about this lock or resource
  --json          write events as JSON lines
  -h, --help      show this

Each line has the place of the command in the journal, the time in UTC, the number of the event, its
name and its description.
`,
  replay: `Prints the tasks, agents and locks of a moment of a journal, or shows them in a browser.

Usage: lockstep replay [options] DIR
       lockstep replay --dashboard [--print] DIR

Options:
  --at MOMENT   a position (17), the place of a command (17:0) or a time (2026-11-30T08:00:00Z);
                default: the end
  --json        write one JSON object
  --dashboard   serve the dashboard of the end and of each earlier moment, which changes nothing,
                until Ctrl-C; print a link that works once, and open it in the browser
  --print       with --dashboard, open nothing
  -h, --help    show this

While the dashboard is served no other process can open the journal.
`,
  journal: `Checks, exports or imports a journal.

Usage: lockstep journal check DIR     verify each record and snapshot; say what there is
       lockstep journal export DIR    write it as JSON lines
       lockstep journal import DIR    read such lines from standard input into a new or empty folder

Exit codes: 0 done, 1 the journal is damaged, 2 the folder, the lines or the command line are wrong
`,
};

/** Whether `command` is about a journal. */
export function isJournalCommand(command: string | undefined): command is JournalCommand {
  return (JOURNAL_COMMANDS as readonly (string | undefined)[]).includes(command);
}

/** The options of each. */
export const JOURNAL_OPTIONS = {
  log: { task: "string", agent: "string", resource: "string", json: "boolean" },
  replay: { at: "string", json: "boolean", dashboard: "boolean", print: "boolean" },
  journal: {},
} as const;

/** Parses what follows the name of the command. @throws {UsageError} when it is invalid */
export function parseJournalCommand(
  command: JournalCommand,
  args: readonly string[],
): JournalInvocation | { readonly command: "help"; readonly topic: JournalCommand } {
  const { values, positionals } = parse(command, args);
  if (values["help"] === true) return { command: "help", topic: command };
  const text = (name: string) => values[name] as string | undefined;
  if (command === "journal") {
    const [action, ...rest] = positionals;
    const actions = ["check", "export", "import"] as const;
    const known = actions.find((each) => each === action);
    if (known === undefined) {
      const got = action === undefined ? "none" : JSON.stringify(action);
      const rule = `journal must be given one of ${actions.join(", ")}, got ${got}`;
      throw new UsageError(rule + didYouMean(action ?? "", actions));
    }
    return { command, action: known, folder: onlyFolder(`journal ${known}`, rest) };
  }
  const folder = onlyFolder(command, positionals);
  const json = values["json"] === true;
  if (command === "replay") {
    const at = moment(text("at"));
    const [dashboard, print] = [values["dashboard"] === true, values["print"] === true];
    refuseTogether({ at, json, dashboard, print });
    return { command, folder, at, json, dashboard, print };
  }
  const [taskId, agentId, resourceId] = [text("task"), text("agent"), text("resource")];
  const filter = {
    ...taskId !== undefined && { taskId },
    ...agentId !== undefined && { agentId },
    ...resourceId !== undefined && { resourceId },
  };
  return { command, folder, filter, json };
}

function parse(
  command: JournalCommand,
  args: readonly string[],
): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  const names = Object.entries(JOURNAL_OPTIONS[command] as Record<string, "string" | "boolean">);
  const options = Object.fromEntries(names.map(([name, type]) => [name, { type }]));
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(--?[^'=]+)/.exec(message)?.[1];
    if (unknown === undefined) {
      throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1));
    }
    const known = ["--help", ...names.map(([name]) => `--${name}`)];
    throw new UsageError(`unknown option ${JSON.stringify(unknown)}${didYouMean(unknown, known)}`);
  }
}

function refuseTogether(
  { at, json, dashboard, print }: {
    at: When | undefined;
    json: boolean;
    dashboard: boolean;
    print: boolean;
  },
): void {
  if (print && !dashboard) throw new UsageError("--print must come with --dashboard");
  if (!dashboard) return;
  if (json) throw new UsageError("--json must not come with --dashboard, which prints a link");
  if (at === undefined) return;
  throw new UsageError("--at must not come with --dashboard, which shows every moment");
}

function onlyFolder(command: string, folders: readonly string[]): string {
  const [folder = "", ...more] = folders;
  if (folder === "") throw new UsageError(`${command} must be given a DIR, got none`);
  if (more.length === 0) return folder;
  throw new UsageError(`${command} must be given one DIR, got also ${JSON.stringify(more[0])}`);
}

function moment(text: string | undefined): When | undefined {
  const when = text === undefined ? undefined : parseWhen(text);
  if (text === undefined || when !== undefined) return when;
  const rule =
    "--at must be a position, a place such as 17:0, or a time such as 2026-11-30T08:00:00Z";
  throw new UsageError(`${rule}, got ${JSON.stringify(text)}`);
}
