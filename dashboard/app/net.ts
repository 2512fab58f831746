/// <reference lib="dom" />
/**
 * Reads pages, acts, and knows of changes through one stream for all tabs.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PageName, PageOf, Pages } from "../../src/dashboard/types.ts";
import { route } from "./route.ts";

/** The state of the connection, as the bar shows it. */
export const connection = signal<"connecting" | "live" | "offline">("connecting");

/** Grows as things happen. */
export const pulse = signal(0);

/** Number of events in the last second. */
export const rate = signal(0);

/** A problem that the server answered. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** Calls the API. Rejects with a {@linkcode Problem}. */
export async function call<Reply>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Reply> {
  let response: Response;
  try {
    response = await fetch(`/v1${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    connection.value = "offline";
    throw new Problem(0, "offline", "The server does not answer");
  }
  const text = await response.text();
  const reply = text === "" ? undefined : JSON.parse(text);
  if (response.ok) return reply as Reply;
  throw new Problem(
    response.status,
    reply?.code ?? "unknown",
    reply?.detail ?? response.statusText,
  );
}

/** Returns a query of what is given. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** What a page is shown with. */
export interface Loaded<Data> {
  readonly data: Data | undefined;
  readonly problem: Problem | undefined;
  /** Reads it again at once. */
  readonly reload: () => void;
}

/** The least time between two reads of a page, in milliseconds. */
const PAUSE_MS = 700;

/** The title and the state of the system, as the newest page says it. */
export const header = signal<PageOf<unknown>["header"] | undefined>(undefined);

/** Reads a page, and again as things happen, while it is shown and shows the present. */
export function usePage<Name extends PageName>(
  name: Name,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Loaded<PageOf<Pages[Name]>> {
  const [state, setState] = useState<Omit<Loaded<PageOf<Pages[Name]>>, "reload">>({
    data: undefined,
    problem: undefined,
  });
  const at = route.value.query["at"];
  const path = `/pages/${name}${queryOf({ ...query, at })}`;
  const reload = useRef(() => {});
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let seen = -1;
    let isReading = false;
    const read = async () => {
      timer = undefined;
      isReading = true;
      seen = pulse.value;
      const begin = performance.now();
      try {
        const data = await call<PageOf<Pages[Name]>>("GET", path, undefined, controller.signal);
        header.value = data.header;
        if (connection.value === "connecting") connection.value = "live";
        setState({ data, problem: undefined });
      } catch (error) {
        if (controller.signal.aborted) return;
        setState((before) => ({ data: before.data, problem: error as Problem }));
      }
      isReading = false;
      // A server that is slow to answer is asked less often.
      if (at === undefined) schedule(Math.max(PAUSE_MS, 4 * (performance.now() - begin)));
    };
    const schedule = (ms: number) => {
      if (timer !== undefined || isReading || controller.signal.aborted) return;
      if (pulse.value === seen || document.hidden) return;
      timer = setTimeout(read, ms);
    };
    reload.current = () => {
      clearTimeout(timer);
      timer = undefined;
      read();
    };
    read();
    const unsubscribe = at === undefined ? pulse.subscribe(() => schedule(PAUSE_MS)) : () => {};
    const shown = () => at === undefined && schedule(0);
    document.addEventListener("visibilitychange", shown);
    return () => {
      controller.abort();
      clearTimeout(timer);
      unsubscribe();
      document.removeEventListener("visibilitychange", shown);
    };
  }, [path]);
  return { ...state, reload: () => reload.current() };
}

/** What the stream says. */
interface Digest {
  readonly state: "live" | "offline";
  /** The number of the newest event; -1 before the first. */
  readonly last: number;
  readonly rate: number;
}

/** Listens to the stream: the one of all tabs where the browser has shared workers. */
export function listen(): void {
  let newest = -1;
  const hear = ({ state, last, rate: perSecond }: Digest) => {
    const isBack = connection.value === "offline" && state === "live";
    connection.value = state;
    rate.value = perSecond;
    if (last !== newest || isBack) pulse.value++;
    newest = last;
  };
  if (typeof SharedWorker === "function") share(1, hear);
  else alone(hear);
}

/** The time that a shared worker has to say something, in milliseconds. */
const ANSWER_MS = 2_000;

/** The workers that are tried: a browser may give a tab one whose start another tab has broken off. */
const MOST_WORKERS = 3;

function share(attempt: number, hear: (digest: Digest) => void): void {
  const { port } = new SharedWorker("/stream.js", { name: `lockstep ${attempt}` });
  const leave = () => port.postMessage("bye");
  const comeBack = ({ persisted }: PageTransitionEvent) => persisted && port.postMessage("hello");
  const late = setTimeout(() => {
    removeEventListener("pagehide", leave);
    removeEventListener("pageshow", comeBack);
    port.close();
    if (attempt < MOST_WORKERS) share(attempt + 1, hear);
    else alone(hear);
  }, ANSWER_MS);
  port.onmessage = ({ data }) => {
    clearTimeout(late);
    hear(data);
  };
  addEventListener("pagehide", leave);
  addEventListener("pageshow", comeBack);
  port.start();
}

function alone(hear: (digest: Digest) => void): void {
  const worker = new Worker("/stream.js", { name: "lockstep" });
  worker.onmessage = ({ data }) => hear(data);
}
