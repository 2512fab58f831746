import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Capture, LineSplitter } from "../../src/cli/output.ts";

const encoder = new TextEncoder();

/** The pieces of `chunks`, those that go on marked with a trailing `…`. */
function split(chunks: readonly (string | Uint8Array)[], longest?: number): string[] {
  const splitter = new LineSplitter(longest);
  const pieces = chunks.flatMap((chunk) =>
    splitter.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk)
  );
  return [...pieces, ...splitter.end()].map(({ text, continues }) => continues ? `${text}…` : text);
}

Deno.test("a LineSplitter gives whole lines, however the bytes come", () => {
  assertEquals(split(["a\nb", "c\n", "\nd"]), ["a", "bc", "", "d"]);
  assertEquals(split([]), []);
  assertEquals(split(["a\n"]), ["a"]);
});

Deno.test("a LineSplitter puts characters together that chunks have parted", () => {
  const bytes = encoder.encode("grün 🔒\n");
  for (let i = 0; i <= bytes.length; i++) {
    assertEquals(split([bytes.slice(0, i), bytes.slice(i)]), ["grün 🔒"]);
  }
  assertEquals(split([new Uint8Array([0x61, 0xff, 0x0a])]), ["a\ufffd"]);
});

Deno.test("a LineSplitter drops what a carriage return overwrites, and keeps CRLF a line break", () => {
  assertEquals(split(["10%\r50%\r100%\n"]), ["100%"]);
  assertEquals(split(["a\r\nb\r", "\nc\r\n"]), ["a", "b", "c"]);
  assertEquals(split(["10%\r", "20%\r", "30%"]), ["30%"]);
  assertEquals(split(["done\r"]), ["done"]);
});

Deno.test("a LineSplitter cuts lines that are too long, never within a character", () => {
  assertEquals(split(["abcdefgh\n"], 3), ["abc…", "def…", "gh"]);
  assertEquals(split(["abc", "def", "g\nh"], 3), ["abc…", "def…", "g", "h"]);
  assertEquals(split(["a🔒b🔒\n"], 2), ["a…", "🔒…", "b…", "🔒"]);
});

Deno.test("a LineSplitter gives the same lines for every way to cut the bytes into chunks", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "ü", "🔒", "\n", "\r", "\r\n") });
  fc.assert(
    fc.property(text, fc.array(fc.nat(12)), (text, cuts) => {
      const bytes = encoder.encode(text);
      const chunks: Uint8Array[] = [];
      let start = 0;
      for (const cut of cuts) {
        chunks.push(bytes.slice(start, start + cut));
        start += cut;
      }
      chunks.push(bytes.slice(start));
      assertEquals(split(chunks), split([bytes]));
    }),
    { numRuns: 500 },
  );
});

function captured(limit: number, lines: readonly string[]): Capture {
  const capture = new Capture(limit);
  for (const text of lines) capture.add({ text, continues: false });
  return capture;
}

Deno.test("a Capture keeps everything up to its limit", () => {
  const capture = captured(12, ["abc", "def", "ghi"]);
  assertEquals(capture.lines(), ["abc", "def", "ghi"]);
  assertEquals([capture.total, capture.cut], [12, 0]);
  assertEquals(capture.unshown(), []);
});

Deno.test("a Capture keeps the head and the tail of what is more, and says how much was cut", () => {
  const capture = captured(12, ["abc", "def", "ghi", "jkl", "mno"]);
  assertEquals(capture.lines(), ["abc", "… 8 bytes cut …", "jkl", "mno"]);
  assertEquals([capture.total, capture.cut], [20, 8]);
});

Deno.test("a Capture tells what may be shown at once, and keeps the end of the rest", () => {
  const capture = new Capture(8);
  const shown = ["abc", "def", "ghi", "jkl", "mno"]
    .filter((text) => capture.add({ text, continues: false }));
  assertEquals(shown, ["abc", "def"]);
  assertEquals(capture.unshown(), ["… 12 bytes cut …", "mno"]);
});

Deno.test("a Capture puts pieces of a line together again", () => {
  const capture = new Capture(100);
  for (const text of ["ab", "cd"]) capture.add({ text, continues: true });
  capture.add({ text: "ef", continues: false });
  capture.add({ text: "gh", continues: true });
  assertEquals(capture.lines(), ["abcdef", "gh"]);
});

Deno.test("a Capture never keeps more than its limit, and every byte is kept or counted", () => {
  fc.assert(
    fc.property(fc.nat(64), fc.array(fc.string({ maxLength: 20 })), (limit, lines) => {
      const capture = captured(limit, lines);
      const bytes = (text: string) => encoder.encode(text).length + 1;
      const all = lines.reduce((sum, line) => sum + bytes(line), 0);
      assertEquals(capture.total, all);
      assert(capture.total - capture.cut <= limit);
      const kept = capture.cut === 0
        ? capture.lines()
        : capture.lines().filter((line) => !/^… .* cut …$/.test(line));
      assertEquals(kept.reduce((sum, line) => sum + bytes(line), 0), all - capture.cut);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a Capture of a million lines holds only what it keeps", () => {
  const capture = new Capture(1000);
  for (let i = 0; i < 1_000_000; i++) capture.add({ text: "line", continues: false });
  assertEquals(capture.total, 5_000_000);
  assertEquals(capture.lines().length, 201);
});
