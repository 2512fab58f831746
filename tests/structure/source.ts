/**
 * The project's files as the structure checks see them: a path, a text, and what the text imports.
 *
 * Deno's own parser reads them, through its lint plugins, so that neither a comment nor a string is
 * ever taken for code.
 *
 * @module
 */

/** One file; `path` is relative to the repository's root, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** One breach of a rule. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
}

/** One import or re-export of another module. */
export interface Import {
  /** A path in the repository, or the specifier of something outside. */
  readonly target: string;
  readonly outside: boolean;
  /** Whether nothing of it is left when the types are gone. */
  readonly typeOnly: boolean;
  readonly line: number;
}

const ROOT = new URL("../../", import.meta.url);

/** All TypeScript files below `folders`, and `files`, in order of their paths. */
export function readSources(folders: readonly string[], files: readonly string[] = []): Source[] {
  const paths = [...files, ...folders.flatMap(listFiles)].sort();
  return paths.map((path) => ({ path, text: Deno.readTextFileSync(new URL(path, ROOT)) }));
}

function listFiles(folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return listFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/** Runs one visitor over a file's syntax tree; `report` notes a breach at a node. */
export function visit(
  { path, text }: Source,
  visitor: (
    report: (node: { range: Deno.lint.Range }, what: string) => void,
  ) => Deno.lint.LintVisitor,
): Violation[] {
  const found: Violation[] = [];
  const seen = new Set<string>();
  const report = ({ range }: { range: Deno.lint.Range }, rule: string) => {
    // `{ name }` is a key and a value at the same place.
    if (seen.has(`${range[0]} ${rule}`)) return;
    seen.add(`${range[0]} ${rule}`);
    found.push({ path, line: text.slice(0, range[0]).split("\n").length, rule });
  };
  const rule = { create: () => visitor(report) };
  Deno.lint.runPlugin({ name: "structure", rules: { rule } }, path, text);
  return found;
}

/** The imports and re-exports of a file, types included. */
export function readImports(source: Source): Import[] {
  const found: Import[] = [];
  visit(source, () => {
    const add = (node: { range: Deno.lint.Range }, specifier: unknown, typeOnly: boolean) => {
      const outside = typeof specifier !== "string" || !/^\.{1,2}\//.test(specifier);
      const target = outside ? String(specifier) : resolve(source.path, specifier);
      const line = source.text.slice(0, node.range[0]).split("\n").length;
      found.push({ target, outside, typeOnly, line });
    };
    return {
      ImportDeclaration(node) {
        const types = node.specifiers.length > 0 && node.specifiers.every(isType);
        add(node, node.source.value, node.importKind === "type" || types);
      },
      ExportNamedDeclaration(node) {
        if (node.source === null) return;
        const types = node.specifiers.length > 0 && node.specifiers.every(isType);
        add(node, node.source.value, node.exportKind === "type" || types);
      },
      ExportAllDeclaration(node) {
        add(node, node.source.value, node.exportKind === "type");
      },
      ImportExpression(node) {
        add(node, node.source.type === "Literal" ? node.source.value : "a computed import", false);
      },
      TSImportType(node) {
        const text = source.text.slice(...node.range);
        add(node, /["']([^"']*)["']/.exec(text)?.[1], true);
      },
    };
  });
  return found;
}

function isType(specifier: { type: string; importKind?: string; exportKind?: string }): boolean {
  return specifier.importKind === "type" || specifier.exportKind === "type";
}

function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}
