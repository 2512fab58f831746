import { assertEquals } from "@std/assert";
import { simulate } from "../../src/testing/mod.ts";
import { SEEDS } from "./seeds.ts";

for (const { because, ...options } of SEEDS) {
  Deno.test(`a run that once broke stays whole: ${because}`, () => {
    assertEquals(simulate(options).broken?.message, undefined);
  });
}
