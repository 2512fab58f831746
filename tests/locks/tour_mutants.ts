/**
 * Bugs of the façade of locks, each of which a tour must find.
 *
 * @module
 */

import type { TourMutant } from "../support/broken_copy.ts";

/** All of them. */
export const TOUR_MUTANTS: readonly TourMutant[] = [
  mutant(
    "a call is not told that its wait has ended",
    "client.ts",
    "    this.fail(endError(this.#client.state, this.#resourceIds, end));",
    "    endError(this.#client.state, this.#resourceIds, end);",
  ),
  mutant(
    "another call gets the lock",
    "client.ts",
    "if (event.waitId !== 0) this.#waiting.get(event.waitId)?.grant(event);",
    "if (event.waitId !== 0) [...this.#waiting.values()].at(-1)?.grant(event);",
  ),
  mutant(
    "a call does not listen to its signal",
    "client.ts",
    '    signal.addEventListener("abort", this.#onAbort);',
    "",
  ),
  mutant(
    "a call that is aborted leaves its wait in the queue",
    "client.ts",
    "      this.cancel();\n    };",
    "    };",
  ),
  mutant(
    "a lock that is not free is an error",
    "client.ts",
    "      if (isNoWait(outcome)) return this.#finish(undefined);",
    "",
  ),
  mutant(
    "a lock that is not in use is an error for more units than it has, without a wait",
    "client.ts",
    "      if (isNoWait(outcome)) return Promise.resolve(undefined);",
    "",
  ),
  mutant(
    "the handle of a lock that was held before is not borrowed",
    "client.ts",
    'borrowed: outcome.status === "held",',
    "borrowed: false,",
  ),
  mutant(
    "the signal of a lost lock does not abort",
    "client.ts",
    'if (reason !== "released" || this.#releases === 0) queueMicrotask(() => lose(reason));',
    "",
  ),
  mutant(
    "a holder's own release aborts its signal",
    "client.ts",
    'if (reason !== "released" || this.#releases === 0) queueMicrotask(() => lose(reason));',
    "queueMicrotask(() => lose(reason));",
  ),
  mutant(
    "the first of several locks is all that a call gets",
    "client.ts",
    "    if (this.#handles.length < command.requests.length) return;",
    "",
    "groups",
  ),
  mutant(
    "the victim of a deadlock waits on",
    "client.ts",
    "      this.#waiting.get(event.waitId)?.endBy(event);\n    });\n  }",
    "    });\n  }",
    "groups",
  ),
  mutant(
    "a weaker mode is said to be a limit",
    "errors.ts",
    "return new LockModeError(attempt, resourceId, rule);",
    "return new LimitError(attempt, rule, 0);",
  ),
  mutant(
    "the time limit of a wait is lost",
    "commands.ts",
    "    timeoutMs: terms.timeoutMs,\n    leaseMs: terms.leaseMs,\n    wait,",
    "    timeoutMs: 0,\n    leaseMs: terms.leaseMs,\n    wait,",
    "time",
  ),
];

function mutant(
  name: string,
  file: string,
  find: string,
  replace: string,
  model = "sharing",
): TourMutant {
  return { name, file: `src/locks/${file}`, find, replace, model };
}
