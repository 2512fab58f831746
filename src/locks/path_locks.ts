/**
 * Locks that are sets of paths: they are made when they are requested, found by what they overlap with,
 * and forgotten at the end of the step after which they are not in use.
 *
 * @module
 */

import { insertPaths, isPathsId, overlapping, parsePaths, removePaths } from "./paths.ts";
import { idleLock, type Lock, lockOf, type LockState, type LockStep } from "./state.ts";

/** The most states of comparisons that one request for paths may take: some 100 ms. */
export const MOST_COMPARED = 1_000_000;

/**
 * Returns the lock of a resource, and adds it if that is a set of paths: `undefined` for another
 * unknown resource, or the reason for which the set is refused.
 */
export function findLock(
  step: LockStep,
  resourceId: string,
): Lock | "too-complex" | "full" | undefined {
  const { state } = step;
  const known = state.locks.get(resourceId);
  if (known !== undefined || !isPathsId(resourceId)) return known;
  const { caseSensitivePaths, maxOverlaps } = state.config;
  const patterns = parsePaths(resourceId, caseSensitivePaths);
  const budget = { left: MOST_COMPARED };
  const overlaps = overlapping(state.paths, patterns, budget);
  if (budget.left < 0) return "too-complex";
  if (overlaps.size > maxOverlaps) return "full";
  const lock = lockOf(state, resourceId);
  lock.paths = { entries: insertPaths(state.paths, patterns, lock), overlaps: [...overlaps] };
  for (const other of overlaps) other.paths!.overlaps.push(lock);
  freePaths(step, lock);
  return lock;
}

/** Returns the lock of a resource; of a set of paths that is not in use, one that is in no table. */
export function peekLock(state: Readonly<LockState>, resourceId: string): Lock | undefined {
  const known = state.locks.get(resourceId);
  if (known !== undefined || !isPathsId(resourceId)) return known;
  const patterns = parsePaths(resourceId, state.config.caseSensitivePaths);
  const overlaps = overlapping(state.paths, patterns, { left: MOST_COMPARED });
  return { ...idleLock(resourceId), paths: { entries: [], overlaps: [...overlaps] } };
}

/** Forgets a set of paths at the end of the step, unless it is in use then. */
export function freePaths(step: LockStep, lock: Lock): void {
  step.idlePaths ??= [];
  step.idlePaths.push(lock);
}

/** Forgets the sets of paths that are not in use: the last that was added first. */
export function forgetPaths(state: LockState, idle: readonly Lock[]): void {
  for (const lock of idle.toReversed()) {
    if (lock.uses > 0 || lock.paths === undefined) continue;
    removePaths(state.paths, lock.paths.entries);
    for (const { paths } of lock.paths.overlaps) removeFrom(paths!.overlaps, lock);
    lock.paths = undefined;
    state.locks.delete(lock.resourceId);
  }
}

function removeFrom(list: Lock[], lock: Lock): void {
  const index = list.lastIndexOf(lock);
  const last = list.pop()!;
  if (last !== lock) list[index] = last;
}

/** Compares all sets of paths again, as the config says how. */
export function comparePathsAnew(state: LockState): void {
  const locks = [...state.locks.values()].filter(({ paths }) => paths !== undefined);
  for (const { paths } of locks) removePaths(state.paths, paths!.entries);
  for (const lock of locks) {
    const patterns = parsePaths(lock.resourceId, state.config.caseSensitivePaths);
    const overlaps = [...overlapping(state.paths, patterns, { left: Infinity })];
    lock.paths = { entries: insertPaths(state.paths, patterns, lock), overlaps };
    for (const other of overlaps) other.paths!.overlaps.push(lock);
  }
}
