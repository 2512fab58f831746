/**
 * Metrics as OpenMetrics 1.0 text, which Prometheus and others read.
 *
 * @module
 */

import type { MetricsState } from "./fold.ts";
import { quantileOf } from "./aggregates.ts";
import { breakersByState, countSuspects, loadOf } from "./gauges.ts";
import { COUNTER_METRICS, DURATION_METRICS } from "./vocabulary.ts";

/**
 * The content type of the text.
 * @category Metrics
 */
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

/** A value; suffix and labels distinguish the samples of a family. */
interface Sample {
  readonly suffix?: "_total" | "_count" | "_sum";
  readonly labels?: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** The figures that events do not contain; those that are not known are left out. */
export interface ProcessFigures {
  /** Resident memory in bytes. */
  readonly memoryBytes: number | undefined;
  /** Processor time since the process began, in milliseconds. */
  readonly cpuMs: number | undefined;
}

/** Returns all metrics as OpenMetrics text. */
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
  const families = COUNTER_METRICS.map(({ metric, help }) =>
    counter(`lockstep_${identifier(metric)}`, help, counters.get(metric)!)
  );
  const help = "Samples of recorded metrics that found no room";
  return [...families, counter("lockstep_recorded_dropped", help, dropped)];
}

function counter(name: string, help: string, value: number): Family {
  return { name, type: "counter", help, samples: [{ suffix: "_total", value }] };
}

const STATUSES = ["waiting", "ready", "assigned", "running", "blocked", "backing-off"] as const;

function gaugeFamilies({ gauges }: Readonly<MetricsState>): Family[] {
  const { tasksByStatus, agents, resources, lockedResources: locked, waits, open } = gauges;
  const { members, requests, deadLetters, schedules, conflicts } = open;
  const { busy, load, slots } = loadOf(gauges);
  const suspect = countSuspects(open);
  const statuses = STATUSES.map((status) => [status, tasksByStatus.get(status) ?? 0]);
  return [
    gauge("tasks", "Tasks that have not ended", Object.fromEntries(statuses), "status"),
    gauge("agents", "Registered agents", { busy, idle: agents.size - busy }),
    gauge("agent_slots", "Slots of agents, and those in use", { used: load, all: slots }),
    gauge("resources", "Resources that are held, and those that are waited for or defined only", {
      locked,
      free: resources.size - locked,
    }),
    gauge("lock_waits", "Waits for locks", waits.size),
    gauge("members", "Agents that are members", { alive: members.size - suspect, suspect }),
    gauge("requests", "Requests that wait for their response", requests.size),
    gauge("dead_letters", "Messages that could not be delivered", deadLetters.size),
    gauge("schedules", "Schedules that submit tasks", schedules.size),
    gauge("conflicts", "Conflicts that were not resolved", conflicts.size),
    gauge("circuit_breakers", "Circuit breakers", breakersByState(open)),
  ];
}

/** Returns the family of one value, or of several by the text of a label. */
function gauge(
  name: string,
  help: string,
  values: number | Readonly<Record<string, number>>,
  label = "state",
): Family {
  const samples: Sample[] = typeof values === "number"
    ? [{ value: values }]
    : Object.entries(values).map(([text, value]) => ({ labels: [[label, text]], value }));
  return { name: `lockstep_${name}`, type: "gauge", help, samples };
}

const QUANTILES = [0.5, 0.95, 0.99] as const;

/** Returns the durations that have samples, in seconds. */
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
      help: "Resident memory of the process",
      samples: [{ value: memoryBytes }],
    });
  }
  if (cpuMs !== undefined) {
    families.push({
      name: "lockstep_process_cpu_seconds",
      type: "counter",
      unit: "seconds",
      help: "Processor time of the process",
      samples: [{ suffix: "_total", value: cpuMs / 1000 }],
    });
  }
  return families;
}

/** Returns a user's own metrics, each with its newest value under each set of tags. */
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

/** Labels that the format gives a meaning, in histograms and summaries. */
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

/** Replaces what the format forbids: a letter comes first, then letters, digits and underscores. */
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
