/**
 * The values of TLA+, as text in one form.
 *
 * TLC prints a value in several ways: `<<>>` and `<< >>`, records in the order of their interned
 * names, `1..3` for a set. Functions, records and sequences are the same thing to TLA+, and so they
 * are here: `[key:value,…]` in the order of the keys' texts. A set is `{member,…}` in the order of
 * its members' texts.
 *
 * @module
 */

/** The one text of the value that TLC printed as `text`. */
export function readValue(text: string): string {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** The one text of a value of JavaScript: arrays are sequences, objects and maps are functions. */
export function canonical(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number") return integer(value);
  if (value instanceof Set) return setText([...value].map(canonical));
  const entries: string[] = [];
  if (Array.isArray(value)) {
    for (const each of value) entries.push(`${entries.length + 1}:${canonical(each)}`);
  } else if (value instanceof Map) {
    for (const [key, each] of value) entries.push(`${canonical(key)}:${canonical(each)}`);
  } else {
    const record = value as Record<string, unknown>;
    for (const key of Object.keys(record)) entries.push(`${quoted(key)}:${canonical(record[key])}`);
  }
  return joined(entries);
}

/** Texts of strings: there are few, and states have them many times. */
const texts = new Map<string, string>();

function quoted(value: string): string {
  let text = texts.get(value);
  if (text === undefined) texts.set(value, text = JSON.stringify(value));
  return text;
}

/** A value of JavaScript as an expression of TLA+. */
export function expression(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number") return integer(value);
  if (Array.isArray(value)) return `<<${value.map(expression).join(", ")}>>`;
  if (value instanceof Set) return `{${[...value].map(expression).join(", ")}}`;
  if (!(value instanceof Map)) return recordText(Object.entries(value as object));
  const entries = [...value];
  if (entries.length === 0) return "<<>>";
  // TLC reads a record much faster than a function that is put together.
  if (entries.every(([key]) => isFieldName(key))) return recordText(entries);
  return `(${
    entries.map(([key, each]) => `${expression(key)} :> ${expression(each)}`).join(" @@ ")
  })`;
}

function recordText(fields: readonly [name: string, value: unknown][]): string {
  return `[${fields.map(([name, each]) => `${name} |-> ${expression(each)}`).join(", ")}]`;
}

/** Whether a key can be the name of a field; the reserved words have no small letters. */
function isFieldName(key: unknown): boolean {
  return typeof key === "string" && /^[a-z]\w*$/.test(key);
}

function integer(value: number): string {
  if (Number.isInteger(value)) return String(value);
  throw new RangeError(`Cannot write a value of TLA+: numbers must be integers, got ${value}`);
}

type Entry = [key: string, value: string];

function functionText(entries: Entry[]): string {
  return joined(entries.map(([key, value]) => `${key}:${value}`));
}

function joined(entries: string[]): string {
  return `[${entries.sort().join(",")}]`;
}

function setText(members: string[]): string {
  return `{${[...new Set(members)].sort().join(",")}}`;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): string {
    this.#skipSpace();
    if (this.#eat("<<")) return this.#sequence();
    if (this.#eat("{")) return setText(this.#list("}", () => this.value()));
    if (this.#eat("[")) return functionText(this.#list("]", () => this.#field()));
    if (this.#eat("(")) return this.#function();
    if (this.#text[this.#at] === '"') return this.#string();
    return this.#atom();
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#failure("the end");
  }

  #sequence(): string {
    return functionText(this.#list(">>", () => this.value()).map((each, i) => [`${i + 1}`, each]));
  }

  #function(): string {
    const entries: Entry[] = [];
    do {
      const key = this.value();
      this.#need(":>");
      entries.push([key, this.value()]);
    } while (this.#eat("@@"));
    this.#need(")");
    return functionText(entries);
  }

  #field(): Entry {
    const name = this.#match(/\s*(\w+)\s*\|->/y, "a field");
    return [JSON.stringify(name[1]), this.value()];
  }

  #string(): string {
    return JSON.stringify(JSON.parse(this.#match(/"(?:[^"\\]|\\.)*"/y, "a string")[0]));
  }

  #atom(): string {
    const [atom] = this.#match(/-?\d+(\.\.-?\d+)?|\w+/y, "a value");
    const [low, high] = atom.split("..").map(Number);
    if (high === undefined) return atom;
    return setText(Array.from({ length: Math.max(0, high - low! + 1) }, (_, i) => `${low! + i}`));
  }

  #list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = [];
    if (this.#eat(close)) return items;
    do items.push(item()); while (this.#eat(","));
    this.#need(close);
    return items;
  }

  #match(pattern: RegExp, what: string): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw this.#failure(what);
    this.#at += found[0].length;
    return found;
  }

  #need(token: string): void {
    if (!this.#eat(token)) throw this.#failure(`"${token}"`);
  }

  #eat(token: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #failure(expected: string): SyntaxError {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    return new SyntaxError(
      `Cannot read a value of TLA+: ${expected} must come, got ${JSON.stringify(rest)}`,
    );
  }
}
