import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { MachineClient, type MachineHost } from "../../src/core/client.ts";
import { Engine } from "../../src/core/engine.ts";
import {
  ClosedError,
  InvariantError,
  LogError,
  UninitializedError,
} from "../../src/core/errors.ts";
import { type HomeOptions, MachineHome } from "../../src/core/home.ts";
import { MemoryLog } from "../../src/core/log.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { Tick } from "../../src/core/machine.ts";
import { FaultyLog, SimulatedClock } from "../../src/testing/mod.ts";
import { counter, type CounterCommand, type CounterEvent, type CounterState } from "./counter.ts";

type CounterHost = MachineHost<CounterState, CounterCommand, CounterEvent>;

/** Notes what it hears, and why it ended. */
class CounterClient extends MachineClient<CounterState, CounterCommand, CounterEvent> {
  readonly heard: string[] = [];
  readonly ends: unknown[] = [];

  constructor(host: CounterHost) {
    super(host);
    this.listen();
  }

  close(): void {
    this.stop(new ClosedError("go on", "the counter"));
  }

  protected override hear(event: CounterEvent): void {
    this.heard.push(event.type);
  }

  protected override end(error: unknown): void {
    this.ends.push(error);
  }
}

const ONE: CounterCommand = { type: "add", by: 1 };

function settle(options: HomeOptions<CounterState, CounterCommand, CounterEvent> = {}) {
  const household = {
    thing: "the counter",
    machine: counter,
    join: (host: CounterHost) => new CounterClient(host),
    takeUp: (client: CounterClient) => client.owe({ type: "add", by: 100 }),
  };
  return new MachineHome(household, undefined, silentLogger, options);
}

function faultyLog() {
  return new FaultyLog(new MemoryLog<CounterCommand | Tick>());
}

Deno.test("a home without a log has a client at once", async () => {
  const home = settle();
  const total = await home.running("count").ask(ONE, (_events, _command, state) => state.total);
  assertEquals(total, 1);
  await home.initialize();
  assertEquals(home.client?.state.total, 1);
  await home.close();
});

Deno.test("a home with a log has a client once the log is read, and takes up once", async () => {
  const log = faultyLog();
  await log.append([{ at: 0, command: ONE }]);
  const home = settle({ log });
  assertEquals(home.client, undefined);
  assertThrows(() => home.running("count"), UninitializedError, "the counter");
  await Promise.all([home.initialize(), home.initialize()]);
  await home.maintain();
  assertEquals(home.running("count").state.total, 101);
  assertEquals((await log.loadSnapshot())?.position, 3);
  assertEquals(log.batches.reduce((sum, entries) => sum + entries, 0), 3);
  await home.close();
  assert(log.closed);
});

Deno.test("a home that is closed while it reads its log closes that, and has no client", async () => {
  const log = faultyLog();
  const home = settle({ log });
  const initialized = home.initialize();
  await home.close();
  await initialized;
  assertEquals(home.client, undefined);
  assert(log.closed);
  await assertRejects(() => settleClosed(), ClosedError, "the counter");
});

async function settleClosed(): Promise<void> {
  const home = settle();
  await home.close();
  await home.initialize();
}

Deno.test("a home with a host leaves the host's engine open", async () => {
  await using engine = new Engine(counter, { logger: silentLogger });
  const home = settle({ host: { dispatcher: engine, state: () => engine.state } });
  await home.close();
  engine.dispatch(ONE);
  assertEquals(engine.state.total, 1);
  assertEquals(home.client?.heard, []);
});

Deno.test("a client sends again what it owes when the log refuses it, until it stops", async () => {
  const clock = new SimulatedClock();
  const log = faultyLog();
  const home = settle({ clock, log });
  await home.initialize();
  const client = home.running("count");
  await client.refresh();
  log.fail(2);
  client.owe(ONE);
  await clock.advance(1999);
  assertEquals(client.state.total, 100);
  await clock.advance(1);
  assertEquals(client.state.total, 101);
  log.fail(1);
  await assertRejects(() => client.ask(ONE, () => {}), LogError);
  log.fail(1);
  client.owe(ONE);
  await clock.advance(0);
  await home.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a client ends once, with why its machine stopped", async () => {
  const home = settle();
  const client = home.running("count");
  await assertRejects(() => client.ask({ type: "break" }, () => {}), InvariantError);
  assertEquals(client.ends.length, 1);
  await home.close();
  assertStrictEquals(client.stopped, client.ends[0]);
  assertEquals(client.ends.length, 1);
  await assertRejects(() => client.ask(ONE, () => {}), InvariantError);
});
