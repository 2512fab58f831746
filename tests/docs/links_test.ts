import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { brokenLinks, isPublished, missingPaths, targetsOf } from "./links.ts";
import { pages } from "./sources.ts";

Deno.test("every link of the documentation has a target that exists", () => {
  assertEquals(pages().flatMap(({ path, text }) => brokenLinks(path, text)), []);
});

Deno.test("every path that the documentation names as code exists", () => {
  assertEquals(pages().flatMap(({ path, text }) => missingPaths(path, text)), []);
});

Deno.test("links of published pages lead to published files", () => {
  const published = pages().filter(({ path }) => isPublished(path));
  assert(published.length > 10, `${published.length} pages are published`);
  const outside = published.flatMap(({ path, text }) =>
    targetsOf(path, text).filter((target) => !isPublished(target))
      .map((target) => `${path}: ${target}`)
  );
  assertEquals(outside, []);
});

Deno.test("every entry point is published", () => {
  const paths = Object.values(config.exports).map((path) => path.replace("./", ""));
  assertEquals(paths.filter((path) => !isPublished(path)), []);
});

Deno.test("a link is resolved against its page, and to what the package includes", () => {
  const text = "[a](agents.md#lives) [b](../README.md) [c](#here) [d](https://example.com)";
  assertEquals(targetsOf("docs/locks.md", text), ["docs/agents.md", "README.md"]);
  for (const path of ["README.md", "docs/locks.md", "src/core/engine.ts"]) {
    assert(isPublished(path), path);
  }
  for (const path of ["tests/docs/links.ts", "docs/tool/main.ts", "docs/failures.md", "READ"]) {
    assert(!isPublished(path), path);
  }
});

Deno.test("a broken link or path is reported", () => {
  const text = "# A heading: `x`\n[a](#a-heading-x) [b](#b) [c](mod.ts) [d](nothing.md) " +
    "[e](https://example.com) [f](docs/events.md#events) [g](docs/events.md#nothing)";
  assertEquals(missingPaths("README.md", "`docs/` `docs/none.md` `docs/tool --x` `none/a.ts`"), [
    "README.md: docs/none.md",
  ]);
  assertEquals(brokenLinks("README.md", text), [
    "README.md: #b",
    "README.md: nothing.md",
    "README.md: docs/events.md#nothing",
  ]);
});
