/**
 * Runs the benchmarks: `deno task bench --help` says how.
 *
 * @module
 */

import { breakers } from "./breakers_bench.ts";
import { dependencyGraph } from "./dependency_graph_bench.ts";
import { events } from "./events_bench.ts";
import { collectsGarbage, header, line, type Row, rowsOf, type Suite } from "./harness.ts";
import { journal } from "./journal_bench.ts";
import { locks } from "./locks_bench.ts";
import { messages } from "./messages_bench.ts";
import { tasks } from "./tasks_bench.ts";

const SUITES: readonly Suite[] = [
  locks,
  tasks,
  dependencyGraph,
  breakers,
  messages,
  events,
  journal,
];

const USAGE = `Usage: deno task bench [filter] [--json]
  filter      run the suites with that in their name: ${SUITES.map(({ name }) => name).join(", ")}
  --json      print the rows as JSON
  -h, --help  print this
Exits with 1 when a row misses its target.`;

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--json");
  if (unknown !== undefined) {
    const isHelp = unknown === "--help" || unknown === "-h";
    if (isHelp) console.log(USAGE);
    else console.error(`There is no option ${JSON.stringify(unknown)}\n\n${USAGE}`);
    return isHelp ? 0 : 2;
  }
  const json = args.includes("--json");
  const filter = args.find((arg) => !arg.startsWith("--")) ?? "";
  const picked = SUITES.filter(({ name }) => name.includes(filter));
  if (picked.length === 0) {
    const names = SUITES.map(({ name }) => name).join(", ");
    console.error(`No suite has a name with "${filter}" in it; there are ${names}`);
    return 2;
  }
  if (!collectsGarbage) console.error("Run with --v8-flags=--expose-gc for steadier figures");
  if (!json) console.log(header());
  const rows: Row[] = [];
  for (const suite of picked) {
    for await (const row of rowsOf(suite)) {
      rows.push(row);
      if (!json) console.log(line(row));
    }
  }
  if (json) console.log(JSON.stringify(rows, undefined, 2));
  return rows.every(({ reached }) => reached) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
