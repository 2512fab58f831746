import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  insertPaths,
  noPaths,
  overlap,
  overlapping,
  parsePattern,
  type Pattern,
  readPatterns,
  removePaths,
} from "../../../src/locks/paths.ts";

const attempt = () => "acquire paths";

function read(...patterns: string[]): string[] {
  return readPatterns(patterns, attempt);
}

function overlaps(a: string, b: string, isCaseSensitive = true): boolean {
  const [left, right] = [a, b].map((text) => read(text));
  const budget = { left: 100_000 };
  const found = left!.some((one) =>
    right!.some((other) =>
      overlap(parsePattern(one, isCaseSensitive), parsePattern(other, isCaseSensitive), budget)
    )
  );
  assert(budget.left >= 0);
  return found;
}

/** All paths of up to {@linkcode LONGEST} characters over a small alphabet. */
const LONGEST = 8;
const PATHS = pathsOf(["a", "b", ".", "/"]);

function pathsOf(alphabet: readonly string[]): string[] {
  let texts = [""];
  const all: string[] = [];
  for (let length = 1; length <= LONGEST; length++) {
    texts = texts.flatMap((text) => alphabet.map((next) => text + next));
    all.push(...texts.filter(isPath));
  }
  return all;
}

function isPath(text: string): boolean {
  return text.split("/").every((segment) => !["", ".", ".."].includes(segment));
}

/** The slow twin: a pattern as a regular expression, piece by piece. */
function expressionOf(pattern: string): RegExp {
  const text = pattern.split("/").map((segment) => segment === "**" ? "**" : segmentSource(segment))
    .join("/");
  let source = `/${text}`;
  source = source.replaceAll("/**", "(?:/[^/]+)*");
  return new RegExp(`^${source}$`, "u");
}

function segmentSource(segment: string): string {
  return segment.replaceAll(/\[(!?)([^\]]*)\]|./gu, (piece, negated: string, members: string) => {
    if (piece === "*") return "[^/]*";
    if (piece === "?") return "[^/]";
    if (piece === "{") return "(?:";
    if (piece === "}") return ")";
    if (piece === ",") return "|";
    if (piece.startsWith("[")) return negated === "" ? `[${members}]` : `[^/${members}]`;
    return piece === "." ? "\\." : piece;
  });
}

const matches = new Map<string, Set<string>>();

function matching(pattern: string): Set<string> {
  let found = matches.get(pattern);
  if (found === undefined) {
    const expression = expressionOf(pattern);
    found = new Set(PATHS.filter((path) => expression.test(`/${path}`)));
    matches.set(pattern, found);
  }
  return found;
}

const piece = fc.constantFrom("a", "b", ".", "*", "?", "[ab]", "[!a]", "[.a]", "{a,b*}", "{.,?}");
const segment = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 2 }).map((p) => p.join("")) },
  { weight: 1, arbitrary: fc.constant("**") },
);
const pattern = fc.array(segment, { minLength: 1, maxLength: 3 }).map((all) => all.join("/"))
  .filter((text) => {
    try {
      read(text);
      return text.replaceAll(/\[[^\]]*\]|\{[^}]*\}/g, "x").length <= 5;
    } catch {
      return false;
    }
  });

Deno.test("overlap() agrees with an enumeration of all short paths", () => {
  let overlapping = 0;
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      const other = matching(b);
      const expected = [...matching(a)].some((path) => other.has(path));
      if (expected) overlapping++;
      assertEquals(overlaps(a, b), expected, `${a} and ${b}`);
      assertEquals(overlaps(b, a), expected, `${b} and ${a}`);
    }),
    { numRuns: 3_000 },
  );
  assert(overlapping > 300 && overlapping < 2_700, `${overlapping} of them overlap`);
});

