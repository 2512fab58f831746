/** Compares `docs/failures.md` with the tests that carry the names of failures. */

import { assert, assertEquals } from "@std/assert";
import { type Page, pages, tests } from "./sources.ts";

const PAGE = "docs/failures.md";

/** The name of a failure: `L1-lost-grant`. */
const NAME = /\b[A-Z]\d+-[a-z][a-z0-9]*(?:-[a-z0-9]+)*/g;

/** A title in a call of `Deno.test`. */
const TITLE = /Deno\.test\(\s*(?:\{\s*name:\s*)?(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g;

interface Entry {
  readonly name: string;
  /** The paths of the tests that the entry links to. */
  readonly links: readonly string[];
}

/** The entries of a page: the items of its lists. */
function entriesOf(text: string): Entry[] {
  return text.split(/^- /m).slice(1).map((item) => ({
    name: item.match(NAME)?.[0] ?? "",
    links: [...item.matchAll(/\]\(\.\.\/(tests\/[^)]+)\)/g)].map(([, path]) => path!),
  }));
}

function titlesOf(text: string): string[] {
  return [...text.matchAll(TITLE)].map(([, quoted, template]) => quoted ?? template!);
}

/** The names of failures in the titles of each file, by path. */
function namesInTitles(sources: readonly Page[]): Map<string, Set<string>> {
  return new Map(sources.map(({ path, text }) => [
    path,
    new Set(titlesOf(text).flatMap((title) => title.match(NAME) ?? [])),
  ]));
}

/** Reports that an entry has no link, or a link to a test without its name in a title. */
function faultsOf({ name, links }: Entry, titles: ReadonlyMap<string, Set<string>>): string[] {
  if (links.length === 0) return [`${name} links to no test`];
  return links.filter((path) => !titles.get(path)?.has(name))
    .map((path) => `${path} has no test with ${name} in its title`);
}

const sources = tests().filter(({ path }) => !path.startsWith("tests/docs/"));
const page = pages().find(({ path }) => path === PAGE)!;
const entries = entriesOf(page.text);

Deno.test("every named failure is in the title of the tests that it links to", () => {
  assert(entries.length > 50, `${PAGE} has ${entries.length} entries`);
  const titles = namesInTitles(sources);
  assertEquals(entries.flatMap((entry) => faultsOf(entry, titles)), []);
});

Deno.test("every named failure in a test is documented, once", () => {
  const names = entries.map(({ name }) => name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
  const used = new Set(sources.flatMap(({ text }) => text.match(NAME) ?? []));
  assertEquals([...used].filter((name) => !names.includes(name)), []);
});

Deno.test("an entry without a link, or with one to a test without the name, is reported", () => {
  const titles = namesInTitles([
    { path: "tests/a_test.ts", text: 'Deno.test("A1-some-name: it is not lost", () => {});' },
    { path: "tests/b_test.ts", text: "Deno.test({\n  name: `B2-other-name of ${x}`,\n});" },
  ]);
  const [found, missing, bare] = entriesOf(
    "# Page\n\n- `A1-some-name`: Lost. [a](../tests/a_test.ts)\n" +
      "- `B2-other-name`: [a](../tests/a_test.ts),\n  [b](../tests/b_test.ts)\n- `C3-bare`: Gone.\n",
  );
  assertEquals(faultsOf(found!, titles), []);
  assertEquals(faultsOf(missing!, titles), [
    "tests/a_test.ts has no test with B2-other-name in its title",
  ]);
  assertEquals(faultsOf(bare!, titles), ["C3-bare links to no test"]);
});
