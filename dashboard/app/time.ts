/// <reference lib="dom" />
/**
 * The bar that goes to any moment of the journal, and back to now.
 *
 * @module
 */

import { html } from "htm/preact";
import type { Bucket } from "../../src/dashboard/types.ts";
import { call, header, queryOf, usePage } from "./net.ts";
import { change, route } from "./route.ts";
import { clock, lasting, say } from "./ui.ts";

/** Goes back to the present. */
export function toNow(): void {
  change({ at: undefined });
}

/** Goes to the event before the moment that is shown, or to the one after it. */
export async function step(direction: 1 | -1): Promise<void> {
  const { at } = route.value.query;
  if (at === undefined && direction === 1) return;
  try {
    const { events, next } = await call<{
      events: { at: number }[];
      next?: { at: number };
    }>("GET", `/pages/events${queryOf({ at, limit: 200 })}`);
    const now = at === undefined ? header.value?.at ?? Date.now() : Number(at);
    // A moment of the past is one of an instant: all events of a millisecond are passed at once.
    const earlier = events.find((each) => Math.floor(each.at) < now);
    if (direction === -1 && earlier !== undefined) change({ at: Math.floor(earlier.at) });
    else if (direction === -1) say("There is no earlier event");
    else if (next !== undefined) change({ at: Math.ceil(next.at) });
    else toNow();
  } catch (error) {
    say((error as Error).message, true);
  }
}

/** The bar. */
export function TimeBar() {
  const { data } = usePage("events", { limit: 1 });
  const at = route.value.query["at"];
  const first = data?.header.first;
  if (data === undefined || first === undefined) return html`<div class="time"></div>`;
  const last = Math.max(
    data.header.last,
    at === undefined ? data.header.at : Number(at),
    first + 1,
  );
  const shown = at === undefined ? last : Number(at);
  const set = (event: Event) => {
    const value = Number((event.target as HTMLInputElement).value);
    change({ at: value >= last ? undefined : value }, true);
  };
  return html`<div class=${
    at === undefined ? "time" : "time past"
  } role="group" aria-label="Moment">
    <button onClick=${() => step(-1)} aria-label="To the event before" title="[">⟨</button>
    <button onClick=${() => step(1)} aria-label="To the event after" title="]" disabled=${
    at === undefined
  }>⟩</button>
    <div class="track"><${Density} buckets=${data.buckets} from=${first} to=${last} />
      <input type="range" min=${Math.floor(first)} max=${
    Math.ceil(last)
  } step="1" value=${shown} aria-label="Moment"
        aria-valuetext=${clock(shown)} onChange=${set} /></div>
    <output>${
    at === undefined
      ? html`<b>now</b>`
      : html`<b>${clock(shown)}</b> <small>${lasting(Date.now() - shown)} ago</small>`
  }</output>
    <button class=${at === undefined ? "" : "primary"} disabled=${
    at === undefined
  } onClick=${toNow} title="n">Now</button></div>`;
}

const WIDTH = 300;
const HEIGHT = 22;

/** Draws how much happened when. */
function Density(
  { buckets, from, to }: { buckets: readonly Bucket[]; from: number; to: number },
) {
  const columns = new Float64Array(WIDTH);
  for (const { at, events } of buckets) {
    const x = Math.floor((at - from) / (to - from) * WIDTH);
    columns[Math.min(WIDTH - 1, Math.max(0, x))]! += events;
  }
  let most = 1;
  for (const each of columns) most = Math.max(most, each);
  let d = "";
  columns.forEach((count, x) => {
    if (count > 0) {
      const height = Math.max(1, Math.sqrt(count / most) * HEIGHT);
      d += `M${x} ${HEIGHT}v${-height.toFixed(1)}h1v${height.toFixed(1)}z`;
    }
  });
  return html`
    <svg class="density" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d=${d} />
    </svg>
  `;
}
