/**
 * Versions: who changes something says which version the change is based on, and only a change of
 * the newest one counts. Nobody is locked out, and the first to commit wins (Kung and Robinson, "On
 * Optimistic Methods for Concurrency Control", 1981).
 *
 * A resource that nobody reads may be forgotten. From then on its version is a floor that is no
 * smaller than any forgotten version, so a change that is based on an old version is never taken for
 * one of the newest; at worst one of the newest is refused, and its author reads again.
 *
 * @module
 */

import type { VersionRefusal, VersionRefused } from "./events.ts";
import { type Instant, Refusal } from "../core/machine.ts";
import type { CommitVersion, ConflictAnswers, ReadVersion, ReleaseVersion } from "./commands.ts";
import {
  type ConflictState,
  type Reading,
  readingKey,
  type Turn,
  type Versioned,
} from "./state.ts";
import { versionOf } from "./views.ts";

/** Lets an agent read the newest version, and remembers that it may change it. */
export function read(
  turn: Turn,
  { resourceId, agentId }: ReadVersion,
): ConflictAnswers["read-version"] {
  const { state, now, events } = turn;
  const versioned = versionedOf(state, resourceId);
  const key = readingKey(resourceId, agentId);
  const known = state.readings.get(key);
  versioned.readers++; // before the earlier reading ends, which might forget the resource
  if (known !== undefined) endReading(state, key, known);
  state.readings.set(key, { versioned, agentId, since: now });
  state.idleVersions.delete(resourceId);
  if (state.readings.size > state.config.maxReadings) endOldestReadings(state);
  const { version } = versioned;
  events.push({ type: "version:read", resourceId, agentId, version });
  return { version };
}

/** Makes the next version of a resource, or refuses what is based on an older one. */
export function commit(
  turn: Turn,
  command: CommitVersion,
): ConflictAnswers["commit-version"] | Refusal {
  const { state, events } = turn;
  const { resourceId, agentId, expectedVersion } = command;
  if (versionOf(state, resourceId) !== expectedVersion) {
    return refuseVersion(turn, command, "stale-version");
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
  turn: Turn,
  command: ReleaseVersion,
): ConflictAnswers["release-version"] | Refusal {
  const { state, events } = turn;
  const { resourceId, agentId } = command;
  const key = readingKey(resourceId, agentId);
  const reading = state.readings.get(key);
  if (reading === undefined) return refuseVersion(turn, command, "not-reader");
  endReading(state, key, reading);
  const version = versionOf(state, resourceId);
  events.push({ type: "version:released", resourceId, agentId, version });
  return { version };
}

/** Ends the readings from before an instant. */
export function forgetReadings(
  { state, events }: Turn,
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
  { state, events }: Turn,
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

/** The entry of a resource, made when there is none. */
function versionedOf(state: ConflictState, resourceId: string): Versioned {
  let versioned = state.versions.get(resourceId);
  if (versioned === undefined) {
    versioned = { resourceId, version: state.versionFloor, readers: 0 };
    state.versions.set(resourceId, versioned);
  }
  return versioned;
}

/** Ends the oldest eighth of all readings, as finding the oldest of a map one by one is slow. */
function endOldestReadings(state: ConflictState): void {
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

/** Nobody reads it any more: it is forgotten when many others are idle, or it tells nothing. */
function becomeIdle(state: ConflictState, versioned: Versioned): void {
  const { versions, idleVersions, config } = state;
  const { resourceId, version } = versioned;
  idleVersions.delete(resourceId);
  if (version === state.versionFloor) {
    versions.delete(resourceId);
    return;
  }
  idleVersions.set(resourceId, versioned);
  if (idleVersions.size > config.maxIdleVersions) forgetOldestVersions(state);
}

function forgetOldestVersions(state: ConflictState): void {
  const { versions, idleVersions, config } = state;
  const kept = keptOf(config.maxIdleVersions);
  for (const { resourceId, version } of idleVersions.values()) {
    if (idleVersions.size <= kept) return;
    idleVersions.delete(resourceId);
    versions.delete(resourceId);
    state.versionFloor = Math.max(state.versionFloor, version);
  }
}

/** How much of what is limited to `most` is kept when it is full. */
function keptOf(most: number): number {
  return Math.ceil(most * 7 / 8);
}
