/**
 * The laws of the lock client: each call comes to what the machine said about its own command and its
 * own wait, each signal aborts for the loss of its own grant, and nothing is left of either.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, LockstepError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { Refusal } from "../../src/core/machine.ts";
import { LockClient, type LockHandle, LockSet } from "../../src/locks/client.ts";
import type {
  Acquire,
  AcquireAll,
  GroupGrant,
  LockAnswers,
  LockCommand,
} from "../../src/locks/commands.ts";
import { LockLostError } from "../../src/locks/errors.ts";
import type { LockEvent } from "../../src/locks/events.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockState } from "../../src/locks/state.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import {
  CountingController,
  type Sent,
  type Settled,
  watch,
  WatchedHost,
} from "../support/watched_host.ts";
import { settle } from "../support/settle.ts";

type Command = Exclude<LockCommand, { type: "tick" }>;

/** Owners, of which the agent is the first letter: an agent in its own name, or a claim of it. */
const owner = fc.constantFrom("a", "a", "b", "a claim");
const resourceId = fc.constantFrom("r", "s", "t");
const request = fc.record({
  resourceId,
  mode: fc.constantFrom("exclusive" as const, "exclusive" as const, "shared" as const),
});
const terms = fc.record({
  priority: fc.constantFrom(0, 0, 1),
  timeoutMs: fc.constantFrom(0, 0, 10),
  leaseMs: fc.constantFrom(0, 0, 15),
});
/** The index of a call or a handle, counted from the newest. */
const back = fc.nat(3);

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("acquire" as const),
      owner,
      request,
      terms,
      wait: fc.constantFrom(true, true, true, false),
      isForeign: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("acquireAll" as const),
      owner,
      requests: fc.uniqueArray(request, {
        minLength: 1,
        maxLength: 3,
        selector: ({ resourceId }) => resourceId,
      }),
      terms,
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("abort" as const), back }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("release" as const, "release" as const, "dispose" as const),
      back,
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("signal" as const), back }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("releaseAll" as const), owner }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("evict" as const), owner, resourceId }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(1, 5, 20) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("hold" as const, "hold" as const, "let go" as const, "fail" as const),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer Each> ? Each : never;

/** A call of `acquire` for one lock or several. */
interface Call {
  readonly command: Acquire | AcquireAll;
  readonly sent: Sent<Command>;
  readonly controller: CountingController;
  readonly settled: () => Settled | undefined;
  /** Whether its signal was aborted before it was settled. */
  isAborted: boolean;
}

/** A handle of a call, and what became of its grant. */
interface Held {
  readonly handle: LockHandle;
  /** The releases of this handle. */
  readonly releases: Sent<Command>[];
  signal: AbortSignal | undefined;
  /** The reason that its signal shall have. */
  loss: LockLostError["reason"] | undefined;
}

const LOSSES: Readonly<Record<string, LockLostError["reason"]>> = {
  "resource:released": "released",
  "resource:expired": "expired",
  "resource:revoked": "revoked",
};

/** The code of the error of a call whose wait ends without a grant, by the event. */
const ENDS: Readonly<Record<string, string>> = {
  "resource:timed-out": "lock-timeout",
  "resource:cancelled": "lock-abandoned",
  "resource:abandoned": "lock-abandoned",
  "deadlock:detected": "deadlock",
};

/** The code of the error of a refused call, by the reason. */
const REFUSALS: Readonly<Record<string, string>> = {
  "upgrade": "lock-mode",
  "full": "limit",
  "over-capacity": "limit",
};

/** Runs actions against a client of an engine, which has other clients, and checks the laws after each. */
class Run {
  readonly clock = new SimulatedClock(1_000);
  readonly journal: FaultyJournal | undefined;
  readonly engine: Engine<LockState, Command, LockEvent, LockAnswers>;
  readonly host: WatchedHost<LockState, Command, LockEvent, LockAnswers>;
  readonly client: LockClient;
  readonly events: LockEvent[] = [];
  readonly calls: Call[] = [];
  readonly held: Held[] = [];
  /** The epochs that handles were asked to release. */
  readonly released: number[] = [];
  #counted = 0;

