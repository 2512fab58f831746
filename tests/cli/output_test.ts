import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Capture, Spool } from "../../src/cli/kept_output.ts";
import { LastLine, LineSplitter } from "../../src/cli/output.ts";

const encoder = new TextEncoder();

/** The pieces of `chunks`, with a trailing `…` if they continue. */
function split(chunks: readonly (string | Uint8Array)[], longest?: number): string[] {
  const splitter = new LineSplitter(longest);
  const pieces = chunks.flatMap((chunk) =>
    splitter.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk)
  );
  return [...pieces, ...splitter.end()].map(({ text, continues }) => continues ? `${text}…` : text);
}

Deno.test("a LineSplitter returns whole lines from any chunks", () => {
  assertEquals(split(["a\nb", "c\n", "\nd"]), ["a", "bc", "", "d"]);
  assertEquals(split([]), []);
  assertEquals(split(["a\n"]), ["a"]);
});

Deno.test("a LineSplitter joins characters that are split between chunks", () => {
  const bytes = encoder.encode("grün 🔒\n");
  for (let i = 0; i <= bytes.length; i++) {
    assertEquals(split([bytes.slice(0, i), bytes.slice(i)]), ["grün 🔒"]);
  }
  assertEquals(split([new Uint8Array([0x61, 0xff, 0x0a])]), ["a\ufffd"]);
});

Deno.test("a LineSplitter drops what a carriage return overwrites, and reads CRLF as a line break", () => {
  assertEquals(split(["10%\r50%\r100%\n"]), ["100%"]);
  assertEquals(split(["a\r\nb\r", "\nc\r\n"]), ["a", "b", "c"]);
  assertEquals(split(["a\r\r\nb\r", "\r", "\r\n", "c\r\r"]), ["a", "b", "c"]);
  assertEquals(split(["a\rb\r\r\n", "c\r", "d\r\n"]), ["b", "d"]);
  assertEquals(split(["10%\r", "20%\r", "30%"]), ["30%"]);
  assertEquals(split(["done\r"]), ["done"]);
});

Deno.test("a LineSplitter cuts long lines, but not within a character", () => {
  assertEquals(split(["abcdefgh\n"], 3), ["abc…", "def…", "gh"]);
  assertEquals(split(["abc", "def", "g\nh"], 3), ["abc…", "def…", "g", "h"]);
  assertEquals(split(["a🔒b🔒\n"], 2), ["a…", "🔒…", "b…", "🔒"]);
});

Deno.test("a LineSplitter returns the same lines for all partitions into chunks", () => {
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

/** The lines that a capture of `limit` bytes keeps of `chunks`. */
async function captured(limit: number, chunks: readonly string[]): Promise<string[]> {
  const spool = new Spool();
  const capture = new Capture(limit, spool);
  for (const chunk of chunks) await capture.write(encoder.encode(chunk));
  capture.end();
  const lines: string[] = [];
  let line = "";
  for await (const pieces of capture.lines()) {
    for (const { text, continues } of pieces) {
      line += text;
      if (continues) continue;
      lines.push(line);
      line = "";
    }
  }
  await spool.close();
  return lines;
}

Deno.test("a Capture keeps everything up to its limit", async () => {
  assertEquals(await captured(12, ["abc\nde", "f\nghi\n"]), ["abc", "def", "ghi"]);
  assertEquals(await captured(12, ["abc\ndef\nghi"]), ["abc", "def", "ghi"]);
  assertEquals(await captured(12, []), []);
});

Deno.test("a Capture keeps the beginning and the end of what is more, in whole lines", async () => {
  const numbers = Array.from({ length: 100 }, (_, i) => `${i}\n`);
  const kept = await captured(64, numbers);
  assertEquals(kept.slice(0, 3), ["0", "1", "2"]);
  assertEquals(kept.slice(-3), ["97", "98", "99"]);
  const notice = kept.findIndex((line) => /^… \d+ bytes cut …$/.test(line));
  const bytes = (lines: string[]) => encoder.encode(lines.join("\n")).length + 1;
  const missing = numbers.slice(Number(kept[notice - 1]) + 1, Number(kept[notice + 1]));
  assertEquals(kept[notice], `… ${bytes(missing) - missing.length} bytes cut …`);
});

Deno.test("a Capture cuts within a long line", async () => {
  const [head, notice, tail, ...others] = await captured(64 * 1024, ["x".repeat(200_000)]);
  assertEquals([head?.length, others], [32_768, []]);
  assert(tail!.length > 28_000 && tail!.length <= 32_768);
  const cut = (200_000 - head!.length - tail!.length) / 1024;
  assertEquals(notice, `… ${cut.toFixed(1).replace(/\.0$/, "")} KiB cut …`);
});

Deno.test("a Capture with a file keeps the same as one in memory", async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);
  const all = lines.map((line) => line.trimEnd());
  assertEquals(await captured(2 ** 20, lines), all);
  const kept = await captured(100_000, lines);
  const notice = kept.findIndex((line) => line.startsWith("… "));
  assertEquals(kept.slice(0, notice), all.slice(0, notice));
  assertEquals(kept.slice(notice + 1), all.slice(-(kept.length - notice - 1)));
});

Deno.test("a Capture never keeps more than its limit, and every byte is kept or counted", async () => {
  const chunks = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(fc.nat(64), chunks, async (limit, chunks) => {
      const all = chunks.join("");
      const kept = await captured(limit, chunks);
      const notice = kept.findIndex((line) => line.startsWith("… "));
      if (notice < 0) return assertEquals(kept.join("\n"), all.replace(/\n$/, ""));
      const head = kept.slice(0, notice).map((line) => `${line}\n`).join("");
      const tail = kept.slice(notice + 1).join("\n") + (all.endsWith("\n") ? "\n" : "");
      const cut = Number(/\d+/.exec(kept[notice]!)![0]);
      assert(all.startsWith(head) && (kept.length === notice + 1 || all.endsWith(tail)));
      assert(head.length <= limit && all.length - cut <= limit);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a Capture that cannot write to its file reports the reason and the missing bytes", async () => {
  class Full extends Spool {
    override put(): Promise<number> {
      return Promise.reject(new Error("No space left on device"));
    }
  }
  const capture = new Capture(2 ** 20, new Full());
  await capture.write(encoder.encode("x".repeat(100_000)));
  const lines: string[] = [];
  for await (const pieces of capture.lines()) lines.push(...pieces.map(({ text }) => text));
  assertEquals(lines, ["… 64 KiB cut (No space left on device) …", "x".repeat(34_464)]);
});

Deno.test("a LastLine has the last line that is not blank", () => {
  const last = (...chunks: string[]) => {
    const line = new LastLine();
    for (const chunk of chunks) line.push(encoder.encode(chunk));
    return line.text;
  };
  assertEquals(last(), "");
  assertEquals(last("one\ntwo\n", "\n", "  \n"), "two");
  assertEquals(last("10%\r", "20%\r"), "20%");
  assertEquals(last("a\n", "long ".repeat(1000), "end"), "long ".repeat(409).slice(-2045) + "end");
});
