/**
 * The workloads that a simulation can draw, or use by name.
 *
 * @module
 */

import { calls } from "./workloads/breakers.ts";
import { disputes } from "./workloads/conflicts.ts";
import { guests } from "./workloads/guests.ts";
import { keyed } from "./workloads/keys.ts";
import { philosophers, readersAndWriters, reservations } from "./workloads/locks.ts";
import { chatter } from "./workloads/messages.ts";
import { asking } from "./workloads/pull.ts";
import { repeating } from "./workloads/schedules.ts";
import { leaving } from "./workloads/tickets.ts";
import {
  bursts,
  failing,
  families,
  forkJoin,
  operated,
  pipelines,
  poison,
  uneven,
} from "./workloads/tasks.ts";
import { together, type Workload } from "./agent.ts";

/** All workloads. */
export const WORKLOADS: readonly Workload[] = [
  philosophers,
  readersAndWriters,
  forkJoin,
  pipelines,
  bursts,
  poison,
  families,
  failing,
  operated,
  uneven,
  asking,
  repeating,
  keyed,
  chatter,
  calls,
  disputes,
  guests,
  reservations,
  leaving,
  together("mixed", readersAndWriters, forkJoin, uneven, chatter, calls, disputes, leaving),
];
