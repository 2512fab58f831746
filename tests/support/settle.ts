/**
 * Waits for promises without letting time pass.
 *
 * @module
 */

/** Resolves when everything is done that needs no time to pass: after some hundred `await`s. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await undefined;
}
