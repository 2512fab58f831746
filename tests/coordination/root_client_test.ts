import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ClosedError,
  type Dispatcher,
  Engine,
  type LockstepEvent,
  MemoryLog,
  type Reply,
  type RootCommand,
  StaleEpochError,
  type Tick,
  UnknownAgentError,
} from "../../mod.ts";
import { rootMachine } from "../../src/root/machine.ts";
import { ActingDispatcher, refusalError, RootClient } from "../../src/root/client.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { acquire } from "./bench.ts";

/** A dispatcher that keeps what it is sent, and answers when it is told to. */
class Recorder implements Dispatcher<RootCommand, LockstepEvent> {
  readonly clock = new SimulatedClock();
  readonly synchronous = true;
  readonly commands: (RootCommand | Tick)[] = [];
  readonly replies: Reply<LockstepEvent>[] = [];
  events: LockstepEvent[] = [];

  send(command: RootCommand | Tick, reply: Reply<LockstepEvent>): void {
    this.commands.push(command);
    this.replies.push(reply);
  }

  dispatch(command: RootCommand): LockstepEvent[] {
    this.commands.push(command);
    return this.events;
  }

  observe(): () => void {
    return () => {};
  }

  whenStopped(): void {}
}

const LIFE = { agentId: "a", incarnation: 1 };
const command = acquire("r", "a");
const wrapped = { type: "as-agent", ...LIFE, command } as const;
const nothing = () => {};

function refused(agentId: string, incarnation: number): LockstepEvent {
  const refusal = { command: "acquire", reason: "stale-incarnation", detail: 2 } as const;
  return { type: "agent:refused", agentId, incarnation, ...refusal };
}

Deno.test("what is sent within as() comes from that life, and nothing that is sent before or after", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner);
  dispatcher.send(command, nothing);
  dispatcher.as(LIFE, () => dispatcher.send(command, nothing));
  dispatcher.send(command, nothing);
  dispatcher.as(LIFE, () => dispatcher.dispatch(command));
  dispatcher.dispatch(command);
  assertEquals(inner.commands, [command, wrapped, command, wrapped, command]);
});

Deno.test("what only lets time pass comes from nobody, and leaves the next command to the agent", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner);
  dispatcher.as(LIFE, () => {
    dispatcher.send({ type: "tick" }, nothing);
    dispatcher.send(command, nothing);
  });
  assertEquals(inner.commands, [{ type: "tick" }, wrapped]);
});

Deno.test("what follows from a command of an agent is another matter", () => {
  for (const way of ["send", "dispatch"] as const) {
    const inner = new Recorder();
    const dispatcher = new ActingDispatcher(inner);
    dispatcher.as(LIFE, () => {
      if (way === "send") dispatcher.send(command, nothing);
      else dispatcher.dispatch(command);
      dispatcher.send(command, nothing); // as a handler of what happened would
    });
    assertEquals(inner.commands, [wrapped, command]);
  }
});

Deno.test("as() within as() comes from the inner life, then from the outer one again, also after a throw", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner);
  const other = { agentId: "b", incarnation: 7 };
  dispatcher.as(other, () => {
    assertThrows(() =>
      dispatcher.as(LIFE, () => {
        throw new Error("on the way");
      })
    );
    dispatcher.send(command, nothing);
  });
  dispatcher.send(command, nothing);
  assertEquals(inner.commands, [{ type: "as-agent", ...other, command }, command]);
  assertEquals(dispatcher.as(LIFE, () => 42), 42);
});

Deno.test("only a refusal of that very life, as the last word, is the answer to an agent", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner);
  const died: LockstepEvent = { type: "agent:died", ...LIFE, reason: "silent" };
  const cases: [LockstepEvent[], boolean][] = [
    [[died, refused("a", 1)], true],
    [[refused("a", 1), died], false],
    [[refused("b", 1)], false],
    [[refused("a", 2)], false],
    [[], false],
  ];
  for (const [events, isRefused] of cases) {
    let error: unknown;
    let heard: readonly LockstepEvent[] | undefined;
    dispatcher.as(LIFE, () =>
      dispatcher.send(command, (events, reason) => {
        [heard, error] = [events, reason];
      }));
    inner.replies.at(-1)!(events, undefined);
    assertEquals(error instanceof StaleEpochError, isRefused);
    assertEquals(heard, isRefused ? undefined : events);
    inner.events = events;
    const dispatch = () => dispatcher.as(LIFE, () => dispatcher.dispatch(command));
    if (isRefused) assertThrows(dispatch, StaleEpochError);
    else assertEquals(dispatch(), events);
  }
});

Deno.test("an engine that fails tells an agent what it tells others", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner);
  let error: unknown;
  dispatcher.as(LIFE, () => dispatcher.send(command, (_events, reason) => error = reason));
  const failure = new ClosedError("go on", "the engine");
  inner.replies[0]!(undefined, failure);
  assert(error === failure);
});

Deno.test("the error of a refused agent says what it did, and which life is in force", () => {
  const about = { type: "agent:refused", ...LIFE, command: "send-message" } as const;
  const stale = refusalError({ ...about, reason: "stale-incarnation", detail: 2 });
  const message = 'Cannot send message as agent "a": epoch must be 2, got 1';
  assert(stale instanceof StaleEpochError && stale.message === message, stale.message);
  const unknown = refusalError({ ...about, reason: "unknown-agent", detail: 0 });
  assertInstanceOf(unknown, UnknownAgentError);
});

Deno.test("tell() rejects when its own command is refused, and not for what was refused besides", async () => {
  const engine = new Engine(rootMachine(), { clock: new SimulatedClock() });
  const client = new RootClient({ dispatcher: engine, state: () => engine.state });
  await assertRejects(
    () => client.tell({ type: "beat-agent", agentId: "a", incarnation: 0 }),
    UnknownAgentError,
  );
  const inner = new Recorder();
  const other = new RootClient({ dispatcher: inner, state: () => engine.state });
  inner.events = [refused("a", 1)];
  await other.tell({ type: "cordon-agent", ...CORDON });
  client.close(new ClosedError("go on", "the client"));
  await assertRejects(
    () => client.tell({ type: "beat-agent", agentId: "a", incarnation: 0 }),
    ClosedError,
  );
  await engine.close();
});

const CORDON = { agentId: "a", reason: "", cause: "caller", untilMs: 0 } as const;

Deno.test("with a log an agent is refused as it is without one", async () => {
  const log = new MemoryLog<RootCommand | Tick>();
  const engine = await Engine.recover(rootMachine(), { log, clock: new SimulatedClock() });
  const dispatcher = new ActingDispatcher(engine);
  assertEquals([dispatcher.synchronous, dispatcher.clock === engine.clock], [false, true]);
  const answer = Promise.withResolvers<LockstepEvent[] | undefined>();
  dispatcher.as(LIFE, () =>
    dispatcher.send(command, (events, error) => {
      if (error === undefined) answer.resolve(events);
      else answer.reject(error);
    }));
  await assertRejects(() => answer.promise, UnknownAgentError);
  await engine.close();
});
