import { assertEquals, assertMatch } from "@std/assert";

Deno.test("the demo shows each kind of thing that can happen, and goes as it is meant to", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("../../demo/main.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  assertMatch(
    text,
    /^⚭ compare [ab] +is the victim of a deadlock: compare . for src\/\w+, compare/m,
  );
  assertMatch(text, /^↻ compare [ab] +was the victim of a deadlock; once more in /m);
  assertMatch(text, /^↻ moody +not in the mood; attempt 2 of 3/m);
  assertMatch(text, /^✗ slack +timed out after 1s500ms/m);
  assertMatch(text, /^⇄ swift +takes survey src\/\w+.* over from slow$/m);
  assertMatch(text, /^⊘ broken +is avoided for/m);
  assertMatch(text, /^✓ summary +succeeded/m);
  assertMatch(text, /^critical path +\S/m);
  assertMatch(text, /^contended lock +grants/m);
  assertMatch(text, /^\d+ tasks: \d+ succeeded, 1 timed out$/m);

  assertMatch(text, /the answer is 5$/m);
  assertMatch(text, /dead letter \(max-deliveries\).*disk full/);
  assertMatch(text, /is the victim: DeadlockError$/m);
  assertMatch(text, /stealing: idle took t6, t5 from busy$/m);
  assertMatch(text, /busy did 4, idle did 2$/m);
  assertMatch(text, /five calls: Error, Error, Error, CircuitOpenError, CircuitOpenError$/m);
  assertMatch(text, /asked again, with other priorities: bob$/m);
  assertMatch(text, /hal has the brush; the fence is done$/m);
  assertMatch(text, /query: No agent can "sql"$/m);
  assertMatch(text, /conflicts: 1, steals: 1, trips of breakers: 1$/m);
});
