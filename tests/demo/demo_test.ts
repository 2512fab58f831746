import { assertEquals, assertMatch } from "@std/assert";

Deno.test("the demo shows a deadlock, a retry and a timeout, and ends with the report", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("../../demo/main.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  assertMatch(text, /^⚭ compare [ab] +gives way in a deadlock: compare . for src\/\w+, compare/m);
  assertMatch(text, /^↻ compare [ab] +gave way in a deadlock; once more in /m);
  assertMatch(text, /^↻ moody +not in the mood; attempt 2 of 3/m);
  assertMatch(text, /^✗ slack +timed out after 1s500ms/m);
  assertMatch(text, /^✓ summary +succeeded/m);
  assertMatch(text, /^critical path +\S/m);
  assertMatch(text, /^\d+ tasks: \d+ succeeded, 1 timed out$/m);
});
