/**
 * Finds the collections that outlive a call: fields of states, and of classes.
 *
 * @module
 */

import { readSources, type Source, visit } from "./source.ts";

const TYPE = /\b(Map|Set|List|Fifo|Heap|Deadlines|Array|Dependents)<|\[\]|^: Dependents\b/;
const VALUE = /^(?:new (?:Map|Set|Array)\b|\[|emptyFifo|emptyList|noDeadlines)/;

/** Files whose interfaces are parts of a state. */
const STATES = /^src\/\w+\/(state|window|fold|gauges|aggregates)\.ts$/;

/** Returns the fields of `source` that are collections, as `Owner.field`. */
export function collectionsIn(source: Source): string[] {
  const { path, text } = source;
  const slice = (node: { range: Deno.lint.Range } | null | undefined) =>
    node ? text.slice(...node.range) : "";
  return visit(source, (report) => ({
    PropertyDefinition(node) {
      const { key, typeAnnotation, value, parent } = node;
      if (!TYPE.test(slice(typeAnnotation)) && !VALUE.test(slice(value))) return;
      report(node, `${slice((parent.parent as Deno.lint.ClassDeclaration).id)}.${slice(key)}`);
    },
    TSPropertySignature(node) {
      const { key, typeAnnotation, parent } = node;
      if (!STATES.test(path) || !TYPE.test(slice(typeAnnotation))) return;
      if (parent.type !== "TSInterfaceBody") return;
      report(
        node,
        `${slice((parent.parent as Deno.lint.TSInterfaceDeclaration).id)}.${slice(key)}`,
      );
    },
  })).map(({ rule }) => rule);
}

/** Returns the collections of all states and classes of the library, by file. */
export function collections(): string[] {
  return readSources(["src"])
    .filter(({ path }) => !/^src\/(cli|testing)\//.test(path))
    .flatMap((source) => collectionsIn(source).map((name) => `${source.path} ${name}`));
}
