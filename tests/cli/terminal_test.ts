import { assertEquals } from "@std/assert";
import {
  createStyle,
  displayWidth,
  padEnd,
  padStart,
  plain,
  sanitize,
  truncate,
} from "../../src/cli/terminal.ts";

Deno.test("displayWidth() counts columns: wide characters twice, marks and colors not at all", () => {
  assertEquals(displayWidth("abc"), 3);
  assertEquals(displayWidth("日本語"), 6);
  assertEquals(displayWidth("e\u0301"), 1);
  assertEquals(displayWidth("🔒👩‍👩‍👧"), 4);
  assertEquals(displayWidth("\x1b[31mred\x1b[0m ü"), 5);
});

Deno.test("truncate() cuts by columns, keeps colors and ends them", () => {
  assertEquals(truncate("abcdef", 6), "abcdef");
  assertEquals(truncate("abcdef", 4), "abc…");
  assertEquals(truncate("日本語", 4), "日…");
  assertEquals(truncate("\x1b[31mabcdef\x1b[39m", 4), "\x1b[31mabc…\x1b[0m");
  assertEquals(truncate("abc", 0), "");
});

Deno.test("padEnd() and padStart() pad to columns", () => {
  assertEquals(padEnd("日", 4) + "|", "日  |");
  assertEquals(padStart("ab", 4), "  ab");
  assertEquals(padEnd("abcdef", 4), "abcdef");
});

Deno.test("sanitize() keeps only colors, and ends them", () => {
  const text = "\x1b[2J\x1b[31mred\x1b]0;title\x07\b\x1b[1A end";
  assertEquals(sanitize(text, true), "\x1b[31mred end\x1b[0m");
  assertEquals(sanitize(text, false), "red end");
  assertEquals(sanitize("tab\tstays", false), "tab\tstays");
});

Deno.test("plain() leaves only visible characters", () => {
  assertEquals(plain("\x1b[1mbold\x1b[0m\ttab\x07"), "bold    tab");
});

Deno.test("createStyle() without colors changes nothing", () => {
  const style = createStyle(false);
  assertEquals(style.bold(style.red("x")) + style.tint(3, "y"), "xy");
  assertEquals(createStyle(true).red("x"), "\x1b[31mx\x1b[39m");
});
