import { assert, assertEquals } from "@std/assert";
import { generatedPages } from "../../docs/tool/pages.ts";
import { readShapes } from "../../docs/tool/symbols.ts";
import {
  DEFAULT_BREAKER_CONFIG,
  readBreakerConfig as breakerConfig,
} from "../../src/breakers/config.ts";
import { parseWorkflow } from "../../src/cli/mod.ts";
import { DEFAULT_CONFLICT_CONFIG } from "../../src/conflicts/state.ts";
import { DEFAULT_LOCK_CONFIG } from "../../src/locks/state.ts";
import { DEFAULT_MESSAGE_CONFIG } from "../../src/messages/state.ts";
import { DEFAULT_METRICS_CONFIG } from "../../src/metrics/fold.ts";
import { DEFAULT_TASK_CONFIG } from "../../src/tasks/state.ts";
import { blocksOf } from "./blocks.ts";
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

Deno.test("the README has the figures of the state graphs", () => {
  let [states, edges] = [0, 0];
  for (const { name } of Deno.readDirSync(new URL("../../spec/graphs/", import.meta.url))) {
    const url = new URL(`../../spec/graphs/${name}`, import.meta.url);
    const graph = JSON.parse(Deno.readTextFileSync(url)) as { states: number; edges: number };
    states += graph.states;
    edges += graph.edges;
  }
  const [readme] = pages();
  const figures = `${states.toLocaleString("en")} states and ${edges.toLocaleString("en")} steps`;
  assert(readme!.text.replaceAll(/\s+/g, " ").includes(figures), `README.md must say ${figures}`);
});

Deno.test("every workflow of the documentation can be read", () => {
  for (const { path, text } of pages()) {
    for (const { origin, code } of blocksOf(path, text, "yaml")) {
      if (/^tasks:/m.test(code)) parseWorkflow(code, origin);
    }
  }
});
