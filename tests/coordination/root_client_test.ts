import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { membershipError } from "../../src/agents/errors.ts";
import type { AgentRefused } from "../../src/agents/events.ts";
import { ActingDispatcher, RootClient } from "../../src/coordination/client.ts";
import type { Dispatcher, Reply } from "../../src/core/dispatcher.ts";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, StaleEpochError, UnknownAgentError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { type Named, Refusal } from "../../src/core/machine.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { RootAnswers, RootCommand } from "../../src/root/state.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { acquire } from "./driver.ts";

/** A dispatcher that keeps the commands, and answers when a test says so. */
class Recorder {
  readonly clock = new SimulatedClock();
  readonly synchronous = true;
  readonly commands: Named[] = [];
  readonly replies: Reply<unknown>[] = [];
  answer: unknown;

  onCommand = () => {};

  send(command: Named, reply: Reply<unknown>): void {
    this.commands.push(command);
    this.replies.push(reply);
    this.onCommand();
  }

  dispatch(command: Named): unknown {
    this.commands.push(command);
    this.onCommand();
    return this.answer;
  }

  observe(): () => void {
    return () => {};
  }

  whenStopped(): void {}

  hold(): void {}

  release(): void {}

  get dispatcher(): Dispatcher<RootCommand, LockstepEvent, RootAnswers> {
    return this as unknown as Dispatcher<RootCommand, LockstepEvent, RootAnswers>;
  }
}

const LIFE = { agentId: "a", incarnation: 1 };
const command = acquire("r", "a");
const wrapped = { type: "as-agent", ...LIFE, command } as const;
const nothing = () => {};

function refused(type: string): Refusal {
  const refusal = { command: "acquire", reason: "stale-incarnation", detail: 2 };
  return new Refusal({ type, ...LIFE, ...refusal } as Named);
}

Deno.test("what is sent within as() comes from that life, and nothing that is sent before or after", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner.dispatcher);
  dispatcher.send(command, nothing);
  dispatcher.as(LIFE, () => dispatcher.send(command, nothing));
  dispatcher.send(command, nothing);
  dispatcher.as(LIFE, () => dispatcher.dispatch(command));
  dispatcher.dispatch(command);
  assertEquals(inner.commands, [command, wrapped, command, wrapped, command]);
});

Deno.test("what only lets time pass comes from nobody, and leaves the next command to the agent", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner.dispatcher);
  dispatcher.as(LIFE, () => {
    dispatcher.send({ type: "tick" }, nothing);
    dispatcher.send(command, nothing);
  });
  assertEquals(inner.commands, [{ type: "tick" }, wrapped]);
});

Deno.test("what follows from a command of an agent is another matter", () => {
  for (const way of ["send", "dispatch"] as const) {
    const inner = new Recorder();
    const dispatcher = new ActingDispatcher(inner.dispatcher);
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
  const dispatcher = new ActingDispatcher(inner.dispatcher);
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

Deno.test("all that is sent within as() of a person is the person's, but for what follows from it", () => {
  const PERSON = { by: "ana", reason: "it hangs" };
  const recorded = { type: "as-operator", ...PERSON, command } as const;
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner.dispatcher);
  dispatcher.as(PERSON, () => {
    dispatcher.send(command, nothing);
    dispatcher.send({ type: "tick" }, nothing);
    dispatcher.dispatch(command);
    dispatcher.as(LIFE, () => dispatcher.send(command, nothing));
    dispatcher.send(command, nothing);
  });
  dispatcher.send(command, nothing);
  assertEquals(inner.commands, [
    ...[recorded, { type: "tick" }, recorded, wrapped, recorded, command],
  ]);
  for (const way of ["send", "dispatch"] as const) {
    const engine = new Recorder();
    const acting = new ActingDispatcher(engine.dispatcher);
    engine.onCommand = () => { // as a handler of what happened would
      engine.onCommand = nothing;
      acting.send(command, nothing);
    };
    acting.as(PERSON, () => {
      if (way === "send") acting.send(command, nothing);
      else acting.dispatch(command);
      acting.send(command, nothing);
    });
    assertEquals(engine.commands, [recorded, command, recorded]);
  }
});

Deno.test("a person gets the answer and the error of the command", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner.dispatcher);
  const failure = new ClosedError("go on", "the engine");
  let got: unknown;
  for (const answer of [refused("resource:refused"), undefined]) {
    const error = answer === undefined ? failure : undefined;
    dispatcher.as({ by: "ana" }, () => {
      dispatcher.send(command, (given, reason) => got = given ?? reason);
    });
    inner.replies.at(-1)!(answer, error);
    assert(got === (answer ?? failure));
    inner.answer = answer;
    assert(dispatcher.as({ by: "ana" }, () => dispatcher.dispatch(command)) === answer);
  }
});

