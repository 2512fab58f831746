/**
 * Parses a workflow file, YAML or JSON, into a {@linkcode Workflow}.
 *
 * All problems are reported together: those of the shape of each part, then those of references
 * (`checks.ts`). JSON needs no parser of its own, since YAML 1.2 contains it.
 *
 * @module
 */

import { readPatterns } from "../locks/paths.ts";
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { LARGEST_PRIORITY } from "../core/arguments.ts";
import { checkReferences, type References } from "./checks.ts";
import { type Problem, WorkflowError } from "./problems.ts";
import { DEFAULT_BREAKER } from "./workflow.ts";
import type {
  Workflow,
  WorkflowAgent,
  WorkflowBreaker,
  WorkflowLock,
  WorkflowTask,
  WorkflowTaskLock,
} from "./workflow.ts";
import { type Entry, show, YamlReader } from "./yaml_reader.ts";

const WORKFLOW_KEYS = ["agents", "tasks", "locks", "env", "defaults", "breaker"];
const BREAKER_KEYS = ["failures", "cooldown"];
const DEFAULTS_KEYS = ["timeout", "retries"];
const AGENT_KEYS = ["capabilities", "slots", "env"];
const LOCK_KEYS = ["capacity"];
const TASK_LOCK_KEYS = ["mode", "units"];
const TASK_KEYS = [
  "run",
  "name",
  "description",
  "needs",
  "when",
  "locks",
  "files",
  "requires",
  "agent",
  "prefers",
  "priority",
  "timeout",
  "retries",
  "env",
  "cwd",
];

/** Maximum of slots of an agent, units of a lock, and retries of a task. */
const MOST = 10_000;
const COUNT = { least: 1, most: MOST, integer: true };

/**
 * Parses a workflow.
 *
 * @param source The text of the file, YAML or JSON
 * @param file The name of the file in messages. @default "workflow"
 * @throws {WorkflowError} with all problems of the file
 *
 * @example
 * ```ts
 * import { parseWorkflow, runWorkflow } from "@lockstep/lockstep/cli";
 *
 * const workflow = parseWorkflow("tasks: { hello: { run: echo hello } }");
 * const report = await runWorkflow(workflow);
 * console.log(report.exitCode); // 0
 * ```
 */
export function parseWorkflow(source: string, file: string = "workflow"): Workflow {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false, // the reader reports them with the line of the first one
  });
  const reader = new YamlReader(document, lines);
  reportSyntax(document, reader);
  const workflow = reader.problems.length === 0
    ? readWorkflow(reader, document.contents)
    : undefined;
  if (workflow === undefined || reader.problems.length > 0) {
    throw new WorkflowError(file, inOrder(reader.problems), source);
  }
  return workflow;
}

/** Reports the first syntax error, since the others follow from it, or else all undefined aliases. */
function reportSyntax(document: Document, reader: YamlReader): void {
  const report = (offset: number, message: string, around?: number) => {
    const task = around === undefined ? undefined : taskAt(document.contents, around);
    const subject = task === undefined ? undefined : `task ${JSON.stringify(task)}`;
    reader.report(reader.atOffset(offset), subject, message);
  };
  const errors = [...document.errors, ...document.warnings];
  const [first] = errors.sort((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) {
    const { code, message, pos: [offset] } = first;
    if (code === "MULTIPLE_DOCS") {
      return report(offset, "not YAML: there must be one document, got another");
    }
    const remedy = REMEDIES.get(code);
    const around = code === "BAD_INDENT" ? offset - 1 : offset; // something before it is not closed
    return report(
      offset,
      `not YAML: ${message}${remedy === undefined ? "" : `; ${remedy}`}`,
      around,
    );
  }
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      const rule = `alias "*${alias.source}" must follow an anchor "&${alias.source}", got none`;
      const offset = alias.range?.[0] ?? 0;
      report(offset, `${rule}; put a text that begins with * in quotes`, offset);
    },
  });
}

/** The usual remedy for an error of the YAML library, by its code. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["BLOCK_AS_IMPLICIT_KEY", 'put a text that contains ": " in quotes'],
  ["BLOCK_IN_FLOW", 'put a text that contains ": " in quotes'],
  ["UNEXPECTED_TOKEN", "put the whole text in quotes"],
  ["BAD_SCALAR_START", "put the text in quotes"],
  ["TAG_RESOLVE_FAILED", "put a text that begins with ! in quotes"],
  ["BAD_DQ_ESCAPE", "in single quotes, a backslash is a character like any other"],
]);

/** The id of the task around `offset`, as far as the document could be parsed. */
function taskAt(root: Node | null, offset: number): string | undefined {
  const tasks = entryAt(root, offset);
  if (tasks?.name !== "tasks") return undefined;
  return entryAt(tasks.value, offset)?.name;
}

