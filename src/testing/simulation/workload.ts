/**
 * What goes on in a simulated world.
 *
 * @module
 */

import type { RootConfig } from "../../root/state.ts";
import type { SimulatedAgent } from "./agent.ts";
import type { Chance } from "./chance.ts";
import type { Behaviour } from "./thread.ts";
import type { World } from "./world.ts";

/** What an agent can do. */
export interface SimulatedProfile {
  /** Sorted, each once. @default none */
  readonly capabilities?: readonly string[];
  /** How many tasks it has at once. @default 1 to 3, by its number */
  readonly slots?: number;
  /** How many claims may wait for a slot. @default 100 */
  readonly queue?: number;
  /** Among equally good agents the higher one is chosen. @default 0 */
  readonly priority?: number;
}

/**
 * What agents and clients do. Each behaviour is a generator; it waits by `yield*` to what an agent
 * offers, and ends soon once `world.isOver`.
 */
export interface Workload {
  /** By which it is chosen. */
  readonly name: string;
  /** How many clients there are, which submit tasks but do none. @default 0 */
  readonly clients?: number;
  /** The rules of the coordinator. @default drawn */
  config?(chance: Chance): RootConfig;
  /** Prepares what is there before anybody begins. */
  begin?(world: World): void;
  /** What an agent can do. */
  profile?(agent: SimulatedAgent): SimulatedProfile;
  /** What an agent does by itself, in each of its lives, besides the tasks that it is given. */
  behaviour?(agent: SimulatedAgent): Behaviour[];
  /** What a client does. */
  client?(client: SimulatedAgent): Behaviour[];
}

/** Several workloads at the same time. */
export function together(name: string, ...parts: readonly Workload[]): Workload {
  return {
    name,
    clients: Math.max(0, ...parts.map(({ clients }) => clients ?? 0)),
    config: (chance) => Object.assign({}, ...parts.map(({ config }) => config?.(chance) ?? {})),
    begin: (world) => parts.forEach(({ begin }) => begin?.(world)),
    profile: (agent) => Object.assign({}, ...parts.map(({ profile }) => profile?.(agent) ?? {})),
    behaviour: (agent) => parts.flatMap(({ behaviour }) => behaviour?.(agent) ?? []),
    client: (client) => parts.flatMap((part) => part.client?.(client) ?? []),
  };
}
