/**
 * Lockstep at work on its own source: `deno task demo`.
 *
 * A few agents of different speed and ability survey every source file, check every folder, and
 * write into one ledger that only one may write to at a time. On the way two of them run into a
 * deadlock, one task fails and is tried again, and one takes too long.
 *
 * @module
 */

import { showWorkflow, type TaskFunction, type WorkflowTask } from "../src/cli/mod.ts";
import type { TaskContext } from "../src/tasks/mod.ts";

/** One line of the ledger. */
interface Entry {
  readonly file: string;
  readonly lines: number;
  readonly comments: number;
}

const root = new URL("../", import.meta.url);
const ledger: Entry[] = [];
const functions = new Map<string, TaskFunction>();
const tasks: WorkflowTask[] = [];

/** How long an agent takes over a line, in milliseconds: not all are equally fast. */
const PACE: ReadonlyMap<string, number> = new Map([["swift", 1], ["steady", 2], ["slow", 4]]);

function add(id: string, more: Partial<WorkflowTask>, work?: TaskFunction): string {
  tasks.push({
    id,
    name: undefined,
    description: undefined,
    run: "",
    needs: [],
    when: "succeeded",
    locks: [],
    requires: [],
    agent: undefined,
    priority: 0,
    timeoutMs: undefined,
    retries: 0,
    env: new Map(),
    cwd: new URL(root).pathname,
    ...more,
  });
  if (work !== undefined) functions.set(id, work);
  return id;
}

function exclusively(name: string) {
  return { name, mode: "exclusive", units: 1 } as const;
}

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

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesOf(path));
    else if (path.endsWith(".ts")) files.push(path);
  }
  return files.sort();
}

/** Reads a file at its agent's pace, then writes what it found into the ledger. */
function survey(file: string): TaskFunction {
  return async ({ agentId, signal, acquire }, write) => {
    const text = await Deno.readTextFile(new URL(file, root));
    const lines = text.split("\n").length - 1;
    const comments = text.split("\n").filter((line) => /^\s*(\/\*\*|\*|\/\/)/.test(line)).length;
    await pause(lines * (PACE.get(agentId) ?? 1), signal);
    await using lock = await acquire("ledger");
    await pause(5, lock.signal);
    ledger.push({ file, lines, comments });
    write(`${lines} lines, ${comments} of them comments\n`);
  };
}

/** Compares two folders, of which it needs both to hold still, one after the other. */
function compare(first: string, second: string): TaskFunction {
  return async ({ signal, acquire }, write) => {
    await using one = await acquire(first);
    await pause(400, signal);
    await using other = await acquire(second);
    await pause(100, other.signal);
    const [a, b] = [await filesOf(first), await filesOf(second)];
    write(`${one.resource} has ${a.length} files, ${other.resource} ${b.length}\n`);
  };
}

async function moody({ attempt, signal }: TaskContext, write: (text: string) => void) {
  await pause(300, signal);
  if (attempt === 1) throw new Error("not in the mood");
  write("fine, the second time\n");
}

function summarize(_context: TaskContext, write: (text: string) => void): void {
  const byFolder = new Map<string, { files: number; lines: number; comments: number }>();
  for (const { file, lines, comments } of ledger) {
    const folder = file.split("/").slice(0, 2).join("/");
    const sum = byFolder.get(folder) ?? { files: 0, lines: 0, comments: 0 };
    sum.files++;
    sum.lines += lines;
    sum.comments += comments;
    byFolder.set(folder, sum);
  }
  for (const [folder, { files, lines, comments }] of [...byFolder].sort()) {
    const share = Math.round(100 * comments / lines);
    write(`${folder}: ${files} files, ${lines} lines, ${share} % comments\n`);
  }
}

const files = await filesOf("src");
const folders = [...new Set(files.map((file) => file.split("/").slice(0, 2).join("/")))];
const surveys = files.map((file) =>
  add(file.replace(/^src\//, "").replace(/\.ts$/, ""), { requires: ["read"] }, survey(file))
);
const deno = JSON.stringify(Deno.execPath());
for (const folder of folders) {
  add(`lint ${folder}`, {
    run: `${deno} lint -q ${folder} && ${deno} fmt --check -q ${folder}`,
    requires: ["deno"],
    priority: 1,
    locks: [exclusively(folder)],
  });
}
add("compare a", { requires: ["read"], priority: 2 }, compare("src/locks", "src/tasks"));
add("compare b", { requires: ["read"], priority: 2 }, compare("src/tasks", "src/locks"));
add("moody", { requires: ["read"], priority: 2, retries: 2 }, moody);
add("slack", {
  run: "echo dozing off; sleep 60",
  requires: ["deno"],
  priority: 2,
  timeoutMs: 1500,
});
add("wake-up call", { run: "echo slack was stopped in time", needs: ["slack"], when: "failed" });
add("summary", { needs: surveys, requires: ["read"] }, summarize);

const agent = (id: string, slots: number, capabilities: string[]) => {
  return { id, slots, capabilities, env: new Map<string, string>() };
};

console.log(
  `${tasks.length} tasks over ${files.length} files of this project. What is meant to happen:
  "compare a" and "compare b" run into a deadlock, one gives way and is tried again,
  "moody" fails once, "slack" takes too long, and all wait for the ledger by turns.
`,
);

const exitCode = await showWorkflow({
  agents: [
    agent("swift", 3, ["read"]),
    agent("steady", 2, ["deno", "read"]),
    agent("slow", 1, ["read"]),
  ],
  tasks,
  locks: [],
  env: new Map(),
}, { functions, keepGoing: true });

// One task is meant to time out, which makes the run fail; more than that is not meant.
const isAsMeant = exitCode === 1 && ledger.length === files.length;
Deno.exit(isAsMeant ? 0 : exitCode === 0 ? 1 : exitCode);
