import { assert, assertEquals } from "@std/assert";
import { pages, sources } from "./sources.ts";

/** A term of the glossary. */
interface Entry {
  readonly term: string;
  readonly text: string;
}

function entriesOf(page: string): Entry[] {
  return page.split(/^### /m).slice(1).map((section) => {
    const [term, ...lines] = section.split("\n");
    return { term: term!, text: lines.join("\n") };
  });
}

/** The names that an entry says are in the API: `TaskView.epoch` is two, `task:stolen` one. */
function namesIn({ text }: Entry): string[] {
  const paragraph = text.split("\n\n").find((each) => each.startsWith("API:")) ?? "";
  const [api] = paragraph.split("Source:");
  const spans = [...api!.matchAll(/`([^`]+)`/g)].map(([, span]) => span!);
  return spans.flatMap((span) => span.includes(":") ? [span] : span.split("."));
}

const glossary = pages().find(({ path }) => path === "docs/glossary.md")!;

Deno.test("every name that the glossary places in the API is in the source", () => {
  const entries = entriesOf(glossary.text);
  assert(entries.length > 30, `there are ${entries.length} entries`);
  const words = new Set(sources().flatMap(({ text }) => text.match(/\w+:[a-z][\w-]*|\w+/g) ?? []));
  const missing = entries.flatMap((entry) =>
    namesIn(entry).filter((name) => !words.has(name)).map((name) => `${entry.term}: ${name}`)
  );
  assertEquals(missing, []);
});

Deno.test("the names of a glossary's entry are found", () => {
  const [entry] = entriesOf("# G\n\n### A\n\nIs `not`.\n\nAPI: `B.c`,\n`d:e-f`. Source: `no`.\n");
  assertEquals(namesIn(entry!), ["B", "c", "d:e-f"]);
});
