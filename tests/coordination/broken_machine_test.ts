/** What façades report once a command broke their machine. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  CoordinationManager,
  InvariantError,
  type Journal,
  type JournalRecord,
  MemoryJournal,
  ResourceManager,
  TaskScheduler,
} from "../../mod.ts";
import { EventBus } from "../../mod.ts";
import { type Named, silentLogger } from "../../machine.ts";
import { written } from "../support/journals.ts";

type Options = { journal: Journal; skip?: readonly string[] };

/** A journal that gives commands of type `victim` a form that no machine accepts. */
class Poisoned extends MemoryJournal {
  victim = "";
  override append(record: JournalRecord): Promise<number> {
    const commands = JSON.stringify(JSON.parse(record.commands).map(this.#poison));
    return super.append({ ...record, commands });
  }

  readonly #poison = (command: Named): unknown => {
    if (command.type !== this.victim) return command;
    return Object.fromEntries(
      Object.keys(command).map((key) => [key, key === "type" ? command.type : null]),
    );
  };
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

for (const { name, make, use } of CASES) {
  Deno.test(`a ${name} whose machine broke is unhealthy, and goes past the command when told to`, async () => {
    const journal = new Poisoned();
    const facade = make({ journal });
    await facade.initialize();
    await use(facade as never, "before");
    journal.victim = (await written(journal)).at(-1)!.command.type;
    const place = `${await journal.tail() + 1}:0`;
    await assertRejects(
      () => use(facade as never, "poisoned"),
      InvariantError,
      `at ${place} of its journal`,
    );
    const { healthy, error } = await facade.getHealthStatus();
    assertEquals([healthy, error?.includes(`at ${place}`)], [false, true]);
    await assertRejects(() => use(facade as never, "behind"), InvariantError);
    await facade.shutdown();
    journal.victim = "";

    const unread = make({ journal });
    assertEquals((await unread.getHealthStatus()).healthy, false);
    await assertRejects(() => unread.initialize(), InvariantError, `skip: ["${place}"]`);
    const health = await unread.getHealthStatus();
    assertEquals([health.healthy, health.error?.includes(`skip: ["${place}"]`)], [false, true]);
    await unread.shutdown();

    const next = make({ journal, skip: [place] });
    await next.initialize();
    await use(next as never, "after");
    const { error: problem = "" } = await next.getHealthStatus();
    assertEquals(problem.includes("broke"), false);
    await next.shutdown();
  });
}
