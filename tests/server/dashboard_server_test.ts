/** The dashboard of something that has no server. */

import { assert, assertEquals } from "@std/assert";
import { CoordinationManager } from "../../src/coordination/mod.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { openHistory } from "../../src/history/mod.ts";
import type { RootState } from "../../src/root/state.ts";
import { DashboardServer } from "../../src/server/dashboard_server.ts";
import { SILENT } from "./driver.ts";

Deno.test("a system that goes on is shown with what happened before, at once", async () => {
  const journal = new MemoryJournal();
  const before = new CoordinationManager({ journal, logger: SILENT });
  await before.initialize();
  const { result } = await before.submit({ id: "t" });
  await Promise.all([before.cancelTask("t", "not needed"), result.catch(() => {})]);
  await before.shutdown();

  const manager = new CoordinationManager({ journal, logger: SILENT });
  const history = () => openHistory<RootState>(journal);
  const server = new DashboardServer({ title: "x", history, manager, logger: SILENT });
  await manager.initialize();
  try {
    const link = await server.open();
    const opened = await fetch(link, { redirect: "manual" });
    await opened.body?.cancel();
    const cookie = opened.headers.get("set-cookie")!.split(";")[0]!;
    const page = await fetch(`${new URL(link).origin}/v1/pages/events?limit=200`, {
      headers: { cookie },
    });
    const { header, events } = await page.json();
    assert(manager.sequence > 0);
    assertEquals(header.sequence, manager.sequence);
    assert(events.some(({ type }: { type: string }) => type === "task:cancelled"));
  } finally {
    await server.close();
    await manager.shutdown();
  }
});
