/**
 * Checks and runs small programs as their readers would have them: the package by its name, and no
 * complaint about what an example defines and doesn't use. All run one after the other in one
 * process, so that a page full of examples costs little more than one.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** How long one program may take. */
const LIMIT_MS = 20_000;

/** A module that does something when it is imported. */
export interface Program {
  /** For people. */
  readonly name: string;
  /** Its text, or where it is. */
  readonly source: string | URL;
}

/** What came of a program. */
export interface Ending {
  /** Each call of a method of `console`. */
  readonly output: readonly string[];
  /** What it threw, if it threw. */
  readonly error?: string;
}

/** Programs that were written to a directory of their own, which is gone when it is disposed of. */
export class Programs implements Disposable {
  readonly #path = Deno.makeTempDirSync({ prefix: "lockstep-" });
  readonly #names: readonly string[];
  readonly #urls: readonly string[];

  constructor(programs: readonly Program[]) {
    this.#names = programs.map(({ name }) => name);
    this.#urls = programs.map(({ name, source }) => {
      return typeof source === "string" ? this.#write(fileNameOf(name), source) : source.href;
    });
    this.#write("deno.json", JSON.stringify(configOfReaders()));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#path, { recursive: true });
  }

  /** What the compiler says about all of them; empty when it is content. */
  async complaints(): Promise<string> {
    return await this.#deno("check", "--quiet", ...this.#urls);
  }

  /** Runs all of them; resolves with what came of each, by name. */
  async run(): Promise<Map<string, Ending>> {
    const runner = this.#write("runner.ts", runnerOf(this.#urls));
    const complaint = await this.#deno("run", "-A", "--no-check", runner, `${this.#path}/endings`);
    if (complaint !== "") throw new Error(complaint);
    const endings = JSON.parse(Deno.readTextFileSync(`${this.#path}/endings`)) as Ending[];
    return new Map(this.#names.map((name, i) => [name, endings[i]!]));
  }

  #write(name: string, text: string): string {
    Deno.writeTextFileSync(`${this.#path}/${name}`, text);
    return new URL(`file://${this.#path}/${name}`).href;
  }

  /** Resolves with what a command complained of, or with nothing. */
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

/** The project's own settings, but for the package's name and what only a project minds. */
function configOfReaders() {
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

/** A program that imports the others in turn, and writes down what came of each. */
function runnerOf(urls: readonly string[]): string {
  return `
    const endings = [];
    for (const url of ${JSON.stringify(urls)}) {
      const output = [];
      for (const method of ["debug", "log", "info", "warn", "error"]) {
        console[method] = (...parts) => {
          output.push(parts.map((part) => typeof part === "string" ? part : Deno.inspect(part)).join(" "));
        };
      }
      let timer;
      const limit = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("It takes too long")), ${LIMIT_MS});
      });
      const ending = { output };
      try {
        await Promise.race([import(url), limit]);
      } catch (error) {
        ending.error = error instanceof Error ? error.stack : String(error);
      }
      clearTimeout(timer);
      endings.push(ending);
    }
    Deno.writeTextFileSync(Deno.args[0], JSON.stringify(endings));
    Deno.exit(0);
  `;
}
