import { assert, assertEquals } from "@std/assert";
import { generatedPages } from "../../docs/tool/pages.ts";
import { readShapes } from "../../docs/tool/symbols.ts";
import { readConfig as breakerConfig } from "../../src/breakers/config.ts";
import { DEFAULT_BREAKER_CONFIG } from "../../src/breakers/state.ts";
import { parseWorkflow } from "../../src/cli/mod.ts";
import { DEFAULT_CONFLICT_CONFIG } from "../../src/conflicts/state.ts";
import { DEFAULT_LOCK_CONFIG } from "../../src/locks/state.ts";
import { DEFAULT_MESSAGE_CONFIG } from "../../src/messages/config.ts";
import { DEFAULT_METRICS_CONFIG } from "../../src/metrics/config.ts";
import { DEFAULT_TASK_CONFIG } from "../../src/tasks/state.ts";
import { blocksOf } from "./blocks.ts";
import { brokenLinks } from "./links.ts";
import { pages } from "./sources.ts";

Deno.test("the generated pages are those that `deno task docs` writes", async () => {
  for (const [path, text] of await generatedPages()) {
    const there = await Deno.readTextFile(new URL(`../../docs/${path}`, import.meta.url));
    assert(there === text, `docs/${path} is out of date: run "deno task docs"`);
  }
});

/** From the interface of a subsystem's rules to those that go for who names none. */
const DEFAULTS: ReadonlyMap<string, object> = new Map<string, object>([
  ["TaskConfig", DEFAULT_TASK_CONFIG],
  ["LockConfig", DEFAULT_LOCK_CONFIG],
  ["MessageConfig", DEFAULT_MESSAGE_CONFIG],
  ["BreakerConfig", DEFAULT_BREAKER_CONFIG],
  ["BreakerRules", breakerConfig({}, () => "").rules],
  ["ConflictConfig", DEFAULT_CONFLICT_CONFIG],
  ["MetricsConfig", DEFAULT_METRICS_CONFIG],
]);

Deno.test("the defaults that are documented are those that go", async () => {
  const shapes = await readShapes("mod.ts");
  const different: string[] = [];
  for (const [name, defaults] of DEFAULTS) {
    for (const field of shapes.get(name)!.fields) {
      const value = (defaults as Record<string, unknown>)[field.name];
      const stated = field.fallback?.replaceAll("_", "").replaceAll('"', "");
      const isSentence = stated?.includes(" ") === true;
      if (!isSentence && stated !== String(value)) {
        different.push(`${name}.${field.name}: ${field.fallback} is documented, ${value} goes`);
      }
    }
  }
  assertEquals(different, []);
});

Deno.test("every link of the documentation leads somewhere", () => {
  assertEquals(pages().flatMap(({ path, text }) => brokenLinks(path, text)), []);
});

Deno.test("every workflow of the documentation can be read", () => {
  for (const { path, text } of pages()) {
    for (const { origin, code } of blocksOf(path, text, "yaml")) {
      if (/^tasks:/m.test(code)) parseWorkflow(code, origin);
    }
  }
});

Deno.test("a link to a page or a heading that isn't there is found", () => {
  const text = "# A heading: `x`\n[a](#a-heading-x) [b](#b) [c](mod.ts) [d](nothing.md) " +
    "[e](https://example.com) [f](docs/events.md#events) [g](docs/events.md#nothing)";
  assertEquals(brokenLinks("README.md", text), [
    "README.md: #b",
    "README.md: nothing.md",
    "README.md: docs/events.md#nothing",
  ]);
});
