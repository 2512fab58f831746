/**
 * The code blocks of the documentation, where they are and what they say that they print.
 *
 * @module
 */

/** A code block marked with a language. */
export interface Block {
  /** Path and line, as an editor takes them. */
  readonly origin: string;
  /** What stands between the fences, without the margin of a comment. */
  readonly code: string;
}

/** The fences may stand in a comment, behind a margin of stars. */
const FENCE = /^(\s*\*? ?)```(\w*)\s*$/;

/** The blocks of `text` in `language`, whether it is Markdown or source with comments. */
export function blocksOf(path: string, text: string, language: string): Block[] {
  const blocks: Block[] = [];
  let open:
    | { readonly start: number; readonly margin: number; readonly wanted: boolean }
    | undefined;
  const lines = text.split("\n");
  for (const [i, line] of lines.entries()) {
    const fence = FENCE.exec(line);
    if (fence === null) continue;
    if (open === undefined) {
      open = { start: i + 1, margin: fence[1]!.length, wanted: fence[2] === language };
      continue;
    }
    const { start, margin, wanted } = open;
    open = undefined;
    if (!wanted) continue;
    const code = lines.slice(start, i).map((inner) => inner.slice(margin)).join("\n");
    blocks.push({ origin: `${path}:${start}`, code: `${code}\n` });
  }
  return blocks;
}

/** What a block says that it prints: the comments behind its calls of `console.log`. */
export function promisesOf(code: string): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, said]) => said!);
}

/** The first of `promises` that `output` doesn't have, in whatever order, or `undefined`. */
export function firstUnkept(
  promises: readonly string[],
  output: readonly string[],
): string | undefined {
  const left = [...output];
  return promises.find((promise) => {
    const at = left.indexOf(promise);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
