import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { attempting, Deferred, resolved } from "../../src/core/client.ts";

Deno.test("a deferred settles its promise, whether that was made before or after", async () => {
  for (const isEarly of [true, false]) {
    const deferred = new Deferred<number>();
    const early = isEarly ? deferred.promise() : undefined;
    assertEquals(deferred.settled, false);
    deferred.resolve(1);
    assertEquals(deferred.settled, true);
    assertEquals(await (early ?? deferred.promise()), 1);
  }
});

Deno.test("a deferred rejects its promise, whether that was made before or after", async () => {
  for (const isEarly of [true, false]) {
    const deferred = new Deferred<number>();
    const early = isEarly ? deferred.promise() : undefined;
    deferred.reject(new RangeError("too late"));
    await assertRejects(() => early ?? deferred.promise(), RangeError, "too late");
  }
});

Deno.test("only the first outcome of a deferred counts", async () => {
  const deferred = new Deferred<number>();
  deferred.resolve(1);
  deferred.resolve(2);
  deferred.reject(new Error());
  assertEquals(await deferred.promise(), 1);
});

Deno.test("resolved() has one promise for undefined, and attempting() catches", async () => {
  assertStrictEquals(resolved(undefined), resolved(undefined));
  assertEquals(await resolved(5), 5);
  assertEquals(await attempting(() => resolved(5)), 5);
  await assertRejects(() =>
    attempting(() => {
      throw new RangeError("at once");
    }), RangeError);
});
