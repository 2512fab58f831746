/**
 * Metrics as text that Prometheus and its like read: OpenMetrics 1.0.
 *
 * @module
 */

import type { MetricsState } from "./fold.ts";
import { quantileOf } from "./aggregates.ts";
import { breakersByState, countSuspects, type OpenItems } from "./gauges.ts";
import { COUNTERS, DURATION_METRICS } from "./vocabulary.ts";

/** What to serve the text as. */
export const OPEN_METRICS_CONTENT_TYPE =
  "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Metrics of one name. */
interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary";
  readonly unit?: "seconds" | "bytes";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** A value; the suffix and the labels tell it from others of its family. */
interface Sample {
  readonly suffix?: "_total" | "_count" | "_sum";
  readonly labels?: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** What events don't tell; what isn't known isn't shown. */
export interface ProcessFigures {
  /** In bytes. */
  readonly memoryBytes: number | undefined;
  /** Since the process began, in milliseconds. */
  readonly cpuMs: number | undefined;
}

/** All metrics as OpenMetrics text. */
export function openMetricsOf(state: Readonly<MetricsState>, process: ProcessFigures): string {
  const families = [
    ...counterFamilies(state),
    ...gaugeFamilies(state),
    ...summaryFamilies(state),
    ...processFamilies(process),
    ...recordedFamilies(state),
  ];
  return families.map(textOf).join("") + "# EOF\n";
}

function counterFamilies({ counters, dropped }: Readonly<MetricsState>): Family[] {
  const families = COUNTERS.map(({ metric, help }) =>
    counter(`lockstep_${identifier(metric)}`, help, counters.get(metric)!)
  );
  const help = "Samples of recorded metrics that found no room";
  return [...families, counter("lockstep_recorded_dropped", help, dropped)];
}

function counter(name: string, help: string, value: number): Family {
  return { name, type: "counter", help, samples: [{ suffix: "_total", value }] };
}

const STATUSES = ["waiting", "ready", "assigned", "running", "backing-off"] as const;

function gaugeFamilies({ gauges }: Readonly<MetricsState>): Family[] {
  const { tasksByStatus, agents, resources, lockedResources, waits } = gauges;
  let busy = 0;
  let load = 0;
  let slots = 0;
  for (const agent of agents.values()) {
    if (agent.load > 0) busy++;
    load += agent.load;
    slots += agent.slots;
  }
  return [
    gauge("tasks", "Tasks that have not ended", "status", [
      ...STATUSES.map((status) => [status, tasksByStatus.get(status) ?? 0] as const),
    ]),
    gauge("agents", "Registered agents", "state", [["busy", busy], ["idle", agents.size - busy]]),
    gauge("agent_slots", "How many tasks agents have, and how many they could have", "state", [
      ["used", load],
      ["all", slots],
    ]),
    gauge(
      "resources",
      "Resources that are held, and those that are waited for or defined only",
      "state",
      [
        ["locked", lockedResources],
        ["free", resources.size - lockedResources],
      ],
    ),
    gauge("lock_waits", "Waits for locks", "", [["", waits.size]]),
    ...openFamilies(gauges.open),
  ];
}

function openFamilies(open: OpenItems): Family[] {
  const { members, requests, deadLetters, conflicts } = open;
  const suspects = countSuspects(open);
  return [
    gauge("members", "Agents that are there", "state", [
      ["alive", members.size - suspects],
      ["suspect", suspects],
    ]),
    gauge("requests", "Requests that wait for their response", "", [["", requests.size]]),
    gauge("dead_letters", "Messages that could not be delivered", "", [["", deadLetters.size]]),
    gauge("conflicts", "Conflicts that were not settled", "", [["", conflicts.size]]),
    gauge("circuit_breakers", "Circuit breakers", "state", Object.entries(breakersByState(open))),
  ];
}

function gauge(
  name: string,
  help: string,
  label: string,
  values: readonly (readonly [labelled: string, value: number])[],
): Family {
  const samples = values.map(([labelled, value]): Sample =>
    label === "" ? { value } : { labels: [[label, labelled]], value }
  );
  return { name: `lockstep_${name}`, type: "gauge", help, samples };
}

const QUANTILES = [0.5, 0.95, 0.99] as const;

/** Durations that were measured, in seconds. */
function summaryFamilies({ metrics }: Readonly<MetricsState>): Family[] {
  const families: Family[] = [];
  for (const { metric, help } of DURATION_METRICS) {
    const histogram = metrics.get(metric)!.histogram!;
    if (histogram.count === 0) continue;
    const samples = QUANTILES.map((quantile): Sample => ({
      labels: [["quantile", String(quantile)]],
      value: quantileOf(histogram, quantile)! / 1000,
    }));
    families.push({
      name: `lockstep_${identifier(metric)}_seconds`,
      type: "summary",
      unit: "seconds",
      help,
      samples: [
        ...samples,
        { suffix: "_count", value: histogram.count },
        { suffix: "_sum", value: histogram.sum / 1000 },
      ],
    });
  }
  return families;
}

function processFamilies({ memoryBytes, cpuMs }: ProcessFigures): Family[] {
  const families: Family[] = [];
  if (memoryBytes !== undefined) {
    families.push({
      name: "lockstep_process_resident_memory_bytes",
      type: "gauge",
      unit: "bytes",
      help: "What the process has in memory",
      samples: [{ value: memoryBytes }],
    });
  }
  if (cpuMs !== undefined) {
    families.push({
      name: "lockstep_process_cpu_seconds",
      type: "counter",
      unit: "seconds",
      help: "Processor time that the process has used",
      samples: [{ suffix: "_total", value: cpuMs / 1000 }],
    });
  }
  return families;
}

/** A user's own metrics, each with its newest value under each set of tags. */
function recordedFamilies({ recorded }: Readonly<MetricsState>): Family[] {
  const names = new Identifiers();
  const families = new Map<string, { labels: Identifiers; samples: Sample[] }>();
  for (const { metric, tags, value } of recorded.values()) {
    let family = families.get(metric);
    if (family === undefined) {
      family = { labels: new Identifiers(RESERVED_LABELS), samples: [] };
      families.set(metric, family);
    }
    const { labels, samples } = family;
    const pairs = Object.entries(tags).sort(([a], [b]) => a < b ? -1 : 1);
    samples.push({ labels: pairs.map(([tag, text]) => [labels.of(tag), text] as const), value });
  }
  return [...families].map(([metric, { samples }]) => ({
    name: `lockstep_recorded_value_${names.of(metric)}`,
    type: "gauge",
    help: `The newest value of ${metric}`,
    samples,
  }));
}

/** Labels that have a meaning of their own in histograms and summaries. */
const RESERVED_LABELS: readonly string[] = ["le", "quantile"];

/**
 * Gives each name an identifier of its own, also when several look the same in the format: the later
 * ones get a number. A name keeps its identifier when others are added.
 */
class Identifiers {
  readonly #taken: Set<string>;
  readonly #byName = new Map<string, string>();

  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved);
  }

  of(name: string): string {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const base = identifier(name);
    let found = base;
    for (let i = 2; this.#taken.has(found); i++) found = `${base}_${i}`;
    this.#taken.add(found);
    this.#byName.set(name, found);
    return found;
  }
}

/** `name` as the format allows it: letters, digits and underscores, and a letter first. */
function identifier(name: string): string {
  const allowed = name.replaceAll(/[^a-zA-Z0-9_]/g, "_");
  return /^[a-zA-Z]/.test(allowed) ? allowed : `x${allowed}`;
}

function textOf({ name, type, unit, help, samples }: Family): string {
  const lines = [`# TYPE ${name} ${type}`];
  if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
  lines.push(`# HELP ${name} ${escaped(help)}`);
  for (const { suffix = "", labels = [], value } of samples) {
    const pairs = labels.map(([label, text]) => `${label}="${escaped(text)}"`);
    const braced = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    lines.push(`${name}${suffix}${braced} ${value}`);
  }
  return lines.join("\n") + "\n";
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
