import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { emptyMetrics, fold } from "../../src/metrics/fold.ts";
import { CoordinationMetricsCollector } from "../../src/metrics/mod.ts";
import { openMetricsOf } from "../../src/metrics/open_metrics.ts";
import { AdvancedTaskScheduler } from "../../src/tasks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

/** A family as a strict reader sees it. */
interface Family {
  type: string;
  unit: string;
  help: string;
  samples: { name: string; labels: [string, string][]; value: number }[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\n"])*"';
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)$`,
);
const SUFFIXES: Record<string, string[]> = {
  counter: ["_total"],
  gauge: [""],
  summary: ["", "_count", "_sum"],
};

/** Reads a text by the rules of the format, and throws where it breaks one. */
function read(text: string): Map<string, Family> {
  const lines = text.split("\n");
  assertEquals(lines.splice(-2), ["# EOF", ""], "a text ends with # EOF and a line feed");
  const families = new Map<string, Family>();
  let family: Family | undefined;
  let name = "";
  for (const line of lines) {
    const comment = line.match(new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.*)$`));
    if (comment !== null) {
      const [, keyword, about, rest] = comment as unknown as [string, string, string, string];
      if (keyword === "TYPE") {
        assert(!families.has(about), `${about} comes in two places`);
        families.set(name = about, family = { type: rest, unit: "", help: "", samples: [] });
      }
      assertEquals(about, name);
      if (keyword === "UNIT") family!.unit = rest;
      if (keyword === "HELP") family!.help = rest;
      continue;
    }
    assertMatch(line, SAMPLE);
    const [, sampleName, labels, value] = line.match(SAMPLE) as unknown as string[];
    const suffix = sampleName!.slice(name.length);
    assert(sampleName!.startsWith(name), `${sampleName} is of another family than ${name}`);
    assert(SUFFIXES[family!.type]!.includes(suffix), `${sampleName} is no ${family!.type}`);
    family!.samples.push({
      name: sampleName!,
      labels: [...(labels ?? "").matchAll(/([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"/g)].map((
        [, label, escaped],
      ) => [label!, unescaped(escaped!)]),
      value: Number(value),
    });
  }
  const owners = new Map<string, string>();
  for (const [each, { type, unit, samples }] of families) {
    for (const suffix of SUFFIXES[type]!) {
      assertEquals(owners.get(each + suffix), undefined, `${each + suffix} is of two families`);
      owners.set(each + suffix, each);
    }
    assert(unit === "" || each.endsWith(`_${unit}`), `${each} doesn't end with its unit`);
    const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]));
    assertEquals(new Set(keys).size, keys.length, `${each} has a sample twice`);
    for (const { labels } of samples) {
      assertEquals(new Set(labels.map(([label]) => label)).size, labels.length);
      assert(labels.every(([label]) => !label.startsWith("__")), "reserved label");
    }
  }
  return families;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character) => character === "n" ? "\n" : character);
}

function create(): { metrics: CoordinationMetricsCollector; eventBus: EventBus } {
  const eventBus = new EventBus();
  const clock = new SimulatedClock();
  const probe = () => ({ memoryBytes: 2_000_000, cpuMs: 1_500 });
  return {
    metrics: new CoordinationMetricsCollector(silentLogger, eventBus, { clock, probe }),
    eventBus,
  };
}

