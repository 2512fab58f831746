/**
 * A thread of `bench/server.ts` with readers of the events of a server: checks that each gets all of them
 * in order, and measures how late they are.
 *
 * @module
 */

import { socketTransport } from "../src/client/local/socket_transport.ts";

/** The readings of all readers since the last report. */
export interface Reading {
  /** Events that came. */
  readonly events: number;
  /** Events that were left out without a word, came twice, or out of order. */
  readonly wrong: number;
  /** Gaps that a reader was told of, as it was too far behind. */
  readonly gaps: number;
  /** Streams that were cut, as their reader was slow, and resumed. */
  readonly cuts: number;
  /** The number of the last event that all readers have. */
  readonly last: number;
  /** The number of events by the milliseconds since they happened; the last one has all that were later. */
  readonly lags: readonly number[];
}

/** A request of the main thread: to open streams, or to report and begin anew. */
export type Wish = { readonly socket: string; readonly readers: number } | "report";

const LONGEST_LAG = 20_000;

const EVENT =
  /^id: (\d+)\nevent: (?!gap)[^\n]*\ndata: \{"sequence":\d+,"at":(\d+)|^event: gap\ndata: (.*)/gm;

let [events, wrong, gaps, cuts] = [0, 0, 0, 0];
let lags = new Uint32Array(LONGEST_LAG + 1);
const lasts: number[] = [];

async function read(socket: string, index: number): Promise<void> {
  const { transport } = socketTransport(socket);
  const headers = {};
  while (true) {
    const after = lasts[index] === undefined ? "" : `?after=${lasts[index]}`;
    const path = `/v1/events${after}`;
    const sent = { method: "GET", path, headers, body: undefined, signal: undefined };
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of (await transport(sent)).chunks()) {
      const text = rest + decoder.decode(chunk, { stream: true });
      const end = text.lastIndexOf("\n\n") + 2;
      if (end === 1) {
        rest = text;
        continue;
      }
      rest = text.slice(end);
      take(text.slice(0, end), index);
    }
    cuts++;
  }
}

function take(text: string, index: number): void {
  const now = Date.now();
  const start = /^retry: [^\n]*\nid: (-?\d+)\n\n/m.exec(text);
  if (start !== null) lasts[index] = Number(start[1]);
  for (const [, id, at, gap] of text.matchAll(EVENT)) {
    if (gap !== undefined) {
      const { last, isCut } = JSON.parse(gap) as { last: number; isCut?: true };
      if (isCut) continue; // it resumes, and misses nothing
      gaps++;
      lasts[index] = last;
      continue;
    }
    events++;
    if (Number(id) !== lasts[index]! + 1) wrong++;
    lasts[index] = Number(id);
    lags[Math.min(LONGEST_LAG, Math.max(0, now - Number(at)))]!++;
  }
}

const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<Wish>) => void;
  postMessage(reading: Reading): void;
};

scope.onmessage = ({ data }) => {
  if (data === "report") {
    scope.postMessage({ events, wrong, gaps, cuts, last: Math.min(...lasts), lags: [...lags] });
    [events, wrong, gaps, cuts] = [0, 0, 0, 0];
    lags = new Uint32Array(LONGEST_LAG + 1);
    return;
  }
  for (let i = 0; i < data.readers; i++) read(data.socket, i);
};
