/**
 * Turns expressions of TLA+ into formulas for an SMT solver, in the language SMT-LIB.
 *
 * A constant set, such as `Owner`, becomes a sort of any size. A variable that is a function becomes
 * a function symbol; a second one, with `'`, stands for it in the next state. Operators are expanded.
 *
 * @module
 */

import type { Bound, Definition, Expression, Module } from "./syntax.ts";

/** The sort of a value, or the argument and the result of a function. */
export type Type = string | { readonly from: string; readonly to: Type };

/** The sort of all texts. */
export const TEXT = "Text";

type Value = Term | Lambda;
interface Term {
  readonly sort: string;
  readonly term: string;
}
interface Lambda {
  readonly from: string;
  readonly to: Type;
  readonly apply: (argument: Term) => Value;
}

/** What a name stands for: a value, or an expression that is read where it is defined. */
type Meaning = Value | { readonly definition: Definition; readonly scope: Scope };
interface Scope {
  readonly names: ReadonlyMap<string, Meaning>;
  /** Whether variables are those of the next state. */
  readonly next: boolean;
  /** What `@` stands for. */
  readonly old?: Value;
}

/** An action, and the variables of the quantifiers around it. */
export interface Action {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly sort: string }[];
  readonly formula: string;
}

/** Names in quantifiers are numbered, so that none hides another. */
let count = 0;

/** Formulas of a module. */
export class Formulas {
  readonly #module: Module;
  readonly #size: number | undefined;
  readonly #scope: Scope;
  /** Types of the variables, from the definition of `TypeOK`. */
  readonly #types = new Map<string, Type>();
  /** Constants that are elements of sorts, or sets of integers. */
  readonly #elements = new Map<string, string>();
  readonly #numberSets = new Set<string>();
  readonly #texts = new Set<string>();

