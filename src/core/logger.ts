/**
 * What Lockstep needs of a logger. `console`, `getLogger()` of `@std/log` and pino satisfy it as
 * they are; `new Logger()` makes a small one that writes to the console.
 *
 * @module
 */

import { quote, requireOneOf } from "./arguments.ts";

/** The level of a logger, from the most verbose to none. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Four levels, each taking a message and whatever belongs to it. */
export interface Logger {
  /** For who looks for a mistake: each command of an engine, each event of a bus in debug mode. */
  // deno-lint-ignore no-explicit-any -- console, std/log and pino agree on nothing narrower
  debug(message: any, ...data: any[]): unknown;
  /** For who wants to follow along. */
  // deno-lint-ignore no-explicit-any
  info(message: any, ...data: any[]): unknown;
  /** For what went wrong and was dealt with. */
  // deno-lint-ignore no-explicit-any
  warn(message: any, ...data: any[]): unknown;
  /** For what somebody should mend: a handler that failed, a machine that broke. */
  // deno-lint-ignore no-explicit-any
  error(message: any, ...data: any[]): unknown;
}

/** Options of {@linkcode Logger}. */
export interface LoggerOptions {
  /** The least severe level that is written. @default "info" */
  level?: LogLevel;
  /** Where the lines go. @default console */
  sink?: Logger;
}

const SEVERITY: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

class LevelledLogger implements Logger {
  /** The least severe level that is written. */
  readonly level: LogLevel;
  readonly #threshold: number;
  readonly #sink: Logger;

  /** Passes on to the sink what is severe enough. @throws {RangeError} for an unknown level */
  constructor(options: LoggerOptions = {}) {
    const level = options.level ?? "info";
    requireOneOf(level, Object.keys(SEVERITY), "level", () => "create a logger");
    this.level = level;
    this.#threshold = SEVERITY[level];
    this.#sink = options.sink ?? console;
  }

  /** Writes at level `debug` only. */
  debug(message: unknown, ...data: unknown[]): void {
    if (this.#threshold <= SEVERITY.debug) this.#sink.debug(message, ...data);
  }

  /** Writes at the levels `debug` and `info`. */
  info(message: unknown, ...data: unknown[]): void {
    if (this.#threshold <= SEVERITY.info) this.#sink.info(message, ...data);
  }

  /** Writes at all levels up to `warn`. */
  warn(message: unknown, ...data: unknown[]): void {
    if (this.#threshold <= SEVERITY.warn) this.#sink.warn(message, ...data);
  }

  /** Writes unless the level is `silent`. */
  error(message: unknown, ...data: unknown[]): void {
    if (this.#threshold <= SEVERITY.error) this.#sink.error(message, ...data);
  }
}

/**
 * A logger with a level.
 *
 * @example
 * ```ts
 * import { Logger } from "@lockstep/lockstep";
 *
 * const logger = new Logger({ level: "debug" });
 * logger.debug("Lock granted", { resource: "db", agent: "a1" });
 * ```
 */
export const Logger: new (options?: LoggerOptions) => Logger = LevelledLogger;

/** Says nothing. */
export const silentLogger: Logger = new Logger({ level: "silent" });

/** The logger of whoever was given none: warnings and errors on the console. */
export const defaultLogger: Logger = new Logger({ level: "warn" });

/**
 * `logger`, when it is one.
 *
 * @throws {TypeError} when one of the four methods is missing
 */
export function requireLogger(logger: unknown, purpose: string): Logger {
  for (const method of ["debug", "info", "warn", "error"] as const) {
    if (typeof (logger as Logger | undefined)?.[method] !== "function") {
      throw new TypeError(
        `Cannot ${purpose}: logger must have the methods debug, info, warn and error, got ${
          quote(logger)
        }`,
      );
    }
  }
  return logger as Logger;
}
