/**
 * A verb of the command.
 *
 * @module
 */

import type { ClientAgent } from "../client/agent.ts";
import type { LocalClient } from "../client/local/mod.ts";
import type { Home } from "../service/home.ts";

/** Exit codes of verbs. */
export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  /** Nothing is ready, or another agent holds it. */
  nothing: 3,
  refused: 4,
  noServer: 5,
} as const;

/** An invalid command line. */
export class UsageError extends Error {}

/** An option of a verb. */
export interface Option {
  readonly type: "boolean" | "string";
  readonly multiple?: boolean;
  readonly short?: string;
  /** The name of its value, for the help. */
  readonly value?: string;
  readonly help: string;
}

/** A verb as the table has it. */
export interface Verb {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  readonly load: () => Promise<VerbFunction>;
}

/** Does what a verb says. Resolves with its exit code; nothing for 0. */
export type VerbFunction = (context: Context) => Promise<number | void>;

/** What a verb is given. */
export interface Context {
  /** All verbs by their names. */
  readonly verbs: ReadonlyMap<string, Verb>;
  /** The arguments that are no options. */
  readonly args: readonly string[];
  /** The arguments behind `--`. */
  readonly command: readonly string[];
  /** Whether to write JSON. */
  readonly json: boolean;
  /** Returns an option's text. */
  text(name: string): string | undefined;
  /** Returns the texts of an option that may be repeated. */
  texts(name: string): readonly string[];
  /** Whether an option is given. */
  has(name: string): boolean;
  /** Returns a duration in milliseconds. @throws {UsageError} */
  duration(name: string): number | undefined;
  /** Returns an integer. @throws {UsageError} */
  integer(name: string): number | undefined;
  /** Returns a JSON value. @throws {UsageError} */
  parsed(name: string): unknown;
  /** Requires so many arguments, and returns them. @throws {UsageError} */
  need(least: number, most?: number): readonly string[];
  /** Writes a text as it is. */
  write(text: string): void;
  /** Backpressure: a promise while much waits to be written, which resolves when more may come. */
  drained(): Promise<void> | undefined;
  /** Whether nothing more is read of what is written. */
  readonly isOver: boolean;
  /** Writes a line, without control characters. */
  line(text: string): void;
  /** Writes a value as JSON, or what `text` says of it. */
  answer(value: unknown, text: (() => string) | string): void;
  /** The home of the server; its folder is made. */
  readonly home: Home;
  /** Returns a client of the server, which is started if none runs. */
  client(): Promise<LocalClient>;
  /** Returns the agent that acts, by its name or the only one that has joined. */
  agent(): Promise<ClientAgent>;
}
