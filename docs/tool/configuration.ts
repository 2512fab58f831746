/**
 * The tables of options, from their types and from the tables of their defaults.
 *
 * @module
 */

import { configFiles, type Defaults, literal, readDefaults } from "./options.ts";
import { type Field, readShapes } from "./symbols.ts";

/** The sections of the page, in order: a class, and the interface of its options. */
const SECTIONS: readonly { heading: string; shape: string; about: string }[] = [
  {
    heading: "CoordinationManager",
    shape: "CoordinationConfig",
    about: "The first argument. Options with a section below are passed to that subsystem.",
  },
  {
    heading: "Agents of a CoordinationManager",
    shape: "AgentOptions",
    about: "Its option `agents`.",
  },
  {
    heading: "Conflicts of a CoordinationManager",
    shape: "ConflictOptions",
    about: "Its option `conflicts`.",
  },
  {
    heading: "TaskScheduler, AdvancedTaskScheduler",
    shape: "TaskSchedulerConfig",
    about: "The first argument. Each task can override limits and retries.",
  },
  {
    heading: "WorkStealingCoordinator",
    shape: "WorkStealingConfig",
    about: "The first argument, and the option `workStealing` of a `CoordinationManager`.",
  },
  {
    heading: "ResourceManager",
    shape: "ResourceManagerConfig",
    about: "The first argument. Each `acquire` can set a priority, a timeout and a lease.",
  },
  {
    heading: "MessageRouter",
    shape: "MessageRouterConfig",
    about: "The first argument.",
  },
  {
    heading: "CircuitBreaker",
    shape: "CircuitBreakerConfig",
    about:
      "The second argument, after the name. `CircuitBreakerManager` takes the same options as its " +
      "first argument, as the defaults of its breakers.",
  },
  {
    heading: "CircuitBreakerManager",
    shape: "BreakerConfig",
    about: "The first argument, in addition to the options of its breakers.",
  },
  {
    heading: "ConflictResolver",
    shape: "ConflictResolverOptions",
    about: "The last argument.",
  },
  {
    heading: "OptimisticLockManager",
    shape: "OptimisticLockOptions",
    about: "The last argument.",
  },
  {
    heading: "CoordinationMetricsCollector",
    shape: "MetricsCollectorOptions",
    about: "The last argument.",
  },
  {
    heading: "EventBus",
    shape: "EventBusOptions",
    about: "The second argument; the first enables debug mode.",
  },
];

const INTRODUCTION = `# Configuration

Every option of every class, with its unit and its default. This page is generated from the source
(\`deno task docs\`), and a test compares the two.

All options are optional. A malformed one throws a \`TypeError\` or a \`RangeError\` that names it when
the object is created. A class ignores the options of other classes, so one config can be passed to
all of them.

A time limit of 0 is no limit: \`resourceTimeout\`, \`messageTimeout\`, \`callTimeoutMs\`, \`voteTimeoutMs\`,
\`heartbeatTimeoutMs\`, and the \`timeoutMs\` of each call and each task. A limit that is left out is that
of the config. \`waitMs\` is no such limit: with 0 a call does not wait.

\`\`\`ts
import { CoordinationManager, MessageRouter, ResourceManager, TaskScheduler } from "@lockstep/lockstep";

const config = {
  maxRetries: 3,
  retryDelay: 1_000,
  deadlockDetection: true,
  resourceTimeout: 30_000,
  messageTimeout: 10_000,
};
await using manager = new CoordinationManager(config);
await using tasks = new TaskScheduler(config);
await using locks = new ResourceManager(config);
await using messages = new MessageRouter(config);
\`\`\`

Every constructor also takes \`options.clock\`, for tests with a \`SimulatedClock\`, and every class with
a state takes \`options.journal\`.
`;

/** Returns the text of the page. */
export async function configurationPage(): Promise<string> {
  const shapes = await readShapes("mod.ts", ...configFiles());
  const defaults = await readDefaults();
  const sections = SECTIONS.map(({ heading, shape, about }) => {
    const { fields } = shapes.get(shape)!;
    const rows = fields.filter(isOption).map((field) => rowOf(field, defaultOf(field, defaults)));
    return `## ${heading}\n\n${about}\n\n${HEAD}\n${rows.join("\n")}`;
  });
  return [INTRODUCTION, ...sections].join("\n\n");
}

const HEAD = "| Option | Unit | Default | What it does |\n| --- | --- | --- | --- |";

/** Whether a field is an option of its class: some only allow the config of another one. */
function isOption({ name, doc, type }: Field): boolean {
  return doc !== "For other subsystems." && !["clock", "log", "host"].includes(name) &&
    type !== "Dispatcher";
}

/**
 * The default of an option: that of its table, unless a sentence in its comment says how it is
 * computed.
 */
export function defaultOf(
  { name, folder, fallback }: Field,
  defaults: Defaults,
): string | undefined {
  const value = defaults.get(folder)?.get(name);
  const isComputed = value === undefined || fallback?.includes(" ") === true;
  return isComputed ? fallback : literal(value);
}

function rowOf(field: Field, stated: string | undefined): string {
  const fallback = stated === undefined ? "–" : marked(stated);
  return `| \`${field.name}\` | ${escaped(unitOf(field))} | ${fallback} | ${escaped(field.doc)} |`;
}

/** Formats a value as code, and leaves a sentence as it is. */
function marked(fallback: string): string {
  return /^([\d_.]+|true|false|".*"|\{\}|\w+)$/.test(fallback)
    ? `\`${fallback}\``
    : escaped(fallback);
}

/** The unit of a number, or the possible values. */
export function unitOf({ name, type }: Field): string {
  if (type !== "number") return type === "boolean" ? "`true`, `false`" : valuesOf(type);
  if (/(Ms|[tT]imeout|Delay|Interval)$/.test(name)) return "ms";
  if (/(Rate|Jitter)$/.test(name)) return "share, 0 to 1";
  if (name.endsWith("Factor")) return "factor";
  return name === "seed" ? "integer" : "count";
}

function valuesOf(type: string): string {
  if (/^[A-Z]/.test(type)) return `\`${type}\``;
  return type.split(" | ").map((value) => `\`${value}\``).join(", ");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
