import { assert, assertEquals, assertThrows } from "@std/assert";
import { pino } from "pino";
import {
  defaultLogger,
  Logger,
  type LogLevel,
  logTo,
  requireLogger,
  silentLogger,
} from "../../src/core/logger.ts";
import { HOSTILE } from "../support/hostile.ts";

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
  const journal: LogFn = (...data: unknown[]) => void lines.push(data);
  const pino: { level: string; debug: LogFn; info: LogFn; warn: LogFn; error: LogFn } = {
    level: "info",
    debug: journal,
    info: journal,
    warn: journal,
    error: journal,
  };
  const logger: Logger = pino;
  sayAll(requireLogger(logger, "start"));
  assertEquals(lines.length, 4);
});

Deno.test("a logger in the manner of @std/log is one as it is", () => {
  class StdLogger {
    readonly lines: unknown[][] = [];
    #journal<Message>(message: Message, data: unknown[]): Message {
      this.lines.push([message, ...data]);
      return message;
    }
    debug<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    debug<Message>(message: Message, ...data: unknown[]): Message;
    debug(message: unknown, ...data: unknown[]): unknown {
      return this.#journal(message, data);
    }
    info<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    info<Message>(message: Message, ...data: unknown[]): Message;
    info(message: unknown, ...data: unknown[]): unknown {
      return this.#journal(message, data);
    }
    warn<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    warn<Message>(message: Message, ...data: unknown[]): Message;
    warn(message: unknown, ...data: unknown[]): unknown {
      return this.#journal(message, data);
    }
    error<Message>(message: () => Message, ...data: unknown[]): Message | undefined;
    error<Message>(message: Message, ...data: unknown[]): Message;
    error(message: unknown, ...data: unknown[]): unknown {
      return this.#journal(message, data);
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

/** A pino that writes into an array. */
function realPino(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const logger = pino({ base: null, timestamp: false }, {
    write: (line: string) => void lines.push(line),
  });
  return { logger, lines };
}

Deno.test("the error is in the line of the real pino, with its stack and its cause", () => {
  const { logger, lines } = realPino();
  const error = new RangeError("boom", { cause: new TypeError("root") });
  logTo(logger, "error", "A handler failed", error);
  logTo(new Logger({ sink: logger }), "warn", "Again", error);
  logTo(logger, "error", "No error");
  assertEquals(lines.length, 3);
  const [first, second, third] = lines.map((line) => JSON.parse(line));
  assertEquals([first.msg, first.err.type], ["A handler failed", "RangeError"]);
  assertEquals(first.err.message, "boom: root");
  assert(first.err.stack.includes("logger_test.ts"));
  assertEquals([second.msg, second.err.message], ["Again", "boom: root"]);
  assertEquals([third.msg, third.err], ["No error", undefined]);
});

/** A logger of the shape of `@std/log`, whose handlers write nothing but the message. */
class StdShape {
  readonly levelName = "INFO";
  readonly handlers: readonly unknown[] = [];
  readonly lines: string[] = [];
  #write = (message: unknown) => void this.lines.push(String(message));
  debug = this.#write;
  info = this.#write;
  warn = this.#write;
  error = this.#write;
}

Deno.test("the error is in the message for @std/log", () => {
  const logger = new StdShape();
  logTo(logger, "error", "A handler failed", new RangeError("boom"));
  const [line] = logger.lines;
  assert(line!.startsWith("A handler failed\nRangeError: boom\n    at "), line);
});

Deno.test("console gets the error behind the message, and undefined is an error, too", () => {
  const { calls, sink } = keep();
  const error = new Error("x");
  logTo(sink, "warn", "w", error);
  logTo(sink, "warn", "w", undefined);
  logTo(sink, "warn", "w");
  assertEquals(calls, [["warn", "w", error], ["warn", "w", undefined], ["warn", "w"]]);
});

Deno.test("a method that a subclass or a caller replaced is called", () => {
  const lines: unknown[][] = [];
  class Own extends Logger {
    override error(...line: unknown[]): void {
      lines.push(line);
    }
  }
  logTo(new Own({ level: "silent" }), "error", "m", 1);
  assertEquals(lines, [["m", 1]]);
});

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`${name} is logged without harm, whatever the logger`, () => {
    const { logger, lines } = realPino();
    logTo(logger, "error", "m", make());
    assert(lines.length >= 1 && lines.every((line) => line.includes('"m')), lines.join(""));
    const std = new StdShape();
    logTo(std, "error", "m", make());
    assertEquals(std.lines.length, 1);
  });
}

Deno.test("a logger that throws or rejects harms no caller", async () => {
  const fail = () => {
    throw new Error("disk full");
  };
  const reject = () => Promise.reject(new Error("disk full"));
  for (const method of [fail, reject]) {
    const logger = { debug: method, info: method, warn: method, error: method };
    logTo(logger, "error", "m");
    logTo(logger, "error", "m", new Error("x"));
    logTo(new Logger({ sink: logger }), "error", "m", new Error("x"));
  }
  await new Promise((resolve) => setTimeout(resolve));
});