/** The last entry of a mapping that begins before `offset`. */
function entryAt(mapping: unknown, offset: number): { name: string; value: unknown } | undefined {
  if (!isMap(mapping)) return undefined;
  const pair = mapping.items.findLast(({ key }) =>
    isScalar(key) && (key.range?.[0] ?? Infinity) <= offset
  );
  return isScalar(pair?.key) ? { name: String(pair.key.value), value: pair.value } : undefined;
}

function inOrder(problems: Problem[]): Problem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

interface Defaults {
  readonly timeoutMs: number | undefined;
  readonly retries: number;
}

function readWorkflow(reader: YamlReader, root: Node | null): Workflow | undefined {
  if (root === null || !reader.isMapping(root)) {
    const rule = "a workflow must be a mapping with the key tasks";
    return reader.report(reader.at(root), undefined, `${rule}, got ${show(root)}`);
  }
  const fields = reader.fields(root, undefined, "a workflow", WORKFLOW_KEYS);
  const env = fields.get("env");
  const references: References = new Map();
  const breaker = readBreaker(reader, fields.get("breaker"));
  const workflow = {
    agents: readAgents(reader, fields.get("agents")),
    tasks: readTasks(reader, root, fields.get("tasks"), references, readDefaults(reader, fields)),
    locks: readLocks(reader, fields.get("locks")),
    env: env === undefined ? new Map<string, string>() : reader.environment(env.value, undefined),
    ...breaker !== undefined && { breaker },
  };
  checkReferences(workflow, references, reader);
  return workflow;
}

function readDefaults(reader: YamlReader, fields: ReadonlyMap<string, Entry>): Defaults {
  const entry = fields.get("defaults");
  if (entry === undefined) return { timeoutMs: undefined, retries: 0 };
  const subject = "defaults";
  const defaults = reader.fields(entry.value, undefined, subject, DEFAULTS_KEYS);
  return readLimits(reader, defaults, subject, { timeoutMs: undefined, retries: 0 });
}

function readLimits(
  reader: YamlReader,
  fields: ReadonlyMap<string, Entry>,
  subject: string,
  defaults: Defaults,
): Defaults {
  const timeout = fields.get("timeout");
  const retries = fields.get("retries");
  const limits = { least: 0, most: MOST, integer: true };
  return {
    timeoutMs: timeout === undefined
      ? defaults.timeoutMs
      : reader.duration(timeout.value, subject, "timeout"),
    retries: retries === undefined
      ? defaults.retries
      : reader.number(retries.value, subject, "retries", limits) ?? 0,
  };
}

function readBreaker(reader: YamlReader, entry: Entry | undefined): WorkflowBreaker | undefined {
  if (entry === undefined) return undefined;
  const subject = "breaker";
  const fields = reader.fields(entry.value, undefined, subject, BREAKER_KEYS);
  const failures = fields.get("failures");
  const cooldown = fields.get("cooldown");
  const count = { least: 0, most: MOST, integer: true };
  return {
    failures: failures === undefined
      ? DEFAULT_BREAKER.failures
      : reader.number(failures.value, subject, "failures", count) ?? 0,
    cooldownMs: cooldown === undefined
      ? DEFAULT_BREAKER.cooldownMs
      : reader.duration(cooldown.value, subject, "cooldown") ?? 1,
  };
}

function readAgents(reader: YamlReader, entry: Entry | undefined): WorkflowAgent[] {
  if (entry === undefined) return [];
  const agents = reader.entries(entry.value, undefined, "agents") ?? [];
  return agents.map(({ name, value }) => readAgent(reader, name, value));
}

function readAgent(reader: YamlReader, id: string, node: Node): WorkflowAgent {
  const subject = `agent ${JSON.stringify(id)}`;
  if (reader.isEmpty(node)) return { id, capabilities: [], slots: 1, env: new Map() };
  const fields = reader.fields(node, subject, "an agent", AGENT_KEYS);
  const capabilities = fields.get("capabilities");
  const slots = fields.get("slots");
  const env = fields.get("env");
  return {
    id,
    capabilities: capabilities === undefined
      ? []
      : reader.names(capabilities.value, subject, "capabilities").map(({ name }) => name),
    slots: slots === undefined ? 1 : reader.number(slots.value, subject, "slots", COUNT) ?? 1,
    env: env === undefined ? new Map() : reader.environment(env.value, subject),
  };
}

function readLocks(reader: YamlReader, entry: Entry | undefined): WorkflowLock[] {
  if (entry === undefined) return [];
  return (reader.entries(entry.value, undefined, "locks") ?? []).map(({ name, value }) => {
    const subject = `lock ${JSON.stringify(name)}`;
    if (reader.isEmpty(value)) return { name, capacity: 1 };
    const capacity = reader.fields(value, subject, "a lock", LOCK_KEYS).get("capacity");
    if (capacity === undefined) return { name, capacity: 1 };
    return { name, capacity: reader.number(capacity.value, subject, "capacity", COUNT) ?? MOST };
  });
}

