/**
 * Versions of resources that are changed without a lock: a change names the version that it is based
 * on, and only a change of the newest one counts. The first commit wins (Kung and Robinson, "On
 * Optimistic Methods for Concurrency Control", 1981).
 *
 * A resource without readings may be evicted. From then on its version is a floor that is no smaller
 * than any evicted version, so a change of an old version never passes for one of the newest. At
 * worst a change of the newest one is refused, and its author reads again.
 *
 * @module
 */

import type { VersionRefusal, VersionRefused } from "./events.ts";
import { type Instant, Refusal } from "../core/machine.ts";
import type { CommitVersion, ConflictAnswers, ReadVersion, ReleaseVersion } from "./commands.ts";
import {
  type ConflictState,
  type ConflictStep,
  type Reading,
  readingKey,
  type Versioned,
} from "./state.ts";
import { versionOf } from "./views.ts";

/** Answers with the newest version, and records that the agent may change it. */
export function read(
  step: ConflictStep,
  { resourceId, agentId }: ReadVersion,
): ConflictAnswers["read-version"] {
  const { state, now, events } = step;
  const versioned = versionedOf(state, resourceId);
  const key = readingKey(resourceId, agentId);
  const known = state.readings.get(key);
  versioned.readers++; // before the earlier reading ends, which might evict the resource
  if (known !== undefined) endReading(state, key, known);
  state.readings.set(key, { versioned, agentId, since: now });
  state.idleVersions.delete(resourceId);
  if (state.readings.size > state.config.maxReadings) evictOldestReadings(state);
  const { version } = versioned;
  events.push({ type: "version:read", resourceId, agentId, version });
  return { version };
}

/** Commits a change of the newest version, and refuses one of an older version. */
export function commit(
  step: ConflictStep,
  command: CommitVersion,
): ConflictAnswers["commit-version"] | Refusal {
  const { state, events } = step;
  const { resourceId, agentId, expectedVersion } = command;
  if (versionOf(state, resourceId) !== expectedVersion) {
    return refuseVersion(step, command, "stale-version");
  }
  const versioned = versionedOf(state, resourceId);
  const version = ++versioned.version;
  const key = readingKey(resourceId, agentId);
  const reading = state.readings.get(key);
  if (reading !== undefined) endReading(state, key, reading);
  else if (versioned.readers === 0) becomeIdle(state, versioned);
  events.push({ type: "version:committed", resourceId, agentId, version });
  return { version };
}

/** Ends a reading. */
export function release(
  step: ConflictStep,
  command: ReleaseVersion,
): ConflictAnswers["release-version"] | Refusal {
  const { state, events } = step;
  const { resourceId, agentId } = command;
  const key = readingKey(resourceId, agentId);
  const reading = state.readings.get(key);
  if (reading === undefined) return refuseVersion(step, command, "not-reader");
  endReading(state, key, reading);
  const version = versionOf(state, resourceId);
  events.push({ type: "version:released", resourceId, agentId, version });
  return { version };
}

/** Evicts the readings from before an instant. */
export function evictReadings(
  { state, events }: ConflictStep,
  before: Instant,
): ConflictAnswers["forget-readers"] {
  let count = 0;
  for (const [key, reading] of state.readings) {
    if (reading.since >= before) break;
    endReading(state, key, reading);
    count++;
  }
  events.push({ type: "version:forgotten", count, before });
  return { count };
}

function refuseVersion(
  { state, events }: ConflictStep,
  { type: command, resourceId, agentId }: CommitVersion | ReleaseVersion,
  reason: VersionRefusal,
): Refusal<VersionRefused> {
  const version = versionOf(state, resourceId);
  const refused: VersionRefused = {
    type: "version:refused",
    resourceId,
    agentId,
    version,
    command,
    reason,
  };
  events.push(refused);
  return new Refusal(refused);
}

function versionedOf(state: ConflictState, resourceId: string): Versioned {
  let versioned = state.versions.get(resourceId);
  if (versioned === undefined) {
    versioned = { resourceId, version: state.versionFloor, readers: 0 };
    state.versions.set(resourceId, versioned);
  }
  return versioned;
}

/** Evicts the oldest eighth of all readings, as finding the oldest of a map one by one is slow. */
function evictOldestReadings(state: ConflictState): void {
  const kept = keptOf(state.config.maxReadings);
  for (const [key, reading] of state.readings) {
    if (state.readings.size <= kept) return;
    endReading(state, key, reading);
  }
}

function endReading(state: ConflictState, key: string, { versioned }: Reading): void {
  state.readings.delete(key);
  if (--versioned.readers === 0) becomeIdle(state, versioned);
}

/** Keeps the version of a resource without readings, unless it is the floor; evicts older ones. */
function becomeIdle(state: ConflictState, versioned: Versioned): void {
  const { versions, idleVersions, config } = state;
  const { resourceId, version } = versioned;
  idleVersions.delete(resourceId);
  if (version === state.versionFloor) {
    versions.delete(resourceId);
    return;
  }
  idleVersions.set(resourceId, versioned);
  if (idleVersions.size > config.maxIdleVersions) evictOldestVersions(state);
}

function evictOldestVersions(state: ConflictState): void {
  const { versions, idleVersions, config } = state;
  const kept = keptOf(config.maxIdleVersions);
  for (const { resourceId, version } of idleVersions.values()) {
    if (idleVersions.size <= kept) return;
    idleVersions.delete(resourceId);
    versions.delete(resourceId);
    state.versionFloor = Math.max(state.versionFloor, version);
  }
}

/** Returns how many entries of a full table are kept. */
function keptOf(most: number): number {
  return Math.ceil(most * 7 / 8);
}
