/**
 * A signal that aborts with the first of several.
 *
 * `AbortSignal.any` leaves an entry in each of its sources for as long as that lives, on Node.js 22
 * for example: a leak when one of them outlives many calls.
 *
 * @module
 */

/** A signal that follows others, until it is released. */
export interface JoinedSignal {
  /** Aborts with the first of the others, for the same reason. */
  readonly signal: AbortSignal;
  /** Stops to follow, and leaves nothing behind in the others. Idempotent. */
  readonly release: () => void;
}

/** Returns a signal that aborts with the first of `signals`; from the start if one has aborted. */
export function joinSignals(signals: readonly AbortSignal[]): JoinedSignal {
  const controller = new AbortController();
  const release = () => {
    for (const signal of signals) signal.removeEventListener("abort", follow);
  };
  const follow = () => {
    release();
    controller.abort(signals.find(({ aborted }) => aborted)!.reason);
  };
  if (signals.some(({ aborted }) => aborted)) follow();
  else for (const signal of signals) signal.addEventListener("abort", follow);
  return { signal: controller.signal, release };
}
