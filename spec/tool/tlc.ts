/**
 * Runs TLC and reads its report.
 *
 * @module
 */

import { readState, type Variables } from "./dot.ts";

/** A run of TLC. */
export interface TlcJob {
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

/** The program that runs TLC for one job after another. */
const RUNNER = `${import.meta.dirname}/TlcRunner.java`;

/** Returns the text of the program. */
export function readRunner(): Promise<string> {
  return Deno.readTextFile(RUNNER);
}

/** A model in which TLC loads what has names of its own. None of its names is one of a specification. */
const FIRST = `---- MODULE First ----
EXTENDS Integers, Sequences, FiniteSets, TLC
VARIABLE first
FirstInit == first = <<>>
FirstNext == \\E first1 \\in 1..2 :
  Len(first) < 2 /\\ first' = Append(first, [first2 |-> first1, first3 |-> {first1}])
FirstSpec == FirstInit /\\ [][FirstNext]_first /\\ WF_first(FirstNext)
FirstFew == Cardinality(DOMAIN first) < 3
FirstGrows == [][Len(first') > Len(first)]_first
FirstEnds == <>(Len(first) = 2)
====
`;
const CONFIG = "SPECIFICATION FirstSpec\nINVARIANT FirstFew\nPROPERTIES FirstGrows FirstEnds\n";

/** Processes of Java in which TLC runs: as many as there are jobs at once. */
export class Tlc {
  readonly #jar: string;
  /** A folder that they may write to. */
  readonly #folder: string;
  readonly #idle: TlcProcess[] = [];
  #started = 0;

  constructor(jar: string, folder: string) {
    this.#jar = jar;
    this.#folder = folder;
  }

  /** Runs a job. The result is deterministic: one worker, fixed seeds, and no trace of earlier jobs. */
  async run(job: TlcJob): Promise<TlcResult> {
    const process = this.#idle.pop() ?? await this.#start();
    const started = performance.now();
    const timer = setTimeout(() => process.kill(), job.timeoutMs);
    const exit = await process.run(job);
    clearTimeout(timer);
    if (exit !== -1) this.#idle.push(process);
    const seconds = (performance.now() - started) / 1000;
    const output = await Deno.readTextFile(`${job.folder}/report.txt`).catch(() => "");
    return { exit, ...readOutput(output), output, seconds };
  }

  /** Ends the processes. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((process) => process.close()));
  }

  async #start(): Promise<TlcProcess> {
    const folder = `${this.#folder}/java-${this.#started++}`;
    await Deno.mkdir(`${folder}/temporary`, { recursive: true });
    // It says that TLC must not send statistics, as TLC would ask.
    await Deno.mkdir(`${folder}/home/.tlaplus`, { recursive: true });
    await Deno.writeTextFile(`${folder}/home/.tlaplus/esc.txt`, "NO_STATISTICS\n");
    await Deno.writeTextFile(`${folder}/First.tla`, FIRST);
    await Deno.writeTextFile(`${folder}/First.cfg`, CONFIG);
    const process = new TlcProcess(this.#jar, folder);
    const exit = await process.run({ folder, module: "First", config: "First", dump: true });
    if (exit === 0) return process;
    await process.close();
    const report = await Deno.readTextFile(`${folder}/report.txt`).catch(() => "");
    throw new Error(`Cannot run TLC: it ended with ${exit}\n${report}${await process.errors}`);
  }
}

/** A process that runs one job at a time. */
class TlcProcess {
  /** What it wrote to its standard error. */
  readonly errors: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  constructor(jar: string, folder: string) {
    this.#child = new Deno.Command("java", {
      args: [
        ...["-Xmx2g", "-XX:+UseSerialGC"],
        `-Djava.io.tmpdir=${folder}/temporary`,
        `-Duser.home=${folder}/home`,
        ...["-cp", jar, RUNNER],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.errors = new Response(this.#child.stderr).text();
    this.#input = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Runs a job. Returns the exit code of TLC, or -1 when the process ended. */
  async run(job: Omit<TlcJob, "timeoutMs">): Promise<number> {
    const line = [job.folder, ...argumentsOf(job)].join("\t");
    try {
      await this.#input.write(new TextEncoder().encode(`${line}\n`));
    } catch {
      return -1;
    }
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) return -1;
      answer += value;
    }
    return Number(answer);
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends it after its job. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#child.status;
  }
}

/** Returns the arguments of TLC for a run. */
function argumentsOf(
  { folder, module, config, dump, deadlock = false }: Omit<TlcJob, "timeoutMs">,
): string[] {
  return [
    ...["-metadir", `${folder}/meta`, "-workers", "1", "-fp", "0", "-seed", "1"],
    // The option says not to report it.
    ...(deadlock ? [] : ["-deadlock"]),
    ...["-lncheck", "final"],
    ...(dump ? ["-dump", "dot,actionlabels", `${folder}/graph.dot`] : []),
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
