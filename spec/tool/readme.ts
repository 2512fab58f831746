/**
 * The table of measured figures in `spec/README.md`.
 *
 * @module
 */

import { folderOf, type Model } from "./models.ts";

const README = new URL("../README.md", import.meta.url);
const EXHAUSTIVE: readonly Model["kind"][] = ["graph", "safety", "live", "exploration"];

/** Returns the lines between the marks of `folder`: the checks in which TLC explores everything. */
export function figuresOf(models: readonly Model[], folder: string): string {
  const rows = models.flatMap((model) => {
    if (folderOf(model) !== folder || !EXHAUSTIVE.includes(model.kind)) return [];
    if (!("figures" in model) || model.figures === undefined) return [];
    const { states, transitions, depth } = model.figures;
    const figures = [states, transitions, depth].map((figure) => figure.toLocaleString("en-US"));
    return [[`\`${model.name.split("/")[1]}\``, model.shows, ...figures]];
  });
  const heads = ["Check", "What it shows", "States", "Steps", "Depth"];
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row[i]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, i) => i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(
        " | ",
      )
    } |`;
  const rule = widths.map((width, i) => i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [line(heads), line(rule), ...rows.map(line)].join("\n");
}

/** Returns `text` with the figures of every folder that has marks in it. */
export function withFigures(text: string, models: readonly Model[]): string {
  return text.replace(
    /(<!-- figures:(\w+) -->\n)[^]*?(<!-- \/figures:\2 -->)/g,
    (_, open: string, folder: string, close: string) =>
      `${open}\n${figuresOf(models, folder)}\n\n${close}`,
  );
}

/** Writes the figures of `models` into the README. */
export async function writeReadme(models: readonly Model[]): Promise<void> {
  const text = await Deno.readTextFile(README);
  await Deno.writeTextFile(README, withFigures(text, models));
}
