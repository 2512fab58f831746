/**
 * The slow, obvious twin of the versions: lists, and every question answered by looking through
 * them.
 */

import type { ConflictConfig } from "../../src/conflicts/config.ts";
import type { ConflictEvent } from "../../src/conflicts/events.ts";

interface TwinReading {
  readonly resourceId: string;
  readonly agentId: string;
  readonly since: number;
}

export class VersionTwin {
  readonly #config: ConflictConfig;
  /** Oldest first. */
  readings: TwinReading[] = [];
  /** The known versions; those without readings in the order in which they became idle. */
  known: { readonly resourceId: string; readonly version: number }[] = [];
  /** The version of every other resource. */
  floor = 0;

  constructor(config: ConflictConfig) {
    this.#config = config;
  }

  /** Those of `known` without readings, the longest idle first. */
  get idle(): VersionTwin["known"] {
    return this.known.filter(({ resourceId }) => !this.#isRead(resourceId));
  }

  read(resourceId: string, agentId: string, now: number): ConflictEvent {
    this.#know(resourceId, this.#versionOf(resourceId));
    this.readings = this.readings.filter((each) => !isOf(each, resourceId, agentId));
    this.readings.push({ resourceId, agentId, since: now });
    const { maxReadings } = this.#config;
    if (this.readings.length > maxReadings) this.#end(this.readings.length - kept(maxReadings));
    const version = this.#versionOf(resourceId);
    return { type: "version:read", resourceId, agentId, version };
  }

  commit(resourceId: string, agentId: string, expectedVersion: number): ConflictEvent {
    const version = this.#versionOf(resourceId);
    if (version !== expectedVersion) {
      return this.#refused("commit-version", "stale-version", resourceId, agentId);
    }
    this.#know(resourceId, version + 1);
    this.readings = this.readings.filter((each) => !isOf(each, resourceId, agentId));
    this.#tidy(resourceId);
    return { type: "version:committed", resourceId, agentId, version: version + 1 };
  }

  release(resourceId: string, agentId: string): ConflictEvent {
    if (!this.readings.some((each) => isOf(each, resourceId, agentId))) {
      return this.#refused("release-version", "not-reader", resourceId, agentId);
    }
    this.readings = this.readings.filter((each) => !isOf(each, resourceId, agentId));
    this.#tidy(resourceId);
    const version = this.#versionOf(resourceId);
    return { type: "version:released", resourceId, agentId, version };
  }

  forget(before: number): ConflictEvent {
    const count = this.readings.filter(({ since }) => since < before).length;
    this.#end(count);
    return { type: "version:forgotten", count, before };
  }

  #versionOf(resourceId: string): number {
    return this.known.find((each) => each.resourceId === resourceId)?.version ?? this.floor;
  }

  #isRead(resourceId: string): boolean {
    return this.readings.some((reading) => reading.resourceId === resourceId);
  }

  /** It stands last, whatever it was before. */
  #know(resourceId: string, version: number): void {
    this.known = this.known.filter((each) => each.resourceId !== resourceId);
    this.known.push({ resourceId, version });
  }

  /** Ends the oldest readings, one by one. */
  #end(count: number): void {
    for (let i = 0; i < count; i++) this.#tidy(this.readings.shift()!.resourceId);
  }

  /** Keeps a version without readings unless it is the floor, and evicts the oldest beyond the limit. */
  #tidy(resourceId: string): void {
    if (this.#isRead(resourceId)) return;
    const version = this.#versionOf(resourceId);
    this.#know(resourceId, version);
    if (version === this.floor) this.known.pop();
    const { idle } = this;
    const { maxIdleVersions } = this.#config;
    if (idle.length <= maxIdleVersions) return;
    const leaving = idle.slice(0, idle.length - kept(maxIdleVersions));
    this.known = this.known.filter((each) => !leaving.includes(each));
    this.floor = Math.max(this.floor, ...leaving.map(({ version }) => version));
  }

  #refused(
    command: string,
    reason: "stale-version" | "not-reader",
    resourceId: string,
    agentId: string,
  ): ConflictEvent {
    const version = this.#versionOf(resourceId);
    return { type: "version:refused", resourceId, agentId, version, command, reason };
  }
}

function isOf(reading: TwinReading, resourceId: string, agentId: string): boolean {
  return reading.resourceId === resourceId && reading.agentId === agentId;
}

/** An eighth makes room. */
function kept(most: number): number {
  return most - Math.floor(most / 8);
}