Deno.test("the index finds the sets that overlap() finds, while sets come and go", () => {
  const anywhere = fc.oneof(pattern, pattern.map((text) => `**/${text}`));
  const sets = fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 25 });
  fc.assert(
    fc.property(sets, sets, anywhere, (first, second, wanted) => {
      const budget = { left: Infinity };
      const parsed = (written: string[]) =>
        read(...written).map((text) => parsePattern(text, true));
      const index = noPaths<Pattern[]>();
      const former = first.map(parsed).map((set) => insertPaths(index, set, set));
      const present = second.map(parsed);
      const entries = present.map((set) => insertPaths(index, set, set));
      for (const each of former) removePaths(index, each);
      const patterns = parsed([wanted]);
      const expected = present.filter((set) =>
        set.some((a) => patterns.some((b) => overlap(a, b, budget)))
      );
      assertEquals(overlapping(index, patterns, budget), new Set(expected));
      for (const each of entries) removePaths(index, each);
      assertEquals(index, noPaths());
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("the index finds by a file name all patterns that may end with it", () => {
  const index = noPaths<string>();
  const ends = ["docs/a.ts", "*a.ts", "docs/?.ts", "**/a*s", "src/**", "[ab].ts", "*.t?"];
  const others = ["docs/b.ts", "*b.ts", "a.ts/b", "?a.ts", "*s.ts"];
  const many = Array.from({ length: 40 }, (_, i) => `src/part-${i}/mod.ts`);
  for (const text of [...ends, ...others, ...many]) {
    insertPaths(index, [parsePattern(text, true)], text);
  }
  const found = overlapping(index, [parsePattern("**/a.ts", true)], { left: Infinity });
  assertEquals([...found].sort(), ends.toSorted());
});

Deno.test("the canonical text of a pattern names the same paths, and is canonical itself", () => {
  fc.assert(
    fc.property(pattern, (written) => {
      const texts = read(written);
      assertEquals(read(...texts), texts);
      const named = new Set(texts.flatMap((text) => [...matching(text)]));
      assertEquals(named, matching(written));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("the canonical text of a class reads as the same class", () => {
  const member = fc.constantFrom(..."!-]^ab,*{}[");
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 5 }), fc.boolean(), (members, not) => {
      const unique = [...new Set(members)];
      const first = unique.includes("]") ? "]" : "";
      const rest = unique.filter((each) => each !== "]" && each !== "-");
      const body = `${first}${rest.join("")}${unique.includes("-") ? "-" : ""}`;
      if (body.startsWith("^") || body.startsWith("!")) return;
      if ([...body].every((each) => each === "^" || each === "!")) return;
      const [text] = read(not ? `[!${body}]` : `[${body}]`);
      assertEquals(read(text!), [text]);
      for (const each of "!-]^ab,*{}[x") {
        const literal = `${SPECIAL.includes(each) ? `[${each}]` : each}`;
        assertEquals(overlaps(text!, literal), unique.includes(each) !== not, `${text} ${each}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

const SPECIAL = "*?[]{}";

Deno.test("P1-folder-does-not-cover-what-is-below: a folder pattern covers all below it and the folder, a bare folder only itself", () => {
  assert(overlaps("src/**", "src/a/b/c.ts"));
  assert(overlaps("src/**", "src"));
  assert(!overlaps("src", "src/a.ts"));
  assert(!overlaps("src/**", "srcs/a.ts"));
  assert(overlaps("**", "a/b"));
  assert(overlaps("**/test/*.ts", "src/**/x.ts"));
  assert(!overlaps("src/*.ts", "src/a/b.ts"));
});

Deno.test("P2-overlap-by-comparing-strings: patterns that only look alike don't overlap, and others do", () => {
  assert(!overlaps("src/*.ts", "src/*.js"));
  assert(overlaps("src/a*", "src/*b"));
  assert(!overlaps("src/[a-c]x", "src/[d-f]x"));
  assert(overlaps("src/[!a]x", "src/bx"));
  assert(overlaps("src/{a,b}/**", "src/b/c"));
  assert(!overlaps("src/?.ts", "src/ab.ts"));
  assert(!overlaps(".?", "?."), "only .. would match both");
  assert(overlaps("[*]", "[*]") && !overlaps("[*]", "a"));
});

Deno.test("P3-two-names-for-one-file: case is compared as the option says, characters in NFC always", () => {
  assert(!overlaps("README.md", "readme.MD"));
  assert(overlaps("README.md", "readme.MD", false));
  assert(overlaps("[A-Z]x", "qX", false));
  assert(!overlaps("[!A-Z]x", "qx", false));
  assert(overlaps("caf\u00e9", "cafe\u0301"));
});

Deno.test("P4-pattern-leaves-the-root: paths that are not below the root are refused", () => {
  const refused: [string, string][] = [
    ["", "a pattern must have no empty segment"],
    ["/etc/passwd", "a pattern must be relative to the root"],
    ["C:/x", "a pattern must be relative to the root"],
    ["a//b", "a pattern must have no empty segment"],
    ["a/", "a pattern must have no empty segment"],
    ["../x", 'a pattern must have no segment "." or ".."'],
    ["a/./b", 'a pattern must have no segment "." or ".."'],
    ["a/{b,..}/c", 'a pattern must have no segment "." or ".."'],
    ["[.][.]/x", 'a pattern must have no segment "." or ".."'],
    ["a\\b", "a pattern must have no backslash"],
    ["a\0b", "a pattern must have no backslash, no control character"],
    ["a\ud800", "no lone surrogate"],
    ["a{b", "a pattern must close each brace that it opens"],
    ["a}b", "a pattern must open each brace that it closes"],
    ["[ab", "a pattern must close each bracket that it opens"],
    ["ab]", "a pattern must open each bracket that it closes"],
    ["[a/b]", "a class must not contain a slash"],
    ["[^a]", 'a class must be negated by "!"'],
    ["[z-a]", "a range must ascend"],
  ];
  for (const [text, rule] of refused) {
    const error = assertThrows(() => read(text), RangeError, `Cannot acquire paths: `);
    assert(error.message.includes(rule), `${JSON.stringify(text)}: ${error.message}`);
  }
  assertThrows(() => readPatterns([1], attempt), TypeError, "each pattern must be a string, got 1");
  assertThrows(() => readPatterns("src", attempt), TypeError, "patterns must be an array");
  assertThrows(() => readPatterns([], attempt), RangeError, "at least one path");
});

Deno.test("P5-hostile-pattern-blocks-everyone: hostile patterns are refused or compared within their limit", () => {
  assertThrows(() => read("{a,b}".repeat(9)), RangeError, "at most 256 alternatives");
  const nested = `${"{a,".repeat(300)}b${"}".repeat(300)}`;
  assertThrows(() => read(nested), RangeError, "each pattern must have at most");
  assertThrows(() => read(`${"{a,".repeat(240)}b${"}".repeat(240)}/${"{c,d}"}`), RangeError);
  assertThrows(() => read("a".repeat(1_001)), RangeError, "at most 1000 characters");
  assertThrows(
    () => read(...Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(900, "x"))),
    RangeError,
    "of 10000 characters together",
  );
  assertEquals(read("*".repeat(1_000)), ["*"]);
  assertEquals(read("**/".repeat(300) + "a"), ["**/a"]);
  const budget = { left: 1_000 };
  const [a, b] = [`${"*a".repeat(400)}*`, `${"*b".repeat(400)}*c`].map((text) =>
    parsePattern(text, true)
  );
  overlap(a!, b!, budget);
  assert(budget.left < 0);
});
