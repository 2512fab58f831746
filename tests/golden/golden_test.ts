/**
 * Replays recorded runs of the root machine: they have the same events as when they were recorded,
 * so that a change of events by a rebuilt machine is seen.
 */

import { assert, assertEquals, assertNotEquals, fail } from "@std/assert";
import { canonical, CHUNK, type Digest } from "./digest.ts";
import { digestOf, type GoldenRun, groupNames, readRuns, type Replayed, VERSION } from "./runs.ts";
import { currentCommand, currentConfig, recordedEvent } from "./renames.ts";
import { COMMANDS, EVENTS, type Presence } from "./vocabulary.ts";

const LEAST_RUNS = 300;

/** What the replayed runs contain, in the names in use. */
const seen = { runs: 0, commands: new Set<string>(), events: new Set<string>() };

/** A run whose events are not those that were recorded. */
interface Difference {
  readonly run: GoldenRun;
  /** The first command after which they may differ, from 0. */
  readonly first: number;
  /** What they come to, or why there are no more. */
  readonly digest: Digest | undefined;
  readonly error: unknown;
}

/** Replays `run`; `undefined` when it has the recorded events. */
function differenceOf(run: GoldenRun): Difference | undefined {
  let steps = 0;
  try {
    const digest = digestOf(run, ({ command, events }) => {
      steps++;
      note(command);
      for (const { type } of events as { type: string }[]) seen.events.add(type);
    });
    if (canonical(digest) === canonical(run.digest)) return undefined;
    const chunk = digest.chunks.findIndex((hash, i) => hash !== run.digest.chunks[i]);
    const first = chunk < 0 ? run.commands.length : chunk * CHUNK;
    return { run, first, digest, error: undefined };
  } catch (error) {
    return { run, first: steps, digest: undefined, error };
  }
}

function note(command: { readonly type: string; readonly command?: { readonly type: string } }) {
  seen.commands.add(command.type);
  if (command.command !== undefined) note(command.command);
}

/** Says which runs differ, and shows the steps that differ in the one that does so first. */
function report(differences: readonly Difference[]): string {
  const [earliest] = [...differences].sort((a, b) => a.first - b.first);
  const { run, first, digest, error } = earliest!;
  const runs = differences.map(({ run: { name }, first }) => `${name} (from command ${first})`);
  if (differences.every(({ run: { commands }, first }) => first === commands.length)) {
    const way =
      "journals of this version lead to other states than before, so it needs another number";
    return `${differences.length} runs have other states, by the same events: ${runs.join()}; ${way}`;
  }
  const lines = [
    `${differences.length} runs have other events: ${runs.join(", ")}`,
    error === undefined
      ? `${run.name}: ${digest!.events} events, recorded were ${run.digest.events}; ` +
        `the first difference is among commands ${first} to ${
          first + CHUNK - 1
        }, which have these events:`
      : `${run.name}: command ${first} throws ${error}:`,
  ];
  for (const { at, command, events } of stepsOf(run, first, error === undefined ? CHUNK : 0)) {
    lines.push(`at ${at} ${JSON.stringify(command)}`);
    for (const event of events) lines.push(`    ${canonical(event)}`);
  }
  if (error !== undefined) lines.push(JSON.stringify(run.commands[first]));
  return lines.join("\n");
}

function stepsOf(run: GoldenRun, first: number, count: number): Replayed[] {
  const steps: Replayed[] = [];
  const commands = run.commands.slice(0, first + count);
  digestOf({ ...run, commands }, (replayed) => steps.push(replayed));
  return steps.slice(first);
}

const checked = new Map<string, readonly Difference[]>();

/** The differences of all runs of a group, which are replayed once. */
function check(group: string): readonly Difference[] {
  const known = checked.get(group);
  if (known !== undefined) return known;
  const runs = readRuns(group);
  seen.runs += runs.length;
  const differences = runs.map(differenceOf).filter((difference) => difference !== undefined);
  checked.set(group, differences);
  return differences;
}

for (const group of groupNames()) {
  Deno.test(`the golden runs of ${group} have the events that were recorded`, () => {
    const differences = check(group);
    if (differences.length > 0) fail(report(differences));
  });
}

function recorded(vocabulary: Readonly<Record<string, Presence>>): string[] {
  return Object.keys(vocabulary).filter((name) => vocabulary[name] === "recorded").sort();
}

Deno.test("the golden runs are 300 or more, with every command and event said to be recorded", () => {
  groupNames().forEach(check);
  assert(seen.runs >= LEAST_RUNS, `there are ${seen.runs} runs`);
  assertEquals([...seen.commands].sort(), recorded(COMMANDS));
  assertEquals([...seen.events].sort(), recorded(EVENTS));
});

Deno.test("the golden runs are of the version of the machine", () => {
  for (const group of groupNames()) {
    for (const { name, version } of readRuns(group)) assertEquals(version, VERSION, name);
  }
});

Deno.test("a golden run with another state and the same events is reported", () => {
  const run = readRuns("philosophers")[0]!;
  const difference = differenceOf({ ...run, digest: { ...run.digest, state: "" } })!;
  assert(report([difference]).includes("1 runs have other states, by the same events"));
});

Deno.test("a golden run that differs is reported with its first command that differs", () => {
  const run = readRuns("philosophers")[0]!;
  const chunks = run.digest.chunks.with(3, "00000000");
  const difference = differenceOf({ ...run, digest: { ...run.digest, chunks } })!;
  assertEquals(difference.first, 3 * CHUNK);
  assert(report([difference]).includes(`${run.name} (from command 30)`));
});

Deno.test("the digest of events depends on their values, not on the order of keys", () => {
  assertEquals(canonical({ a: 1, b: [undefined, -0] }), canonical({ b: [undefined, -0], a: 1 }));
  assertEquals(canonical({ a: 1, b: undefined }), canonical({ a: 1 }));
  assertEquals(canonical([new Map([[1, Infinity]])]), '[["$map",[1,["$number","Infinity"]]]]');
  assertNotEquals(canonical({ a: 0 }), canonical({ a: -0 }));
  assertNotEquals(canonical(new Set([1, 2])), canonical(new Set([2, 1])));
});

Deno.test("names in runs are translated to those in use, and names in events back", () => {
  const none = { types: {}, fields: {}, values: {} };
  const renames = {
    commands: {
      types: { submit: "add" },
      fields: { "submit task.needs": "requires", "* task": "spec" },
      values: { "submit task.kind big": "large" },
    },
    events: {
      types: { "task:made": "task:created" },
      fields: { "* task": "spec", "task:made task.needs": "requires" },
      values: { "task:made task.kind big": "large" },
    },
    configs: { ...none, fields: { "config tasks.most": "maxTasks" } },
  };
  const task = { needs: ["x"], kind: "big" };
  const spec = { requires: ["x"], kind: "large" };
  const submit = { type: "submit", task };
  const add = { type: "add", spec };
  assertEquals(currentCommand(submit, renames), add);
  assertEquals(
    currentCommand({ type: "as-agent", agentId: "a", command: submit }, renames),
    { type: "as-agent", agentId: "a", command: add },
  );
  assertEquals(
    recordedEvent({ type: "task:created", command: "add", spec }, renames),
    { type: "task:made", command: "submit", task },
  );
  assertEquals(currentConfig({ tasks: { most: 1 } }, renames), { tasks: { maxTasks: 1 } });
});