Deno.test("only a refusal because its incarnation is over is an error of the dispatcher", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner.dispatcher);
  const cases: [unknown, boolean][] = [
    [refused("agent:refused"), true],
    [refused("resource:refused"), false],
    [{ status: "granted", epoch: 1 }, false],
    [undefined, false],
  ];
  for (const [answer, isOver] of cases) {
    let error: unknown;
    let answered: unknown;
    dispatcher.as(LIFE, () =>
      dispatcher.send(command, (given, reason) => {
        [answered, error] = [given, reason];
      }));
    inner.replies.at(-1)!(answer, undefined);
    assertEquals(error instanceof StaleEpochError, isOver);
    assert(answered === (isOver ? undefined : answer));
    inner.answer = answer;
    const dispatch = () => dispatcher.as(LIFE, () => dispatcher.dispatch(command));
    if (isOver) assertThrows(dispatch, StaleEpochError);
    else assert(dispatch() === answer);
  }
});

Deno.test("an engine that fails tells an agent what it tells others", () => {
  const inner = new Recorder();
  const dispatcher = new ActingDispatcher(inner.dispatcher);
  let error: unknown;
  dispatcher.as(LIFE, () => dispatcher.send(command, (_answer, reason) => error = reason));
  const failure = new ClosedError("go on", "the engine");
  inner.replies[0]!(undefined, failure);
  assert(error === failure);
});

Deno.test("the error of a refused agent says what it did, and which life is in force", () => {
  const about: Omit<AgentRefused, "reason" | "detail"> = {
    type: "agent:refused",
    ...LIFE,
    command: "send-message",
  };
  const stale = membershipError({ ...about, reason: "stale-incarnation", detail: 2 });
  const message = 'Cannot send message as agent "a": epoch must be 2, got 1';
  assert(stale instanceof StaleEpochError && stale.message === message, stale.message);
  const unknown = membershipError({ ...about, reason: "unknown-agent", detail: 0 });
  assertInstanceOf(unknown, UnknownAgentError);
});

Deno.test("call() rejects with the error of a refusal, and once the client is closed", async () => {
  const engine = new Engine(rootMachine(), { clock: new SimulatedClock() });
  const client = new RootClient({ dispatcher: engine, state: () => engine.state });
  const beat = () => client.call({ type: "beat-agent", agentId: "a", incarnation: 0 });
  await assertRejects(beat, UnknownAgentError);
  client.close(new ClosedError("go on", "the client"));
  await assertRejects(beat, ClosedError);
  await engine.close();
});

Deno.test("with a journal an agent is refused as it is without one", async () => {
  const journal = new MemoryJournal();
  const engine = await Engine.recover(rootMachine(), { journal, clock: new SimulatedClock() });
  const dispatcher = new ActingDispatcher(engine);
  assertEquals([dispatcher.synchronous, dispatcher.clock === engine.clock], [false, true]);
  const answer = Promise.withResolvers<unknown>();
  dispatcher.as(LIFE, () =>
    dispatcher.send(command, (given, error) => {
      if (error === undefined) answer.resolve(given);
      else answer.reject(error);
    }));
  await assertRejects(() => answer.promise, UnknownAgentError);
  await engine.close();
});
