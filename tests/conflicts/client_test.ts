import { assertEquals, assertRejects } from "@std/assert";
import { Engine } from "../../src/core/engine.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ConflictClient } from "../../src/conflicts/client.ts";
import { conflictMachine } from "../../src/conflicts/machine.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

Deno.test("a client keeps no call that has ended: resolved, aborted or closed", async () => {
  const clock = new SimulatedClock();
  const engine = new Engine(conflictMachine(), { clock, logger: silentLogger });
  const client = new ConflictClient({ dispatcher: engine, state: () => engine.state }, "it");
  const report = { type: "report-conflict", subject: "resource", disagreement: undefined } as const;
  const ids = ["r", "s"].map((subjectId) => {
    const answer = engine.dispatch({ ...report, subjectId, agents: ["a", "b"] });
    return (answer as { conflict: { id: string } }).conflict.id;
  });
  const abort = new AbortController();
  const wait = (id: string, signal?: AbortSignal) => client.resolutionOf(id, signal, () => "wait");
  const aborted = wait(ids[0]!, abort.signal);
  const others = [wait(ids[0]!), wait(ids[1]!)];
  assertEquals(client.waiting, 3);
  abort.abort(new Error("no"));
  await assertRejects(() => aborted, Error, "no");
  assertEquals(client.waiting, 2);
  client.close();
  for (const other of others) await assertRejects(() => other);
  assertEquals(client.waiting, 0);
});
