/**
 * All workloads that a simulation can be given by name.
 *
 * @module
 */

import { calls } from "./breaker_workload.ts";
import { disputes } from "./conflict_workload.ts";
import { philosophers, readersAndWriters } from "./lock_workloads.ts";
import { chatter } from "./message_workloads.ts";
import { bursts, forkJoin, pipelines, poison, uneven } from "./task_workloads.ts";
import { together, type Workload } from "./workload.ts";

/** Each of them, the mixed one last. */
export const WORKLOADS: readonly Workload[] = [
  philosophers,
  readersAndWriters,
  forkJoin,
  pipelines,
  bursts,
  poison,
  uneven,
  chatter,
  calls,
  disputes,
  together("mixed", readersAndWriters, forkJoin, uneven, chatter, calls, disputes),
];
