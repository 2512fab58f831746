/**
 * The verb on what has happened.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { logLine } from "../../core/describe.ts";
import { LocalClient } from "../../client/local/mod.ts";
import { answers } from "../auto_start.ts";
import { type Context, EXIT } from "../verb.ts";

/** `lockstep log`: of the journal in a folder, or that of the server, whether it runs or not. */
export async function log(context: Context): Promise<number> {
  const [folder] = context.need(0, 1);
  if (folder !== undefined) return await logOf(context, folder);
  const { home } = context;
  const client = new LocalClient(home, { retryMs: 0 });
  try {
    if (await answers(client)) return await logOfServer(context, client);
  } finally {
    client.close();
  }
  const journal = join(home.folder, "journal");
  if (existsSync(journal)) return await logOf(context, journal);
  process.stderr.write(`lockstep: nothing has happened in ${home.root} yet\n`);
  return EXIT.nothing;
}

const FILTERS = ["task", "agent", "resource"] as const;

/** Prints the events that a server streams. */
async function logOfServer(context: Context, client: LocalClient): Promise<number> {
  const [taskId, agentId, resourceId] = FILTERS.map((name) => context.text(name));
  const filter = {
    ...(taskId !== undefined && { taskId }),
    ...(agentId !== undefined && { agentId }),
    ...(resourceId !== undefined && { resourceId }),
  };
  for await (const each of client.pastEvents(filter)) {
    if (context.isOver) break;
    if (context.json) context.write(`${JSON.stringify(each)}\n`);
    else context.line(logLine(each));
    await context.drained();
  }
  return EXIT.fine;
}

/** Prints the journal in a folder. */
async function logOf(context: Context, folder: string): Promise<number> {
  const { main } = await import("../../cli/mod.ts");
  const filters = FILTERS.flatMap((name) => {
    const id = context.text(name);
    return id === undefined ? [] : [`--${name}=${id}`];
  });
  return await main(["log", ...filters, ...(context.json ? ["--json"] : []), "--", folder]);
}
