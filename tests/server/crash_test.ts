/** Real processes that are killed: agents, and the server itself. */

import { assert, assertEquals } from "@std/assert";
import type { LockstepEvent } from "../../events.ts";
import { openHistory } from "../../src/history/mod.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { HistoryChecker } from "../../src/testing/mod.ts";
import type { ClientEvent } from "../../src/client/mod.ts";
import { LocalClient } from "../../src/client/local/mod.ts";
import { EXIT } from "../../src/command/verb.ts";
import { findHome } from "../../src/service/home.ts";
import { until } from "./driver.ts";

/** `deno task test:crashes` runs 50 processes with 1,000 tasks. */
const IS_LONG = Deno.env.has("KILLS");
const AGENTS = IS_LONG ? 50 : 9;
const TASKS = IS_LONG ? 1_000 : 240;
const SERVER_KILLS = IS_LONG ? 10 : 4;

const WORKER = new URL("./worker.ts", import.meta.url).pathname;
const COMMAND = new URL("../../src/command/mod.ts", import.meta.url).pathname;
const FLAGS = ["run", "-A", "--no-check", "--quiet", "--unstable-no-legacy-abort"];

/** The time in which an agent has to end a task, however many work on the machine, in milliseconds. */
const STALLED_MS = IS_LONG ? 180_000 : 60_000;

