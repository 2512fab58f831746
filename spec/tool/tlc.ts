/**
 * Runs TLC and reads its report.
 *
 * @module
 */

import { readState, type Variables } from "./dot.ts";

/** A run of TLC. */
export interface TlcJob {
  readonly jar: string;
  /** An archive of TLC's classes, see `archive.ts`. */
  readonly archive?: string | undefined;
  /** A folder for this run alone, with all modules and the configuration in it. */
  readonly folder: string;
  /** The module's name, without `.tla`. */
  readonly module: string;
  /** The configuration's name, without `.cfg`. */
  readonly config: string;
  /** Whether to write the graph of states to `graph.dot`. */
  readonly dump: boolean;
  /** Whether a state without a step is reported. @default false */
  readonly deadlock?: boolean;
  /** Whether it takes more than some 20 s, so that the optimizing compiler pays. @default false */
  readonly isLong?: boolean;
  readonly timeoutMs: number;
}

/** One state of a counterexample. */
export interface Step {
  /** The definition that led to it. */
  readonly action: string;
  readonly state: Variables;
}

/** Result of a run of TLC. */
export interface TlcResult {
  /** TLC's exit code, or -1 when it took too long. */
  readonly exit: number;
  /** The invariant or property that does not hold, when TLC names it. */
  readonly violated: string | undefined;
  /** Number of distinct states that were found, and of the steps that led to them. */
  readonly states: number;
  readonly transitions: number;
  /**
   * Number of states on the longest of the shortest paths to a state; on the counterexample where
   * TLC does not print it.
   */
  readonly depth: number;
  /** The states that lead to a violation; empty when there is none. */
  readonly counterexample: readonly Step[];
  /** The infinite end of a counterexample, if it has one. */
  readonly loop: string | undefined;
  readonly output: string;
  readonly seconds: number;
}

/** Runs TLC. The result is deterministic: one worker, and fixed seeds. */
export async function runTlc(job: TlcJob): Promise<TlcResult> {
  const started = performance.now();
  await prepare(job.folder);
  const signal = AbortSignal.timeout(job.timeoutMs);
  const child = new Deno.Command("java", {
    args: argumentsOf(job),
    cwd: job.folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout) + decoder.decode(stderr);
  const seconds = (performance.now() - started) / 1000;
  return { exit: signal.aborted ? -1 : code, ...readOutput(output), output, seconds };
}

/** Prepares a home folder that says that TLC must not send statistics; it would ask. */
export async function prepare(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/home/.tlaplus`, { recursive: true });
  await Deno.writeTextFile(`${folder}/home/.tlaplus/esc.txt`, "NO_STATISTICS\n");
  await Deno.mkdir(`${folder}/meta`, { recursive: true });
  await Deno.mkdir(`${folder}/temporary`, { recursive: true });
}

/** Returns the arguments of `java` for a run. */
export function argumentsOf(job: TlcJob): string[] {
  const { jar, archive, folder, module, config, dump, deadlock = false, isLong = false } = job;
  return [
    ...["-Xmx1g", "-XX:+UseSerialGC", "-Xshare:auto"],
    ...(isLong ? [] : ["-XX:TieredStopAtLevel=1"]),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    `-Djava.io.tmpdir=${folder}/temporary`,
    `-Duser.home=${folder}/home`,
    ...["-cp", jar, "tlc2.TLC"],
    ...["-metadir", `${folder}/meta`, "-workers", "1", "-fp", "0", "-seed", "1"],
    // The option says not to report it.
    ...(deadlock ? [] : ["-deadlock"]),
    ...["-lncheck", "final"],
    ...(dump ? ["-dump", "dot,actionlabels", "graph.dot"] : []),
    ...["-config", `${config}.cfg`, module],
  ];
}

/** Reads TLC's report. */
export function readOutput(
  output: string,
): Pick<
  TlcResult,
  "violated" | "states" | "transitions" | "depth" | "counterexample" | "loop"
> {
  const found = [...output.matchAll(/^([\d,]+) states generated, ([\d,]+) distinct/gm)].at(-1);
  const depth = /depth of the complete state graph search is (\d+)/.exec(output);
  const violated = /(?:Invariant|Action property|Property) (\S+) (?:of \S+ )?is violated/.exec(
    output,
  )?.[1];
  const loop = /^(?:State \d+: Stuttering|Back to state (\d+))/m.exec(output);
  const counterexample = readSteps(output);
  return {
    violated,
    states: numberOf(found?.[2]),
    transitions: numberOf(found?.[1]),
    depth: depth === null ? counterexample.length : numberOf(depth[1]),
    counterexample,
    loop: loop === null ? undefined : loop[1] === undefined ? "nothing more" : `step ${loop[1]}`,
  };
}

function numberOf(text: string | undefined): number {
  return text === undefined ? 0 : Number(text.replaceAll(",", ""));
}

function readSteps(output: string): Step[] {
  const header = /^State \d+: <(\w+)[^\n]*>\n((?:.+\n)*)/gm;
  return [...output.matchAll(header)].map(([, action, state]) => ({
    action: action!,
    state: readState(state!.trimEnd()),
  }));
}
