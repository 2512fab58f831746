/**
 * Handles the signals of a terminal. The first signal that ends programs interrupts the run, the second
 * kills its commands. Signals that stop and continue programs reach its commands too.
 *
 * @module
 */

import process from "node:process";
import type { Signal } from "./system.ts";

/** Exit codes by signal, as a shell reports them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

type Interrupt = keyof typeof EXIT_CODES;

/** Signals within this time are one Ctrl-C: wrappers such as npm forward the signal of the terminal. */
const ECHO_MS = 100;

/** Callbacks around a stop of this process by Ctrl-Z. */
export interface Suspension {
  /** Prepares for the stop; the process is stopped when it resolves. */
  suspend(): Promise<void>;
  /** Continues after a stop. */
  resume(): void;
}

/** Handlers of the signals that end, stop and continue a program, until they are released. */
export class Interrupts {
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #listeners = new Map<Signal, () => void>();
  #first: { signal: Interrupt; at: number } | undefined;

  constructor(run: Suspension) {
    for (const signal of Object.keys(EXIT_CODES) as Interrupt[]) {
      this.#on(signal, () => this.#interrupt(signal));
    }
    this.#on("SIGTSTP", async () => {
      await run.suspend();
      process.kill(process.pid, "SIGSTOP");
    });
    this.#on("SIGCONT", () => run.resume());
  }

  /** Aborts at the first signal, with its name as the reason. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborts at the second signal. */
  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  /** The exit code of the first signal, or `undefined` when there was none. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : EXIT_CODES[this.#first.signal];
  }

  /** Restores the default handling of all signals. */
  release(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
    this.#listeners.clear();
  }

  #on(signal: Signal, listener: () => void): void {
    this.#listeners.set(signal, listener);
    process.on(signal, listener);
  }

  #interrupt(signal: Interrupt): void {
    const at = performance.now();
    if (this.#first === undefined) {
      this.#first = { signal, at };
      this.#stop.abort(signal);
    } else if (at - this.#first.at > ECHO_MS) {
      this.#kill.abort();
    }
  }
}
