import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, UninitializedError } from "../../src/core/errors.ts";
import { Host, type HostOptions, requireSurroundings } from "../../src/core/host.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { recordOf } from "../support/journals.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import {
  counter,
  type CounterAnswers,
  type CounterCommand,
  type CounterEvent,
  type CounterState,
} from "./counter.ts";
import { CounterClient, type CounterHost, ONE } from "./counter_client.ts";

type Options = HostOptions<CounterState, CounterCommand, CounterEvent, CounterAnswers>;

/** A host of a counter, to which recovery adds 100. */
function host(options: Options = {}, eventBus?: EventBus) {
  const hosted = {
    thing: "the counter",
    machine: counter,
    connect: (host: CounterHost) => new CounterClient(host),
    recover: (client: CounterClient) => client.owe({ type: "add", by: 100 }),
  };
  return new Host(hosted, eventBus, silentLogger, options);
}

function faultyJournal() {
  return new FaultyJournal(new MemoryJournal());
}

Deno.test("a host without a journal has a client at once, and recovers nothing", async () => {
  const eventBus = new EventBus(false, { logger: silentLogger });
  let published = 0;
  eventBus.on("counter:added", () => published++);
  const own = host({}, eventBus);
  assertEquals(await own.running("count").call({ type: "add", by: 1 }), { total: 1 });
  await own.initialize();
  assertEquals([own.client?.state.total, own.engine?.synchronous, published], [1, true, 1]);
  await own.close();
});

Deno.test("a host with a journal has a client once the journal is read, and recovers once", async () => {
  const journal = faultyJournal();
  await journal.append(recordOf("s", 1, [{ at: 0, command: ONE as never }]));
  const own = host({ journal });
  assertEquals([own.client, own.engine], [undefined, undefined]);
  assertThrows(() => own.running("count"), UninitializedError, "the counter");
  await Promise.all([own.initialize(), own.initialize()]);
  await own.maintain();
  assertEquals(own.running("count").state.total, 101);
  assertEquals((await journal.snapshots!.newest())?.meta.position, 4);
  assertEquals(journal.batches.reduce((sum, entries) => sum + entries, 0), 4);
  await own.close();
  assert(journal.closed);
});

Deno.test("a host that is closed while it reads its journal closes it, and has no client", async () => {
  const journal = faultyJournal();
  const own = host({ journal });
  const initialized = own.initialize();
  await own.close();
  await initialized;
  assertEquals(own.client, undefined);
  assert(journal.closed);
});

Deno.test("a host that is closed cannot be initialized", async () => {
  const own = host();
  await own.close();
  await assertRejects(() => own.initialize(), ClosedError, "the counter");
});

Deno.test("a host in a host leaves the engine open, and recovers nothing", async () => {
  await using engine = new Engine(counter, { logger: silentLogger });
  const outer = { dispatcher: engine, state: () => engine.state };
  const inner = host({ host: outer });
  assertEquals(inner.engine, undefined);
  await inner.close();
  assertEquals(engine.dispatch({ type: "add", by: 1 }), { total: 1 });
  assertEquals(inner.client?.totals, []);
  const other = host({ host: outer });
  assertEquals(engine.state.total, 1);
  await other.close();
});

Deno.test("close() is idempotent, and ends the calls of the client with the engine", async () => {
  const own = host();
  const client = own.running("count");
  await Promise.all([own.close(), own.close()]);
  assertEquals(client.ends.length, 1);
  await assertRejects(() => client.call(ONE), ClosedError);
  assertEquals(own.engine?.closed, true);
});

Deno.test("surroundings are checked by name", () => {
  const check = (eventBus: unknown, logger: unknown, options: unknown) =>
    requireSurroundings(() => "create a counter", eventBus as never, logger as never, options);
  check(undefined, console, {});
  assertThrows(() => check({}, console, {}), TypeError, "eventBus.publish");
  assertThrows(() => check(undefined, {}, {}), TypeError, "Cannot create a counter");
  assertThrows(() => check(undefined, console, 5), TypeError, "options");
});
