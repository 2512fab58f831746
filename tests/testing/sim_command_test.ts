import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readArguments } from "../../src/testing/simulation/main.ts";

/** Runs `deno task sim` with `args`. */
async function sim(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "src/testing/simulation/main.ts", ...args],
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}

Deno.test("sim prints its draw, its coverage and what never happened", async () => {
  const { code, out } = await sim("--seed", "4", "--runs", "1", "--steps", "300");
  assertEquals(code, 0);
  assertStringIncludes(out, "seed 4: ");
  assertStringIncludes(out, "events: ");
  assertStringIncludes(out, "never: ");
  assertStringIncludes(out, "nothing broke: 1 runs, ");
});

Deno.test("sim traces each command with its events", async () => {
  const { out } = await sim(
    ...["--seed", "1", "--runs", "1", "--steps", "20", "--trace"],
    ...["--workload", "philosophers", "--faults", "none", "--agents", "2"],
  );
  assertStringIncludes(out, '"type":"acquire"');
  assertStringIncludes(out, "resource:acquired");
});

Deno.test("sim --manager drives a whole manager, and prints the outcomes of calls", async () => {
  const { code, out } = await sim("--manager", "--seed", "3", "--runs", "2");
  assertEquals(code, 0);
  assertStringIncludes(out, "ok");
  assertStringIncludes(out, "nothing broke: 2 runs of a manager");
});

Deno.test("sim --help prints its usage", async () => {
  const { code, out } = await sim("--help");
  assertEquals(code, 0);
  assertStringIncludes(out, "Usage: deno task sim");
});

Deno.test("sim refuses an unknown option, and prints its usage", async () => {
  const { code, error } = await sim("--speed", "9");
  assertEquals(code, 2);
  assertStringIncludes(error, 'There is no option "--speed"');
  assertStringIncludes(error, "Usage: deno task sim");
});

Deno.test("faults are read as names, or as names with rates, or as none", () => {
  const faults = (text: string) => readArguments(["--faults", text], 1).faults;
  assertEquals(faults("none"), {});
  assertEquals(faults("crash,lost"), ["crash", "lost"]);
  assertEquals(faults("crash=0.5,lost"), { crash: 0.5, lost: 1 });
  assertThrows(() => faults("rain"), RangeError, 'There is no fault "rain"');
});

Deno.test("the seed is drawn, and the time is a minute, unless they are given", () => {
  const { seed, minutes, runs } = readArguments([], 77);
  assertEquals([seed, minutes, runs], [77, 1, Infinity]);
  assertEquals(readArguments(["--runs=3"], 1).minutes, Infinity);
  assertThrows(() => readArguments(["--steps", "-1"], 1), RangeError, "--steps");
});
