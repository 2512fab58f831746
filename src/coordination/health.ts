/**
 * Health of a coordination system and of each part, computed on request.
 *
 * @module
 */

import { counted } from "../core/arguments.ts";
import { evictable, outlook } from "../breakers/state.ts";
import { healthOf, type HealthStatus, type Instant, latenessOf } from "../core/machine.ts";
import type { RootState } from "../root/state.ts";

/**
 * The health of a coordination system and of each part.
 * @category Coordination
 */
export interface CoordinationHealth extends HealthStatus {
  /** By the name of the part. */
  readonly components: Readonly<Record<string, HealthStatus>>;
}

/** The share of a table that may be in use. */
const TOLERATED_SHARE = 0.9;

/** Whether commands are stepped, and what is due has happened. */
export function engineHealth(deadline: Instant, now: Instant, problem?: string): HealthStatus {
  const overdueMs = Math.max(0, now - deadline);
  return healthOf([problem ?? latenessOf(overdueMs)], { overdueMs });
}

/** Whether calls go through all breakers, and there is room for another. Costs a look at each. */
export function breakerHealth({ breakers }: Readonly<RootState>, now: Instant): HealthStatus {
  const open: string[] = [];
  const held: string[] = [];
  let halfOpen = 0;
  for (const breaker of breakers.breakers.values()) {
    const { state, heldFor } = outlook(breaker, now);
    if (heldFor !== undefined) held.push(breaker.name);
    else if (state === "open") open.push(breaker.name);
    else if (state === "half-open") halfOpen++;
  }
  const { size } = breakers.breakers;
  const isFull = size >= breakers.config.maxBreakers && evictable(breakers) === undefined;
  return healthOf([
    open.length > 0 && `${listed(open)} open`,
    held.length > 0 && `${listed(held)} held open`,
    isFull && "the table of breakers is full",
  ], { breakers: size, open: open.length + held.length, held: held.length, halfOpen });
}

/** Returns whether the table of open conflicts has room. */
export function conflictHealth({ conflicts }: Readonly<RootState>): HealthStatus {
  const { active, reported, knownAgents, config: { maxActive, maxParties } } = conflicts;
  const isFull = active.size > TOLERATED_SHARE * maxActive;
  return healthOf([
    isFull && `${active.size} of ${counted(maxActive, "conflict", "is")} open`,
    maxParties > 0 && knownAgents.size >= maxParties && "the table of parties is full",
  ], { active: active.size, reported });
}

/** Combines the health of the parts; the names of figures start with the part. */
export function wholeHealth(
  components: Readonly<Record<string, HealthStatus>>,
): CoordinationHealth {
  const problems: string[] = [];
  const metrics: Record<string, number> = {};
  for (const [name, { error, metrics: figures }] of Object.entries(components)) {
    if (error !== undefined) problems.push(`${name}: ${error}`);
    for (const [figure, value] of Object.entries(figures)) metrics[`${name}.${figure}`] = value;
  }
  return { ...healthOf(problems, metrics), components };
}

/** Returns at most three of `names`, and the verb. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name)).join(", ");
  if (names.length === 1) return `${shown} is`;
  return names.length > 3 ? `${shown} and ${names.length - 3} more are` : `${shown} are`;
}
