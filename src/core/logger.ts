/**
 * The logger interface. `console`, `getLogger()` of `@std/log` and pino satisfy it as
 * they are; `new Logger()` makes a small one that writes to the console.
 *
 * @module
 */

import { quote, requireOneOf } from "./arguments.ts";
import { errorData } from "./error_data.ts";

/**
 * The level of a logger, from the most verbose to none.
 * @category Runtime
 */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/**
 * Four levels, each with a message and further data.
 * @category Runtime
 */
export interface Logger {
  /** Traces: each command of an engine, each event of a bus in debug mode. */
  // deno-lint-ignore no-explicit-any -- console, std/log and pino agree on nothing narrower
  debug(message: any, ...data: any[]): unknown;
  /** Progress. */
  // deno-lint-ignore no-explicit-any
  info(message: any, ...data: any[]): unknown;
  /** Failures that were handled. */
  // deno-lint-ignore no-explicit-any
  warn(message: any, ...data: any[]): unknown;
  /** Failures that need attention: a handler that threw, a machine that broke. */
  // deno-lint-ignore no-explicit-any
  error(message: any, ...data: any[]): unknown;
}

/**
 * Options of {@linkcode Logger}.
 * @category Runtime
 */
export interface LoggerOptions {
  /** The least severe level that is written. @default "info" */
  level?: LogLevel;
  /** The logger that writes the lines. @default console */
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

  /** The logger that a line of `level` goes to, or `undefined` when it is not written. */
  sinkFor(level: Exclude<LogLevel, "silent">): Logger | undefined {
    return this.#threshold <= SEVERITY[level] ? this.#sink : undefined;
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
 * @category Runtime
 */
export const Logger: new (options?: LoggerOptions) => Logger = LevelledLogger;

/** Writes nothing. */
export const silentLogger: Logger = new Logger({ level: "silent" });

/** The logger of a caller that gives none: warnings and errors on the console. */
export const defaultLogger: Logger = new Logger({ level: "warn" });

/**
 * Writes a line and, if one is given, the thrown value that it is about, in the form that the logger
 * prints: pino expects the error in front of the message, and `@std/log` prints nothing but the
 * message. A value that the logger can't print is written as text. Never throws.
 */
export function logTo(
  logger: Logger,
  level: Exclude<LogLevel, "silent">,
  message: string,
  ...thrown: [error?: unknown]
): void {
  try {
    if (logger instanceof LevelledLogger && logger[level] === LevelledLogger.prototype[level]) {
      const sink = logger.sinkFor(level);
      if (sink !== undefined) logTo(sink, level, message, ...thrown);
      return;
    }
    if (thrown.length === 0) return ignoreRejection(logger[level](message));
    const [error] = thrown;
    try {
      if (isPino(logger)) ignoreRejection(logger[level]({ err: error }, message));
      else if (isStdLog(logger)) ignoreRejection(logger[level](withTrace(message, error), error));
      else ignoreRejection(logger[level](message, error));
    } catch {
      ignoreRejection(logger[level](withTrace(message, error)));
    }
  } catch {
    // There is no other place to report that a logger fails.
  }
}

/** Keeps the rejection of a logger that writes asynchronously from ending the process. */
function ignoreRejection(result: unknown): void {
  if (result instanceof Promise) result.catch(() => {});
}

function isPino(logger: Logger): boolean {
  const { child, bindings } = logger as { child?: unknown; bindings?: unknown };
  return typeof child === "function" && typeof bindings === "function";
}

function isStdLog(logger: Logger): boolean {
  const { levelName, handlers } = logger as { levelName?: unknown; handlers?: unknown };
  return typeof levelName === "string" && Array.isArray(handlers);
}

function withTrace(line: string, error: unknown): string {
  const { name, message, stack } = errorData(error);
  return `${line}\n${stack ?? `${name}: ${message}`}`;
}

/** Returns whether `logger` writes lines of level debug, as far as it shows its level. */
export function isAtDebug(logger: Logger): boolean {
  const { level, levelName } = logger as { level?: unknown; levelName?: unknown };
  return level === "debug" || level === "trace" || levelName === "DEBUG";
}

/**
 * Returns `logger`, when it is one.
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