Deno.test("counters, gauges, summaries and units follow the format", async () => {
  const { metrics, eventBus } = create();
  const clock = new SimulatedClock();
  await using locks = new ResourceManager({}, eventBus, silentLogger, { clock });
  metrics.start();
  await locks.acquire("r", "a");
  await clock.advance(250);
  await locks.release("r", "a");
  await locks.acquire("s", "a");
  const families = read(metrics.toOpenMetrics());
  assertEquals(families.get("lockstep_resource_acquired"), {
    type: "counter",
    unit: "",
    help: "Locks that were granted",
    samples: [{ name: "lockstep_resource_acquired_total", labels: [], value: 2 }],
  });
  assertEquals(
    families.get("lockstep_resources")?.samples.map(({ labels, value }) => {
      return [labels, value];
    }),
    [[[["state", "locked"]], 1], [[["state", "free"]], 0]],
  );
  const hold = families.get("lockstep_resource_hold_seconds")!;
  assertEquals([hold.type, hold.unit], ["summary", "seconds"]);
  assertEquals(hold.samples.map(({ name, labels, value }) => [name, labels.flat(), value]), [
    ["lockstep_resource_hold_seconds", ["quantile", "0.5"], 0.25],
    ["lockstep_resource_hold_seconds", ["quantile", "0.95"], 0.25],
    ["lockstep_resource_hold_seconds", ["quantile", "0.99"], 0.25],
    ["lockstep_resource_hold_seconds_count", [], 1],
    ["lockstep_resource_hold_seconds_sum", [], 0.25],
  ]);
  assertEquals(families.get("lockstep_process_cpu_seconds")?.samples[0]?.value, 1.5);
});

Deno.test("requests, dead letters, conflicts, breakers and members are shown by their number", () => {
  const state = emptyMetrics();
  const events = [
    { type: "agent:joined", agentId: "a" },
    { type: "agent:joined", agentId: "b" },
    { type: "agent:suspected", agentId: "b" },
    { type: "message:sent", message: { id: "m" }, isRequest: true },
    { type: "message:dead-lettered", messageId: "n" },
    { type: "conflict:reported", conflictId: "c" },
    { type: "circuitbreaker:defined", name: "x" },
    { type: "circuitbreaker:defined", name: "y" },
    { type: "circuitbreaker:state-change", name: "y", to: "open" },
  ];
  for (const event of events) fold(state, event as unknown as LockstepEvent, 0);
  const families = read(openMetricsOf(state, { memoryBytes: undefined, cpuMs: undefined }));
  const shown = (name: string) =>
    families.get(`lockstep_${name}`)?.samples.map(({ labels, value }) =>
      [...labels.map(([, text]) => text), value].join(" ")
    );
  assertEquals(shown("members"), ["alive 1", "suspect 1"]);
  for (const name of ["requests", "dead_letters", "conflicts"]) assertEquals(shown(name), ["1"]);
  assertEquals(shown("circuit_breakers"), ["closed 1", "open 1", "half-open 0"]);
});

Deno.test("each status of a task that has not ended is a sample", async () => {
  const { metrics, eventBus } = create();
  await using tasks = new AdvancedTaskScheduler({}, eventBus, silentLogger);
  metrics.start();
  await tasks.registerAgent({ id: "a" }, (_task, context) => context.block("which?"));
  await tasks.submit({ id: "t", type: "work" });
  await tasks.submit({ id: "u", type: "work", dependencies: ["t"] });
  while (tasks.getTask("t")?.status !== "blocked") await Promise.resolve();
  const samples = read(metrics.toOpenMetrics()).get("lockstep_tasks")!.samples;
  const counts = samples.map(({ labels, value }) => [labels[0]![1], value]);
  assertEquals(Object.fromEntries(counts), {
    "waiting": 1,
    "ready": 0,
    "assigned": 0,
    "running": 0,
    "blocked": 1,
    "backing-off": 0,
  });
});

Deno.test("a duration without samples is left out", () => {
  const families = read(create().metrics.toOpenMetrics());
  assertEquals([...families.values()].filter(({ type }) => type === "summary"), []);
});

const names = fc.oneof(
  fc.constantFrom("a.b", "a_b", "a-b", "1", "__proto__", "x_total", "é", ":", "a_b_2", "le"),
  fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom(...'aB0_.-:é"\\ ') }),
);
const texts = fc.string({ unit: fc.constantFrom(...'a"\\\nné,{}=') });

/** Records samples, and returns the families of a user's own metrics. */
function recorded(
  samples: readonly (readonly [string, Record<string, string>, number])[],
): Family[] {
  const { metrics } = create();
  for (const [metric, tags, value] of samples) metrics.recordMetric(metric, value, tags);
  return [...read(metrics.toOpenMetrics())]
    .filter(([family]) => family.startsWith("lockstep_recorded_value_"))
    .map(([, family]) => family);
}

