/// <reference lib="dom" />
/**
 * Parts that all pages are made of.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { call, connection, header, type Loaded, type Problem } from "./net.ts";
import { change, linkTo } from "./route.ts";

/** The time that pages count from: that of their moment. */
export function nowOf(): number {
  const moment = header.value;
  return moment?.isPast ? moment.at : Date.now();
}

/** Returns a length of time as people say it. */
export function lasting(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 0) return "0 s";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const s = ms / 1_000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.round(s)} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${Math.floor(s % 3_600 / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor(s % 86_400 / 3_600)} h`;
}

/** Returns a time of day, with the day if it is another one. */
export function clock(at: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString([], { hour12: false });
  return date.toDateString() === new Date().toDateString()
    ? time
    : `${date.toLocaleDateString()} ${time}`;
}

/** A time, as the time since then. */
export function Ago({ at, prefix = "" }: { at: number | undefined | null; prefix?: string }) {
  if (at === undefined || at === null) return html`<span class="quiet">–</span>`;
  const iso = new Date(at).toISOString();
  return html`<time datetime=${iso} title=${iso}>${prefix}${lasting(nowOf() - at)}</time>`;
}

/** The sign of each status, so that colour alone says nothing. */
const SIGNS: Readonly<Record<string, string>> = {
  waiting: "◌",
  ready: "○",
  assigned: "◔",
  running: "▶",
  "backing-off": "↻",
  blocked: "?",
  completed: "✓",
  failed: "✕",
  cancelled: "–",
  suspect: "!",
  draining: "⇣",
  cordoned: "⊘",
  full: "●",
  busy: "◐",
  asking: "◇",
  idle: "○",
};

/** A status as a sign, a word and a colour. */
export function Status({ value }: { value: string }) {
  return html`<span class=${`status ${value}`}><span aria-hidden="true">${
    SIGNS[value] ?? "·"
  }</span> ${value}</span>`;
}

/** The sign of a status. */
export function signOf(status: string): string {
  return SIGNS[status] ?? "·";
}

/** A text of an agent, of which nothing is interpreted, and which doesn't change the text around it. */
export function Name({ text }: { text: string }) {
  return html`<bdi class="name">${visible(text)}</bdi>`;
}

/** Shows control characters, which could hide what a text says. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (each) => each === "\n" || each === "\t" ? " " : `␛${each.codePointAt(0)!.toString(16)}`,
  );
}

/** Any value, as JSON; texts as they are. */
export function Value({ value }: { value: unknown }) {
  if (value === undefined || value === null) return html`<span class="quiet">none</span>`;
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 1);
  return html`<pre class="value"><bdi>${
    text.split("\n").map(visible).join("\n").slice(0, 20_000)
  }</bdi></pre>`;
}

/** A link that opens the drawer with why something is as it is. */
export function Why(
  { kind, id, children }: { kind: string; id: string | number; children?: ComponentChildren },
) {
  const why = `${kind}:${id}`;
  const open = (event: MouseEvent) => {
    event.preventDefault();
    change({ why });
  };
  return html`<a class="why" href=${`?why=${encodeURIComponent(why)}`} onClick=${open}>${
    children ?? html`<${Name} text=${String(id)} />`
  }</a>`;
}

/** A link to the page of an agent. */
export function AgentLink({ id }: { id: string }) {
  return html`<a href=${linkTo(["agents", id])}><${Name} text=${id} /></a>`;
}

/** Shows a page, or that it loads, or its problem; what was read stays while the server is away. */
export function Page<Data>(
  { title, loaded, tools, children }: {
    title: string;
    loaded: Loaded<Data>;
    tools?: ComponentChildren;
    children: (data: Data) => ComponentChildren;
  },
) {
  useEffect(() => {
    document.title = `${title} · ${header.value?.title ?? "Lockstep"}`;
  }, [title, header.value?.title]);
  const { data, problem } = loaded;
  return html`<section class="page" aria-labelledby="title">
    <header class="page-head"><h1 id="title" tabindex="-1">${title}</h1>
      <div class="tools">${tools}</div></header>
    ${
    problem !== undefined && problem.code !== "offline" && html`<${Trouble} problem=${problem} />`
  }
    ${
    data === undefined
      ? problem === undefined || problem.code === "offline"
        ? html`<div class="loading" role="status" aria-busy="true">${
          connection.value === "offline" ? "The server does not answer. Trying again…" : "Loading…"
        }</div>`
        : null
      : children(data)
  }
  </section>`;
}

function Trouble({ problem }: { problem: Problem }) {
  if (problem.status === 401 || problem.status === 403) {
    return html`<div class="trouble" role="alert"><strong>This browser has no access.</strong>
      <p>Run <code>lockstep open</code> in the repository, which makes a link that works once; or start the command again that printed one.</p></div>`;
  }
  return html`<div class="trouble" role="alert"><strong>${problem.message}</strong></div>`;
}

/** What a list shows when it has nothing. */
export function Empty({ children }: { children: ComponentChildren }) {
  return html`<p class="empty">${children}</p>`;
}

/** A titled part of a page. */
export function Panel(
  { title, note, children, wide = false }: {
    title: string;
    note?: ComponentChildren;
    children: ComponentChildren;
    wide?: boolean;
  },
) {
  return html`<section class=${wide ? "panel wide" : "panel"} aria-label=${title}>
    <h2>${title}${note !== undefined && html`<small>${note}</small>`}</h2>${children}</section>`;
}

/** A message at the edge, for some seconds. */
export const toast = signal<{ text: string; isBad: boolean } | undefined>(undefined);
let toastTimer: ReturnType<typeof setTimeout> | undefined;

/** Shows a message. */
export function say(text: string, isBad = false): void {
  clearTimeout(toastTimer);
  toast.value = { text, isBad };
  toastTimer = setTimeout(() => toast.value = undefined, isBad ? 10_000 : 4_000);
}

/** An action that is to be confirmed, or that needs a text. */
export interface Action {
  /** What it does, as a button says it. */
  readonly label: string;
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The question before it is done; without one it is done at once. */
  readonly confirm?: string;
  /** A text to ask for, and where it goes. */
  readonly field?: {
    readonly label: string;
    readonly value?: string;
    readonly isLong?: boolean;
    readonly isOptional?: boolean;
    readonly put: (text: string) => { readonly path?: string; readonly body?: unknown };
  };
  readonly isDangerous?: boolean;
  /** What is said once it is done. */
  readonly done?: string;
  /** What is done instead of one call. */
  readonly run?: (text: string) => Promise<void>;
}

/** The action that is asked about. */
const asked = signal<{ action: Action; after: () => void } | undefined>(undefined);

/** Begins an action: asks first if it has to. */
export function act(action: Action, after: () => void = () => {}): void {
  if (action.confirm !== undefined || action.field !== undefined) asked.value = { action, after };
  else perform(action, "", after);
}

async function perform(action: Action, text: string, after: () => void): Promise<void> {
  const { method, label, done, run } = action;
  try {
    if (run !== undefined) return await run(text);
    const put = action.field?.put(text);
    await call(method, put?.path ?? action.path, put?.body ?? action.body);
    say(done ?? `${label}: done`);
  } catch (error) {
    say((error as Error).message, true);
  }
  after();
}

/** A button for an action. Not there in the past. */
export function Act({ action, after }: { action: Action; after?: (() => void) | undefined }) {
  if (header.value?.mayAct !== true) return null;
  return html`<button class=${action.isDangerous ? "danger" : ""} onClick=${(event: Event) => {
    event.stopPropagation();
    act(action, after);
  }}>${action.label}${action.confirm || action.field ? "…" : ""}</button>`;
}

/** The dialog that asks. */
export function Confirm() {
  const ref = useRef<HTMLDialogElement>(null);
  const open = asked.value;
  useEffect(() => {
    if (open !== undefined && !ref.current!.open) ref.current!.showModal();
    if (open === undefined && ref.current?.open) ref.current.close();
  }, [open]);
  if (open === undefined) return html`<dialog ref=${ref}></dialog>`;
  const { action, after } = open;
  const { field } = action;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const input = (event.target as HTMLFormElement).elements.namedItem("text");
    asked.value = undefined;
    perform(action, (input as HTMLInputElement | null)?.value ?? "", after);
  };
  return html`
    <dialog ref=${ref} aria-labelledby="ask" onClose=${() => asked.value = undefined}>
      <form method="dialog" onSubmit=${submit}>
          <h2 id="ask">${action.label}</h2>
          ${action.confirm !== undefined && html`<p>${action.confirm}</p>`}
          ${field !== undefined && html`<label>${field.label}
        ${
            field.isLong
              ? html`<textarea name="text" rows="4" required=${!field.isOptional}>${
                field.value ?? ""
              }</textarea>`
              : html`<input name="text" value=${field.value ?? ""} required=${!field.isOptional} />`
          }</label>`}
          <div class="buttons">
            <button type="button" onClick=${() => asked.value = undefined}>Keep</button>
            <button class=${action.isDangerous ? "danger" : "primary"} type="submit">${action
              .label}</button>
          </div>
        </form>
    </dialog>
  `;
}

/** A table that scrolls in itself where it is too wide. */
export function Table(
  { head, children, label }: {
    head: readonly string[];
    children: ComponentChildren;
    label: string;
  },
) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${label}>
      <table>
        <thead>
          <tr>${head.map((each) => html`<th scope="col">${each}</th>`)}</tr>
        </thead>
        <tbody>${children}</tbody>
      </table>
    </div>
  `;
}
