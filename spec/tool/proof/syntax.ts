/**
 * Reads the part of TLA+ in which the modules are written that are proved: operators without
 * recursion, functions, quantifiers over sets that are constants, integers.
 *
 * @module
 */

/** An expression. */
export type Expression =
  | { readonly kind: "literal"; readonly value: number | string | boolean }
  | { readonly kind: "name"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "index"; readonly of: Expression; readonly at: Expression }
  | { readonly kind: "prime" | "not" | "unchanged" | "always"; readonly of: Expression }
  | { readonly kind: "and" | "or" | "set" | "tuple"; readonly items: readonly Expression[] }
  | {
    readonly kind: "infix";
    readonly operator: string;
    readonly left: Expression;
    readonly right: Expression;
  }
  | {
    readonly kind: "all" | "some" | "function";
    readonly bounds: readonly Bound[];
    readonly body: Expression;
  }
  | {
    readonly kind: "if";
    readonly test: Expression;
    readonly then: Expression;
    readonly otherwise: Expression;
  }
  | {
    readonly kind: "let";
    readonly definitions: ReadonlyMap<string, Definition>;
    readonly body: Expression;
  }
  | { readonly kind: "functions"; readonly from: Expression; readonly to: Expression }
  | { readonly kind: "except"; readonly of: Expression; readonly changes: readonly Change[] }
  | { readonly kind: "old" };

/** A variable of a quantifier, and the set that it is in. */
export interface Bound {
  readonly name: string;
  readonly set: Expression;
}

/** A change of a function at a path of arguments. */
export interface Change {
  readonly path: readonly Expression[];
  readonly value: Expression;
}

/** A definition of an operator. */
export interface Definition {
  readonly params: readonly string[];
  readonly body: Expression;
}

/** A module. */
export interface Module {
  readonly name: string;
  readonly constants: readonly string[];
  readonly variables: readonly string[];
  readonly assumptions: readonly Expression[];
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly theorems: readonly Expression[];
}

interface Token {
  readonly text: string;
  readonly kind: "name" | "number" | "string" | "symbol" | "end";
  readonly column: number;
  readonly line: number;
}

/** Infix operators, by how tightly they bind. */
const LEVELS = new Map<string, number>([
  ...["=>", "<=>"].map((text) => [text, 1] as const),
  ...["/\\", "\\/"].map((text) => [text, 3] as const),
  ...["=", "#", "<", "<=", ">", ">=", "\\in", "\\notin", "\\subseteq"].map((text) =>
    [text, 5] as const
  ),
  ...["\\cup", "\\"].map((text) => [text, 8] as const),
  ...["+", "-"].map((text) => [text, 10] as const),
]);
const NOT_LEVEL = 4;
const KEYWORDS = new Set(["IN", "THEN", "ELSE", "EXCEPT", "LET", "IF", "THEOREM", "ASSUME"]);

/**
 * Reads a module.
 *
 * @throws {SyntaxError} at what is outside of the part of TLA+ that it knows
 */
export function readModule(text: string): Module {
  return new Parser(tokens(text)).module();
}

