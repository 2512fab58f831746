/**
 * The suites of `deno task bench`, in the order of the table.
 *
 * @module
 */

import { breakers } from "./breakers_bench.ts";
import { coordination } from "./coordination_bench.ts";
import { dependencyGraph } from "./dependency_graph_bench.ts";
import { events } from "./events_bench.ts";
import type { Suite } from "./harness.ts";
import { journal } from "./journal_bench.ts";
import { locks } from "./locks_bench.ts";
import { memory } from "./memory_bench.ts";
import { messages } from "./messages_bench.ts";
import { placement } from "./placement_bench.ts";
import { server } from "./server_bench.ts";
import { tasks } from "./tasks_bench.ts";

/** All of them. */
export const SUITES: readonly Suite[] = [
  locks,
  tasks,
  placement,
  dependencyGraph,
  breakers,
  messages,
  events,
  coordination,
  journal,
  memory,
  server,
];
