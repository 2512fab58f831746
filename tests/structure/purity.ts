/**
 * The check that machines are pure: they read nothing but their state and their command, and keep
 * nothing elsewhere.
 *
 * @module
 */

import { type Source, type Violation, visit } from "./source.ts";

/** Globals that read a clock, chance or the world, or that make something happen later. */
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  ...["Date", "performance", "Temporal", "Intl", "crypto"],
  ...["setTimeout", "setInterval", "clearTimeout", "clearInterval", "queueMicrotask", "Promise"],
  ...["console", "Deno", "process", "fetch", "globalThis", "window", "self", "navigator"],
  ...["AbortController", "AbortSignal", "EventTarget", "WeakRef", "FinalizationRegistry"],
  ...["Worker", "WebSocket", "BroadcastChannel", "localStorage", "sessionStorage", "eval"],
]);

/** Members whose result depends on the place where the program runs, or on chance. */
const IMPURE_MEMBERS = /^(localeCompare|toLocale\w*)$/;

/** All breaches of purity in one file. */
export function findImpurities(source: Source): Violation[] {
  return visit(source, (report) => {
    const asynchronous = (node: { range: Deno.lint.Range; async: boolean }) => {
      if (node.async) report(node, "async");
    };
    return {
      Identifier(node) {
        if (!IMPURE_GLOBALS.has(node.name) || isName(node) || isTest(node)) return;
        report(node, node.name);
      },
      MemberExpression(node) {
        const text = source.text.slice(...node.range);
        if (/^Math\s*(\?\.|\.|\[\s*["'])\s*random\b/.test(text)) report(node, "Math.random");
        const { property } = node;
        if (property.type === "Identifier" && IMPURE_MEMBERS.test(property.name)) {
          report(node, property.name);
        }
      },
      FunctionDeclaration: asynchronous,
      FunctionExpression: asynchronous,
      ArrowFunctionExpression: asynchronous,
      AwaitExpression: (node) => report(node, "await"),
      ForOfStatement: (node) => node.await && report(node, "for await"),
      ForInStatement: (node) => report(node, "for in, whose order is not the order of insertion"),
      ImportExpression: (node) => report(node, "import()"),
      MetaProperty: (node) => report(node, "import.meta"),
      Program(node) {
        for (const statement of node.body) {
          const declared = statement.type === "ExportNamedDeclaration"
            ? statement.declaration
            : statement;
          if (declared?.type === "VariableDeclaration" && declared.kind !== "const") {
            report(declared, `${declared.kind} outside of functions`);
          }
        }
      },
    };
  });
}

/** Whether an identifier is a type, or only asks what something is. */
function isTest(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  if (parent.type === "BinaryExpression") return parent.operator === "instanceof";
  return ["TSTypeReference", "TSTypeQuery", "TSQualifiedName"].includes(parent.type);
}

/** Whether an identifier names a member or a key, and so stands for no global. */
function isName(node: Deno.lint.Identifier): boolean {
  const parent = node.parent as {
    type: string;
    computed?: boolean;
    shorthand?: boolean;
    property?: { range: Deno.lint.Range };
    key?: { range: Deno.lint.Range };
  };
  if (parent.computed === true || parent.shorthand === true) return false;
  const name = parent.property ?? parent.key;
  return name !== undefined && name.range[0] === node.range[0];
}