function tokens(text: string): Token[] {
  const blank = (comment: string) => comment.replaceAll(/[^\n]/g, " ");
  const source = text.replaceAll(/\(\*[^]*?\*\)/g, blank).replaceAll(/\\\*.*$/gm, blank);
  const pattern =
    /(?<name>[A-Za-z_]\w*)|(?<number>\d+)|(?<string>"[^"]*")|(?<symbol>-{4,}|={4,}|\|->|<=>|<<|>>|==|=>|<=|>=|->|\/\\|\\\/|\\[A-Za-z]+|\[\]|\]_|[^\s\w])/g;
  const found: Token[] = [];
  for (const [row, line] of source.split("\n").entries()) {
    for (const match of line.matchAll(pattern)) {
      const [kind, part] = Object.entries(match.groups!).find(([, part]) => part !== undefined)!;
      const place = { column: match.index, line: row + 1 };
      found.push({ kind: kind as Token["kind"], text: part, ...place });
    }
  }
  return [...found, { kind: "end", text: "the end", column: -1, line: 0 }];
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Columns of the lists that are being read; what is not right of the last one is not in its item. */
  readonly #columns = [-1];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  module(): Module {
    this.#rule("-");
    this.#expect("MODULE");
    const name = this.#name();
    this.#rule("-");
    const module = {
      name,
      constants: [] as string[],
      variables: [] as string[],
      assumptions: [] as Expression[],
      definitions: new Map<string, Definition>(),
      theorems: [] as Expression[],
    };
    while (!this.#token.text.startsWith("====")) {
      if (this.#token.text.startsWith("----")) this.#at++;
      else if (this.#skip("EXTENDS")) this.#names();
      else if (this.#skip("CONSTANTS")) module.constants.push(...this.#names());
      else if (this.#skip("VARIABLES")) module.variables.push(...this.#names());
      else if (this.#skip("ASSUME")) module.assumptions.push(this.#within(0, () => this.#any()));
      else if (this.#skip("THEOREM")) module.theorems.push(this.#within(0, () => this.#any()));
      else {
        const [name, definition] = this.#within(0, () => this.#definition(), true);
        module.definitions.set(name, definition);
      }
    }
    return module;
  }

  get #token(): Token {
    const token = this.#tokens[this.#at]!;
    if (token.column > this.#columns.at(-1)!) return token;
    return { ...token, kind: "end", text: "" };
  }

  #fail(wanted: string): never {
    const { text, line, column } = this.#tokens[this.#at]!;
    throw new SyntaxError(
      `Cannot read line ${line}, column ${column + 1}: expected ${wanted}, got "${text}"`,
    );
  }

  #skip(text: string): boolean {
    if (this.#token.text !== text || this.#token.kind === "string") return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) this.#fail(`"${text}"`);
  }

  #rule(character: string): void {
    if (!this.#token.text.startsWith(character.repeat(4))) this.#fail("a rule");
    this.#at++;
  }

  #isName(): boolean {
    return this.#token.kind === "name" && !KEYWORDS.has(this.#token.text);
  }

  #name(): string {
    if (!this.#isName()) this.#fail("a name");
    return this.#tokens[this.#at++]!.text;
  }

  #names(): string[] {
    const names = [this.#name()];
    while (this.#skip(",")) names.push(this.#name());
    return names;
  }

  /** Reads tokens right of `column` only, the first one apart if it `isFirst` of a definition. */
  #within<T>(column: number, read: () => T, isFirst = false): T {
    this.#columns.push(isFirst ? column - 1 : column);
    try {
      return read();
    } finally {
      this.#columns.pop();
    }
  }

  #definition(): [string, Definition] {
    const name = this.#name();
    const params: string[] = [];
    if (this.#skip("(")) {
      params.push(...this.#names());
      this.#expect(")");
    }
    this.#expect("==");
    const column = this.#columns.at(-1)!;
    const body = this.#within(column + 1, () => this.#any());
    return [name, { params, body }];
  }

  #any(): Expression {
    return this.#infix(0);
  }

  #infix(level: number): Expression {
    let left = this.#prefix();
    for (;;) {
      const { text, kind } = this.#token;
      const own = kind === "symbol" ? LEVELS.get(text) : undefined;
      if (own === undefined || own < level) return left;
      this.#at++;
      const right = this.#infix(own + 1);
      if (text === "/\\") left = { kind: "and", items: [left, right] };
      else if (text === "\\/") left = { kind: "or", items: [left, right] };
      else left = { kind: "infix", operator: text, left, right };
    }
  }

  #prefix(): Expression {
    const { text, column } = this.#token;
    if (text === "/\\" || text === "\\/") return this.#list(text, column);
    if (this.#skip("~")) return { kind: "not", of: this.#infix(NOT_LEVEL) };
    if (this.#skip("UNCHANGED")) return { kind: "unchanged", of: this.#postfix() };
    if (this.#skip("\\A")) return this.#quantifier("all");
    if (this.#skip("\\E")) return this.#quantifier("some");
    if (this.#skip("IF")) {
      const test = this.#any();
      this.#expect("THEN");
      const then = this.#any();
      this.#expect("ELSE");
      return { kind: "if", test, then, otherwise: this.#any() };
    }
    if (this.#skip("LET")) {
      const definitions = new Map<string, Definition>();
      while (!this.#skip("IN")) definitions.set(...this.#definition());
      return { kind: "let", definitions, body: this.#any() };
    }
    if (this.#skip("[]")) {
      // [][A]_vars, or []A
      if (!this.#skip("[")) return { kind: "always", of: this.#any() };
      const of = this.#any();
      this.#expect("]_");
      this.#name();
      return { kind: "always", of };
    }
    return this.#postfix();
  }

  /** Reads a list whose items begin with `bullet` in one column. */
  #list(bullet: string, column: number): Expression {
    const items: Expression[] = [];
    while (this.#token.text === bullet && this.#token.column === column) {
      this.#at++;
      items.push(this.#within(column, () => this.#any()));
    }
    return { kind: bullet === "/\\" ? "and" : "or", items };
  }

  #quantifier(kind: "all" | "some"): Expression {
    const bounds = this.#bounds();
    this.#expect(":");
    return { kind, bounds, body: this.#any() };
  }

  #bounds(): Bound[] {
    const bounds: Bound[] = [];
    do {
      const names = this.#names();
      this.#expect("\\in");
      const set = this.#infix(6);
      bounds.push(...names.map((name) => ({ name, set })));
    } while (this.#skip(","));
    return bounds;
  }

  #postfix(): Expression {
    let of = this.#atom();
    for (;;) {
      if (this.#skip("'")) of = { kind: "prime", of };
      else if (this.#skip("[")) {
        of = { kind: "index", of, at: this.#any() };
        this.#expect("]");
      } else return of;
    }
  }

  #atom(): Expression {
    const { kind, text } = this.#token;
    if (kind === "number") return this.#literal(Number(text));
    if (kind === "string") return this.#literal(text.slice(1, -1));
    if (text === "TRUE" || text === "FALSE") return this.#literal(text === "TRUE");
    if (this.#skip("@")) return { kind: "old" };
    if (this.#skip("(")) {
      const inner = this.#any();
      this.#expect(")");
      return inner;
    }
    if (this.#skip("{")) return { kind: "set", items: this.#items("}") };
    if (this.#skip("<<")) return { kind: "tuple", items: this.#items(">>") };
    if (this.#skip("[")) return this.#bracket();
    const name = this.#name();
    return { kind: "name", name, args: this.#skip("(") ? this.#items(")") : [] };
  }

  #literal(value: number | string | boolean): Expression {
    this.#at++;
    return { kind: "literal", value };
  }

  #items(end: string): Expression[] {
    const items: Expression[] = [];
    if (this.#skip(end)) return items;
    do items.push(this.#any()); while (this.#skip(","));
    this.#expect(end);
    return items;
  }

  /** Reads `[x \in S |-> e]`, `[S -> T]` or `[f EXCEPT ![x] = e]`, behind the bracket. */
  #bracket(): Expression {
    if (this.#isName() && ["\\in", ","].includes(this.#tokens[this.#at + 1]!.text)) {
      const bounds = this.#bounds();
      this.#expect("|->");
      const body = this.#any();
      this.#expect("]");
      return { kind: "function", bounds, body };
    }
    const of = this.#any();
    if (this.#skip("->")) {
      const to = this.#any();
      this.#expect("]");
      return { kind: "functions", from: of, to };
    }
    this.#expect("EXCEPT");
    const changes: Change[] = [];
    do {
      this.#expect("!");
      const path: Expression[] = [];
      while (this.#skip("[")) {
        path.push(this.#any());
        this.#expect("]");
      }
      this.#expect("=");
      changes.push({ path, value: this.#any() });
    } while (this.#skip(","));
    this.#expect("]");
    return { kind: "except", of, changes };
  }
}