  constructor(isJournaled: boolean) {
    if (isJournaled) this.journal = new FaultyJournal(new MemoryJournal(), this.clock);
    this.engine = new Engine(lockMachine({ maxWaiters: 3 }), {
      clock: this.clock,
      logger: silentLogger,
      ...(this.journal && { journal: this.journal }),
    });
    this.host = new WatchedHost(this.engine);
    this.engine.observe([...Object.keys(ENDS), ...Object.keys(LOSSES), ...GRANTS] as never, (
      event: LockEvent,
    ) => this.#note(event));
    this.client = new LockClient(this.host);
  }

  /** Opens the journal, if there is one. */
  async begin(): Promise<this> {
    if (this.journal !== undefined) await this.engine.open();
    return this;
  }

  async do(action: Action): Promise<void> {
    this.#begin(action);
    await settle();
    this.check();
  }

  #note(event: LockEvent): void {
    this.events.push(event);
    const loss = LOSSES[event.type];
    if (loss === undefined) return;
    for (const held of this.held) {
      if (held.handle.epoch !== (event as { epoch: number }).epoch) continue;
      const isOwn = loss === "released" && held.releases.some(isUnderWay);
      if (held.signal !== undefined && !isOwn) held.loss ??= loss;
    }
  }

  #begin(action: Action): void {
    switch (action.type) {
      case "acquire":
      case "acquireAll":
        return this.#acquire(action);
      case "abort": {
        const call = this.calls.at(-1 - action.back);
        if (call === undefined || call.controller.signal.aborted) return;
        call.isAborted = call.settled() === undefined;
        return call.controller.abort(new Error("aborted"));
      }
      case "release":
      case "dispose":
        return this.#release(this.held.at(-1 - action.back), action.type);
      case "signal": {
        const held = this.held.at(-1 - action.back);
        if (held === undefined || held.signal !== undefined) return;
        held.signal = held.handle.signal;
        if (!this.#isHeld(held.handle)) held.loss = "gone";
        return;
      }
      case "releaseAll":
        return this.#send({ type: "release-all", ...holderOf(action) });
      case "evict": {
        const { resourceId } = action;
        return this.#send({ type: "evict", resourceId, agentIds: [holderOf(action).agentId] });
      }
      case "pass":
        return this.clock.advanceSync(action.ms);
      case "hold":
        return this.journal?.hold();
      case "let go":
        return this.journal?.release();
      case "fail":
        return this.journal?.fail(1);
    }
  }

