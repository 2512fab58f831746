import { assertEquals, assertThrows } from "@std/assert";
import {
  defaultLogger,
  Logger,
  type LogLevel,
  requireLogger,
  silentLogger,
} from "../../src/core/logger.ts";

/** A sink that keeps the levels and the arguments of what it is told. */
function keep(): { calls: unknown[][]; sink: Logger } {
  const calls: unknown[][] = [];
  const write = (level: string) => (...data: unknown[]) => void calls.push([level, ...data]);
  return {
    calls,
    sink: {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    },
  };
}

function sayAll(logger: Logger): void {
  logger.debug("d", 1);
  logger.info("i", { a: 1 });
  logger.warn("w");
  logger.error("e", new Error("x"), 2);
}

Deno.test("a logger passes on its level and what is more severe, with all that belongs to it", () => {
  const expected: Record<LogLevel, string[]> = {
    debug: ["debug", "info", "warn", "error"],
    info: ["info", "warn", "error"],
    warn: ["warn", "error"],
    error: ["error"],
    silent: [],
  };
  for (const [level, levels] of Object.entries(expected)) {
    const { calls, sink } = keep();
    sayAll(new Logger({ level: level as LogLevel, sink }));
    assertEquals(calls.map(([written]) => written), levels);
  }
  const { calls, sink } = keep();
  sayAll(new Logger({ level: "debug", sink }));
  assertEquals(calls[1], ["info", "i", { a: 1 }]);
  assertEquals(calls[3]!.length, 4);
});

Deno.test("a logger refuses a level that it doesn't know", () => {
  assertThrows(
    () => new Logger({ level: "loud" as LogLevel }),
    RangeError,
    'Cannot create a logger: level must be one of "debug", "info", "warn", "error", "silent"',
  );
});

Deno.test("console is a logger as it is", () => {
  const logger: Logger = console;
  assertEquals(requireLogger(logger, "start"), console);
});

Deno.test("a logger in the manner of pino is one as it is", () => {
  interface LogFn {
    (object: object, message?: string, ...data: unknown[]): void;
    (message: string, ...data: unknown[]): void;
  }
  const lines: unknown[][] = [];
  const log: LogFn = (...data: unknown[]) => void lines.push(data);
  const pino: { level: string; debug: LogFn; info: LogFn; warn: LogFn; error: LogFn } = {
    level: "info",
    debug: log,
    info: log,
    warn: log,
    error: log,
  };
  const logger: Logger = pino;
  sayAll(requireLogger(logger, "start"));
  assertEquals(lines.length, 4);
});

Deno.test("a logger in the manner of @std/log is one as it is", () => {
  class StdLogger {
    readonly lines: unknown[][] = [];
    #log<Message>(message: Message, data: unknown[]): Message {
      this.lines.push([message, ...data]);
      return message;
    }
    debug<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    debug<Message>(message: Message, ...data: unknown[]): Message;
    debug(message: unknown, ...data: unknown[]): unknown {
      return this.#log(message, data);
    }
    info<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    info<Message>(message: Message, ...data: unknown[]): Message;
    info(message: unknown, ...data: unknown[]): unknown {
      return this.#log(message, data);
    }
    warn<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    warn<Message>(message: Message, ...data: unknown[]): Message;
    warn(message: unknown, ...data: unknown[]): unknown {
      return this.#log(message, data);
    }
    error<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    error<Message>(message: Message, ...data: unknown[]): Message;
    error(message: unknown, ...data: unknown[]): unknown {
      return this.#log(message, data);
    }
  }
  const std = new StdLogger();
  const logger: Logger = std;
  sayAll(logger);
  assertEquals(std.lines.length, 4);
});

Deno.test("what lacks a method is no logger", () => {
  const rule = "logger must have the methods debug, info, warn and error";
  for (const value of [undefined, null, 5, {}, { debug() {}, info() {}, warn() {} }]) {
    assertThrows(() => requireLogger(value, "create an engine"), TypeError, rule);
  }
  assertEquals(requireLogger(silentLogger, "start"), silentLogger);
  assertEquals(requireLogger(defaultLogger, "start"), defaultLogger);
});
