/**
 * Stacks of errors that end a wait. Such an error is made by a timer or by another agent's call, on a
 * stack without the caller that waits.
 *
 * @module
 */

type Capture = (target: object, callee: unknown) => void;

/**
 * Returns a promise that rejects with `error`, whose stack then consists of the async functions that
 * wait for it. The wait itself costs nothing for that: engines find these functions by the reactions
 * to the promise, which have to be in place when they look.
 */
export async function rejectedFor(error: Error): Promise<never> {
  await undefined; // until another promise that is resolved with this one has its reactions
  await undefined;
  moveHere(error, rejectedFor);
  throw error;
}

/**
 * Replaces the stack of `error` by that of the caller of `callee`. A no-op where the runtime can't
 * provide it, or no function waits.
 */
export function moveHere(error: Error, callee: unknown): void {
  const { captureStackTrace } = Error as { captureStackTrace?: Capture };
  if (captureStackTrace === undefined || !(error instanceof Error)) return;
  const site: { stack?: unknown } = {};
  captureStackTrace.call(Error, site, callee);
  if (typeof site.stack !== "string") return;
  const frames = site.stack.indexOf("\n    at ");
  if (frames < 0) return;
  const value = `${error.name}: ${error.message}${site.stack.slice(frames)}`;
  Object.defineProperty(error, "stack", { value, configurable: true, writable: true });
}
