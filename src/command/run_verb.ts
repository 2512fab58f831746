/**
 * Runs one verb: parses its options, finds the server, and turns errors into exit codes.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { type Screen, standardOutput } from "../cli/terminal.ts";
import { didYouMean } from "../core/arguments.ts";
import { ServerError } from "../client/connection.ts";
import type { LocalClient } from "../client/local/mod.ts";
import { ConnectionError } from "../client/transport.ts";
import { DURATION_RULE, parseDuration } from "../service/durations.ts";
import { findHome, type Home, HomeError } from "../service/home.ts";
import { openServer } from "./auto_start.ts";
import { readIdentity } from "./identities.ts";
import { type Context, EXIT, UsageError, type Verb } from "./verb.ts";

/** Codes that mean that nothing is ready, or that others hold it. */
const NOTHING: ReadonlySet<string> = new Set(["held", "lock-timeout", "still-waiting", "deadlock"]);

/** Runs a verb of `verbs`; resolves with its exit code. */
export async function runVerb(
  verb: Verb,
  args: readonly string[],
  verbs: ReadonlyMap<string, Verb>,
): Promise<number> {
  return await onScreen(async (screen) => {
    let context: VerbContext | undefined;
    try {
      context = new VerbContext(verb, args, verbs, screen);
      if (context.has("help")) {
        screen.write(helpOf(verb));
        return EXIT.fine;
      }
      const run = await verb.load();
      return await run(context) ?? EXIT.fine;
    } catch (error) {
      return report(verb, error, context);
    } finally {
      context?.close();
    }
  });
}

/** Runs what writes on standard output; resolves with its exit code once all is written. */
export async function onScreen(run: (screen: Screen) => Promise<number>): Promise<number> {
  const screen = standardOutput();
  const code = await run(screen);
  await screen.flush();
  if (screen.failure === undefined) return code;
  process.stderr.write(`lockstep: cannot write to standard output: ${screen.failure}\n`);
  return code === EXIT.fine ? EXIT.failed : code;
}

/** Prints an error, and returns the exit code. */
function report(verb: Verb, error: unknown, context: Context | undefined): number {
  if (error instanceof UsageError) {
    process.stderr.write(`lockstep: ${error.message}\nTry "lockstep ${verb.name} --help".\n`);
    return EXIT.usage;
  }
  if (error instanceof ServerError) {
    const { code, message, data } = error;
    if (context?.json) context.answer({ error: { code, message, ...data } }, "");
    process.stderr.write(`lockstep: ${clean(message)}${hintOf(error)}\n`);
    return NOTHING.has(code) ? EXIT.nothing : EXIT.refused;
  }
  if (error instanceof ConnectionError || error instanceof HomeError) {
    process.stderr.write(`lockstep: ${clean(error.message)}\n`);
    return EXIT.noServer;
  }
  throw error;
}

/** Returns who is in the way, if the error knows. */
function hintOf({ data }: ServerError): string {
  const { heldBy, holders } = data as { heldBy?: Holder[]; holders?: (Holder | string)[] };
  const all = (heldBy ?? holders ?? []).map((each) => {
    if (typeof each === "string") return `held by ${each}`;
    const until = each.expiresAt ? ` until ${new Date(each.expiresAt).toISOString()}` : "";
    const task = each.taskId === undefined ? "" : ` for task ${each.taskId}`;
    return `${each.paths?.join(" ") ?? "held"} by ${each.agentId}${task}${until}`;
  });
  return all.map((line) => `\n  ${clean(line)}`).join("");
}

interface Holder {
  readonly agentId: string;
  readonly taskId?: string;
  readonly expiresAt?: number | null;
  readonly paths?: readonly string[];
}

/** Returns the help of a verb, in the order of a manual page. */
export function helpOf({ name, usage, summary, options, examples }: Verb): string {
  const all = { ...options, ...COMMON };
  const lines = Object.entries(all).map(([option, { short, value, help }]) => {
    const left = `${short === undefined ? "    " : `-${short}, `}--${option}${
      value === undefined ? "" : ` ${value}`
    }`;
    return left.length > 24 ? `  ${left}\n${" ".repeat(28)}${help}` : `  ${left.padEnd(26)}${help}`;
  });
  const title = summary.charAt(0).toUpperCase() + summary.slice(1);
  return `${title}.

Usage: lockstep ${name}${usage === "" ? "" : ` ${usage}`} [options]

Options:
${lines.join("\n")}

Examples:
${examples.map((each) => `  $ ${each}`).join("\n")}

Exit codes: 0 fine, 1 failed, 2 usage, 3 nothing ready or held by another, 4 refused, 5 no server
`;
}

