/**
 * Patterns of paths: their grammar, their canonical text, whether two of them overlap, an index of
 * sets of patterns, and the text that names a set.
 *
 * A path is a list of segments, relative to a root that all agents share. No segment is empty, `.` or
 * `..`. A pattern names the paths that match it: `*` matches any characters of one segment, `?` one
 * character, `[a-z]` and `[!a-z]` one of a class, `{a,b}` one of several texts, and a segment `**` any
 * number of segments, none included. So `src/**` is the folder `src` and all below it, while `src` is
 * that one path. A special character stands for itself in a class: `[*]`.
 *
 * **Overlap** is decided exactly: two patterns overlap when some path matches both. The product of
 * the two is searched, over segments, and over characters within a segment, each state once. It costs
 * at most the product of their lengths.
 *
 * The **index** finds the patterns that may overlap with one, in two ways; these are compared exactly. A
 * tree of segments has each pattern at the node of its leading literal segments: it can only overlap with
 * patterns at the nodes on the way to its own, and below its own if more than literal segments follow. A
 * table has each pattern by its tail, the literal text that its last segment ends with: a pattern of one
 * file name in any folder is looked up there.
 *
 * @module
 */

import { type Attempt, quote, requireArray } from "../core/arguments.ts";
import { InvariantError } from "../core/errors.ts";

/** The most patterns of one set, alternatives in braces included. */
export const MOST_PATTERNS = 256;

/** The longest pattern, in UTF-16 code units. */
export const LONGEST_PATTERN = 1_000;

/** The most UTF-16 code units that the patterns of one set have together, alternatives included. */
export const LONGEST_SET = 10_000;

/** The most characters of one range of a class. */
const LONGEST_RANGE = 256;

/** Matches any characters of a segment. */
const STAR = -1;

/** A code point, {@linkcode STAR}, or the bounds of ranges of code points: first, last, first, last. */
export type Token = number | readonly number[];

/** The text of a literal segment, the tokens of another one, or `null` for `**`. */
export type Segment = string | null | readonly Token[];

/** A pattern, read from its canonical text. */
export type Pattern = readonly Segment[];

/** The number of states that comparisons may still visit. */
export interface Budget {
  /** Negative once it is exceeded; then the result of a comparison means nothing. */
  left: number;
}

const DOT = 0x2e;
const SLASH = 0x2f;
const BANG = 0x21;
const HYPHEN = 0x2d;
const CARET = 0x5e;
const BRACKET = 0x5d;
/** The characters that have a meaning at some place of a class. */
const MEANINGFUL: ReadonlySet<number> = new Set([BANG, CARET, HYPHEN, BRACKET]);
const LAST = 0x10ffff;
/** The class of `?`. */
const ANY: readonly number[] = [0, SLASH - 1, SLASH + 1, LAST];
/** These stand for themselves only in a class. */
const SPECIAL = /[*?[\]{}]/;
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f\\]|\p{Surrogate}/u;

/**
 * Returns the canonical texts of a set of patterns: normalized to NFC, one for each alternative,
 * sorted, each once.
 *
 * @throws {TypeError | RangeError} when a pattern is malformed, or the set is too large
 */
