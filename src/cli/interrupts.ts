/**
 * What Ctrl-C and its like mean to a run: the first asks it to end, the second makes it.
 *
 * @module
 */

/** From a signal to the exit code by which a shell knows it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Interrupt = keyof typeof EXIT_CODES;

/** Wrappers such as npm pass on what the terminal has sent to everybody: that is one Ctrl-C. */
const ECHO_MS = 100;

/** Listens to the signals that end a program, until it is disposed of. */
export class Interrupts implements Disposable {
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #listeners = new Map<Interrupt, () => void>();
  #first: { signal: Interrupt; at: number } | undefined;

  constructor() {
    for (const signal of Object.keys(EXIT_CODES) as Interrupt[]) {
      const listener = () => this.#heard(signal);
      this.#listeners.set(signal, listener);
      Deno.addSignalListener(signal, listener);
    }
  }

  /** Aborts at the first signal. */
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

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    this.#listeners.clear();
  }

  #heard(signal: Interrupt): void {
    const at = performance.now();
    if (this.#first === undefined) {
      this.#first = { signal, at };
      this.#stop.abort();
    } else if (at - this.#first.at > ECHO_MS) {
      this.#kill.abort();
    }
  }
}