function readTasks(
  reader: YamlReader,
  root: Node,
  entry: Entry | undefined,
  references: References,
  defaults: Defaults,
): WorkflowTask[] {
  if (entry === undefined) {
    reader.report(reader.at(root), undefined, "a workflow must have the key tasks, got none");
    return [];
  }
  const entries = reader.entries(entry.value, undefined, "tasks");
  if (entries?.length === 0) {
    reader.report(entry.at, undefined, "tasks must name at least one task, got none");
  }
  return (entries ?? []).map((each) => readTask(reader, each, references, defaults));
}

function readTask(
  reader: YamlReader,
  { name: id, at, value: node }: Entry,
  references: References,
  defaults: Defaults,
): WorkflowTask {
  const subject = `task ${JSON.stringify(id)}`;
  const fields = reader.fields(node, subject, "a task", TASK_KEYS);
  const read = <Result>(key: string, how: (node: Node) => Result): Result | undefined => {
    const field = fields.get(key);
    return field === undefined ? undefined : how(field.value);
  };
  const text = (key: string) => read(key, (value) => reader.text(value, subject, key));
  const names = (key: string) => read(key, (value) => reader.names(value, subject, key)) ?? [];

  const run = read("run", (value) => reader.texts(value, subject, "run"));
  if (!fields.has("run") && reader.isMapping(node)) {
    reader.report(at, subject, "a task must have the key run, got none");
  }
  const needs = names("needs");
  const requires = names("requires");
  const files = names("files");
  for (const { name, at } of files) checkPattern(reader, subject, name, at);
  const agent = read("agent", (value) => reader.name(value, subject, "agent"));
  const prefers = read("prefers", (value) => reader.name(value, subject, "prefers"));
  const locks = read("locks", (value) => readTaskLocks(reader, subject, value)) ?? [];
  references.set(id, {
    at,
    needs,
    requires,
    agent,
    prefers,
    locks,
    when: fields.get("when")?.at ?? at,
  });
  const priority = { least: -LARGEST_PRIORITY, most: LARGEST_PRIORITY, integer: false };
  return {
    id,
    name: text("name")?.replace(INVISIBLE, " ").trim(),
    description: text("description"),
    run: (run ?? []).join("\n"),
    needs: needs.map(({ name }) => name),
    when: read("when", (value) => reader.oneOf(value, subject, "when", WHENS)) ?? "succeeded",
    locks: locks.map(({ at: _, ...lock }) => lock),
    ...(files.length > 0 && { files: files.map(({ name }) => name) }),
    requires: requires.map(({ name }) => name),
    agent: agent?.name,
    prefers: prefers?.name,
    priority: read("priority", (value) => reader.number(value, subject, "priority", priority)) ?? 0,
    ...readLimits(reader, fields, subject, defaults),
    env: read("env", (value) => reader.environment(value, subject)) ?? new Map(),
    cwd: text("cwd"),
  };
}

// deno-lint-ignore no-control-regex -- a name has one line
const INVISIBLE = /[\s\u0000-\u001f\u007f-\u009f]+/g;

const WHENS = ["succeeded", "failed", "always"] as const;
const MODES = ["exclusive", "shared"] as const;

/** Reports a pattern of paths that is malformed, or leads out of the directory. */
function checkPattern(
  reader: YamlReader,
  subject: string,
  pattern: string,
  at: Entry["at"],
): void {
  try {
    readPatterns([pattern], () => "reserve files");
  } catch (error) {
    const rule = (error as Error).message.replace(/^Cannot reserve files: /, "");
    reader.report(at, subject, `files: ${rule}`);
  }
}

/** Reads locks: a list of names, or a mapping from names to mode and units. */
function readTaskLocks(
  reader: YamlReader,
  subject: string,
  node: Node,
): (WorkflowTaskLock & { at: Entry["at"] })[] {
  if (!reader.isMapping(node)) {
    return reader.names(node, subject, "locks")
      .map(({ name, at }) => ({ name, at, mode: "exclusive", units: 1 }));
  }
  return (reader.entries(node, subject, "locks") ?? []).map(({ name, at, value }) => {
    if (reader.isEmpty(value)) return { name, at, mode: "exclusive", units: 1 };
    const what = `lock ${JSON.stringify(name)}`;
    const fields = reader.fields(value, subject, what, TASK_LOCK_KEYS);
    const mode = fields.get("mode");
    const units = fields.get("units");
    return {
      name,
      at,
      mode: mode === undefined
        ? "exclusive"
        : reader.oneOf(mode.value, subject, `mode of ${what}`, MODES) ?? "exclusive",
      units: units === undefined
        ? 1
        : reader.number(units.value, subject, `units of ${what}`, COUNT) ?? 1,
    };
  });
}