export function readPatterns(patterns: unknown, attempt: Attempt): string[] {
  requireArray(patterns, MOST_PATTERNS, "patterns", attempt);
  const texts = new Set<string>();
  let length = 0;
  for (const written of patterns) {
    const refuse = (rule: string): never => {
      throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${quote(written)}`);
    };
    if (typeof written !== "string") {
      throw new TypeError(
        `Cannot ${attempt()}: each pattern must be a string, got ${quote(written)}`,
      );
    }
    if (written.length > LONGEST_PATTERN) {
      refuse(`each pattern must have at most ${LONGEST_PATTERN} characters`);
    }
    if (FORBIDDEN.test(written)) {
      refuse("a pattern must have no backslash, no control character and no lone surrogate");
    }
    for (const text of alternatives(written.normalize("NFC"), refuse)) {
      texts.add(canonicalText(text, refuse));
    }
  }
  if (texts.size === 0) {
    throw new RangeError(`Cannot ${attempt()}: patterns must name at least one path, got none`);
  }
  for (const text of texts) length += text.length;
  if (texts.size > MOST_PATTERNS || length > LONGEST_SET) {
    const rule = `patterns must be at most ${MOST_PATTERNS}, of ${LONGEST_SET} characters together`;
    throw new RangeError(
      `Cannot ${attempt()}: ${rule}, alternatives in braces included, got ` +
        `${texts.size} of ${length} characters`,
    );
  }
  return [...texts].sort();
}

/** Throws the error for a rule that a pattern breaks. */
type Refuse = (rule: string) => never;

/** Returns the text once for each way to choose the alternatives of its braces. */
function alternatives(text: string, refuse: Refuse): string[] {
  let done = [""];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "[") {
      if (text[at + 1] === "^") refuse('a class must be negated by "!"');
      at = endOfClass(text, at, refuse);
    } else if (character === "}") refuse("a pattern must open each brace that it closes");
    else if (character === "{") {
      const parts: string[] = [];
      const end = endOfBraces(text, at, parts, refuse);
      const chosen = parts.flatMap((part) => alternatives(part, refuse));
      const before = text.slice(from, at);
      if (done.length * chosen.length > MOST_PATTERNS) {
        refuse(`the braces of a pattern must have at most ${MOST_PATTERNS} alternatives`);
      }
      done = done.flatMap((start) => chosen.map((part) => start + before + part));
      from = at = end + 1;
      at--;
    }
  }
  const rest = text.slice(from);
  return done.map((start) => start + rest);
}

/** Adds the texts between the braces that open at `start` to `parts`. Returns where they close. */
function endOfBraces(text: string, start: number, parts: string[], refuse: Refuse): number {
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === "[") at = endOfClass(text, at, refuse);
    else if (character === "{") depth++;
    else if (character === "}") depth--;
    if (depth === 0 || (depth === 1 && character === ",")) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    if (depth === 0) return at;
  }
  return refuse("a pattern must close each brace that it opens");
}

/** Returns where the class that opens at `start` closes. A bracket that comes first is a member. */
function endOfClass(text: string, start: number, refuse: Refuse): number {
  const isNegated = text[start + 1] === "!";
  const end = text.indexOf("]", start + (isNegated ? 3 : 2));
  if (end < 0) refuse("a pattern must close each bracket that it opens");
  if (text.slice(start, end).includes("/")) refuse("a class must not contain a slash");
  return end;
}

/** Returns the canonical text of a pattern without braces. */
function canonicalText(text: string, refuse: Refuse): string {
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) {
    refuse("a pattern must be relative to the root");
  }
  const segments: string[] = [];
  for (const written of text.split("/")) {
    if (written === "") refuse("a pattern must have no empty segment");
    if (written === "**" && segments.at(-1) === "**") continue;
    const segment = written === "**" ? written : printed(tokensOf(written, refuse));
    if (segment === "." || segment === "..") {
      refuse('a pattern must have no segment "." or ".."');
    }
    segments.push(segment);
  }
  return segments.join("/");
}

/** Returns the tokens of a segment that is not `**`. */
function tokensOf(text: string, refuse: Refuse): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at)!;
    if (text[at] === "*") {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else if (text[at] === "?") tokens.push(ANY);
    else if (text[at] === "[") {
      const end = endOfClass(text, at, refuse);
      tokens.push(classOf(text.slice(at + 1, end), refuse));
      at = end;
    } else if (text[at] === "]") refuse("a pattern must open each bracket that it closes");
    else {
      tokens.push(point);
      if (point > 0xffff) at++;
    }
  }
  return tokens;
}

/** Returns the class with these members, as written between its brackets. */
function classOf(text: string, refuse: Refuse): Token {
  const isNegated = text.startsWith("!");
  const points = [...isNegated ? text.slice(1) : text].map((each) => each.codePointAt(0)!);
  const ranges: [first: number, last: number][] = [];
  for (let i = 0; i < points.length; i++) {
    const first = points[i]!;
    const isRange = points[i + 1] === HYPHEN && i + 2 < points.length;
    const last = isRange ? points[i + 2]! : first;
    if (isRange) i += 2;
    if (last < first || last - first >= LONGEST_RANGE) {
      refuse(`a range must ascend, and have at most ${LONGEST_RANGE} characters`);
    }
    ranges.push([first, last]);
  }
  return isNegated ? complement(merged(ranges)) : simplified(merged(ranges));
}

/** Returns the ranges in order, without those that touch. */
function merged(ranges: [first: number, last: number][]): number[] {
  const bounds: number[] = [];
  for (const [first, last] of ranges.sort((a, b) => a[0] - b[0])) {
    const end = bounds.at(-1);
    if (end !== undefined && first <= end + 1) bounds[bounds.length - 1] = Math.max(end, last);
    else bounds.push(first, last);
  }
  return bounds;
}

/** Returns all characters of a segment that are in none of the ranges. */
function complement(bounds: readonly number[]): number[] {
  const rest: number[] = [];
  let next = 0;
  const all = merged([...pairs(bounds), [SLASH, SLASH]]);
  for (const [first, last] of pairs(all)) {
    if (first > next) rest.push(next, first - 1);
    next = last + 1;
  }
  if (next <= LAST) rest.push(next, LAST);
  return rest;
}

function pairs(bounds: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < bounds.length; i += 2) found.push([bounds[i]!, bounds[i + 1]!]);
  return found;
}

function simplified(bounds: number[]): Token {
  return bounds.length === 2 && bounds[0] === bounds[1] ? bounds[0]! : bounds;
}

/** Returns the text of a segment, from which {@linkcode parsePattern} reads the same tokens. */
function printed(tokens: readonly Token[]): string {
  return tokens.map((token) => {
    if (token === STAR) return "*";
    if (typeof token === "number") {
      const character = String.fromCodePoint(token);
      return SPECIAL.test(character) ? `[${character}]` : character;
    }
    if (token.length === ANY.length && token.every((bound, i) => bound === ANY[i])) return "?";
    const isNegated = token[0] === 0;
    return isNegated ? `[!${members(complement(token))}]` : `[${members(token)}]`;
  }).join("");
}

/** Returns the members of a class in an order in which each stands for itself. */
function members(bounds: readonly number[]): string {
  const points = new Set(
    pairs(bounds).flatMap(([first, last]) =>
      last - first < 3 ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : []
    ),
  );
  const ranges = pairs(bounds).filter(([first, last]) => last - first >= 3);
  for (const range of ranges) {
    while (MEANINGFUL.has(range[0])) points.add(range[0]++);
    while (MEANINGFUL.has(range[1])) points.add(range[1]--);
  }
  const take = (point: number) => points.delete(point) ? String.fromCodePoint(point) : "";
  const [bracket, bang, hyphen] = [take(BRACKET), take(CARET) + take(BANG), take(HYPHEN)];
  const others = [...points].map((point) => String.fromCodePoint(point)).join("") +
    ranges.map((range) => String.fromCodePoint(range[0], HYPHEN, range[1])).join("");
  return bracket + others === "" ? hyphen + bang : bracket + others + bang + hyphen;
}

/** Returns the pattern of a canonical text; in lower case if `isCaseSensitive` is not set. */
export function parsePattern(text: string, isCaseSensitive: boolean): Pattern {
  const refuse = (rule: string): never => {
    throw new InvariantError(`Cannot read the pattern ${quote(text)}: ${rule}`);
  };
  return text.split("/").map((written): Segment => {
    if (written === "**") return null;
    const read = tokensOf(written, refuse);
    const tokens = isCaseSensitive ? read : read.flatMap(folded);
    return tokens.every((token) => typeof token === "number" && token !== STAR)
      ? String.fromCodePoint(...tokens as number[])
      : tokens;
  });
}

function folded(token: Token): Token[] {
  if (token === STAR) return [token];
  if (typeof token === "number") return lowerCase(token);
  const isNegated = token[0] === 0;
  const bounds = pairs(isNegated ? complement(token) : token);
  // The classes that are too large to be read character by character are those of `?`.
  if (bounds.length === 0) return [token];
  const points = bounds.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => lowerCase(first + i)).filter((lower) =>
      lower.length === 1
    ).map(([point]): [number, number] => [point!, point!])
  );
  const lower = merged(points);
  return [isNegated ? complement(lower) : simplified(lower)];
}

function lowerCase(point: number): number[] {
  return [...String.fromCodePoint(point).toLowerCase()].map((each) => each.codePointAt(0)!);
}

/** Returns whether some path matches both patterns. */
export function overlap(a: Pattern, b: Pattern, budget: Budget): boolean {
  const meet = (left: Segment, right: Segment) =>
    left === null || right === null || segmentsOverlap(left, right, budget);
  if (!endsMeet(a, b, null, meet)) return false;
  const width = b.length + 1;
  const open = [0];
  const seen = new Uint8Array((a.length + 1) * width);
  const visit = (i: number, j: number) => {
    const state = i * width + j;
    if (seen[state] === 1) return;
    seen[state] = 1;
    open.push(state);
  };
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (--budget.left < 0) return true;
    const [i, j] = [Math.floor(state / width), state % width];
    if (i === a.length && j === b.length) return true;
    const [left, right] = [a[i], b[j]];
    if (left === null) {
      visit(i + 1, j);
      if (right !== undefined) visit(i, j + 1);
    }
    if (right === null) {
      visit(i, j + 1);
      if (left !== undefined) visit(i + 1, j);
    }
    if (left === null || right === null || left === undefined || right === undefined) continue;
    if (segmentsOverlap(left, right, budget)) visit(i + 1, j + 1);
  }
  return false;
}

/**
 * Whether two lists may overlap by their ends alone: up to the first, and from the last `wildcard` of
 * either list, each element meets the one at its place. Most that don't overlap differ here.
 */
function endsMeet<Element>(
  a: readonly Element[],
  b: readonly Element[],
  wildcard: Element,
  meet: (left: Element, right: Element) => unknown,
): boolean {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter && a[i] !== wildcard && b[i] !== wildcard; i++) {
    if (!meet(a[i]!, b[i]!)) return false;
  }
  for (let i = 1; i <= shorter; i++) {
    const [left, right] = [a[a.length - i]!, b[b.length - i]!];
    if (left === wildcard || right === wildcard) return true;
    if (!meet(left, right)) return false;
  }
  return true;
}

type Tokens = Exclude<Segment, null>;

function segmentsOverlap(left: Tokens, right: Tokens, budget: Budget): boolean {
  if (typeof left === "string" && typeof right === "string") return left === right;
  return tokensOverlap(toTokens(left), toTokens(right), budget);
}

function toTokens(segment: Tokens): readonly Token[] {
  return typeof segment === "string" ? [...segment].map((each) => each.codePointAt(0)!) : segment;
}

/** The number of states for each pair of positions: no character yet, `.`, `..`, and any other text. */
const TEXTS = 4;
const OTHER = TEXTS - 1;

/** Returns whether some text but `.` and `..` matches both. */
function tokensOverlap(a: readonly Token[], b: readonly Token[], budget: Budget): boolean {
  if (!endsMeet<Token>(a, b, STAR, meet)) return false;
  const width = b.length + 1;
  const open = [0];
  const seen = new Uint8Array((a.length + 1) * width * TEXTS);
  const visit = (i: number, j: number, text: number) => {
    const state = (i * width + j) * TEXTS + text;
    if (seen[state] === 1) return;
    seen[state] = 1;
    open.push(state);
  };
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (--budget.left < 0) return true;
    const text = state % TEXTS;
    const at = (state - text) / TEXTS;
    const [i, j] = [Math.floor(at / width), at % width];
    if (i === a.length && j === b.length && text === OTHER) return true;
    const [left, right] = [a[i], b[j]];
    if (left === STAR) visit(i + 1, j, text);
    if (right === STAR) visit(i, j + 1, text);
    if (left === undefined || right === undefined) continue;
    const common = meet(left, right);
    if (common === NONE) continue;
    const nextI = left === STAR ? i : i + 1;
    const nextJ = right === STAR ? j : j + 1;
    if (text < OTHER && common !== NO_DOT) visit(nextI, nextJ, text + 1);
    if (text >= OTHER - 1 || common !== ONLY_DOT) visit(nextI, nextJ, OTHER);
  }
  return false;
}

/** The characters that two tokens have in common. */
const [NONE, ONLY_DOT, NO_DOT, MORE] = [0, 1, 2, 3];

function meet(a: Token, b: Token): number {
  if (typeof a === "number" && typeof b === "number") {
    if (a === STAR && b === STAR) return MORE;
    if (a !== STAR && b !== STAR && a !== b) return NONE;
    return Math.max(a, b) === DOT ? ONLY_DOT : NO_DOT;
  }
  const [left, right] = [boundsOf(a), boundsOf(b)];
  let [hasDot, hasOther] = [false, false];
  for (let i = 0, k = 0; i < left.length && k < right.length;) {
    const first = Math.max(left[i]!, right[k]!);
    const last = Math.min(left[i + 1]!, right[k + 1]!);
    if (first <= last) {
      if (first <= DOT && DOT <= last) hasDot = true;
      if (first !== DOT || last !== DOT) hasOther = true;
    }
    if (left[i + 1]! < right[k + 1]!) i += 2;
    else k += 2;
  }
  return hasDot ? hasOther ? MORE : ONLY_DOT : hasOther ? NO_DOT : NONE;
}

function boundsOf(token: Token): readonly number[] {
  if (token === STAR) return ANY;
  return typeof token === "number" ? [token, token] : token;
}

// The index.

/** Begins the ids of resources that are sets of paths. */
const PREFIX = "paths:";

/** Returns the id of the set with these canonical texts. A backslash, which none has, precedes a comma. */
export function pathsId(texts: readonly string[]): string {
  return PREFIX + texts.map((text) => text.replaceAll(",", "\\,")).join(",");
}

/** Returns whether a resource is a set of paths. */
export function isPathsId(resourceId: string): boolean {
  return resourceId.startsWith(PREFIX);
}

/** Returns the canonical texts of the set that `resourceId` names; `undefined` for another resource. */
export function patternsOf(resourceId: string): string[] | undefined {
  if (!isPathsId(resourceId)) return undefined;
  return resourceId.slice(PREFIX.length).split(/(?<!\\),/).map((text) =>
    text.replaceAll("\\,", ",")
  );
}

/** The patterns of the sets that are in use. */
export interface PathIndex<Subject> {
  /** The node of the empty prefix. */
  readonly root: PathNode<Subject>;
  /** Those with one tail, by {@linkcode tailOf}; in no particular order. */
  readonly tails: Map<string, PathEntry<Subject>[]>;
}

/** A node of the tree: the patterns with one literal prefix. */
export interface PathNode<Subject> {
  /** The last segment of the prefix; `""` at the root. */
  readonly segment: string;
  /** The node of the prefix without it; `undefined` at the root. */
  readonly parent: PathNode<Subject> | undefined;
  /** By the next literal segment. */
  readonly children: Map<string, PathNode<Subject>>;
  /** In no particular order. */
  readonly entries: PathEntry<Subject>[];
  /** The number of entries here and below. */
  size: number;
}

/** A pattern in the index. */
export interface PathEntry<Subject> {
  /** The set that it belongs to. */
  readonly subject: Subject;
  /** The pattern. */
  readonly pattern: Pattern;
  /** The node of its literal prefix. */
  readonly node: PathNode<Subject>;
  /** Its index in `node.entries`. */
  index: number;
  /** Its key in `tails`. */
  readonly tail: string;
  /** Its index among those with its tail. */
  tailIndex: number;
}

/** Returns an index without patterns. */
export function noPaths<Subject>(): PathIndex<Subject> {
  return { root: nodeOf("", undefined), tails: new Map() };
}

function nodeOf<Subject>(
  segment: string,
  parent: PathNode<Subject> | undefined,
): PathNode<Subject> {
  return { segment, parent, children: new Map(), entries: [], size: 0 };
}

/** Begins the tails that are a whole segment; no other tail has a slash. */
const WHOLE = "/";

/** Returns the text that the last segment of each path that matches ends with, or is. */
function tailOf(pattern: Pattern): string {
  const last = pattern.at(-1)!;
  if (typeof last === "string") return WHOLE + last;
  const tokens = last ?? [];
  const start = tokens.findLastIndex((token) => token === STAR || typeof token !== "number") + 1;
  return String.fromCodePoint(...tokens.slice(start) as number[]);
}

/** Returns the patterns that a resource names. */
export function parsePaths(resourceId: string, isCaseSensitive: boolean): Pattern[] {
  return patternsOf(resourceId)!.map((text) => parsePattern(text, isCaseSensitive));
}

/** Adds the patterns of `subject`. */
export function insertPaths<Subject>(
  { root, tails }: PathIndex<Subject>,
  patterns: readonly Pattern[],
  subject: Subject,
): PathEntry<Subject>[] {
  return patterns.map((pattern) => {
    let node = root;
    node.size++;
    for (const segment of pattern) {
      if (typeof segment !== "string") break;
      let child = node.children.get(segment);
      if (child === undefined) node.children.set(segment, child = nodeOf(segment, node));
      node = child;
      node.size++;
    }
    const tail = tailOf(pattern);
    const peers = tails.get(tail) ?? [];
    if (peers.length === 0) tails.set(tail, peers);
    const [index, tailIndex] = [node.entries.length, peers.length];
    const entry = { subject, pattern, node, index, tail, tailIndex };
    node.entries.push(entry);
    peers.push(entry);
    return entry;
  });
}

/** Undoes {@linkcode insertPaths}. */
export function removePaths<Subject>(
  { tails }: PathIndex<Subject>,
  entries: readonly PathEntry<Subject>[],
): void {
  for (const entry of entries.toReversed()) {
    const neighbors = entry.node.entries;
    const last = neighbors.pop()!;
    if (last !== entry) neighbors[last.index = entry.index] = last;
    for (let node = entry.node as PathNode<Subject> | undefined; node !== undefined;) {
      node.size--;
      if (node.size === 0) node.parent?.children.delete(node.segment);
      node = node.parent;
    }
    const peers = tails.get(entry.tail)!;
    const lastPeer = peers.pop()!;
    if (lastPeer !== entry) peers[lastPeer.tailIndex = entry.tailIndex] = lastPeer;
    if (peers.length === 0) tails.delete(entry.tail);
  }
}

/** Returns the subjects with a path that matches one of `patterns`, each once, within `budget`. */
export function overlapping<Subject>(
  index: PathIndex<Subject>,
  patterns: readonly Pattern[],
  budget: Budget,
): Set<Subject> {
  const found = new Set<Subject>();
  for (const pattern of patterns) {
    for (const entries of candidates(index, pattern)) {
      for (const { subject, pattern: other } of entries) {
        if (overlap(pattern, other, budget)) found.add(subject);
        if (budget.left < 0) return found;
      }
    }
  }
  return found;
}

/** Returns entries, all among them that overlap with `pattern`, each once. */
function candidates<Subject>(
  { root, tails }: PathIndex<Subject>,
  pattern: Pattern,
): PathEntry<Subject>[][] {
  const found: PathEntry<Subject>[][] = [];
  let node: PathNode<Subject> | undefined = root;
  let length = 0;
  for (const segment of pattern) {
    if (typeof segment !== "string" || node === undefined) break;
    found.push(node.entries);
    node = node.children.get(segment);
    length++;
  }
  if (node === undefined) return found;
  if (length < pattern.length) {
    return withTail(tails, tailOf(pattern), node.size) ?? [...found, ...below(node)];
  }
  found.push(node.entries);
  return found;
}

/** Returns the entries whose tail agrees with `tail`, unless it costs less to look at `limit` entries. */
function withTail<Subject>(
  tails: PathIndex<Subject>["tails"],
  tail: string,
  limit: number,
): PathEntry<Subject>[][] | undefined {
  const isWhole = tail.startsWith(WHOLE);
  if (limit <= (isWhole ? tail.length : tails.size)) return undefined;
  const keys = isWhole
    ? [tail, ...Array.from({ length: tail.length }, (_, i) => tail.slice(i + 1))]
    : [...tails.keys()].filter((key) => key.endsWith(tail) || tail.endsWith(key));
  const found = keys.flatMap((key) => {
    const entries = tails.get(key);
    return entries === undefined ? [] : [entries];
  });
  const count = found.reduce((sum, { length }) => sum + length, 0);
  return count < limit ? found : undefined;
}

function* below<Subject>(top: PathNode<Subject>): Generator<PathEntry<Subject>[]> {
  const nodes = [top];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    yield node.entries;
    nodes.push(...node.children.values());
  }
}
