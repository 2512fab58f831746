import { assertEquals } from "@std/assert";
import { parseWhen } from "../../src/service/when.ts";

Deno.test("a moment is named by a position, a place or a time, and by nothing else", () => {
  assertEquals(parseWhen("17"), { position: 17 });
  assertEquals(parseWhen("17:2"), { position: 17, index: 2 });
  assertEquals(parseWhen("2026-11-30T08:00:00Z"), { instant: Date.UTC(2026, 10, 30, 8) });
  assertEquals(parseWhen("1700000000000"), { instant: 1_700_000_000_000 });
  for (const text of ["", "x", "-1", "1.5", "17:", ":0", "17:0:0", "2026-13-01", "9".repeat(16)]) {
    assertEquals(parseWhen(text), undefined, text);
  }
});
