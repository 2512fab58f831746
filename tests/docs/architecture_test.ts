import { assert, assertEquals } from "@std/assert";
import { pages } from "./sources.ts";

/** The names in a row of a table that no file in the same row contains. */
function foreignNames(row: string): string[] {
  const spans = [...row.matchAll(/`([^`]+)`/g)].map(([, span]) => span!);
  const paths = spans.filter((span) => /^(src|spec)\/.*\.\w+$/.test(span));
  const text = paths.map(read).join("\n");
  if (text === "") return [];
  const names = spans.filter((span) => /^[a-z]\w*([:-][a-z-]+)?$/i.test(span));
  return names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text))
    .map((name) => `${name} is not in ${paths.join(", ")}`);
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}

const page = pages().find(({ path }) => path === "docs/architecture.md")!;
const rows = page.text.split("\n").filter((line) => line.startsWith("| "));

Deno.test("the architecture page places every name in a file that contains it", () => {
  assert(rows.filter((row) => row.includes("`src/")).length > 50);
  assertEquals(rows.flatMap(foreignNames), []);
});

Deno.test("a name that the file of its row does not contain is reported", () => {
  assertEquals(foreignNames("| `src/locks/deadlock.ts` | `chooseVictim`, `chooseNone` |"), [
    "chooseNone is not in src/locks/deadlock.ts",
  ]);
});
