/** What façades report once a command broke their machine. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  type CommandLog,
  CoordinationManager,
  InvariantError,
  MemoryLog,
  ResourceManager,
  TaskScheduler,
} from "../../mod.ts";
import { EventBus } from "../../mod.ts";
import { silentLogger } from "../../machine.ts";

// deno-lint-ignore no-explicit-any -- the commands of any façade
type AnyLog = CommandLog<any>;
type Options = { log: AnyLog; skip?: readonly number[] };

/** A log that gives commands of type `victim` a form that no machine accepts. */
class Poisoned extends MemoryLog<{ type: string }> {
  victim = "";
  override append(batch: Parameters<MemoryLog<{ type: string }>["append"]>[0]): Promise<void> {
    for (const { command } of batch.entries) {
      if (command.type === this.victim) poison(command);
    }
    return super.append(batch);
  }
}

function poison(command: object): void {
  for (const key of Object.keys(command)) {
    if (key !== "type") Object.assign(command, { [key]: null });
  }
}

interface Facade {
  initialize(): Promise<void>;
  shutdown(): Promise<void>;
  getHealthStatus(): Promise<{ healthy: boolean; error?: string }>;
}

interface Case {
  readonly name: string;
  readonly make: (options: Options) => Facade;
  readonly use: (facade: never, id: string) => Promise<unknown>;
}

const CASES: readonly Case[] = [
  {
    name: "ResourceManager",
    make: (options) => new ResourceManager({}, undefined, silentLogger, options),
    use: (locks: ResourceManager, id) => locks.acquireAll([id], "a"),
  },
  {
    name: "TaskScheduler",
    make: (options) => new TaskScheduler({}, new EventBus(), silentLogger, options),
    use: (scheduler: TaskScheduler, id) => scheduler.submit({ id }),
  },
  {
    name: "CoordinationManager",
    make: (options) => new CoordinationManager({}, new EventBus(), silentLogger, options),
    use: (manager: CoordinationManager, id) => manager.submit({ id }),
  },
];

async function endOf(log: AnyLog): Promise<number> {
  return (await Array.fromAsync(log.read(0))).length;
}

for (const { name, make, use } of CASES) {
  Deno.test(`a ${name} whose machine broke is unhealthy, and goes past the command when told to`, async () => {
    const log = new Poisoned();
    const facade = make({ log });
    await facade.initialize();
    await use(facade as never, "before");
    const position = await endOf(log);
    const entries = await Array.fromAsync(log.read(position - 1));
    log.victim = entries[0]!.command.type;
    await assertRejects(
      () => use(facade as never, "poisoned"),
      InvariantError,
      `at position ${position} of its log`,
    );
    const { healthy, error } = await facade.getHealthStatus();
    assertEquals([healthy, error?.includes(`at position ${position}`)], [false, true]);
    await assertRejects(() => use(facade as never, "behind"), InvariantError);
    await facade.shutdown();
    log.victim = "";

    const unread = make({ log });
    assertEquals((await unread.getHealthStatus()).healthy, false);
    await assertRejects(() => unread.initialize(), InvariantError, `skip: [${position}]`);
    const health = await unread.getHealthStatus();
    assertEquals([health.healthy, health.error?.includes(`skip: [${position}]`)], [false, true]);
    await unread.shutdown();

    const next = make({ log, skip: [position] });
    await next.initialize();
    await use(next as never, "after");
    const { error: problem = "" } = await next.getHealthStatus();
    assertEquals(problem.includes("broke"), false);
    await next.shutdown();
  });
}
