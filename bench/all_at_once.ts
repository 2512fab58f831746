/**
 * Everything at once: 10,000 agents, 100,000 queued tasks, 50,000 resources, and 1,000,000 messages a
 * minute. Prints how long each kind of operation takes, and what is on the heap.
 *
 * `deno task bench:all-at-once [seconds]`
 *
 * The load is open: operations start at a fixed rate, whether or not earlier ones have ended. Each
 * millisecond has its share of messages, completions, hand-offs and conflicts, in random order, all
 * through one coordination manager with metrics. Latency is measured from the call to its effect: the
 * assignment of the next task, the grant of the lock, the call of the message's handler, the
 * resolution of the conflict.
 *
 * @module
 */

import { CoordinationManager, EventBus } from "../mod.ts";
import { nextInt, seeded } from "../src/core/data/prng.ts";
import { Latencies } from "./latencies.ts";

const AGENTS = 10_000;
const SKILLS = 20;
const TASKS = 100_000;
const RESOURCES = 50_000;
/** The number of resources with conflicts; few, so that some conflicts are over the same one. */
const DISPUTED = 100;

/** Operations per second. A new task is submitted for each completed one. */
const RATES = { message: 1_000_000 / 60, task: 2_000, lock: 2_000, conflict: 200 } as const;
type Operation = keyof typeof RATES;

const LIMIT_MS = 1;

/** The system under load, and its measured latencies. */
class Scenario {
  readonly latencies = {
    assignment: new Latencies(),
    acquire: new Latencies(),
    delivery: new Latencies(),
    resolution: new Latencies(),
    /** The lateness of the load itself. */
    lateness: new Latencies(),
  };
  readonly #eventBus = new EventBus();
  readonly #manager = new CoordinationManager({}, this.#eventBus);
  readonly #prng = seeded(1);
  readonly #agents = Array.from({ length: AGENTS }, (_, i) => `agent-${i}`);
  /** The task of each agent. */
  readonly #work = new Map<string, string>();
  /** The holder of each resource. */
  readonly #holders: string[] = [];
  #submitted = 0;
  /** When the agent whose next assignment is measured became free; 0 for none. */
  #freedAt = 0;