/** The options of all verbs. */
const COMMON: Verb["options"] = {
  dir: { type: "string", value: "DIR", help: "the folder that has .lockstep" },
  "no-start": { type: "boolean", help: "don't start a server if none runs" },
  help: { type: "boolean", short: "h", help: "show this" },
};

class VerbContext implements Context {
  readonly verbs: ReadonlyMap<string, Verb>;
  readonly args: readonly string[];
  readonly command: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #verb: Verb;
  readonly #screen: Screen;
  #home: Home | undefined;
  #client: Promise<LocalClient> | undefined;

  constructor(
    verb: Verb,
    args: readonly string[],
    verbs: ReadonlyMap<string, Verb>,
    screen: Screen,
  ) {
    this.#screen = screen;
    this.verbs = verbs;
    this.#verb = verb;
    const end = args.indexOf("--");
    this.command = end < 0 ? [] : args.slice(end + 1);
    const own = end < 0 ? args : args.slice(0, end);
    const known = Object.entries({ ...verb.options, ...COMMON });
    const options = Object.fromEntries(
      known.map(([name, { type, multiple = false, short }]) => [
        name,
        { type, multiple, ...(short !== undefined && { short }) },
      ]),
    );
    try {
      const parsed = parseArgs({ args: [...own], options, allowPositionals: true });
      this.args = parsed.positionals;
      this.#values = parsed.values;
    } catch (error) {
      const { message } = error as Error;
      const unknown = /Unknown option '(--?[^'=]+)/.exec(message)?.[1];
      if (unknown === undefined) throw new UsageError(message);
      const near = didYouMean(unknown, Object.keys(options).map((name) => `--${name}`));
      throw new UsageError(`unknown option ${JSON.stringify(unknown)}${near}`);
    }
  }

  get json(): boolean {
    return this.has("json");
  }

  get home(): Home {
    return this.#home ??= findHome({ dir: this.text("dir"), create: true });
  }

  text(name: string): string | undefined {
    return this.#values[name] as string | undefined;
  }

  texts(name: string): readonly string[] {
    const all = this.#values[name] as readonly string[] | undefined;
    return (all ?? []).flatMap((each) => each.split(",")).filter((each) => each !== "");
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    throw new UsageError(`--${name} must be ${DURATION_RULE}, got ${JSON.stringify(text)}`);
  }

  integer(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^-?\d{1,15}$/.test(text)) return Number(text);
    throw new UsageError(`--${name} must be an integer, got ${JSON.stringify(text)}`);
  }

  parsed(name: string): unknown {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw new UsageError(`--${name} must be JSON, got ${JSON.stringify(text.slice(0, 60))}`);
    }
  }

  need(least: number, most = least): readonly string[] {
    const { length } = this.args;
    if (length >= least && length <= most) return this.args;
    const { name, usage } = this.#verb;
    const got = this.args.map((arg) => JSON.stringify(arg)).join(" ") || "none";
    throw new UsageError(`${name} must be given ${usage || "no arguments"}, got ${got}`);
  }

  get isOver(): boolean {
    return this.#screen.isOver;
  }

  drained(): Promise<void> | undefined {
    return this.#screen.drained();
  }

  write(text: string): void {
    this.#screen.write(text);
  }

  line(text: string): void {
    this.write(`${clean(text)}\n`);
  }

  answer(value: unknown, text: (() => string) | string): void {
    if (this.json) return this.write(`${JSON.stringify(value)}\n`);
    const shown = typeof text === "string" ? text : text();
    if (shown !== "") { for (const line of shown.split("\n")) this.line(line); }
  }

  client(): Promise<LocalClient> {
    return this.#client ??= openServer(this.home, !this.has("no-start"));
  }

  async agent() {
    const token = readIdentity(this.home, this.text("as") ?? process.env.LOCKSTEP_AGENT);
    return (await this.client()).agent(token);
  }

  close(): void {
    this.#client?.then((client) => client.close(), () => {});
  }
}

/** Removes what would change a terminal. */
export function clean(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "�");
}
