/**
 * Checks of requests by their schemas. Façades check what arguments mean; these check that each field
 * is one that the operation knows, and of its type.
 *
 * @module
 */

import { type TObject, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler, type ValueError } from "@sinclair/typebox/compiler";
import { quote } from "../core/arguments.ts";
import { RequestError } from "../service/problem.ts";

/** Makes the schema of an object that has no other fields. */
export function closed<Fields extends TProperties>(fields: Fields): TObject<Fields> {
  return Type.Object(fields, { additionalProperties: false });
}

/** Returns a function that checks a body. */
export function bodyChecker(schema: TSchema | undefined, attempt: string): (body: unknown) => void {
  if (schema === undefined) return ignore;
  const check = compiled(schema);
  return (body) => requireShape(check(), body, attempt, "body");
}

/** Returns a function that reads the fields of a query, and checks them. */
export function queryReader(
  schema: TObject,
  attempt: string,
): (url: URL) => Record<string, unknown> {
  const check = compiled(schema);
  const isRequired = (schema.required ?? []).length > 0;
  return (url) => {
    const fields: Record<string, unknown> = Object.create(null);
    if (url.search === "" && !isRequired) return fields;
    for (const [name, text] of url.searchParams) {
      if (name in fields) throw refusal(attempt, `query ${quote(name)} must be given once`, text);
      fields[name] = Object.hasOwn(schema.properties, name)
        ? valueOf(text, schema.properties[name]!)
        : text;
    }
    requireShape(check(), fields, attempt, "query");
    return fields;
  };
}

/** Compiles a schema when it is first needed, so that a server starts without all of them. */
function compiled(schema: TSchema): () => TypeCheck<TSchema> {
  let check: TypeCheck<TSchema> | undefined;
  return () => check ??= TypeCompiler.Compile(schema);
}

function requireShape(check: TypeCheck<TSchema>, value: unknown, attempt: string, place: string) {
  if (check.Check(value)) return;
  const { path, message, value: found } = nearest([...check.Errors(value)]);
  const field = path.slice(1).replaceAll("/", ".").slice(0, 200);
  const rule = `${place}${field === "" ? "" : ` field ${quote(field)}`}: ${lowered(message)}`;
  throw refusal(attempt, rule, found, field);
}

/** Returns the first error; of alternatives, that of the one that fits best. */
function nearest([first]: readonly ValueError[]): ValueError {
  const alternatives = first!.errors.map((errors) => [...errors]).filter(({ length }) =>
    length > 0
  );
  const [best] = alternatives.sort((a, b) => a.length - b.length);
  return best === undefined ? first! : nearest(best);
}

function refusal(attempt: string, rule: string, value: unknown, field = ""): RequestError {
  const message = `Cannot ${worded(attempt)}: ${rule}, got ${quote(value)}`;
  return new RequestError(400, "invalid-request", message, { field });
}

/** Returns the name of an operation as words: `release claim` for `releaseClaim`. */
export function worded(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function valueOf(text: string, { type }: TSchema): unknown {
  if (type === "integer" || type === "number") return text === "" ? text : Number(text);
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

function ignore(): void {}