  #acquire(action: Extract<Action, { type: "acquire" | "acquireAll" }>): void {
    const command: Acquire | AcquireAll = action.type === "acquireAll"
      ? { type: "acquire-all", requests: action.requests.map(withUnits), ...termsOf(action) }
      : { type: "acquire", ...withUnits(action.request), ...termsOf(action), wait: action.wait };
    if ("isForeign" in action && action.isForeign) return this.#send(command);
    const controller = new CountingController();
    const before = this.host.sent.length;
    const promise = this.client.acquire(command, controller.signal);
    const sent = this.host.sent[before]!;
    this.calls.push({ command, sent, controller, settled: watch(promise), isAborted: false });
    promise.then((result) => {
      const handles = result instanceof LockSet
        ? result.locks
        : result === undefined
        ? []
        : [result];
      for (const handle of handles) {
        this.held.push({ handle, releases: [], signal: undefined, loss: undefined });
      }
    }, () => {});
  }

  #release(held: Held | undefined, how: "release" | "dispose"): void {
    if (held === undefined) return;
    const { handle } = held;
    if (how === "dispose" && handle.borrowed) return void handle[Symbol.asyncDispose]();
    this.released.push(handle.epoch);
    const before = this.host.sent.length;
    // Without a journal, the loss is observed before this returns.
    const { length } = held.releases;
    held.releases.push({ command: {} as Command, answer: undefined, error: undefined });
    (how === "release" ? handle.release() : handle[Symbol.asyncDispose]()).catch(() => {});
    held.releases[length] = this.host.sent[before]!;
  }

  /** Sends a command for another client. */
  #send(command: Command): void {
    this.engine.send(command, () => {});
  }

  #isHeld({ resource, epoch }: LockHandle): boolean {
    const holds = this.engine.state.locks.get(resource)?.holds ?? [];
    return holds.some((hold) => hold.epoch === epoch);
  }

  check(): void {
    for (const call of this.calls) this.#checkCall(call);
    const waiting = this.calls.filter(({ settled }) => settled() === undefined);
    assertEquals(this.host.holds, waiting.length, "the process is kept alive for those that wait");
    const queued = waiting.filter(({ sent: { answer } }) => answer !== undefined);
    assertEquals(this.client.waiting, queued.length, "only calls that wait are kept");
    for (const { handle, signal, loss } of this.held) {
      assertEquals(signal?.aborted ?? false, loss !== undefined, `${handle.resource} is lost`);
      if (loss === undefined) continue;
      assertInstanceOf(signal!.reason, LockLostError);
      assertEquals([signal!.reason.reason, signal!.reason.epoch], [loss, handle.epoch]);
    }
    this.#checkReleases();
  }

  #checkCall(call: Call): void {
    const { settled, controller, isAborted } = call;
    const result = settled();
    assertEquals(controller.listeners, result === undefined ? 1 : 0, "listeners of the signal");
    if (isAborted) {
      assertEquals(result, { error: controller.signal.reason });
      return;
    }
    const expected = this.#outcomeOf(call);
    assertEquals(result === undefined, expected === undefined, "a call waits while its wait does");
    if (expected === undefined) return;
    if (typeof expected === "string") {
      const { error } = result!;
      assertInstanceOf(error, LockstepError);
      assertEquals((error as LockstepError).code, expected);
      return;
    }
    const { value, error } = result!;
    assertEquals(error, undefined, "the call gets what its wait got");
    const handles = value instanceof LockSet ? value.locks : value === undefined ? [] : [value];
    assertEquals(value instanceof LockSet, call.command.type === "acquire-all");
    assertEquals(
      (handles as LockHandle[]).map(({ resource, agent, epoch, borrowed }) => ({
        resourceId: resource,
        agent,
        epoch,
        borrowed,
      })),
      expected.map((grant) => ({ ...grant, agent: call.command.agentId })),
    );
  }

  /** The grants of a call, the code of its error, or `undefined` while it waits. */
  #outcomeOf(call: Call): readonly GroupGrant[] | string | undefined {
    const { sent: { answer, error }, command } = call;
    if (error !== undefined) return (error as LockstepError).code;
    if (answer === undefined) return undefined;
    if (answer instanceof Refusal) {
      const { reason } = answer.event as { reason?: string } & typeof answer.event;
      return reason === "held" ? [] : REFUSALS[reason!]!;
    }
    const { status, ...rest } = answer as LockAnswers["acquire" | "acquire-all"];
    if ("grants" in rest) return rest.grants;
    if ("epoch" in rest) {
      const { resourceId } = command as Acquire;
      return [{ resourceId, epoch: rest.epoch, borrowed: status === "held" }];
    }
    const { waitId } = rest as { waitId: number };
    const grants: GroupGrant[] = [];
    for (const event of this.events) {
      if (!("waitId" in event) || event.waitId !== waitId) continue;
      if (event.type in ENDS) return ENDS[event.type];
      const { resourceId, epoch } = event as Extract<LockEvent, { type: "resource:acquired" }>;
      grants.push({ resourceId, epoch, borrowed: event.type === "resource:reacquired" });
    }
    const isComplete = command.type === "acquire" || grants.length === command.requests.length;
    return grants.length > 0 && isComplete ? grants : undefined;
  }

  /** A client releases what handles were asked to release, and what an aborted call got afresh. */
  #checkReleases(): void {
    const allowed = new Set(this.released);
    for (const call of this.calls.filter(({ isAborted }) => isAborted)) {
      const outcome = this.#outcomeOf(call);
      if (typeof outcome === "string") continue;
      for (const { epoch, borrowed } of outcome ?? []) if (!borrowed) allowed.add(epoch);
    }
    for (const { command } of this.host.sent.slice(this.#counted)) {
      if (command.type === "release") {
        assert(allowed.has(command.epoch), `${command.epoch} is kept`);
      }
    }
    this.#counted = this.host.sent.length;
  }

  /** Lets everything end, and checks that nothing is left. */
  async end(): Promise<void> {
    this.journal?.fail(0);
    this.journal?.release();
    await this.clock.advance(1_000); // what the journal refused was sent again
    this.check();
    this.#checkAborted();
    const waiting = this.calls.filter(({ settled }) => settled() === undefined);
    for (const held of this.held) {
      if (held.signal !== undefined) held.loss ??= this.#closingLoss(held);
    }
    this.client.close();
    await settle();
    for (const { settled, sent: { answer } } of waiting) {
      assertInstanceOf(settled()?.error, ClosedError);
      const { waitId } = answer as { waitId: number };
      assert(!this.engine.state.waits.has(waitId), "no wait outlives its client");
    }
    assertEquals(this.client.waiting, 0);
    assertEquals(this.host.holds, 0);
    for (const { signal, loss } of this.held) {
      assertEquals(signal?.reason?.reason, loss);
    }
    for (const { controller } of this.calls) assertEquals(controller.listeners, 0);
    await this.engine.close();
    assertEquals(this.clock.pending, 0);
  }

  #closingLoss({ handle }: Held): LockLostError["reason"] | undefined {
    return this.#isHeld(handle) ? "closed" : undefined;
  }

  /** Neither a wait nor a fresh grant of an aborted call is left. */
  #checkAborted(): void {
    const { waits } = this.engine.state;
    for (const call of this.calls.filter(({ isAborted }) => isAborted)) {
      const { answer } = call.sent;
      if (answer === undefined || answer instanceof Refusal) continue;
      if (typeof answer === "object" && answer !== null && "waitId" in answer) {
        assert(!waits.has(answer.waitId as number), "the wait of an aborted call ends");
      }
      const outcome = this.#outcomeOf(call);
      for (const { resourceId, epoch, borrowed } of typeof outcome === "object" ? outcome : []) {
        const holds = this.engine.state.locks.get(resourceId)?.holds ?? [];
        const isKept = holds.some((hold) => hold.epoch === epoch);
        assert(borrowed || !isKept, "what an aborted call is granted is released");
      }
    }
  }
}

