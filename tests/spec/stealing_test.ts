import { assertEquals } from "@std/assert";
import { findChanged } from "../../spec/tool/digests.ts";

Deno.test("the task machine comes to the states, by the steps, that TLC found for Stealing", async () => {
  assertEquals(await findChanged("stealing"), []);
});
