import { assertEquals, assertStrictEquals } from "@std/assert";
import { joinSignals } from "../../src/core/signals.ts";
import { choosing } from "../tasks/scheduling.ts";

/** A signal that counts its listeners. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener);
    add(type as "abort", listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener);
    remove(type as "abort", listener);
  };
  return { controller, signal, listeners };
}

Deno.test("a joined signal aborts with the first of the others, and leaves the rest", () => {
  const [one, two] = [counted(), counted()];
  const { signal } = joinSignals([one.signal, two.signal]);
  assertEquals([one.listeners.size, two.listeners.size, signal.aborted], [1, 1, false]);
  const reason = new Error("over");
  two.controller.abort(reason);
  assertStrictEquals(signal.reason, reason);
  assertEquals([one.listeners.size, two.listeners.size], [0, 0]);
  one.controller.abort("later");
  assertStrictEquals(signal.reason, reason);
});

Deno.test("a joined signal is aborted from the start where one of the others is", () => {
  const one = counted();
  const { signal, release } = joinSignals([one.signal, AbortSignal.abort("no")]);
  assertEquals([signal.reason, one.listeners.size], ["no", 0]);
  release();
});

Deno.test("a joined signal that was released follows no more", () => {
  const one = counted();
  const { signal, release } = joinSignals([one.signal]);
  release();
  release();
  assertEquals(one.listeners.size, 0);
  one.controller.abort();
  assertEquals(signal.aborted, false);
});

Deno.test("acquire() in an attempt leaves no listener in the signal that it is given", async () => {
  await using it = choosing();
  const { signal, listeners, controller } = counted();
  let most = 0;
  await it.scheduler.registerAgent({ id: "x" }, async (_task, { acquire }) => {
    const lock = await acquire("r", { signal });
    await lock.release();
    const blocker = await it.scheduler.resources.acquire("r", "other");
    const wait = acquire("r", { signal }).catch((reason) => reason);
    await undefined;
    most = listeners.size;
    controller.abort("stop");
    await blocker.release();
    return await wait;
  });
  assertEquals(await (await it.scheduler.submit({ id: "t" })).result, "stop");
  assertEquals([most, listeners.size], [1, 0]);
});
