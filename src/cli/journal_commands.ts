/**
 * `lockstep log`, `lockstep replay` and `lockstep journal`: what a journal in a folder holds.
 *
 * @module
 */

import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { logLine, oneLine } from "../core/describe.ts";
import type { LockView, Moment } from "../history/mod.ts";
import { type History, openHistory } from "../history/mod.ts";
import {
  checkJournal,
  exportJournal,
  importJournal,
  type JournalContents,
  JournalDamagedError,
} from "../journal/sqlite/mod.ts";
import type { TaskView } from "../tasks/types.ts";
import { formatSize } from "../service/durations.ts";
import type { JournalInvocation } from "./journal_args.ts";
import { UsageError } from "./problems.ts";
import {
  DATABASE,
  exists,
  FolderError,
  journalIn,
  parsePlan,
  planTextOf,
  writePlanText,
} from "./run_folder.ts";
import { table } from "./report_text.ts";
import type { Screen } from "./terminal.ts";
import { count, listed } from "./wording.ts";

type Log = Extract<JournalInvocation, { command: "log" }>;
type Replay = Extract<JournalInvocation, { command: "replay" }>;

/** Runs a command about a journal; resolves with the exit code. */
export async function runJournalCommand(
  invocation: JournalInvocation,
  screen: Screen,
): Promise<number> {
  const { folder } = invocation;
  if (invocation.command === "journal") {
    if (invocation.action === "import") return await importFrom(folder, screen);
    await requireJournal(folder);
    return invocation.action === "check"
      ? await check(folder, screen)
      : await exportTo(folder, screen);
  }
  await requireJournal(folder);
  const journal = await journalIn(folder);
  try {
    await journal.open("reader");
    const history = await openHistory(journal);
    if (invocation.command === "log") await log(history, invocation, screen);
    else if (invocation.dashboard) {
      const { showJournal } = await import("./dashboards.ts");
      await showJournal(history, invocation, screen);
    } else await replay(history, invocation, screen);
    return 0;
  } finally {
    await journal.close();
  }
}

/** Opening a journal would make one. @throws {FolderError} when there is none */
async function requireJournal(folder: string): Promise<void> {
  if (await exists(join(folder, DATABASE))) return;
  throw new FolderError(`cannot read the journal in ${JSON.stringify(folder)}: there is none`);
}

async function log(history: History, { filter, json }: Log, screen: Screen): Promise<void> {
  for await (const each of history.events(filter)) {
    screen.write(`${json ? JSON.stringify(each) : logLine(each)}\n`);
    await screen.drained();
  }
}

async function replay(history: History, { at, json }: Replay, screen: Screen): Promise<void> {
  const moment = await history.at(at).catch((error) => {
    throw error instanceof RangeError ? new UsageError(`--at: ${error.message}`) : error;
  });
  if (json) {
    const { place, sequence } = moment;
    const views = { tasks: moment.tasks(), agents: moment.agents(), locks: moment.locks() };
    screen.write(`${JSON.stringify({ place, at: moment.at, sequence, ...views })}\n`);
    return;
  }
  const { style } = screen;
  const time = Number.isFinite(moment.at) ? new Date(moment.at).toISOString() : "the beginning";
  const place = `after ${moment.place}, ${count(moment.sequence, "event")}`;
  screen.write(`${style.bold(time)} ${style.dim(`(${place})`)}\n`);
  const tables = [
    table(style, ["task", "status", "agent", ">attempts", ""], moment.tasks().map(taskRow)),
    table(style, ["agent", "status", "tasks"], agentRows(moment)),
    table(style, ["lock", "held by", "awaited by"], moment.locks().map(lockRow)),
  ];
  for (const lines of tables) {
    if (lines.length > 1) screen.write(`\n${lines.join("\n")}\n`);
    await screen.drained();
  }
}

function taskRow({ id, status, assignedAgent = "–", attempts, error }: TaskView): string[] {
  return [id, status, assignedAgent, String(attempts), error?.message ?? ""].map(cell);
}

function agentRows(moment: Moment): string[][] {
  const tasks = new Map<string, string[]>();
  for (const { id, assignedAgent } of moment.tasks()) {
    if (assignedAgent === undefined) continue;
    const those = tasks.get(assignedAgent);
    if (those === undefined) tasks.set(assignedAgent, [id]);
    else those.push(id);
  }
  return moment.agents().map(({ agentId, status }) =>
    [agentId, status, listed(tasks.get(agentId) ?? ["–"], MOST_LISTED)].map(cell)
  );
}

function lockRow({ resourceId, holders, waiters }: LockView): string[] {
  const names = (owners: readonly { agentId: string; taskId?: string }[]) =>
    owners.length === 0
      ? "–"
      : listed(owners.map(({ agentId, taskId = agentId }) => taskId), MOST_LISTED);
  return [resourceId, names(holders), names(waiters)].map(cell);
}

function cell(text: string): string {
  return oneLine(text);
}

/** The number of names in a cell. */
const MOST_LISTED = 5;

async function check(folder: string, screen: Screen): Promise<number> {
  let contents: JournalContents;
  try {
    contents = checkJournal(folder);
  } catch (error) {
    if (!(error instanceof JournalDamagedError)) throw error;
    screen.write(`damaged: ${error.message}\n`);
    return 1;
  }
  screen.write(contentsText(contents));
  await screen.drained();
  return contents.snapshots.every(({ isWhole }) => isWhole) ? 0 : 1;
}

function contentsText({ first, last, records, bytes, snapshots }: JournalContents): string {
  const range = records === 0 ? "" : `, positions ${first} to ${last}`;
  const lines = [`records    ${records}${range}, ${formatSize(bytes)}: each has its checksum`];
  for (const { position, machine, version, bytes, isWhole } of snapshots) {
    const state = isWhole ? "has its digest" : "damaged";
    const what = `position ${position}, ${machine} ${version}, ${formatSize(bytes)}: ${state}`;
    lines.push(`snapshot   ${what}`);
  }
  return `${lines.join("\n")}\n`;
}

async function exportTo(folder: string, screen: Screen): Promise<number> {
  for (const line of exportJournal(folder, await planTextOf(folder))) {
    screen.write(`${line}\n`);
    await screen.drained();
  }
  return 0;
}

async function importFrom(folder: string, screen: Screen): Promise<number> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  const contents = await importJournal(folder, lines);
  const { note } = contents;
  if (note !== undefined && typeof parsePlan(note) !== "string") await writePlanText(folder, note);
  screen.write(contentsText(contents));
  return 0;
}
