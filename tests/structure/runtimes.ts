/**
 * Finds what the runtimes that the project supports don't all have. Syntax of TypeScript that can't
 * be erased is an error of the compiler, by `erasableSyntaxOnly` in `deno.json`.
 *
 * @module
 */

import { type Source, type Violation, visit } from "./source.ts";

/** The files that may use Deno's own interface. */
const OF_DENO: ReadonlySet<string> = new Set([
  "src/cli/system.ts",
  "src/testing/simulation/main.ts",
]);

/** Members of globals that Node 22.18 lacks, or browsers of the same age. */
const RECENT: ReadonlyMap<string, ReadonlySet<string>> = new Map(Object.entries({
  Promise: new Set(["withResolvers", "try"]),
  Array: new Set(["fromAsync"]),
  Iterator: new Set(["from", "concat"]),
  Error: new Set(["isError"]),
  RegExp: new Set(["escape"]),
  Math: new Set(["sumPrecise", "f16round"]),
  Map: new Set(["groupBy"]),
  Object: new Set(["groupBy"]),
}));

/** Globals that Node 22.18 lacks. */
const RECENT_GLOBALS: ReadonlySet<string> = new Set([
  ...["Temporal", "URLPattern", "SuppressedError", "DisposableStack", "AsyncDisposableStack"],
  ...["Float16Array", "Iterator"],
]);

/** Finds syntax and interfaces that some supported runtime lacks. */
export function findUnportable(source: Source): Violation[] {
  return visit(source, (report) => ({
    VariableDeclaration(node) {
      if (node.kind === "using" || node.kind === "await using") report(node, node.kind);
    },
    ImportDeclaration(node) {
      if (node.attributes.length > 0) report(node, "import attributes");
    },
    ExportNamedDeclaration(node) {
      if (node.attributes.length > 0) report(node, "import attributes");
    },
    MemberExpression(node) {
      const { object, property } = node;
      if (object.type !== "Identifier" || property.type !== "Identifier") return;
      const isRecent = RECENT.get(object.name)?.has(property.name) ?? false;
      if (isRecent) report(node, `${object.name}.${property.name}`);
      const isDeno = object.name === "Deno" || property.name === "Deno";
      if (isDeno && !OF_DENO.has(source.path)) report(node, "Deno");
    },
    TSQualifiedName(node) {
      const { left } = node;
      const isDeno = left.type === "Identifier" && left.name === "Deno";
      if (isDeno && !OF_DENO.has(source.path)) report(node, "Deno");
    },
    NewExpression(node) {
      const { callee } = node;
      if (callee.type === "Identifier" && RECENT_GLOBALS.has(callee.name)) {
        report(node, callee.name);
      }
    },
    Decorator: (node) => report(node, "decorator"),
    AccessorProperty: (node) => report(node, "accessor"),
  }));
}