const GRANTS = ["resource:acquired", "resource:reacquired"];

/** Whether a release has neither failed nor been refused. */
function isUnderWay({ answer, error }: Sent<Command>): boolean {
  return error === undefined && !(answer instanceof Refusal);
}

function holderOf({ owner }: { owner: string }): { owner: string; agentId: string } {
  return { owner, agentId: owner.charAt(0) };
}

function termsOf<Terms extends object>(action: { owner: string; terms: Terms }) {
  return { ...holderOf(action), ...action.terms };
}

function withUnits(request: Omit<ResourceRequest, "units">): ResourceRequest {
  return { ...request, units: 1 };
}

for (const isJournaled of [false, true]) {
  const how = isJournaled ? "with a journal that waits and fails" : "without a journal";
  Deno.test(`each call and each signal follow their own wait and grant, ${how}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40, size: "max" }), async (actions) => {
        const run = await new Run(isJournaled).begin();
        for (const action of actions) await run.do(action);
        await run.end();
      }),
      { numRuns: 150 },
    );
  });
}

/** Acts like a failed run of the laws. */
async function replay(actions: readonly Action[]): Promise<void> {
  const run = await new Run(true).begin();
  for (const action of actions) await run.do(action);
  await run.end();
}

const ACQUIRED: Action = {
  type: "acquire",
  owner: "a",
  request: { resourceId: "r", mode: "exclusive" },
  terms: { priority: 0, timeoutMs: 0, leaseMs: 15 },
  wait: true,
  isForeign: false,
};

Deno.test("a signal that is read while its handle is being released is not aborted by that", () =>
  replay([ACQUIRED, { type: "hold" }, { type: "release", back: 0 }, { type: "signal", back: 0 }]));

Deno.test("a second release() that fails does not make the first one a loss", () =>
  replay([
    ACQUIRED,
    { type: "signal", back: 0 },
    { type: "hold" },
    { type: "release", back: 0 },
    { type: "release", back: 0 },
    { type: "fail" },
    { type: "let go" },
  ]));

Deno.test("a lease that ends before the release is stored aborts the signal as expired", () =>
  replay([
    ACQUIRED,
    { type: "signal", back: 0 },
    { type: "hold" },
    { type: "pass", ms: 20 },
    { type: "release", back: 0 },
  ]));
