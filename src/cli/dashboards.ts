/**
 * `lockstep run --dashboard` and `lockstep replay --dashboard`. Other runs don't load this.
 *
 * @module
 */

import process from "node:process";
import type { CoordinationManager } from "../coordination/mod.ts";
import type { Journal } from "../core/journal.ts";
import { silentLogger } from "../core/logger.ts";
import { MemoryJournal } from "../core/memory_journal.ts";
import { type History, openHistory } from "../history/mod.ts";
import type { RootState } from "../root/state.ts";
import { DashboardServer } from "../server/dashboard_server.ts";
import { openInBrowser } from "../service/browser.ts";
import { FolderError } from "./run_folder.ts";
import type { Watch } from "./runner.ts";
import type { Screen } from "./terminal.ts";

/**
 * The dashboard of a run. It only shows: the rules of the run (`when`, `--keep-going`, the report and
 * the exit code) follow from what the run itself has asked for.
 */
export class RunDashboard implements Watch {
  readonly journal: Journal;
  readonly #title: string;
  readonly #print: (line: string) => void;
  #server: DashboardServer | undefined;

  /** Looks back by the journal of a run that is kept, and by one in memory otherwise. */
  constructor(title: string, journal: Journal | undefined, print: (line: string) => void) {
    this.#title = title;
    this.journal = journal ?? new MemoryJournal();
    this.#print = print;
  }

  begin(manager: CoordinationManager): void {
    this.#server = new DashboardServer({
      title: this.#title,
      history: () => openHistory<RootState>(this.journal),
      manager,
      logger: silentLogger,
    });
  }

  async open(): Promise<void> {
    this.#print(`dashboard, by a link that works once: ${await this.#server!.open()}`);
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#server?.close();
  }
}

/** Serves the dashboard of a journal until a signal ends it. */
export async function showJournal(
  history: History,
  { folder, print }: { readonly folder: string; readonly print: boolean },
  screen: Screen,
): Promise<void> {
  const { machine } = history;
  if (machine !== "root") {
    const what = `cannot show the journal in ${JSON.stringify(folder)}`;
    const rule = "it must be that of a run or a server";
    throw new FolderError(`${what}: ${rule}, got one of ${machine}`);
  }
  const server = new DashboardServer({
    title: folder,
    history: () => Promise.resolve(history as History<RootState>),
    logger: console,
  });
  const ended = signalled();
  try {
    const link = await server.open();
    screen.write(`Open this link, which works once; Ctrl-C ends the dashboard:\n${link}\n`);
    await screen.drained();
    if (!print) await openInBrowser(link);
    await ended;
  } finally {
    await server.close();
  }
}

/** Resolves at the first signal that ends programs; the next one ends this one. */
function signalled(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of signals) process.off(signal, end);
      resolve();
    };
    for (const signal of signals) process.on(signal, end);
  });
}
