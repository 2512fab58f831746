/**
 * The first half of the demo: a workflow of commands and functions over this project's own source,
 * shown as `lockstep run` shows it.
 *
 * @module
 */

import { showWorkflow, type TaskFunction, type WorkflowTask } from "../src/cli/mod.ts";
import type { TaskContext } from "../src/tasks/mod.ts";

/** The contents of one folder, as in the ledger. */
interface Entry {
  readonly folder: string;
  readonly files: number;
  readonly lines: number;
  readonly comments: number;
}

const root = new URL("../", import.meta.url);

/** Duration of a survey of all source files, by agent, in milliseconds. */
const PACE: ReadonlyMap<string, number> = new Map([["swift", 4000], ["steady", 8000], [
  "slow",
  16000,
]]);

/** Number of folders that are weighed. */
const WEIGHED = 5;

/** Runs it; resolves with whether it went as it was meant to. */
export async function runWorkflowDemo(): Promise<boolean> {
  const ledger: Entry[] = [];
  const functions = new Map<string, TaskFunction>();
  const folders = await surveyed();
  const tasks = [
    ...folders.map(({ folder }) => {
      return task(`survey ${folder}`, { requires: ["read"], prefers: "slow" });
    }),
    ...folders.slice(0, WEIGHED).map(({ folder }) => {
      return task(`weigh ${folder}`, { requires: ["scales"], retries: 5 });
    }),
    ...folders.map(({ folder }) => lint(folder)),
    task("compare a", { requires: ["read"], priority: 2 }),
    task("compare b", { requires: ["read"], priority: 2 }),
    task("moody", { requires: ["read"], priority: 2, retries: 2 }),
    task("slack", { run: "echo dozing off; sleep 60", requires: ["deno"], timeoutMs: 1500 }),
    task("wake-up call", { run: "echo slack was stopped", needs: ["slack"], when: "failed" }),
    task("summary", {
      needs: folders.map(({ folder }) => `survey ${folder}`),
      requires: ["read"],
    }),
  ];
  for (const entry of folders) {
    functions.set(`survey ${entry.folder}`, survey(entry, ledger));
    functions.set(`weigh ${entry.folder}`, weigh(entry));
  }
  functions.set("compare a", compare("src/locks", "src/tasks"));
  functions.set("compare b", compare("src/tasks", "src/locks"));
  functions.set("moody", moody);
  functions.set("summary", (_context, write) => summarize(ledger, write));

  console.log(
    `${tasks.length} tasks over ${folders.length} folders of this project. What is meant to happen:
  "compare a" and "compare b" deadlock, and the victim is retried;
  "moody" fails once, "slack" exceeds its time limit, and all wait for the ledger in turn;
  the surveys start in the queue of "slow", from which idle agents steal them;
  every task fails on "broken", whose circuit breaker opens.
`,
  );
  const agents = [
    agent("swift", 3, ["read", "scales"]),
    agent("steady", 2, ["deno", "read"]),
    agent("slow", 1, ["read"]),
    agent("broken", 1, ["scales"]),
  ];
  const breaker = { failures: 2, cooldownMs: 60_000 };
  const options = { functions, keepGoing: true };
  const workflow = { agents, tasks, locks: [], env: new Map(), breaker };
  const exitCode = await showWorkflow(workflow, options);
  // One task is meant to time out, which makes the run fail; more than that is not meant.
  return exitCode === 1 && ledger.length === folders.length;
}

function task(id: string, more: Partial<WorkflowTask>): WorkflowTask {
  return {
    id,
    name: undefined,
    description: undefined,
    run: "",
    needs: [],
    when: "succeeded",
    locks: [],
    requires: [],
    agent: undefined,
    prefers: undefined,
    priority: 0,
    timeoutMs: undefined,
    retries: 0,
    env: new Map(),
    cwd: new URL(root).pathname,
    ...more,
  };
}

function lint(folder: string): WorkflowTask {
  const deno = JSON.stringify(Deno.execPath());
  return task(`lint ${folder}`, {
    run: `${deno} lint -q ${folder}`,
    requires: ["deno"],
    priority: 1,
    locks: [{ name: folder, mode: "exclusive", units: 1 }],
  });
}

function agent(id: string, slots: number, capabilities: string[]) {
  return { id, slots, capabilities, env: new Map<string, string>() };
}

/** Returns the contents of each folder of the source. */
async function surveyed(): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { name } of Deno.readDir(new URL("src/", root))) {
    const texts = await textsOf(new URL(`src/${name}/`, root));
    const lines = texts.flatMap((text) => text.split("\n"));
    const comments = lines.filter((line) => /^\s*(\/\*\*|\*|\/\/)/.test(line)).length;
    const counts = { files: texts.length, lines: lines.length, comments };
    entries.push({ folder: `src/${name}`, ...counts });
  }
  return entries.sort((a, b) => a.folder < b.folder ? -1 : 1);
}

async function textsOf(folder: URL): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) texts.push(...await textsOf(new URL(`${name}/`, folder)));
    else texts.push(await Deno.readTextFile(new URL(name, folder)));
  }
  return texts;
}

/** Takes its agent's time over a folder, then writes what is there into the ledger. */
function survey(entry: Entry, ledger: Entry[]): TaskFunction {
  return async ({ agentId, signal, acquire }, write) => {
    const share = Math.min(0.15, entry.lines / 40_000);
    await pause(share * (PACE.get(agentId) ?? 0), signal);
    await using lock = await acquire("ledger");
    await pause(20, lock.signal);
    ledger.push(entry);
    write(`${entry.files} files, ${entry.lines} lines\n`);
  };
}

/** Takes its time, too, and fails wherever the scales are broken. */
function weigh({ lines }: Entry): TaskFunction {
  return async ({ agentId, signal }, write) => {
    await pause(150, signal);
    if (agentId === "broken") throw new Error("out of order");
    write(`${lines} lines weigh next to nothing\n`);
  };
}

/** Compares two folders, of which it needs both to hold still, one after the other. */
function compare(first: string, second: string): TaskFunction {
  return async ({ signal, acquire }, write) => {
    await using one = await acquire(first);
    await pause(400, signal);
    await using other = await acquire(second);
    await pause(100, other.signal);
    write(`${one.resource} and ${other.resource} stood still\n`);
  };
}

async function moody({ attempt, signal }: TaskContext, write: (text: string) => void) {
  await pause(300, signal);
  if (attempt === 1) throw new Error("not in the mood");
  write("fine, the second time\n");
}

function summarize(ledger: readonly Entry[], write: (text: string) => void): void {
  for (const { folder, files, lines, comments } of ledger) {
    const share = Math.round(100 * comments / lines);
    write(`${folder}: ${files} files, ${lines} lines, ${share} % comments\n`);
  }
}

/** Waits, unless `signal` aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
