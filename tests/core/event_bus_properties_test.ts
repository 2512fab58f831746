import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";

const NAMES = ["a", "b"] as const;

/** The calls that a program, or a handler while it is called, makes to a bus. */
type Act =
  | { readonly kind: "on" | "once" | "off"; readonly event: string; readonly handler: number }
  | { readonly kind: "stop"; readonly which: number }
  | { readonly kind: "emit" | "clear"; readonly event: string };

const event = fc.constantFrom(...NAMES);
const handler = fc.nat(3);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("on", "once"), event, handler }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("off"), event, handler }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stop"), which: fc.nat(20) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("emit"), event }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear"), event }) },
) as fc.Arbitrary<Act>;

/** The calls of a program, and those of each handler when it is called; one of them throws after that. */
interface Script {
  readonly program: readonly Act[];
  readonly handlers: readonly (readonly Act[])[];
}

const script: fc.Arbitrary<Script> = fc.record({
  program: fc.array(act, { maxLength: 30 }),
  handlers: fc.array(fc.array(act, { maxLength: 3 }), { minLength: 4, maxLength: 4 }),
});

const THROWER = 3;
/** The largest numbers of emissions and of subscriptions of a script, as handlers could go on forever. */
const MOST_EVENTS = 30;
const MOST_STOPS = 30;

/** A bus, seen by a script: its handlers are numbers, and are called with the name of the event. */
interface Ear {
  on(event: string, handler: number, once: boolean): () => void;
  off(event: string, handler: number): void;
  emit(event: string): void;
  clear(event: string): void;
}

type Call = (handler: number, event: string) => void;

/** Which handler was called with which event, in order. */
function play({ program, handlers }: Script, makeEar: (call: Call) => Ear): string[] {
  const received: string[] = [];
  const stops: (() => void)[] = [];
  let emitted = 0;
  const perform = (act: Act) => {
    switch (act.kind) {
      case "on":
      case "once":
        if (stops.length >= MOST_STOPS) return;
        return void stops.push(ear.on(act.event, act.handler, act.kind === "once"));
      case "off":
        return ear.off(act.event, act.handler);
      case "stop":
        return stops[act.which]?.();
      case "emit":
        if (emitted++ < MOST_EVENTS) ear.emit(act.event);
        return;
      case "clear":
        return ear.clear(act.event);
    }
  };
  const ear = makeEar((handler, event) => {
    received.push(`${event} ${handler}`);
    handlers[handler]!.forEach(perform);
    if (handler === THROWER) throw new Error("no");
  });
  program.forEach(perform);
  return received;
}

function ours(call: Call): Ear {
  const bus = new EventBus(false, { logger: silentLogger });
  const handlers = [0, 1, 2, 3].map((handler) => (event: unknown) =>
    call(handler, event as string)
  );
  return {
    on: (event, handler, once) => bus[once ? "once" : "on"](event, handlers[handler]!),
    off: (event, handler) => bus.off(event, handlers[handler]!),
    emit: (event) => bus.emit(event, event),
    clear: (event) => bus.removeAllListeners(event),
  };
}

/** A slow, obvious bus: a list of handlers, and a list of emitted events. */
function twin(call: Call): Ear {
  interface Ears {
    readonly event: string;
    readonly handler: number;
    readonly once: boolean;
  }
  let listening: Ears[] = [];
  const waiting: { event: string; audience: Ears[] }[] = [];
  let isTelling = false;
  const leave = (ears: Ears) => listening = listening.filter((each) => each !== ears);
  const publishAll = () => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      for (const ears of first.audience) {
        if (!listening.includes(ears)) continue;
        if (ears.once) leave(ears);
        try {
          call(ears.handler, first.event);
        } catch {
          // It affects no other handler.
        }
      }
      waiting.shift();
    }
  };
  return {
    on(event, handler, once) {
      const ears = { event, handler, once };
      listening.push(ears);
      return () => leave(ears);
    },
    off(event, handler) {
      const ears = listening.find((each) => each.event === event && each.handler === handler);
      if (ears !== undefined) leave(ears);
    },
    emit(event) {
      waiting.push({ event, audience: listening.filter((each) => each.event === event) });
      if (isTelling) return;
      isTelling = true;
      publishAll();
      isTelling = false;
    },
    clear(event) {
      listening = listening.filter((each) => each.event !== event);
    },
  };
}

Deno.test("a bus that handlers change while it publishes notifies the same handlers as a plain list", () => {
  fc.assert(
    fc.property(script, (script) => {
      assertEquals(play(script, ours), play(script, twin));
    }),
    { numRuns: 500 },
  );
});
