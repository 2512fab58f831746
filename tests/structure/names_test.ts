import { assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { readSources } from "./source.ts";

/** The paths whose last part is not in snake_case. */
function misnamed(paths: readonly string[]): string[] {
  return paths.filter((path) => !/(^|\/)[a-z][a-z0-9]*(_[a-z0-9]+)*\.ts$/.test(path));
}

Deno.test("file names are in snake_case", () => {
  const sources = readSources(["src", "tests", "bench", "spec"], ["mod.ts"]);
  assertEquals(misnamed(sources.map(({ path }) => path)), []);
});

Deno.test("the package exports entry points of the root, and mod.ts files", () => {
  const entries = ["mod.ts", "events.ts", "machine.ts"];
  const paths = readSources(["src"], entries).map(({ path }) => `./${path}`);
  for (const target of Object.values(config.exports)) {
    assertMatch(target, /^\.\/\w+\.ts$|\/mod\.ts$/);
    assertEquals(paths.includes(target), true, target);
  }
});

Deno.test("the checks of names see what is wrong", () => {
  const wrong = ["src/a/ResourceManager.ts", "src/a/resource-manager.ts", "src/a/_b.ts", "Mod.ts"];
  assertEquals(misnamed([...wrong, "src/a/mod.ts", "src/a/lock_2.ts"]), wrong);
});