  /** Fills the system. */
  async setUp(): Promise<void> {
    heap("an empty system");
    await this.#manager.initialize();
    this.#manager.enableAdvancedScheduling();
    this.#eventBus.on("task:assigned", ({ taskId, agentId }) => {
      this.#work.set(agentId, taskId);
      if (this.#freedAt > 0) this.latencies.assignment.add(performance.now() - this.#freedAt);
      this.#freedAt = 0;
    });
    for (const [i, id] of this.#agents.entries()) {
      const capabilities = [`skill-${i % SKILLS}`];
      await this.#manager.registerAgent({ id, capabilities, priority: i });
      this.#manager.messages.subscribe(id, ({ payload }) => {
        this.latencies.delivery.add(performance.now() - (payload as number));
      });
    }
    heap(`${show(AGENTS)} agents, with handlers and priorities`);
    while (this.#submitted < AGENTS + TASKS) await this.#submit();
    for (const task of this.#work.values()) await this.#manager.scheduler.start(task);
    heap(`${show(TASKS)} queued tasks, and one that runs on each agent`);
    for (let i = 0; i < RESOURCES; i++) {
      const holder = this.#holders[i] = this.#agents[i % AGENTS]!;
      await this.#manager.acquireResource(`resource-${i}`, holder);
    }
    heap(`${show(RESOURCES)} resources that are held`);
  }

  /** Applies `seconds` of load, millisecond by millisecond. */
  async load(seconds: number): Promise<void> {
    const start = performance.now();
    for (let ms = 0; ms < seconds * 1_000; ms++) {
      const early = start + ms - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      this.latencies.lateness.add(Math.max(0, performance.now() - start - ms));
      for (const operation of this.#dueAt(ms)) await this.#operate(operation);
    }
  }

  /** Shuts the system down. */
  async shutdown(): Promise<void> {
    await this.#manager.shutdown({ graceMs: 0 });
  }

  /** Returns the operations of the millisecond `ms`, shuffled. */
  #dueAt(ms: number): Operation[] {
    const due: Operation[] = [];
    for (const [operation, rate] of Object.entries(RATES) as [Operation, number][]) {
      const count = Math.floor((ms + 1) * rate / 1_000) - Math.floor(ms * rate / 1_000);
      for (let i = 0; i < count; i++) {
        due.splice(nextInt(this.#prng, due.length + 1), 0, operation);
      }
    }
    return due;
  }

  #operate(operation: Operation): Promise<unknown> {
    switch (operation) {
      case "message":
        return this.#manager.sendMessage(
          this.#randomAgent(),
          this.#randomAgent(),
          performance.now(),
        );
      case "task":
        return this.#completeTask(this.#randomAgent());
      case "lock":
        return this.#handOver(nextInt(this.#prng, RESOURCES), this.#randomAgent());
      case "conflict":
        return this.#dispute([this.#randomAgent(), this.#randomAgent(), this.#randomAgent()]);
    }
  }

  /** Completes the task of an agent, and starts its next one. */
  async #completeTask(agent: string): Promise<void> {
    this.#freedAt = performance.now();
    await this.#manager.completeTask(this.#work.get(agent)!);
    await this.#manager.scheduler.start(this.#work.get(agent)!);
    await this.#submit();
  }

  async #submit(): Promise<void> {
    const number = this.#submitted++;
    await this.#manager.submit({
      id: `task-${number}`,
      priority: number % 10,
      requires: [`skill-${number % SKILLS}`],
    });
  }

  /** Hands a resource to another agent, which waits for it or acquires it after the release. */
  async #handOver(number: number, next: string): Promise<void> {
    const resource = `resource-${number}`;
    const holder = this.#holders[number]!;
    if (next === holder) return;
    const waits = nextInt(this.#prng, 2) === 0;
    const waiting = waits ? this.#manager.acquireResource(resource, next) : undefined;
    const start = performance.now();
    await this.#manager.releaseResource(resource, holder);
    await (waiting ?? this.#manager.acquireResource(resource, next));
    this.latencies.acquire.add(performance.now() - start);
    this.#holders[number] = next;
  }

  /** Reports a conflict and resolves it automatically. */
  async #dispute(rivals: readonly string[]): Promise<void> {
    if (new Set(rivals).size < rivals.length) return;
    const resource = `resource-${nextInt(this.#prng, DISPUTED)}`;
    const { id } = await this.#manager.reportConflict("resource", resource, rivals);
    const start = performance.now();
    await this.#manager.conflicts.autoResolve(id);
    this.latencies.resolution.add(performance.now() - start);
  }

  #randomAgent(): string {
    return this.#agents[nextInt(this.#prng, AGENTS)]!;
  }
}

function heap(what: string): void {
  (globalThis as { gc?: () => void }).gc?.();
  const megabytes = Deno.memoryUsage().heapUsed / 2 ** 20;
  console.log(`${megabytes.toFixed(0).padStart(6)} MB on the heap with ${what}`);
}

function report({ latencies }: Scenario, seconds: number): void {
  const widths = [12, 11, 10, 10, 10, 10, 10];
  const line = (...cells: string[]) =>
    console.log(cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join(" ").trimEnd());
  console.log(`\n${seconds} s of load; times in µs`);
  line("", "count", "p50", "p95", "p99", "p99.9", "most");
  for (const [name, measured] of Object.entries(latencies)) {
    const quantiles = measured.quantiles([0.5, 0.95, 0.99, 0.999, 1]);
    const times = quantiles.map((ms) => (ms * 1_000).toFixed(1));
    line(name, show(measured.count), ...times, verdictOn(name, quantiles[2]!));
  }
  console.log("");
}

function verdictOn(name: string, p99: number): string {
  if (name === "lateness") return "(of the load itself)";
  return `p99 < ${LIMIT_MS} ms: ${p99 < LIMIT_MS ? "reached" : "MISSED"}`;
}

function show(count: number): string {
  return count.toLocaleString("en");
}

async function main(seconds: number): Promise<void> {
  const scenario = new Scenario();
  await scenario.setUp();
  await scenario.load(seconds);
  report(scenario, seconds);
  heap("all of it after the load");
  await scenario.shutdown();
}

if (import.meta.main) await main(Number(Deno.args[0] ?? 60));
