import { assertEquals } from "@std/assert";
import CATEGORIES from "../../docs/tool/categories.json" with { type: "json" };
import { categoriesOf } from "./symbols.ts";

Deno.test("each symbol of the main entry point has one known category", async () => {
  const categories = await categoriesOf("mod.ts");
  const wrong = [...categories].filter(([, names]) =>
    new Set(names).size !== 1 || !Object.hasOwn(CATEGORIES, names[0]!)
  );
  assertEquals(wrong, []);
  assertEquals(new Set([...categories.values()].flat()), new Set(Object.keys(CATEGORIES)));
});

Deno.test("the first symbol of the main entry point is the manager, in comment and exports", async () => {
  const text = await Deno.readTextFile(new URL("../../mod.ts", import.meta.url));
  assertEquals(/\{@linkcode (\w+)\}/.exec(text)?.[1], "CoordinationManager");
  assertEquals([...(await categoriesOf("mod.ts")).keys()][0], "CoordinationManager");
});
