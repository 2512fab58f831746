/**
 * Checks of arguments. Façades make them before anything reaches a machine.
 *
 * Every message has the same grammar: verb and thing, the rule, what came. The `attempt` that names
 * verb and thing is a function, so that a call that is fine pays for no text.
 *
 * @module
 */

/** Returns the attempted operation for a message, such as `acquire "db" for agent "a1"`. */
export type Attempt = () => string;

/** The longest id, in UTF-16 code units. */
export const LONGEST_ID = 256;

// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Returns `value` for a message: short, on one line, and without reading it deeply. */
export function quote(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 60 ? value.slice(0, 57) + "…" : value);
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? `an array of ${value.length}` : "an object";
    default:
      return String(value);
  }
}

/** Returns a number with its noun and a verb: `1 attempt`, `2 agents are`. */
export function counted(number: number, noun: string, verb: "" | "is" | "has" = ""): string {
  const [nouns, verbs] = number === 1
    ? [noun, verb]
    : [`${noun}s`, verb === "is" ? "are" : verb && "have"];
  return `${number} ${nouns}${verbs && ` ${verbs}`}`;
}

/** Throws the error for `rule` broken by `value`. */
function refuse(
  kind: typeof TypeError | typeof RangeError,
  value: unknown,
  rule: string,
  attempt: Attempt,
): never {
  throw new kind(`Cannot ${attempt()}: ${rule}, got ${quote(value)}`);
}

/**
 * Requires an id: a string of 1 to {@linkcode LONGEST_ID} characters without control characters.
 * Ids such as `__proto__` are ids like any other.
 */
export function requireId(value: unknown, name: string, attempt: Attempt): asserts value is string {
  if (typeof value !== "string") refuse(TypeError, value, `${name} must be a string`, attempt);
  if (value.length === 0 || value.length > LONGEST_ID) {
    const rule = `${name} must have 1 to ${LONGEST_ID} characters`;
    if (value.length === 0) refuse(RangeError, value, rule, attempt);
    throw new RangeError(`Cannot ${attempt()}: ${rule}, got ${value.length}`);
  }
  if (CONTROL.test(value)) {
    refuse(RangeError, value, `${name} must have no control characters`, attempt);
  }
}

/** Requires an integer from `least` to `most`. */
export function requireInteger(
  value: unknown,
  least: number,
  most: number,
  name: string,
  attempt: Attempt,
): asserts value is number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return;
  }
  const rule = most === Number.MAX_SAFE_INTEGER
    ? least === 0 ? "a non-negative integer" : least === 1 ? "a positive integer" : undefined
    : undefined;
  refuse(
    typeof value === "number" ? RangeError : TypeError,
    value,
    `${name} must be ${rule ?? `an integer from ${least} to ${most}`}`,
    attempt,
  );
}

/** The longest time that an option may name, in milliseconds: about 285 years. */
export const LONGEST_MS = 9_000_000_000_000;

/** Requires a time of at least `least` (0 or 1) whole milliseconds. */
export function requireMs(
  value: unknown,
  least: 0 | 1,
  name: string,
  attempt: Attempt,
): asserts value is number {
  if (typeof value === "number" && value > LONGEST_MS && Number.isInteger(value)) {
    refuse(RangeError, value, `${name} must be at most ${LONGEST_MS} ms`, attempt);
  }
  requireInteger(value, least, Number.MAX_SAFE_INTEGER, name, attempt);
}

/**
 * Requires a limit in whole milliseconds, of which 0 is no limit, and returns it for a machine that needs
 * one: no limit becomes the longest time.
 */
export function limitMs(value: unknown, name: string, attempt: Attempt): number {
  requireMs(value, 0, name, attempt);
  return value === 0 ? LONGEST_MS : value;
}

/** The largest magnitude of a priority; larger ones would drown the arrival time in a rank. */
export const LARGEST_PRIORITY = 1_000_000;

/** Requires a finite priority of a magnitude up to {@linkcode LARGEST_PRIORITY}. */
export function requirePriority(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is number {
  if (typeof value !== "number") refuse(TypeError, value, `${name} must be a number`, attempt);
  if (!(Math.abs(value) <= LARGEST_PRIORITY)) {
    const rule = `${name} must be a number from -${LARGEST_PRIORITY} to ${LARGEST_PRIORITY}`;
    refuse(RangeError, value, rule, attempt);
  }
}

/** Requires `true` or `false`. */
export function requireBoolean(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is boolean {
  if (typeof value !== "boolean") refuse(TypeError, value, `${name} must be a boolean`, attempt);
}

/** Requires a number from `least` to `most`. */
export function requireNumber(
  value: unknown,
  least: number,
  most: number,
  name: string,
  attempt: Attempt,
): asserts value is number {
  if (typeof value === "number" && value >= least && value <= most) return;
  const kind = typeof value === "number" ? RangeError : TypeError;
  refuse(kind, value, `${name} must be a number from ${least} to ${most}`, attempt);
}

/** Requires one of a few strings. */
export function requireOneOf(
  value: unknown,
  choices: readonly string[],
  name: string,
  attempt: Attempt,
): void {
  if (typeof value === "string" && choices.includes(value)) return;
  refuse(
    typeof value === "string" ? RangeError : TypeError,
    value,
    `${name} must be one of ${choices.map((choice) => `"${choice}"`).join(", ")}`,
    attempt,
  );
}

/** Requires a function. */
export function requireFunction(value: unknown, name: string, attempt: Attempt): void {
  if (typeof value !== "function") refuse(TypeError, value, `${name} must be a function`, attempt);
}

/** Requires an object that is neither `null` nor an array. */
export function requireObject(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(TypeError, value, `${name} must be an object`, attempt);
  }
}

/**
 * Requires an object without fields that are not in `known`: a misspelt option must not be ignored.
 * `prefix` names a section of a config: `locks.`.
 */
export function requireOnly(
  value: unknown,
  known: ReadonlySet<string>,
  name: string,
  attempt: Attempt,
  prefix = "",
): asserts value is Record<string, unknown> {
  requireObject(value, name, attempt);
  for (const field of Object.keys(value)) {
    if (known.has(field)) continue;
    const names = [...known].map((each) => prefix + each);
    const hint = didYouMean(prefix + field, names);
    const rule = `${name} must have only known options`;
    throw new TypeError(`Cannot ${attempt()}: ${rule}, got ${quote(prefix + field)}${hint}`);
  }
}

/** Requires an array of at most `most` elements. */
export function requireArray(
  value: unknown,
  most: number,
  name: string,
  attempt: Attempt,
): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) refuse(TypeError, value, `${name} must be an array`, attempt);
  if (value.length > most) {
    refuse(RangeError, value, `${name} must have at most ${most} elements`, attempt);
  }
}

/** Requires an `AbortSignal`. */
export function requireSignal(
  value: unknown,
  name: string,
  attempt: Attempt,
): asserts value is AbortSignal {
  if (!(value instanceof AbortSignal)) {
    refuse(TypeError, value, `${name} must be an AbortSignal`, attempt);
  }
}

/** Returns `; did you mean "…"?` with the candidate closest to `name`, or "" if none is close. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === undefined ? "" : `; did you mean ${JSON.stringify(best)}?`;
}

/** Edit distance with transpositions (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, older[j - 2]! + 1);
      row.push(cost);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}
