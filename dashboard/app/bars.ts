/// <reference lib="dom" />
/**
 * Bars over time, on a lane for each agent.
 *
 * @module
 */

import { html } from "htm/preact";
import type { Bar } from "../../src/dashboard/types.ts";
import { Empty, lasting, visible } from "./ui.ts";

/** The height of a row of bars. */
const ROW = 14;

const LABEL = 150;
const WIDTH = 1000;

const ORDER: readonly Bar["kind"][] = ["attempt", "lease", "wait", "silence"];

/** Draws bars; each kind has its row on the lane of its agent. */
export function BarChart(
  { bars, from, to }: { bars: readonly Bar[]; from: number; to: number },
) {
  if (bars.length === 0) return html`<${Empty}>Nothing happened in this time.<//>`;
  const lanes = new Map<string, Bar[][]>();
  for (const bar of bars) {
    let rows = lanes.get(bar.lane);
    if (rows === undefined) lanes.set(bar.lane, rows = []);
    place(rows, bar);
  }
  const x = (at: number) => LABEL + (at - from) / (to - from) * (WIDTH - LABEL);
  let y = 20;
  const parts = [];
  for (const [lane, rows] of [...lanes].sort(([a], [b]) => a < b ? -1 : 1).slice(0, 100)) {
    const top = y;
    for (const row of rows) {
      for (const bar of row) {
        const left = Math.max(LABEL, x(bar.from));
        const right = bar.to === undefined ? WIDTH : Math.min(WIDTH, x(bar.to));
        parts.push(html`
          <rect class=${`bar ${bar.kind} ${bar.outcome?.split(/[ ,]/)[0] ?? "open"}`}
            x=${left} y=${y + 1} width=${Math.max(1.5, right - left)} height=${ROW - 3} rx="2">
            <title>${titleOf(bar, to)}</title>
          </rect>
        `);
      }
      y += ROW;
    }
    parts.push(html`
      <text x="0" y=${top + 11} class="lane">${visible(lane).slice(0, 20)}</text>
      <line x1="0" x2=${WIDTH} y1=${y + 2} y2=${y + 2} class="rule" />
    `);
    y += 5;
  }
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Timeline">
      <svg class="bars" viewBox=${`0 0 ${WIDTH} ${
        y + 4
      }`} role="img" aria-label=${`${bars.length} bars of ${lanes.size} agents`}>
        ${ticks(from, to).map(({ at, text }) =>
          html`
            <line class="rule" x1=${x(at)} x2=${x(at)} y1="14" y2=${y} />
            <text class="tick" x=${x(at)} y="10">${text}</text>
          `
        )}${parts}</svg>
    </div>
    <ul class="legend">${ORDER.map((kind) =>
      html`
        <li
          key=${kind}><svg width="12" height="10" aria-hidden="true"><rect class=${`bar ${kind}`} width="12" height="10" rx="2" /></svg> ${kind}</li>
      `
    )}</ul>
  `;
}

/** Puts a bar into the first row of its kind that is free then. */
function place(rows: Bar[][], bar: Bar): void {
  for (const row of rows) {
    const last = row.at(-1)!;
    if (last.kind === bar.kind && (last.to ?? Infinity) <= bar.from) {
      row.push(bar);
      return;
    }
  }
  if (rows.length < 12) rows.push([bar]);
}

function titleOf({ kind, name, from, to, outcome }: Bar, end: number): string {
  const what = kind === "silence" ? "" : ` ${visible(name)}`;
  return `${kind}${what}: ${lasting((to ?? end) - from)}, ${outcome ?? "goes on"}`;
}

/** Returns round times between two, for a scale. */
export function ticks(from: number, to: number): { at: number; text: string }[] {
  const steps = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400].map((s) => s * 1_000);
  const step = steps.find((each) => (to - from) / each <= 8) ?? 7 * 86_400_000;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const date = new Date(at);
    const text = step >= 86_400_000
      ? date.toLocaleDateString([], { month: "short", day: "numeric" })
      : date.toLocaleTimeString([], {
        ...{ hour: "2-digit", minute: "2-digit", hour12: false },
        ...(step < 60_000 && { second: "2-digit" }),
      });
    found.push({ at, text });
  }
  return found;
}
