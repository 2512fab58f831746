/** What a manager does whose journal another one has opened. */

import { assertEquals, assertRejects } from "@std/assert";
import { CoordinationManager, EventBus, JournalReplacedError, MemoryJournal } from "../../mod.ts";
import { silentLogger } from "../../machine.ts";

async function opened(journal: MemoryJournal, ran: string[], name: string) {
  const bus = new EventBus();
  const manager = new CoordinationManager({}, bus, silentLogger, { journal });
  await manager.initialize();
  await manager.registerAgent({ id: "a" }, ({ id }) => {
    ran.push(`${name}: ${id}`);
    return id;
  });
  return { manager, bus };
}

Deno.test("a manager that was replaced runs nothing that its successor assigns, and ends its calls", async () => {
  const journal = new MemoryJournal();
  const ran: string[] = [];
  const former = await opened(journal, ran, "former");
  await former.manager.acquireResource("db", "holder");
  const waiting = assertRejects(
    () => former.manager.acquireResource("db", "waiter"),
    JournalReplacedError,
  );
  await (await former.manager.submit({ id: "t1" })).result;
  const heard: string[] = [];
  for (const type of ["agent:joined", "task:created", "task:assigned", "task:completed"] as const) {
    former.bus.on(type, () => heard.push(type));
  }

  const next = await opened(journal, ran, "next");
  await (await next.manager.submit({ id: "t2" })).result;
  await waiting;
  assertEquals([ran, heard], [["former: t1", "next: t2"], []]);
  await assertRejects(() => former.manager.submit({ id: "t3" }), JournalReplacedError);
  const { healthy, error } = await former.manager.getHealthStatus();
  assertEquals([healthy, error?.includes("another engine has opened the journal")], [false, true]);

  const tail = await journal.tail();
  await former.manager.shutdown();
  assertEquals(await journal.tail(), tail);
  assertEquals(next.manager.resources.holderOf("db"), "holder");
  await next.manager.shutdown();
});
