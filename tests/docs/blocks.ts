/**
 * The code blocks of the documentation, with their positions and the output that they document.
 *
 * @module
 */

/** A code block marked with a language. */
export interface Block {
  /** Path and line: `docs/locks.md:12`. */
  readonly origin: string;
  /** The text between the fences, without the margin of a comment. */
  readonly code: string;
}

/** A fence, possibly in a comment, after its margin. */
const FENCE = /^(\s*\*? ?)```(\w*)\s*$/;

/** Finds the blocks of `text` in `language`. `text` is Markdown, or source with comments. */
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

/** The documented output of a block: the comments behind its calls of `console.log`. */
export function documentedOutput(code: string): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, said]) => said!);
}

/** The first of the `documented` lines that `output` lacks, in any order, or `undefined`. */
export function firstMissing(
  documented: readonly string[],
  output: readonly string[],
): string | undefined {
  const left = [...output];
  return documented.find((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
