import { assertEquals, assertThrows } from "@std/assert";
import {
  boolean,
  count,
  defaultsOf,
  integer,
  MOST_ENTRIES,
  ms,
  number,
  oneOf,
  type Options,
  readConfig,
  requireKnown,
} from "../../src/core/config.ts";

interface Config {
  readonly retries: number;
  readonly maxEntries: number;
  readonly delayMs: number;
  readonly periodMs: number;
  readonly share: number;
  readonly isStrict: boolean;
  readonly policy: "wait" | "fail";
}

const OPTIONS: Options<Config> = {
  retries: integer(3, 0, 10),
  maxEntries: count(100),
  delayMs: ms(0),
  periodMs: ms(50, 1),
  share: number(0.5, 0, 1),
  isStrict: boolean(false),
  policy: oneOf("wait", ["wait", "fail"]),
};

const DEFAULTS: Config = {
  retries: 3,
  maxEntries: 100,
  delayMs: 0,
  periodMs: 50,
  share: 0.5,
  isStrict: false,
  policy: "wait",
};

function read(config: unknown, prefix?: string): Config {
  return readConfig(OPTIONS, config, () => "create a table", prefix);
}

Deno.test("an option that is left out, or undefined, has its default", () => {
  assertEquals(defaultsOf(OPTIONS), DEFAULTS);
  assertEquals(read({}), DEFAULTS);
  assertEquals(read({ retries: undefined, share: 0 }), { ...DEFAULTS, share: 0 });
});

Deno.test("options at their limits are read as they are given", () => {
  const config = {
    retries: 10,
    maxEntries: MOST_ENTRIES,
    delayMs: 0,
    periodMs: 1,
    share: 1,
    isStrict: true,
    policy: "fail",
  };
  assertEquals(read(config) as unknown, config);
});

Deno.test("options of other subsystems are ignored", () => {
  assertEquals(read({ retries: 1, "no-such-option": -1 }), { ...DEFAULTS, retries: 1 });
});

Deno.test("a malformed option is refused with its name and its section", () => {
  const malformed: { [Name in keyof Config]: readonly unknown[] } = {
    retries: [-1, 11, 1.5, NaN, "1", null],
    maxEntries: [0, MOST_ENTRIES + 1, Infinity],
    delayMs: [-1, 0.5, Infinity],
    periodMs: [0],
    share: [-0.1, 1.1, NaN, "half"],
    isStrict: [0, "true"],
    policy: ["drop", 1],
  };
  for (const [name, values] of Object.entries(malformed)) {
    for (const value of values) {
      assertThrows(() => read({ [name]: value }), Error, `Cannot create a table: ${name} must be`);
      assertThrows(() => read({ [name]: value }, "table."), Error, `: table.${name} must be`);
    }
  }
});

Deno.test("a config that is no object is refused, by the name of its section", () => {
  for (const config of [undefined, null, 5, "config"]) {
    assertThrows(() => read(config), TypeError, "Cannot create a table: config must be");
    assertThrows(() => read(config, "stealing."), TypeError, ": stealing must be");
  }
});

Deno.test("an unknown option is refused, with the most similar one", () => {
  const known = (config: unknown, prefix = "") =>
    requireKnown([OPTIONS, ["extra"]], config, () => "create a table", prefix);
  known({ retries: 1, extra: 2 });
  for (
    const [config, got] of [
      [{ delayMS: 1 }, 'got "delayMS"; did you mean "delayMs"?'],
      [{ retrys: 1 }, 'got "retrys"; did you mean "retries"?'],
      [{ retries: 1, nonsense: undefined }, 'got "nonsense"'],
      [JSON.parse('{"__proto__": 1}'), 'got "__proto__"'],
    ] as const
  ) {
    const message = `Cannot create a table: config must have only known options, ${got}`;
    assertEquals(assertThrows(() => known(config), TypeError).message, message);
  }
  const named =
    'table must have only known options, got "table.delay"; did you mean "table.delayMs"?';
  assertThrows(() => known({ delay: 1 }, "table."), TypeError, named);
});