  /**
   * With `size`, each sort has so many elements besides those with a name, and formulas have no
   * quantifiers: then a solver can also find states.
   *
   * @throws {TypeError} when a variable has no type
   */
  constructor(module: Module, size?: number) {
    this.#module = module;
    this.#size = size;
    const names = new Map<string, Meaning>();
    this.#scope = { names, next: false };
    for (const assumption of module.assumptions) this.#assume(assumption);
    for (const [name, sort] of this.#elements) names.set(name, { sort, term: name });
    for (const [name, definition] of module.definitions) {
      names.set(name, { definition, scope: this.#scope });
    }
    for (const item of conjuncts(this.#definition("TypeOK").body)) {
      if (item.kind !== "infix" || item.operator !== "\\in" || item.left.kind !== "name") continue;
      this.#types.set(item.left.name, this.#typeOf(item.right, this.#scope));
    }
    const untyped = module.variables.find((name) => !this.#types.has(name));
    if (untyped !== undefined) throw new TypeError(`TypeOK must have the type of ${untyped}`);
    collectTexts(module, this.#texts);
  }

  /** The sorts that may have any number of elements. */
  get sorts(): string[] {
    return this.#module.constants.filter((name) =>
      !this.#elements.has(name) && !this.#numberSets.has(name)
    );
  }

  /** Declarations of all symbols. */
  get declarations(): string {
    const lines = this.sorts.map((sort) =>
      this.#size === undefined
        ? `(declare-sort ${sort} 0)`
        : enumeration(sort, this.#elementsOf(sort)!)
    );
    if (this.#texts.size > 0) lines.push(enumeration(TEXT, [...this.#texts].map(textName)));
    for (const [name, sort] of this.#elements) lines.push(`(declare-const ${name} ${sort})`);
    for (const name of this.#numberSets) lines.push(`(declare-fun ${name} (Int) Bool)`);
    for (const [name, type] of this.#types) {
      const sorts: string[] = [];
      let rest = type;
      for (; typeof rest !== "string"; rest = rest.to) sorts.push(rest.from);
      for (const symbol of [name, nextName(name)]) {
        lines.push(`(declare-fun ${symbol} (${sorts.join(" ")}) ${rest})`);
      }
    }
    return lines.join("\n");
  }

  /** Returns the definition `name` as a formula about the present state, or about the next one. */
  formula(name: string, next = false): string {
    return this.#truth(this.#definition(name).body, { ...this.#scope, next });
  }

  /** Returns what `name`, which is `[][A]_vars`, says of a step. */
  stepFormula(name: string): string {
    const { body } = this.#definition(name);
    if (body.kind !== "always") throw new TypeError(`${name} must have the form [][A]_vars`);
    return this.#truth(body.of, this.#scope);
  }

  /** Says that a step changes nothing. */
  get stutter(): string {
    return this.#unchanged(this.#definition("vars").body, this.#scope);
  }

  /** The names of the conjuncts of a definition. */
  conjunctsOf(name: string): string[] {
    return namesIn(this.#definition(name).body);
  }

  /** The invariant, and the properties of steps, that the theorems name. */
  get theorems(): { readonly invariant: string; readonly steps: readonly string[] } {
    let invariant = "";
    const steps: string[] = [];
    for (const theorem of this.#module.theorems) {
      if (theorem.kind !== "infix" || theorem.operator !== "=>") {
        throw new TypeError("a theorem must have the form Spec => P");
      }
      const { right } = theorem;
      if (right.kind === "always" && right.of.kind === "name") invariant = right.of.name;
      else steps.push(...namesIn(right));
    }
    return { invariant, steps };
  }

  /** The disjuncts of `Next`. */
  get actions(): Action[] {
    const actions: Action[] = [];
    const visit = (at: Expression, scope: Scope, params: Action["params"], given: string[]) => {
      if (at.kind === "or") {
        for (const item of at.items) visit(item, scope, params, given);
      } else if (at.kind === "some") {
        const { names, terms, guards } = this.#bind(at.bounds, scope);
        const bound = terms.map(({ term, sort }) => ({ name: term, sort }));
        visit(at.body, { ...scope, names }, [...params, ...bound], [...given, ...guards]);
      } else if (at.kind === "name") {
        const formula = and([...given, this.#truth(at, scope)]);
        actions.push({ name: at.name, params, formula });
      } else throw new TypeError("Next must be a disjunction of named actions");
    };
    visit(this.#definition("Next").body, this.#scope, [], []);
    return actions;
  }

  #definition(name: string): Definition {
    const definition = this.#module.definitions.get(name);
    if (definition === undefined) {
      throw new TypeError(`${this.#module.name} must have a definition of ${name}`);
    }
    return definition;
  }

  /** `C \subseteq Int` makes a constant a set of integers, `c \in S` an element of a sort. */
  #assume(assumption: Expression): void {
    if (
      assumption.kind === "infix" && assumption.left.kind === "name" &&
      assumption.right.kind === "name"
    ) {
      const { operator, left, right } = assumption;
      if (operator === "\\in") return void this.#elements.set(left.name, right.name);
      if (operator === "\\subseteq" && right.name === "Int") {
        return void this.#numberSets.add(left.name);
      }
    }
    throw new TypeError("an assumption must have the form c \\in S or C \\subseteq Int");
  }

  #typeOf(set: Expression, scope: Scope): Type {
    switch (set.kind) {
      case "functions":
        return { from: this.#sortOf(set.from, scope), to: this.#typeOf(set.to, scope) };
      case "set":
        return sortOf(this.#value(set.items[0]!, scope));
      case "infix":
        return this.#typeOf(set.left, scope);
      case "name": {
        if (set.name === "Nat" || set.name === "Int" || this.#numberSets.has(set.name)) {
          return "Int";
        }
        if (set.name === "BOOLEAN") return "Bool";
        if (this.sorts.includes(set.name)) return set.name;
        const meaning = scope.names.get(set.name);
        if (meaning !== undefined && "definition" in meaning) {
          return this.#typeOf(meaning.definition.body, meaning.scope);
        }
      }
    }
    throw new TypeError(`Cannot tell the type of the elements of ${JSON.stringify(set)}`);
  }

  #sortOf(set: Expression, scope: Scope): string {
    const type = this.#typeOf(set, scope);
    if (typeof type === "string") return type;
    throw new TypeError("a quantifier must not be over functions");
  }

  /** Whether a value is in a set, apart from what its sort says. */
  #isIn(value: Value, set: Expression, scope: Scope): string {
    switch (set.kind) {
      case "functions":
        if (!("apply" in value)) break;
        return this.#every(value.from, (x) => this.#isIn(value.apply(x), set.to, scope));
      case "set":
        return or(set.items.map((item) => this.#equal(value, this.#value(item, scope))));
      case "infix": {
        const left = this.#isIn(value, set.left, scope);
        const right = this.#isIn(value, set.right, scope);
        if (set.operator === "\\cup") return or([left, right]);
        if (set.operator === "\\") return and([left, not(right)]);
        break;
      }
      case "name": {
        if (set.name === "Nat") return `(>= ${termOf(value)} 0)`;
        if (this.#numberSets.has(set.name)) return `(${set.name} ${termOf(value)})`;
        const meaning = scope.names.get(set.name);
        if (meaning !== undefined && "definition" in meaning) {
          return this.#isIn(value, meaning.definition.body, meaning.scope);
        }
        return "true";
      }
    }
    throw new TypeError(`Cannot tell what is in ${JSON.stringify(set)}`);
  }

  #truth(expression: Expression, scope: Scope): string {
    return termOf(this.#value(expression, scope));
  }

  #value(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case "literal":
        return literal(expression.value);
      case "name":
        return this.#named(expression.name, expression.args, scope);
      case "old":
        if (scope.old === undefined) throw new TypeError("@ must be in the value of a change");
        return scope.old;
      case "prime":
        return this.#value(expression.of, { ...scope, next: true });
      case "not":
        return truth(not(this.#truth(expression.of, scope)));
      case "and":
        return truth(and(expression.items.map((item) => this.#truth(item, scope))));
      case "or":
        return truth(or(expression.items.map((item) => this.#truth(item, scope))));
      case "unchanged":
        return truth(this.#unchanged(expression.of, scope));
      case "index": {
        const of = this.#value(expression.of, scope);
        if (!("apply" in of)) throw new TypeError("only a function has arguments");
        return of.apply(asTerm(this.#value(expression.at, scope)));
      }
      case "all":
      case "some":
        return truth(this.#quantified(expression.kind, expression.bounds, expression.body, scope));
      case "if": {
        const test = this.#truth(expression.test, scope);
        return choose(
          test,
          this.#value(expression.then, scope),
          this.#value(expression.otherwise, scope),
        );
      }
      case "let": {
        const names = new Map(scope.names);
        const inner = { ...scope, names };
        for (const [name, definition] of expression.definitions) {
          names.set(name, { definition, scope: inner });
        }
        return this.#value(expression.body, inner);
      }
      case "function":
        return this.#lambda(expression.bounds, expression.body, scope);
      case "except":
        return expression.changes.reduce<Value>(
          (value, { path, value: to }) => {
            const terms = path.map((at) => asTerm(this.#value(at, scope)));
            return this.#changed(value, terms, (old) => this.#value(to, { ...scope, old }));
          },
          this.#value(expression.of, scope),
        );
      case "infix":
        return this.#infix(expression, scope);
    }
    throw new TypeError(`Cannot turn ${expression.kind} into a formula`);
  }

  #named(name: string, args: readonly Expression[], scope: Scope): Value {
    const type = this.#types.get(name);
    if (type !== undefined) return symbol(scope.next ? nextName(name) : name, type);
    const meaning = scope.names.get(name);
    if (meaning === undefined) throw new TypeError(`${name} must be defined`);
    if (!("definition" in meaning)) return meaning;
    const { definition } = meaning;
    if (definition.params.length !== args.length) {
      throw new TypeError(`${name} must have ${definition.params.length} arguments`);
    }
    const names = new Map(meaning.scope.names);
    for (const [i, param] of definition.params.entries()) {
      names.set(param, { definition: { params: [], body: args[i]! }, scope });
    }
    const next = scope.next || meaning.scope.next;
    const { old } = meaning.scope;
    return this.#value(definition.body, { names, next, ...(old === undefined ? {} : { old }) });
  }

  #quantified(
    kind: "all" | "some",
    [first, ...rest]: readonly Bound[],
    body: Expression,
    scope: Scope,
  ): string {
    if (first === undefined) return this.#truth(body, scope);
    const inner = (term: Term) => {
      const names = new Map(scope.names).set(first.name, term);
      const guard = this.#isIn(term, first.set, scope);
      const formula = this.#quantified(kind, rest, body, { ...scope, names });
      return kind === "all" ? implies(guard, formula) : and([guard, formula]);
    };
    const sort = this.#sortOf(first.set, scope);
    return kind === "all" ? this.#every(sort, inner) : this.#any(sort, inner);
  }

  #every(sort: string, formula: (x: Term) => string): string {
    const elements = this.#elementsOf(sort);
    if (elements !== undefined) return and(elements.map((term) => formula({ term, sort })));
    const term = `x.${++count}`;
    const inner = formula({ term, sort });
    return inner === "true" ? inner : `(forall ((${term} ${sort})) ${inner})`;
  }

  #any(sort: string, formula: (x: Term) => string): string {
    const elements = this.#elementsOf(sort);
    if (elements !== undefined) return or(elements.map((term) => formula({ term, sort })));
    const term = `x.${++count}`;
    return `(exists ((${term} ${sort})) ${formula({ term, sort })})`;
  }

  #elementsOf(sort: string): string[] | undefined {
    if (this.#size === undefined || !this.sorts.includes(sort)) return undefined;
    const named = [...this.#elements.values()].filter((of) => of === sort).length;
    return Array.from({ length: this.#size + named }, (_, i) => `${sort}${i + 1}`);
  }

  #equal(a: Value, b: Value): string {
    if ("apply" in a && "apply" in b) {
      return this.#every(a.from, (x) => this.#equal(a.apply(x), b.apply(x)));
    }
    const [left, right] = [asTerm(a), asTerm(b)];
    if (left.sort !== right.sort) {
      throw new TypeError(`${left.term} and ${right.term} must have one sort`);
    }
    return `(= ${left.term} ${right.term})`;
  }

  #changed(value: Value, path: readonly Term[], to: (old: Value) => Value): Value {
    const [first, ...rest] = path;
    if (first === undefined) return to(value);
    if (!("apply" in value)) throw new TypeError("only a function can be changed");
    return {
      ...value,
      apply: (x) => {
        const here = value.apply(x);
        return choose(this.#equal(x, first), this.#changed(here, rest, to), here);
      },
    };
  }

  #bind(bounds: readonly Bound[], scope: Scope) {
    const names = new Map(scope.names);
    const terms: Term[] = [];
    const guards: string[] = [];
    for (const { name, set } of bounds) {
      const term = { term: `${name}.${++count}`, sort: this.#sortOf(set, scope) };
      names.set(name, term);
      terms.push(term);
      guards.push(this.#isIn(term, set, scope));
    }
    return { names, terms, guards };
  }

  #lambda([first, ...rest]: readonly Bound[], body: Expression, scope: Scope): Value {
    if (first === undefined) return this.#value(body, scope);
    const from = this.#sortOf(first.set, scope);
    const apply = (argument: Term) => {
      const names = new Map(scope.names).set(first.name, argument);
      return this.#lambda(rest, body, { ...scope, names });
    };
    return { from, to: typeOf(apply({ term: "?", sort: from })), apply };
  }

  #unchanged(of: Expression, scope: Scope): string {
    if (of.kind === "tuple") return and(of.items.map((item) => this.#unchanged(item, scope)));
    if (of.kind === "name" && !this.#types.has(of.name)) {
      return this.#unchanged(this.#definition(of.name).body, scope);
    }
    return this.#equal(this.#value(of, { ...scope, next: true }), this.#value(of, scope));
  }

  #infix(
    { operator, left, right }: Extract<Expression, { kind: "infix" }>,
    scope: Scope,
  ): Value {
    if (operator === "\\in") return truth(this.#isIn(this.#value(left, scope), right, scope));
    if (operator === "\\notin") {
      return truth(not(this.#isIn(this.#value(left, scope), right, scope)));
    }
    const [a, b] = [this.#value(left, scope), this.#value(right, scope)];
    switch (operator) {
      case "=":
      case "<=>":
        return truth(this.#equal(a, b));
      case "#":
        return truth(not(this.#equal(a, b)));
      case "=>":
        return truth(implies(termOf(a), termOf(b)));
      case "+":
      case "-":
        return { sort: "Int", term: `(${operator} ${termOf(a)} ${termOf(b)})` };
      case "<":
      case "<=":
      case ">":
      case ">=":
        return truth(`(${operator} ${termOf(a)} ${termOf(b)})`);
    }
    throw new TypeError(`Cannot turn ${operator} into a formula`);
  }
}

/** Returns the conjunction of formulas. */
export function and(formulas: readonly string[]): string {
  const parts = formulas.filter((formula) => formula !== "true");
  return parts.length === 0 ? "true" : parts.length === 1 ? parts[0]! : `(and ${parts.join(" ")})`;
}

/** Returns the negation of a formula. */
export function not(formula: string): string {
  return `(not ${formula})`;
}

function or(formulas: readonly string[]): string {
  return formulas.length === 1 ? formulas[0]! : `(or false ${formulas.join(" ")})`;
}

function implies(left: string, right: string): string {
  return left === "true" ? right : `(=> ${left} ${right})`;
}

function literal(value: number | string | boolean): Term {
  if (typeof value === "number") return { sort: "Int", term: String(value) };
  if (typeof value === "boolean") return truth(String(value));
  return { sort: TEXT, term: textName(value) };
}

function enumeration(sort: string, elements: readonly string[]): string {
  const constructors = elements.map((element) => `(${element})`).join(" ");
  return `(declare-datatypes ((${sort} 0)) ((${constructors})))`;
}

function truth(term: string): Term {
  return { sort: "Bool", term };
}

function textName(text: string): string {
  return `|"${text}"|`;
}

function nextName(name: string): string {
  return `|${name}'|`;
}

function symbol(name: string, type: Type, args: readonly string[] = []): Value {
  if (typeof type === "string") {
    return { sort: type, term: args.length === 0 ? name : `(${name} ${args.join(" ")})` };
  }
  return { ...type, apply: ({ term }) => symbol(name, type.to, [...args, term]) };
}

function typeOf(value: Value): Type {
  return "apply" in value ? { from: value.from, to: value.to } : value.sort;
}

function sortOf(value: Value): string {
  return asTerm(value).sort;
}

function asTerm(value: Value): Term {
  if ("apply" in value) throw new TypeError("a function must have arguments here");
  return value;
}

function termOf(value: Value): string {
  return asTerm(value).term;
}

function choose(test: string, a: Value, b: Value): Value {
  if ("apply" in a && "apply" in b) {
    return { ...a, apply: (x) => choose(test, a.apply(x), b.apply(x)) };
  }
  return { sort: sortOf(a), term: `(ite ${test} ${termOf(a)} ${termOf(b)})` };
}

function conjuncts(expression: Expression): Expression[] {
  return expression.kind === "and" ? expression.items.flatMap(conjuncts) : [expression];
}

function namesIn(expression: Expression): string[] {
  return conjuncts(expression).map((item) => {
    if (item.kind === "name") return item.name;
    throw new TypeError("a theorem or an invariant must be a conjunction of names");
  });
}

function collectTexts(value: unknown, texts: Set<string>): void {
  if (value instanceof Map) { for (const inner of value.values()) collectTexts(inner, texts); }
  else if (typeof value === "object" && value !== null) {
    const { kind, value: text } = value as { kind?: unknown; value?: unknown };
    if (kind === "literal" && typeof text === "string") texts.add(text);
    for (const inner of Object.values(value)) collectTexts(inner, texts);
  }
}
