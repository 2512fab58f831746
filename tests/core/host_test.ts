import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { MachineClient, type MachineHost } from "../../src/core/client.ts";
import { Engine } from "../../src/core/engine.ts";
import {
  ClosedError,
  InvariantError,
  LogError,
  UninitializedError,
} from "../../src/core/errors.ts";
import { Host, type HostOptions } from "../../src/core/host.ts";
import { MemoryLog } from "../../src/core/log.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { Named, Refusal, Tick } from "../../src/core/machine.ts";
import { FaultyLog } from "../../src/testing/faulty_log.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import {
  counter,
  type CounterAnswers,
  type CounterCommand,
  type CounterEvent,
  type CounterState,
} from "./counter.ts";

type CounterHost = MachineHost<CounterState, CounterCommand, CounterEvent, CounterAnswers>;

/** Records the totals that it observes, and the errors because of which it ended. */
class CounterClient
  extends MachineClient<CounterState, CounterCommand, CounterEvent, CounterAnswers> {
  readonly totals: number[] = [];
  readonly ends: unknown[] = [];

  constructor(host: CounterHost) {
    super(host);
    this.listen(["counter:added"], ({ total }) => this.totals.push(total));
  }

  close(): void {
    this.stop(new ClosedError("go on", "the counter"));
  }

  protected override errorOf({ event }: Refusal, { type }: CounterCommand): Error {
    return new RangeError(`Cannot ${type}: ${(event as Named & { reason: string }).reason}`);
  }

  protected override end(error: unknown): void {
    this.ends.push(error);
  }
}

const ONE = { type: "add", by: 1 } as const;

type Options = HostOptions<CounterState, CounterCommand, CounterEvent, CounterAnswers>;

function hosted(options: Options = {}) {
  const hosted = {
    thing: "the counter",
    machine: counter,
    connect: (host: CounterHost) => new CounterClient(host),
    recover: (client: CounterClient) => client.owe({ type: "add", by: 100 }),
  };
  return new Host(hosted, undefined, silentLogger, options);
}

function faultyLog() {
  return new FaultyLog(new MemoryLog<CounterCommand | Tick>());
}

Deno.test("a host without a log has a client at once", async () => {
  const host = hosted();
  assertEquals(await host.running("count").call(ONE), 1);
  assertEquals(await host.running("count").call(ONE, (total) => -total), -2);
  await host.initialize();
  assertEquals([host.client?.state.total, host.client?.totals], [2, [1, 2]]);
  await host.close();
});

Deno.test("call() rejects with the error of a refusal, attempt() and owe() ignore it", async () => {
  for (const host of [hosted(), hosted({ log: faultyLog() })]) {
    await host.initialize();
    const client = host.running("count");
    const zero = { type: "add", by: 0 } as const;
    await assertRejects(() => client.call(zero), RangeError, "Cannot add: zero");
    await assertRejects(() => client.deliver(zero), RangeError, "Cannot add: zero");
    await client.attempt(zero);
    client.owe(zero);
    assertEquals(client.ends, []);
    await host.close();
  }
});

Deno.test("a host with a log has a client once the log is read, and recovers once", async () => {
  const log = faultyLog();
  await log.append([{ at: 0, command: ONE }]);
  const host = hosted({ log });
  assertEquals(host.client, undefined);
  assertThrows(() => host.running("count"), UninitializedError, "the counter");
  await Promise.all([host.initialize(), host.initialize()]);
  await host.maintain();
  assertEquals(host.running("count").state.total, 101);
  assertEquals((await log.loadSnapshot())?.position, 3);
  assertEquals(log.batches.reduce((sum, entries) => sum + entries, 0), 3);
  await host.close();
  assert(log.closed);
});

Deno.test("a host that is closed while it reads its log closes the log, and has no client", async () => {
  const log = faultyLog();
  const host = hosted({ log });
  const initialized = host.initialize();
  await host.close();
  await initialized;
  assertEquals(host.client, undefined);
  assert(log.closed);
  await assertRejects(() => initializeClosed(), ClosedError, "the counter");
});

async function initializeClosed(): Promise<void> {
  const host = hosted();
  await host.close();
  await host.initialize();
}

Deno.test("a host that is given another leaves its engine open", async () => {
  await using engine = new Engine(counter, { logger: silentLogger });
  const host = hosted({ host: { dispatcher: engine, state: () => engine.state } });
  await host.close();
  engine.dispatch(ONE);
  assertEquals(engine.state.total, 1);
  assertEquals(host.client?.totals, []);
});

Deno.test("a client sends again what it owes when the log refuses it, until it stops", async () => {
  const clock = new SimulatedClock();
  const log = faultyLog();
  const host = hosted({ clock, log });
  await host.initialize();
  const client = host.running("count");
  await client.refresh();
  log.fail(2);
  client.owe(ONE);
  await clock.advance(1999);
  assertEquals(client.state.total, 100);
  await clock.advance(1);
  assertEquals(client.state.total, 101);
  log.fail(1);
  await assertRejects(() => client.call(ONE), LogError);
  log.fail(1);
  client.owe(ONE);
  await clock.advance(0);
  await host.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a client ends once, with why its machine stopped", async () => {
  const host = hosted();
  const client = host.running("count");
  await assertRejects(() => client.call({ type: "break" }), InvariantError);
  assertEquals(client.ends.length, 1);
  await host.close();
  assertStrictEquals(client.stopped, client.ends[0]);
  assertEquals(client.ends.length, 1);
  await assertRejects(() => client.call(ONE), InvariantError);
});
