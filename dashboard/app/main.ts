/// <reference lib="dom" />
/**
 * The dashboard: its frame, its keys, and the page of the address.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { render } from "preact";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { WhyDrawer } from "./drawer.ts";
import { connection, header, listen, rate } from "./net.ts";
import { Files, Locks } from "./pages/locks.ts";
import { Agents, AgentView, Now } from "./pages/now.ts";
import { Plan } from "./pages/plan.ts";
import { Messages, Metrics, Timeline } from "./pages/rest.ts";
import { Tasks } from "./pages/tasks.ts";
import { change, follow, go, linkTo, route } from "./route.ts";
import { step, TimeBar, toNow } from "./time.ts";
import { Confirm, toast } from "./ui.ts";

/** The pages, by the first segment of their path. */
const PAGES = [
  ["", "Now", Now],
  ["agents", "Agents", Agents],
  ["tasks", "Tasks", Tasks],
  ["plan", "Plan", Plan],
  ["locks", "Locks", Locks],
  ["files", "Files", Files],
  ["messages", "Messages", Messages],
  ["timeline", "Timeline", Timeline],
  ["charts", "Metrics", Metrics],
] as const;

const KEYS = [
  ["1 – 9", "open a page"],
  ["/", "find"],
  ["[ and ]", "go to the event before, or after"],
  ["n", "back to now"],
  ["t", "dark, light, or as the system is"],
  ["Esc", "close what is open"],
  ["arrows, + − 0", "move and zoom a drawing that has the focus"],
  ["?", "show the keys"],
] as const;

const isHelpOpen = signal(false);

const THEMES = ["", "dark", "light"] as const;

function setTheme(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It is forgotten with the tab.
  }
}

function nextTheme(): void {
  const at = THEMES.indexOf((document.documentElement.dataset["theme"] ?? "") as "dark");
  setTheme(THEMES[(at + 1) % THEMES.length]!);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  const { tagName, isContentEditable } = event.target as HTMLElement;
  if (event.key === "Escape") {
    if (isHelpOpen.value) isHelpOpen.value = false;
    else if (route.value.query["why"] !== undefined) change({ why: undefined });
    return;
  }
  if (["INPUT", "TEXTAREA", "SELECT"].includes(tagName) || isContentEditable) return;
  const page = PAGES[Number(event.key) - 1];
  if (page !== undefined) go(linkTo(page[0] === "" ? [] : [page[0]]));
  else if (event.key === "?") isHelpOpen.value = !isHelpOpen.value;
  else if (event.key === "n") toNow();
  else if (event.key === "t") nextTheme();
  else if (event.key === "[" || event.key === "]") step(event.key === "[" ? -1 : 1);
  else if (event.key === "/") {
    event.preventDefault();
    const find = document.getElementById("find");
    if (find === null) go(linkTo(["tasks"]));
    (find ?? document.getElementById("find"))?.focus();
  }
}

function Shown() {
  const [name = "", id] = route.value.path;
  if (name === "agents" && id !== undefined) return html`<${AgentView} key=${id} id=${id} />`;
  const page = PAGES.find(([path]) => path === name);
  if (page === undefined) {
    return html`
      <section class="page">
        <h1>Not found</h1>
      </section>
    `;
  }
  return html`<${page[2]} key=${name} />`;
}

function App() {
  const main = useRef<HTMLElement>(null);
  const place = route.value.path.join("/");
  const isFirst = useRef(true);
  useEffect(() => {
    // A reader of the screen hears which page was opened.
    if (!isFirst.current) document.getElementById("title")?.focus();
    isFirst.current = false;
  }, [place]);
  const [current = ""] = route.value.path;
  const state = connection.value;
  return html`
    <a class="skip" href="#main" onClick=${(event: Event) => {
      event.preventDefault();
      main.current?.focus();
    }}>To the page</a>
    <nav aria-label="Pages"><a class="brand" href=${linkTo(
      [],
    )}>Lockstep<small>${header.value?.title ?? ""}</small></a>
      <ul>${PAGES.map(([path, label], i) =>
        html`<li key=${path}><a href=${linkTo(path === "" ? [] : [path])}
      aria-current=${path === current ? "page" : undefined}><kbd aria-hidden="true">${
          i + 1
        }</kbd>${label}</a></li>`
      )}</ul>
      <p class=${`connection ${state}`} role="status"><span aria-hidden="true">${state === "live"
        ? "●"
        : state === "offline"
        ? "✕"
        : "◌"}</span> ${state === "offline"
        ? "offline, trying again"
        : state === "live"
        ? html`live<small>${Math.round(rate.value)} events/s</small>`
        : state}</p>
      <p class="buttons"><button onClick=${nextTheme} aria-label="Change the colours">◐</button>
        <button onClick=${() =>
          isHelpOpen.value = true} aria-label="Show the keys">?</button></p></nav>
    <div class="body">
      <${TimeBar} />
      <main id="main" ref=${main} tabindex="-1">
        <${Shown} />
      </main>
    </div>
    <${WhyDrawer} />
    <${Confirm} />
    <${Help} />
    <div class="toasts" role="status" aria-live="polite">${toast.value !== undefined &&
      html`<p class=${toast.value.isBad ? "toast bad" : "toast"}>${toast.value.text}</p>`}</div>
  `;
}

function Help() {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isHelpOpen.value && !ref.current!.open) ref.current!.showModal();
    if (!isHelpOpen.value && ref.current!.open) ref.current!.close();
  }, [isHelpOpen.value]);
  return html`
    <dialog ref=${ref} aria-labelledby="keys" onClose=${() => isHelpOpen.value = false}>
      <h2 id="keys">Keys</h2>
      <dl class="keys">${KEYS.map(([key, what]) =>
        html`
          <div key=${key}>
            <dt><kbd>${key}</kbd></dt>
            <dd>${what}</dd>
          </div>
        `
      )}</dl>
      <div class="buttons"><button class="primary" onClick=${() =>
        isHelpOpen.value = false}>Close</button></div>
    </dialog>
  `;
}

try {
  document.documentElement.dataset["theme"] = localStorage.getItem("theme") ?? "";
} catch {
  // The system's colours are used.
}
addEventListener("keydown", onKey);
document.addEventListener("click", follow);
listen();
render(html`<${App} />`, document.getElementById("app")!);