Deno.test("metrics and tags of any name stay distinct, and the values of tags are kept", () => {
  const tags = fc.array(fc.tuple(names, texts), { maxLength: 4 }).map((pairs) =>
    Object.fromEntries(pairs)
  );
  const value = fc.double({ noNaN: true, noDefaultInfinity: true });
  const samples = fc.array(fc.tuple(names, tags, value));
  const holds = fc.property(samples, (samples) => {
    const expected = new Map<string, { values: string[]; value: number }>();
    for (const [metric, tags, value] of samples) {
      const sorted = Object.entries(tags)
        .filter(([, text]) => text !== "")
        .sort(([a], [b]) => a < b ? -1 : 1);
      const values = sorted.map(([, text]) => text);
      expected.set(JSON.stringify([metric, sorted]), { values, value: value + 0 });
    }
    const shown = recorded(samples)
      .flatMap((family) => family.samples)
      .map(({ labels, value }) => JSON.stringify([labels.map(([, text]) => text), value]));
    const wanted = [...expected.values()].map(({ values, value }) =>
      JSON.stringify([values, value])
    );
    assertEquals(shown.toSorted(), wanted.toSorted());
  });
  fc.assert(holds, { numRuns: 100 });
  fc.assert(holds, { seed: 1420516632, numRuns: 100 });
});

Deno.test("labels and tags of a family correspond one to one in all its samples", () => {
  const tags = fc.uniqueArray(names, { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(tags, { maxLength: 8 }), (lists) => {
      const labelOf = new Map<string, string>();
      const tagOf = new Map<string, string>();
      // Each value names its tag, so that a label shows what it stands for.
      const samples = lists.map((tags, i) => {
        return ["m", Object.fromEntries(tags.map((tag) => [tag, tag])), i] as const;
      });
      for (const { labels } of recorded(samples).flatMap((family) => family.samples)) {
        for (const [label, tag] of labels) {
          assertEquals(labelOf.get(tag) ?? label, label);
          assertEquals(tagOf.get(label) ?? tag, tag);
          assert(!["le", "quantile"].includes(label), "reserved label");
          labelOf.set(tag, label);
          tagOf.set(label, tag);
        }
      }
      assertEquals(labelOf.size, new Set(lists.flat()).size);
    }),
    { numRuns: 200 },
  );
});

Deno.test("names and labels do not change when further samples are recorded", () => {
  const tags = fc.uniqueArray(names, { maxLength: 3 });
  const samples = fc.array(fc.tuple(names, tags), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(samples, (samples) => {
      const { metrics } = create();
      let before: string[] = [];
      for (const [metric, tags] of samples) {
        metrics.recordMetric(metric, 1, Object.fromEntries(tags.map((tag) => [tag, "x"])));
        const lines = metrics.toOpenMetrics().split("\n").filter((line) => /_value_/.test(line));
        assertEquals(before.filter((line) => !lines.includes(line)), []);
        before = lines;
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("samples that are one series to a reader are one sample", () => {
  const [family, ...others] = recorded([
    ["m", { a: "1", b: "2" }, 1],
    ["m", { b: "2", a: "1" }, 2],
    ["m", { a: "1", b: "2", c: "" }, 3],
  ]);
  assertEquals(others, []);
  const labels: [string, string][] = [["a", "1"], ["b", "2"]];
  assertEquals(family?.samples, [{ name: "lockstep_recorded_value_m", labels, value: 3 }]);
});

Deno.test("labels that the format reserves are given to no tag", () => {
  const tags = { le: "a", quantile: "b", __name__: "c", label: "d" };
  const [family] = recorded([["m", tags, 1]]);
  assertEquals(family?.samples[0]?.labels.map(([label]) => label).toSorted(), [
    "label",
    "le_2",
    "quantile_2",
    "x__name__",
  ]);
});
