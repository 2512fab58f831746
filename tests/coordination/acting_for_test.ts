import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { CoordinationManager, MemoryJournal, UnknownTaskError } from "../../mod.ts";
import type { OperatorActed } from "../../events.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openHistory } from "../../src/history/mod.ts";

/** A manager, and what people did. */
function managed(): { manager: CoordinationManager; acted: OperatorActed[] } {
  const manager = new CoordinationManager({ logger: silentLogger });
  const acted: OperatorActed[] = [];
  manager.eventBus.on("operator:acted", (event) => void acted.push(event));
  return { manager, acted };
}

Deno.test("actingFor() records each call of its action, in all parts, and none after it", async () => {
  const { manager, acted } = managed();
  await using _ = manager;
  await manager.submit({ id: "t1" });
  const result = manager.actingFor("ana", () => [
    manager.cancelTask("t1"),
    manager.registerAgent({ id: "a" }),
    manager.resources.define("db", { capacity: 2 }),
    manager.messages.send("human", "a", "stop", { id: "m" }),
  ], "it hangs");
  await Promise.all(result);
  await manager.pause();
  assertEquals(acted.map(({ by, reason }) => [by, reason]), Array(4).fill(["ana", "it hangs"]));
  assertEquals(acted.map(({ command, subjectId }) => [command, subjectId]), [
    ["cancel", "t1"],
    ["register-agent", "a"],
    ["define", "db"],
    ["send-message", "m"],
  ]);
});

Deno.test("what follows from the calls of a person is not the person's", async () => {
  const { manager, acted } = managed();
  await using _ = manager;
  manager.eventBus.on("task:cancelled", () => void manager.submit({ id: "t2" }));
  await manager.submit({ id: "t1" });
  await manager.actingFor("ana", async () => {
    await manager.cancelTask("t1");
    await manager.pause();
  });
  assertEquals(manager.scheduler.getTask("t2")?.status, "ready");
  assertEquals(acted.map(({ command }) => command), ["cancel"]);
});

Deno.test("a refused call of a person rejects as it would, and is not recorded", async () => {
  const { manager, acted } = managed();
  await using _ = manager;
  await assertRejects(
    () => manager.actingFor("ana", () => manager.cancelTask("t1")),
    UnknownTaskError,
  );
  const error = new Error("no");
  const thrown = assertThrows(() =>
    manager.actingFor("ana", () => {
      throw error;
    })
  );
  assertStrictEquals(thrown, error);
  await manager.submit({ id: "t1" });
  assertEquals(acted, []);
});

Deno.test("actingFor() checks the name, the action and the reason", async () => {
  const { manager } = managed();
  await using _ = manager;
  const nothing = () => {};
  const calls: (readonly [unknown, unknown, unknown, string])[] = [
    [5, nothing, undefined, "Cannot act for a person: by must be a string, got 5"],
    ["", nothing, undefined, 'Cannot act for a person: by must have 1 to 256 characters, got ""'],
    ["a".repeat(257), nothing, undefined, "by must have 1 to 256 characters, got 257"],
    ["a\nb", nothing, undefined, "by must have no control characters"],
    ["ana", 5, undefined, "action must be a function, got 5"],
    ["ana", nothing, 5, "reason must be a string, got 5"],
  ];
  for (const [by, action, reason, message] of calls) {
    assertThrows(
      () => manager.actingFor(by as string, action as () => void, reason as string),
      Error,
      message,
    );
  }
  assertEquals(manager.actingFor("a".repeat(256), () => 42), 42);
});

Deno.test("a journal says who did what, and a history finds it by its subject", async () => {
  const journal = new MemoryJournal();
  await using manager = new CoordinationManager({ journal, logger: silentLogger });
  await manager.initialize();
  await manager.submit({ id: "t1" });
  await manager.actingFor("ana", () => manager.cancelTask("t1", "it is not needed"));
  const history = await openHistory(journal);
  const told: string[] = [];
  for await (const { event } of history.events({ taskId: "t1" })) told.push(event.type);
  assertEquals(told.slice(-2), ["operator:acted", "task:cancelled"]);
});
