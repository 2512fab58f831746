/// <reference lib="dom" />
/**
 * The stream of events that all tabs share, in a thread of its own. Says four times a second at most
 * what has come.
 *
 * @module
 */

/** A tab. */
interface Tab {
  postMessage(message: unknown): void;
}

const tabs = new Set<Tab>();
let state: "live" | "offline" = "offline";
let last = -1;
let count = 0;
let rate = 0;
let isChanged = false;

/** The time between two reports, in milliseconds. */
const REPORT_MS = 250;

function report(): void {
  isChanged = false;
  for (const tab of tabs) tab.postMessage({ state, last, rate });
}

setInterval(() => {
  const now = Math.round(count * 1000 / REPORT_MS);
  count = 0;
  const smooth = rate + (now - rate) / 3;
  const next = smooth < 0.5 ? 0 : smooth;
  if (isChanged || Math.round(next) !== Math.round(rate)) {
    rate = next;
    report();
  }
  rate = next;
}, REPORT_MS);

let source: EventSource | undefined;

function open(): void {
  source = new EventSource("/v1/events?digest=true");
  source.onopen = () => {
    state = "live";
    isChanged = true;
  };
  source.addEventListener("digest", ({ data }) => {
    const digest = JSON.parse(data) as { last: number; count: number };
    last = digest.last;
    count += digest.count;
    isChanged = true;
  });
  source.onerror = () => {
    state = "offline";
    isChanged = true;
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(open, 2_000); // a server that refuses, or another one that begins
  };
}

open();

const scope = globalThis as unknown as {
  onconnect: ((event: { ports: readonly MessagePort[] }) => void) | undefined;
  postMessage?: (message: unknown) => void;
};

if (typeof scope.postMessage === "function") tabs.add(scope as Tab);
else {
  scope.onconnect = ({ ports: [port] }) => {
    tabs.add(port!);
    port!.onmessage = ({ data }) => data === "bye" ? tabs.delete(port!) : tabs.add(port!);
    port!.postMessage({ state, last, rate });
  };
}
