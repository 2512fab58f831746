/**
 * Warnings about messages to names that no agent has had, most likely misspelled.
 *
 * @module
 */

import { counted, quote } from "../core/arguments.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { type Logger, logTo } from "../core/logger.ts";
import { MISADDRESSED_MS, suggestion } from "./names.ts";
import type { MessageState } from "./state.ts";

/** Number of names that are kept to warn of; further ones are only counted. */
const MOST_SUSPECTS = 100;

/** Logs a warning for each name, unless an agent comes soon. */
export class MessageWarnings {
  readonly #state: Readonly<MessageState>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #suspects = new Set<string>();
  #others = 0;
  #cancel: CancelTimer | undefined;

  /** Warns of nothing that is in `state` already. */
  constructor(state: Readonly<MessageState>, clock: Clock, logger: Logger) {
    this.#state = state;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Warns in a while, if no agent has had `name` then. */
  suspect(name: string): void {
    if (this.#suspects.size < MOST_SUSPECTS) this.#suspects.add(name);
    else this.#others++;
    if (this.#cancel !== undefined) return;
    this.#cancel = this.#clock.setTimer(this.#clock.now() + MISADDRESSED_MS, () => this.report());
    this.#cancel.keepAlive?.(false);
  }

  /** Warns at once of the names that still no agent has had. */
  report(): void {
    const suspects = [...this.#suspects];
    const others = this.#others;
    this.close();
    for (const name of suspects) {
      if (this.#state.mailboxes.get(name)?.isKnown !== false) continue;
      this.#warn(
        `Messages wait for ${quote(name)}, and no agent has had that name${
          suggestion(this.#state, name)
        }`,
      );
    }
    if (others > 0) this.#warn(`Messages were sent to ${counted(others, "further unknown name")}`);
  }

  /** Drops all pending warnings. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#suspects.clear();
    this.#others = 0;
  }

  #warn(line: string): void {
    logTo(this.#logger, "warn", line);
  }
}
