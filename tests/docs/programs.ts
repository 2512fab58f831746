/**
 * Checks and runs small programs like a user's: they import the package by its name, and may leave
 * variables unused. All of them run one after the other in one process, as starting one is slow.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** The time limit of one program. */
const LIMIT_MS = 20_000;

/** A module that is run by importing it. */
export interface Program {
  /** Identifies the program in results. */
  readonly name: string;
  /** Its text or its URL. */
  readonly source: string | URL;
}

/** The result of a program. */
export interface Result {
  /** One line for each call of a method of `console`. */
  readonly output: readonly string[];
  /** The stack of the error that it threw. */
  readonly error?: string;
}

/** Programs in a temporary directory, which is removed on disposal. */
export class Programs implements Disposable {
  readonly #path = Deno.makeTempDirSync({ prefix: "lockstep-" });
  readonly #names: readonly string[];
  readonly #urls: readonly string[];

  constructor(programs: readonly Program[]) {
    this.#names = programs.map(({ name }) => name);
    this.#urls = programs.map(({ name, source }) => {
      return typeof source === "string" ? this.#write(fileNameOf(name), source) : source.href;
    });
    this.#write("deno.json", JSON.stringify(userConfig()));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#path, { recursive: true });
  }

  /** Checks the types of all programs. Resolves to the errors of the compiler, or `""`. */
  async diagnostics(): Promise<string> {
    return await this.#deno("check", "--quiet", ...this.#urls);
  }

  /** Runs all programs. Resolves to the result of each, by name. */
  async run(): Promise<Map<string, Result>> {
    const runner = this.#write("runner.ts", runnerOf(this.#urls));
    const error = await this.#deno("run", "-A", "--no-check", runner, `${this.#path}/results`);
    if (error !== "") throw new Error(error);
    const results = JSON.parse(Deno.readTextFileSync(`${this.#path}/results`)) as Result[];
    return new Map(this.#names.map((name, i) => [name, results[i]!]));
  }

  #write(name: string, text: string): string {
    Deno.writeTextFileSync(`${this.#path}/${name}`, text);
    return new URL(`file://${this.#path}/${name}`).href;
  }

  /** Resolves to the errors of a command, or `""`. */
  async #deno(command: string, ...args: string[]): Promise<string> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [command, "--no-lock", `--config=${this.#path}/deno.json`, ...args],
      cwd: this.#path,
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? "" : new TextDecoder().decode(stderr) || `deno ${command} failed`;
  }
}

function fileNameOf(name: string): string {
  return `${name.replace(/\.ts\b/g, "").replaceAll(/[^\w.]+/g, "_")}.ts`;
}

/** The project's settings, with imports of the package by its name. */
function userConfig() {
  const exports = Object.entries(config.exports).map(([name, path]) => [
    config.name + name.slice(1),
    new URL(path, ROOT).href,
  ]);
  return {
    imports: { ...config.imports, ...Object.fromEntries(exports) },
    compilerOptions: {
      ...config.compilerOptions,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
  };
}

/** A program that imports the others in turn and stores their results. */
function runnerOf(urls: readonly string[]): string {
  return `
    const results = [];
    for (const url of ${JSON.stringify(urls)}) {
      const output = [];
      for (const method of ["debug", "log", "info", "warn", "error"]) {
        console[method] = (...parts) => {
          output.push(parts.map((part) => typeof part === "string" ? part : Deno.inspect(part)).join(" "));
        };
      }
      let timer;
      const limit = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("It must end within its time limit")), ${LIMIT_MS});
      });
      const result = { output };
      try {
        await Promise.race([import(url), limit]);
      } catch (error) {
        result.error = error instanceof Error ? error.stack : String(error);
      }
      clearTimeout(timer);
      results.push(result);
    }
    Deno.writeTextFileSync(Deno.args[0], JSON.stringify(results));
    Deno.exit(0);
  `;
}