/** Waits until `tasks` tasks are completed. Fails when none was for {@linkcode STALLED_MS}. */
async function untilCompleted(client: LocalClient, tasks: number): Promise<void> {
  let completed = 0;
  let since = Date.now();
  while (completed < tasks) {
    const counts = (await client.state()).tasks as Record<string, number>;
    if (counts.completed! > completed) {
      completed = counts.completed!;
      since = Date.now();
    } else if (Date.now() - since > STALLED_MS) {
      const shown = JSON.stringify({ counts, agents: await client.listAgents() });
      throw new Error(`No task was completed for ${STALLED_MS} ms: ${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A process with the lines that it wrote. */
class Process {
  readonly lines: Record<string, string & number>[] = [];
  readonly ended: Promise<void>;
  readonly #child: Deno.ChildProcess;

  constructor(args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...FLAGS, ...args],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.ended = this.#read();
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const part of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("{")) this.lines.push(JSON.parse(line));
    }
    await this.#child.status;
  }
}

/** Checks the whole journal of a server that has ended. */
async function checkJournal(folder: string): Promise<Map<string, number>> {
  const journal = new SqliteJournal(`${folder}/.lockstep/journal`);
  await journal.open("reader");
  const checker = new HistoryChecker();
  const completions = new Map<string, number>();
  const history = await openHistory(journal);
  for await (const { event, at } of history.events()) {
    checker.event(event as LockstepEvent, at);
    if (event.type !== "task:completed") continue;
    const { taskId } = event as LockstepEvent & { type: "task:completed" };
    completions.set(taskId, (completions.get(taskId) ?? 0) + 1);
  }
  await journal.close();
  assertEquals(checker.violations, []);
  return completions;
}

/** Returns the type and the time of each event of a journal, by its sequence number. */
async function eventsOf(folder: string): Promise<[string, number][]> {
  const journal = new SqliteJournal(`${folder}/.lockstep/journal`);
  await journal.open("reader");
  const events: [string, number][] = [];
  const history = await openHistory(journal);
  for await (const { event, at, sequence } of history.events()) {
    events[sequence] = [event.type, at];
  }
  await journal.close();
  return events;
}

async function start(folder: string, ...options: string[]): Promise<Process> {
  const args = [COMMAND, "serve", "--dir", folder, "--grace", "400ms", "--no-port", ...options];
  const server = new Process(args);
  const client = new LocalClient(findHome({ dir: folder, create: true }), { retryMs: 30_000 });
  await until(() => client.server().then(() => true, () => false), 30_000);
  client.close();
  return server;
}

Deno.test({
  name:
    "agents in processes of their own, a third of them killed: each task is accepted once, all are done",
  sanitizeResources: false,
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "lockstep-agents-" });
    const server = await start(folder);
    const client = new LocalClient(findHome({ dir: folder }));
    for (let i = 0; i < TASKS; i++) await client.submit({ id: `t${i}` });
    let number = 0;
    const worker = () => new Process([WORKER, folder, `agent-${++number}`]);
    const workers = Array.from({ length: AGENTS }, worker);
    for (let killed = 0; killed < AGENTS / 3; killed++) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 150));
      const victims = workers.filter(({ lines }) => lines.length > 2);
      const victim = victims[Math.floor(Math.random() * victims.length)] ?? workers[0]!;
      victim.kill();
      workers.splice(workers.indexOf(victim), 1, worker());
    }
    await untilCompleted(client, TASKS);
    for (const each of workers) each.kill();
    await Promise.all(workers.map(({ ended }) => ended));
    await client.stop();
    await server.ended;
    client.close();
    const completions = await checkJournal(folder);
    assertEquals(completions.size, TASKS);
    assert([...completions.values()].every((count) => count === 1));
    await Deno.remove(folder, { recursive: true });
  },
});

/** An agent that runs a process for each step, until it is killed in one of them. */
class CommandAgent {
  readonly ended: Promise<void>;
  readonly #folder: string;
  readonly #name: string;
  #child: Deno.ChildProcess | undefined;
  #isOver = false;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.ended = this.#work();
  }

  kill(): void {
    this.#isOver = true;
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }

  async #work(): Promise<void> {
    await this.#run("join", this.#name);
    while (!this.#isOver) {
      const { code, out } = await this.#run("claim", "--as", this.#name, "--wait", "1s", "--json");
      const id = out.startsWith("{") ? JSON.parse(out).claim?.task.id : undefined;
      if (id !== undefined && !this.#isOver) await this.#run("done", id, "--as", this.#name);
      // It was taken for dead, as the machine is busy: it begins a new life.
      else if (code === EXIT.refused && !this.#isOver) await this.#run("join", this.#name);
    }
  }

  async #run(...args: string[]): Promise<{ code: number; out: string }> {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...FLAGS, COMMAND, ...args, "--dir", this.#folder],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const { code, stdout } = await this.#child.output();
    this.#child = undefined;
    return { code, out: new TextDecoder().decode(stdout) };
  }
}

Deno.test({
  name:
    "agents of the command line, a third of them killed: each task is accepted once, all are done",
  sanitizeResources: false,
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "lockstep-commands-" });
    const server = await start(folder, "--silence", IS_LONG ? "15s" : "5s");
    const client = new LocalClient(findHome({ dir: folder }));
    const tasks = Math.floor(TASKS / 6);
    for (let i = 0; i < tasks; i++) await client.submit({ id: `t${i}` });
    const agents = Array.from(
      { length: IS_LONG ? 8 : 4 },
      (_, i) => new CommandAgent(folder, `command-${i}`),
    );
    for (const victim of agents.slice(0, agents.length / 3 + 1)) {
      await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 500));
      victim.kill();
    }
    await untilCompleted(client, tasks);
    for (const agent of agents) agent.kill();
    await Promise.all(agents.map(({ ended }) => ended));
    await client.stop();
    await server.ended;
    client.close();
    const completions = await checkJournal(folder);
    assertEquals(completions.size, tasks);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a server that is killed while agents work: they go on, and nothing acknowledged is lost",
  sanitizeResources: false,
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "lockstep-server-kill-" });
    let server = await start(folder);
    const client = new LocalClient(findHome({ dir: folder }), { retryMs: 60_000 });
    for (let i = 0; i < TASKS; i++) await client.submit({ id: `t${i}` });
    const controller = new AbortController();
    const events: ClientEvent[] = [];
    const reading = (async () => {
      const all = client.events({ after: -1, signal: controller.signal });
      for await (const event of all) events.push(event);
    })();
    const holder = await client.registerAgent({ id: "holder" }, undefined, { isPresent: false });
    const held = await holder.acquire("held", { timeoutMs: 0 });
    const workers = Array.from(
      { length: 5 },
      (_, i) => new Process([WORKER, folder, `agent-${i}`]),
    );
    for (let kills = 0; kills < SERVER_KILLS; kills++) {
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 300));
      server.kill();
      await server.ended;
      server = await start(folder);
    }
    await untilCompleted(client, TASKS);
    assertEquals((await holder.acquire("held")).epoch, held.epoch, "holders keep what they held");
    for (const each of workers) each.kill();
    await Promise.all(workers.map(({ ended }) => ended));
    const { sequence } = await client.state() as { sequence: number };
    await until(() => events.length > sequence);
    controller.abort();
    await reading;
    assertEquals(events.map(({ sequence }) => sequence), events.map((_, i) => i), "no gap");
    await client.stop();
    await server.ended;
    client.close();
    const completions = await checkJournal(folder);
    const acknowledged = workers.flatMap(({ lines }) => lines).filter(({ task }) => task);
    const history = await eventsOf(folder);
    for (const { event, sequence, at } of events) {
      assertEquals([event, at], history[sequence], `the event ${sequence} is that of the journal`);
    }
    for (const { task } of acknowledged) assertEquals(completions.get(task!), 1, task);
    assertEquals(completions.size, TASKS);
    await Deno.remove(folder, { recursive: true });
  },
});
