/**
 * The interfaces of the package as `deno doc` sees them, with their own and inherited fields.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** One field of an interface. */
export interface Field {
  readonly name: string;
  /** The folder in `src` that declares it: `locks`. */
  readonly folder: string;
  /** The source text of its type. */
  readonly type: string;
  /** Its comment, without the default. */
  readonly doc: string;
  /** The default that its comment states. */
  readonly fallback: string | undefined;
}

/** One interface. */
export interface Shape {
  readonly name: string;
  /** The file that declares it, such as `locks/events.ts`. */
  readonly file: string;
  readonly line: number;
  readonly doc: string;
  /** The name of the event, if it is one. */
  readonly event: string | undefined;
  /** The own ones first. */
  readonly fields: readonly Field[];
}

// The part of the output of `deno doc` that is read here.

interface Doc {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly value?: string;
    readonly doc?: string;
  }[];
}

interface Type {
  readonly kind: string;
  readonly repr?: string;
  // deno-lint-ignore no-explicit-any -- depends on the kind
  readonly value: any;
}

interface Declaration {
  readonly kind: string;
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: Doc;
  readonly def: {
    readonly extends?: readonly Type[];
    /** The type of an alias. */
    readonly tsType?: Type;
    readonly properties?: readonly {
      readonly name: string;
      readonly jsDoc?: Doc;
      readonly tsType?: Type;
    }[];
  };
}

interface Output {
  readonly nodes: Record<string, {
    readonly symbols: readonly {
      readonly name: string;
      readonly declarations: readonly Declaration[];
    }[];
  }>;
}

/** Reads all interfaces that `modules` export, by name. */
export async function readShapes(...modules: string[]): Promise<Map<string, Shape>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...modules],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as Output;
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
  const declared = (wanted: string) =>
    new Map(symbols.flatMap(({ name, declarations }) => {
      const declaration = declarations.find(({ kind }) => kind === wanted);
      return declaration === undefined ? [] : [[name, declaration]];
    }));
  const known = { interfaces: declared("interface"), aliases: declared("typeAlias") };
  return new Map([...known.interfaces].map(([name, own]) => [name, shapeOf(name, own, known)]));
}

/** All declarations, by name. */
interface Known {
  readonly interfaces: ReadonlyMap<string, Declaration>;
  readonly aliases: ReadonlyMap<string, Declaration>;
}

function shapeOf(name: string, own: Declaration, known: Known): Shape {
  const fields = fieldsOf(own, known);
  return {
    name,
    file: own.location.filename.split("/").slice(-2).join("/"),
    line: own.location.line,
    doc: sentences(own.jsDoc?.doc),
    event: eventOf(own),
    fields: fields.filter(({ name }) => name !== "type" || eventOf(own) === undefined),
  };
}

function eventOf({ def }: Declaration): string | undefined {
  const named = def.extends?.find(({ value }) => value.typeName === "Named");
  const type = named?.value.typeParams[0] ??
    def.properties?.find(({ name }) => name === "type")?.tsType;
  return type?.kind === "literal" ? type.repr : undefined;
}

/** The fields of an interface, then the inherited ones that it doesn't redeclare. */
function fieldsOf({ def, location }: Declaration, known: Known): Field[] {
  const fields = new Map<string, Field>();
  const folder = location.filename.split("/").at(-2)!;
  for (const { name, jsDoc, tsType } of def.properties ?? []) {
    fields.set(name, {
      name,
      folder,
      type: tsType === undefined ? "unknown" : textOf(tsType, known.aliases),
      doc: sentences(jsDoc?.doc),
      fallback: fallbackOf(jsDoc),
    });
  }
  for (const base of def.extends ?? []) {
    for (const field of inherited(base, known)) {
      if (!fields.has(field.name)) fields.set(field.name, field);
    }
  }
  return [...fields.values()];
}

function inherited({ value }: Type, known: Known): Field[] {
  const [of, names]: [Type, Type] = value.typeParams ?? [];
  const chosen = () =>
    (names.kind === "union" ? names.value : [names]).map(({ repr }: Type) => repr);
  switch (value.typeName) {
    case "Partial":
    case "Readonly":
      return inherited(of, known);
    case "Pick":
      return inherited(of, known).filter(({ name }) => chosen().includes(name));
    case "Omit":
      return inherited(of, known).filter(({ name }) => !chosen().includes(name));
    default: {
      const declaration = known.interfaces.get(value.typeName);
      return declaration === undefined ? [] : fieldsOf(declaration, known);
    }
  }
}

/** The text of a comment as one paragraph, without the default. */
function sentences(doc: string = ""): string {
  return doc.replace(/@default[\s\S]*$/, "").replaceAll(/\{@linkcode ([\w.]+)\}/g, "`$1`")
    .replaceAll(/\s+/g, " ").trim();
}

function fallbackOf({ doc = "", tags = [] }: Doc = {}): string | undefined {
  const tag = tags.find(({ kind, value }) => kind === "default" || value?.startsWith("@default"));
  const stated = /@default ([\s\S]*)$/.exec(doc)?.[1] ?? tag?.doc ?? tag?.value;
  return stated?.replace(/^@default /, "").replaceAll(/\s+/g, " ").trim();
}

/** The source text of a type, with an alias of string literals replaced by them. */
function textOf({ kind, repr = "", value }: Type, aliases: Known["aliases"]): string {
  const textsOf = (types: readonly Type[]) => types.map((type) => textOf(type, aliases));
  switch (kind) {
    case "literal":
      return value.kind === "string" ? JSON.stringify(repr) : repr;
    case "union":
      return textsOf(value).join(" | ");
    case "array":
      return `${textOf(value, aliases)}[]`;
    case "parenthesized":
      return value.kind === "typeOperator" ? textOf(value, aliases) : `(${textOf(value, aliases)})`;
    case "tuple":
      return `[${textsOf(value).join(", ")}]`;
    case "typeOperator":
      return textOf(value.tsType, aliases);
    case "typeRef": {
      const alias = aliases.get(value.typeName)?.def.tsType;
      const isWords = alias?.kind === "union" &&
        alias.value.every(({ kind }: Type) => kind === "literal");
      if (isWords) return textOf(alias, aliases);
      return value.typeParams === undefined
        ? value.typeName
        : `${value.typeName}<${textsOf(value.typeParams).join(", ")}>`;
    }
    case "fnOrConstructor":
      return "function";
    default:
      return repr === "" ? kind : repr;
  }
}
