/**
 * Golden runs: what they are, where they are kept, and how they are replayed.
 */

import { gunzipSync, gzipSync } from "node:zlib";
import { encode } from "../../src/core/data/plain.ts";
import { type Digest, Digester } from "./digest.ts";
import { type Command, goldenMachine, type RootConfig, stepRoot } from "./machine.ts";
import { currentCommand, currentConfig, recordedEvent } from "./renames.ts";

/** A recorded run of the root machine, from its first state on; plain JSON. */
export interface GoldenRun {
  /** What it is called in messages. */
  readonly name: string;
  /** The faults of the simulation that it was recorded from, by name. */
  readonly faults: readonly string[];
  /** The config of the machine. */
  readonly config: RecordedConfig;
  /** Every command and the instant at which it was stepped, in order. */
  readonly commands: readonly RecordedEntry[];
  /** The version of the machine that steps it so: another one must have another number. */
  readonly version: number;
  /** What its events were, and its last state. */
  readonly digest: Digest;
}

/** A config with the names of when it was recorded. */
export type RecordedConfig = Readonly<Record<string, unknown>>;

/** A command with the names of when it was recorded. */
export type RecordedCommand = Readonly<Record<string, unknown>> & { readonly type: string };

/** A command and the instant at which it is stepped. */
export type RecordedEntry = readonly [at: number, command: RecordedCommand];

/** A command that was replayed, in the names in use. */
export interface Replayed {
  /** The instant. */
  readonly at: number;
  /** What was stepped. */
  readonly command: Command;
  /** What happened. */
  readonly events: readonly object[];
  /** The state after it, which later steps change. */
  readonly state: object;
}

/** The version of the machine in use. */
export const VERSION: number = goldenMachine({}).version ?? 1;

/** Replays commands on a root machine in its first state, one for each value that is taken. */
export function* replay(
  config: RecordedConfig,
  commands: Iterable<RecordedEntry>,
): Generator<Replayed> {
  const machine = goldenMachine(currentConfig(config) as RootConfig);
  const state = machine.init();
  for (const [at, recorded] of commands) {
    const command = currentCommand(recorded) as unknown as Command;
    yield { at, command, events: stepRoot(machine, state, command, at), state };
  }
}

/** Replays a run and digests its events, in the names of when it was recorded. */
export function digestOf(
  { config, commands }: Pick<GoldenRun, "config" | "commands">,
  look: (replayed: Replayed) => void = () => {},
): Digest {
  const digester = new Digester();
  let state: object = {};
  for (const replayed of replay(config, commands)) {
    look(replayed);
    state = replayed.state;
    digester.add(
      replayed.events.map((event) => recordedEvent(event as { readonly type: string } & object)),
    );
  }
  return digester.digest(encode(state));
}

const FOLDER = new URL("./runs/", import.meta.url);
const SUFFIX = ".jsonl.gz";

/** The names of all groups of runs, sorted. */
export function groupNames(): string[] {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name);
  return files.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length))
    .sort();
}

/** Reads the runs of a group. */
export function readRuns(group: string): GoldenRun[] {
  const text = gunzipSync(Deno.readFileSync(fileOf(group))).toString();
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Writes the runs of a group, one on each line; the same runs give the same bytes. */
export function writeRuns(group: string, runs: readonly GoldenRun[]): void {
  const text = runs.map((run) => `${JSON.stringify(run)}\n`).join("");
  Deno.mkdirSync(FOLDER, { recursive: true });
  Deno.writeFileSync(fileOf(group), gzipSync(text, { level: 9 }));
}

function fileOf(group: string): URL {
  return new URL(group + SUFFIX, FOLDER);
}
