/**
 * The signals of a terminal: the first that ends programs asks a run to end, the second kills it;
 * those that stop and continue programs reach its commands too.
 *
 * @module
 */

import process from "node:process";
import type { Signal } from "./system.ts";

/** From a signal to the exit code by which a shell knows it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

type Interrupt = keyof typeof EXIT_CODES;

/** Wrappers such as npm pass on what the terminal has sent to all processes: that is one Ctrl-C. */
const ECHO_MS = 100;

/** A run that is stopped by Ctrl-Z and continued later. */
export interface Suspension {
  /** Resolves when this process may be stopped. */
  suspend(): Promise<void>;
  /** Goes on after a stop. */
  resume(): void;
}

/** Handles the signals that end, stop and continue a program, until it is released. */
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

  /** Aborts at the second. */
  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  /** The exit code of the first signal, or `undefined` when there was none. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : EXIT_CODES[this.#first.signal];
  }

  /** Leaves all signals to their defaults again. */
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
