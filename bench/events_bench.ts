/**
 * The event bus against mitt and eventemitter3, which call handlers and do nothing else.
 *
 * Ours counts and times each event, keeps the order when handlers emit, and isolates handlers that
 * throw. All sides are created once, and their handlers do the same.
 *
 * @module
 */

import { EventEmitter } from "eventemitter3";
import mitt from "mitt";
import { EventBus } from "../src/core/bus/event_bus.ts";
import { type Comparison, type Growth, register, type Suite } from "./harness.ts";
import type { Maker, Side } from "./rounds.ts";

/** Its types describe the CommonJS module of the package. */
const newMitt = mitt as unknown as typeof mitt.default;

interface Payload {
  readonly n: number;
}

type Handler = (payload: Payload) => void;

/** Functions that subscribe `handlers` and return the function that emits, by the name of the side. */
const MAKERS = {
  ours: (handlers: readonly Handler[]) => {
    const bus = new EventBus<{ event: Payload }>();
    for (const handler of handlers) bus.on("event", handler);
    return (payload: Payload) => bus.emit("event", payload);
  },
  floor: (handlers: readonly Handler[]) => {
    const byType = new Map([["event", [...handlers]]]);
    return (payload: Payload) => {
      for (const handler of byType.get("event")!) handler(payload);
    };
  },
  mitt: (handlers: readonly Handler[]) => {
    const emitter = newMitt<{ event: Payload }>();
    for (const handler of handlers) emitter.on("event", handler);
    return (payload: Payload) => emitter.emit("event", payload);
  },
  eventemitter3: (handlers: readonly Handler[]) => {
    const emitter = new EventEmitter<{ event: [Payload] }>();
    for (const handler of handlers) emitter.on("event", handler);
    return (payload: Payload) => void emitter.emit("event", payload);
  },
};

const CROWDS = [
  { name: "one listener", listeners: 1, count: 2_000_000 },
  { name: "ten listeners", listeners: 10, count: 500_000 },
] as const;

/** Emits `count` events to `listeners` handlers, and checks that all were delivered. */
function emits(name: keyof typeof MAKERS, listeners: number, count: number): Maker {
  return () => {
    let delivered = 0;
    const handlers = Array.from({ length: listeners }, () => ({ n }: Payload) => {
      delivered += n;
    });
    const emit = MAKERS[name](handlers);
    const payload = { n: 1 };
    return () => () => {
      delivered = 0;
      for (let i = 0; i < count; i++) emit(payload);
      if (delivered !== count * listeners) {
        throw new Error(`All must be delivered, got ${delivered}`);
      }
    };
  };
}

function* comparisons(): Iterable<Comparison> {
  for (const { name, listeners, count } of CROWDS) {
    yield {
      operation: `an event to ${name}`,
      count,
      ours: emits("ours", listeners, count),
      floor: {
        side: emits("floor", listeners, count),
        lacks: "order among events that handlers emit, isolation of handlers that throw, counts",
      },
      peers: {
        mitt: emits("mitt", listeners, count),
        eventemitter3: emits("eventemitter3", listeners, count),
      },
      target: { speed: 1.2 },
      note: "the peers let a handler that throws end the others, and count nothing",
    };
  }
}

const EMITTED = 100_000;

/** Emits one event on a bus with `count` handlers of others, of a thousand types. */
function amongSubscriptions(name: "ours" | "floor") {
  return (count: number): Side => {
    const listen = { ours: busOf, floor: mapOf }[name](count);
    const payload = { n: 1 };
    return () => () => {
      for (let i = 0; i < EMITTED; i++) listen("event", payload);
    };
  };
}

type Emit = (type: string, payload: Payload) => void;

function typesOf(count: number): string[] {
  return ["event", ...Array.from({ length: count }, (_, i) => `other-${i % 1_000}`)];
}

function busOf(count: number): Emit {
  const bus = new EventBus<Record<string, Payload>>();
  for (const type of typesOf(count)) bus.on(type, () => {});
  return (type, payload) => bus.emit(type, payload);
}

function mapOf(count: number): Emit {
  const handlers = new Map<string, Handler[]>();
  for (const type of typesOf(count)) {
    const those = handlers.get(type) ?? [];
    handlers.set(type, those);
    those.push(() => {});
  }
  return (type, payload) => {
    for (const handler of handlers.get(type)!) handler(payload);
  };
}

function* growths(): Iterable<Growth> {
  yield {
    operation: "an event to one listener, among n of others",
    count: EMITTED,
    ours: amongSubscriptions("ours"),
    floor: amongSubscriptions("floor"),
  };
}

/** The benchmarks of the event bus. */
export const events: Suite = { name: "events", comparisons, growths };

register(events);
