import { assert, assertEquals } from "@std/assert";
import { vendored } from "../../dashboard/vendor.ts";
import { ASSETS, CONTENT_POLICY } from "../../src/dashboard/mod.ts";

Deno.test("the vendored files are those of the sources", async () => {
  const text = await Deno.readTextFile(new URL("../../src/dashboard/assets.ts", import.meta.url));
  assertEquals(text === await vendored(), true, "run deno task vendor");
});

Deno.test("all files of a page are at most 100 KB, compressed", async () => {
  let sum = 0;
  for (const { text } of Object.values(ASSETS)) {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    sum += (await new Response(stream).arrayBuffer()).byteLength;
  }
  assert(sum <= 100 * 1024, `${sum} bytes`);
});

Deno.test("the policy allows nothing inline, and the page needs nothing of that", () => {
  assert(!/unsafe|data:|\*|https?:/.test(CONTENT_POLICY), CONTENT_POLICY);
  const page = ASSETS["/"]!.text;
  assert(!/<style|style=|<script(?![^>]* src=)|\bon\w+=/.test(page), page);
  for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g)) assert(address! in ASSETS);
});
