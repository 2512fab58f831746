/// <reference lib="dom" />
/**
 * The pages of locks and of reserved files: holders, queues, who waits for whom, and past deadlocks.
 *
 * @module
 */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import type { LockRow, LocksPage, PastDeadlock, WaitEdge } from "../../../src/dashboard/types.ts";
import { Canvas } from "../canvas.ts";
import { layered } from "../layout.ts";
import { usePage } from "../net.ts";
import { change, route } from "../route.ts";
import {
  Act,
  AgentLink,
  Ago,
  clock,
  Empty,
  lasting,
  Name,
  nowOf,
  Page,
  Panel,
  Table,
  visible,
  Why,
} from "../ui.ts";

/** The field that finds locks by their names and by those of agents. */
function Find() {
  return html`<label>Find<input id="find" type="search" value=${route.value.query["text"] ?? ""}
    onInput=${(event: Event) =>
    change({ text: (event.target as HTMLInputElement).value || undefined }, true)} /></label>`;
}

/** Says how many of a list are shown. */
function countOf({ locks, total }: LocksPage): string {
  return locks.length === total ? String(total) : `${locks.length} of ${total}`;
}

/** The page of locks. */
export function Locks() {
  const loaded = usePage("locks", { text: route.value.query["text"] });
  return html`<${Page} title="Locks" loaded=${loaded} tools=${html`<${Find} />`}>${(
    data: LocksPage,
  ) => {
    const { locks } = data;
    return html`
      <div class="grid">
        <${Panel} title="Held and waited for" wide note=${countOf(data)}>${locks.length === 0
          ? html`<${Empty}>No lock is held.<//>`
          : html`<${LockTable} locks=${locks} reload=${loaded.reload} />`}<//>
          <${Panel} title="Who waits for whom" wide note=${data.edges
            .length}>${data.edges.length === 0
            ? html`<${Empty}>Nobody waits for another one.<//>`
            : html`<${WaitGraph} edges=${data.edges} />`}<//>
          <${Panel} title="Deadlocks that were resolved" wide note=${data.deadlocks
            .length}>${data.deadlocks.length === 0
            ? html`<${Empty}>None so far.<//>`
            : html`<ul class="rows">${
              data.deadlocks.map((each) =>
                html`<${Deadlock} key=${each.sequence} deadlock=${each} />`
              )
            }</ul>`}<//></div>
    `;
  }}<//>`;
}

function LockTable({ locks, reload }: { locks: readonly LockRow[]; reload: () => void }) {
  return html`<${Table} label="Locks" head=${["Lock", "Held by", "Since", "Lease", "Queue", ""]}>${
    locks.map(({ resourceId, paths, holders, waiters }) =>
      html`
        <tr key=${resourceId}>
          <th scope="row">${paths === undefined
            ? html`<${Name} text=${resourceId} />`
            : paths.map((path) =>
              html`
                <div key=${path}>
                  <${Name} text=${path} />
                </div>
              `
            )}</th>
          <td>${holders.map((holder) =>
            html`
              <div
                key=${holder.epoch}><${AgentLink} id=${holder
                  .agentId} />${holder.taskId !== undefined && html`
                  for <${Why} kind="task" id=${holder.taskId} />
                `}${holder.mode === "shared" ? " (shared)" : ""}${holder.units > 1
                  ? ` × ${holder.units}`
                  : ""}${holder.isKept ? " (its caller has left)" : ""}</div>
            `
          )}</td>
          <td>${holders.map(({ epoch, since }) =>
            html`
              <div key=${epoch}>
                <${Ago} at=${since} />
              </div>
            `
          )}</td>
          <td>${holders.map(({ epoch, expiresAt }) =>
            html`<div key=${epoch}>${
              expiresAt === undefined || expiresAt === null
                ? "none"
                : `${lasting(expiresAt - nowOf())} left`
            }</div>`
          )}</td>
          <td>${waiters.map((waiter) =>
            html`
              <div key=${waiter.waitId}>
                <${Why} kind="wait" id=${waiter.waitId}><${Name} text=${waiter.agentId} /><//>
                        <span class="quiet"> <${Ago} at=${waiter.since} /></span></div>
            `
          )}</td>
          <td>${holders.map((holder) =>
            html`<${Act} key=${holder.epoch} after=${reload} action=${{
              label: "Release",
              method: "DELETE",
              path: "",
              isDangerous: true,
              confirm:
                `${holder.agentId} loses it while it may still use what it protects; the next one gets it.`,
              field: {
                label: "Why",
                put: (reason: string) => ({
                  path: `/locks/${encodeURIComponent(resourceId)}?epoch=${holder.epoch}&reason=${
                    encodeURIComponent(reason)
                  }`,
                }),
              },
              done: "Released",
            }} />`
          )}</td>
        </tr>
      `
    )
  }<//>`;
}

const WIDTH = 170;
const HEIGHT = 32;

/** Draws who waits for whom; a link leads to why. */
function WaitGraph(
  { edges, victim }: { edges: readonly WaitEdge[]; victim?: string },
) {
  const shape = edges.map(({ from, to, why }) => `${from}>${to}:${why}`).join(";");
  const { nodes, places, width, height } = useMemo(() => {
    const needs = new Map<string, string[]>();
    for (const { from, to } of edges) {
      needs.set(from, [...needs.get(from) ?? [], to]);
      if (!needs.has(to)) needs.set(to, []);
    }
    const nodes = [...needs].map(([id, each]) => ({ id, needs: each }));
    const places = layered(nodes);
    let [columns, rows] = [0, 0];
    for (const { layer, row } of places.values()) {
      columns = Math.max(columns, layer + 1);
      rows = Math.max(rows, row + 1);
    }
    return {
      nodes,
      places,
      width: columns * (WIDTH + 130) - 130,
      height: rows * (HEIGHT + 26) - 26,
    };
  }, [shape]);
  const at = (id: string) => {
    const { layer, row } = places.get(id)!;
    // Who waits stands left of what it waits for.
    return { x: width - WIDTH - layer * (WIDTH + 130), y: row * (HEIGHT + 26) };
  };
  return html`<${Canvas} width=${width} height=${height} label="Wait-for graph">
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
      <path d="M0 0L8 4L0 8z" class="tip" /></marker></defs>
    ${
    edges.map(({ from, to, why, kind }) => {
      const [a, b] = [at(from), at(to)];
      const isForward = b.x > a.x;
      const [x1, x2] = isForward ? [a.x + WIDTH, b.x] : [a.x, b.x + WIDTH];
      const [y1, y2] = [a.y + HEIGHT / 2, b.y + HEIGHT / 2];
      const middle = isForward ? (x1 + x2) / 2 : Math.min(a.x, b.x) - 40;
      return html`
        <g key=${`${from} ${to} ${why}`}>
          <path class=${`wait ${kind}`} marker-end="url(#tip)" d=${`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`} />
          <text class="why-text" x=${(x1 + x2) / 2} y=${(y1 + y2) / 2 - 5}>${visible(why).slice(
            0,
            18,
          )}</text>
        </g>
      `;
    })
  }
    ${
    nodes.map(({ id }) => {
      const { x, y } = at(id);
      const [kind, ...rest] = id.split(" ");
      const name = rest.join(" ");
      const isVictim = victim === id || victim === name;
      const shown = `${kind === "task" ? "▸ " : ""}${visible(name).slice(0, 20)}${
        isVictim ? " ✕" : ""
      }`;
      const open = (event: MouseEvent) => {
        event.preventDefault();
        change({ why: `${kind}:${name}` });
      };
      return html`
        <a key=${id} class=${`node ${kind} ${
          isVictim ? "victim" : ""
        }`} transform=${`translate(${x} ${y})`}
          href="#" onClick=${open} aria-label=${`${shown}: ${visible(id)}${
            isVictim ? ", the victim" : ""
          }`}>
                <title>${`${visible(id)}${
                  isVictim ? ", the victim" : ""
                }`}</title><rect width=${WIDTH} height=${HEIGHT} rx="6" />
                <text class="label" x="10" y="20">${shown}</text></a>
      `;
    })
  }<//>`;
}

/** A deadlock with its cycle, which opens. */
function Deadlock({ deadlock }: { deadlock: PastDeadlock }) {
  const { at, agents, resources, victim, sequence } = deadlock;
  const isOpen = route.value.query["deadlock"] === String(sequence);
  const edges = agents.map((from, i): WaitEdge => ({
    from: `agent ${from}`,
    to: `agent ${agents[(i + 1) % agents.length]}`,
    why: resources[i] || "a response",
    kind: "lock",
  }));
  return html`
    <li>
      <details open=${isOpen}>
        <summary>
        <time datetime=${new Date(at).toISOString()}>${clock(at)}</time>
        ${agents.map((agent) => html`<span key=${agent}><${Name} text=${agent} /> → </span>`)}
        <${Name} text=${agents[0] ??
          ""} />; ended the wait of <b><${Name} text=${victim} /></b></summary>
        <${WaitGraph} edges=${edges} victim=${victim} />
        <p><button onClick=${() => change({ at: at - 1 })}>Go to the moment before</button></p>
      </details>
    </li>
  `;
}

/** A folder of reserved paths. */
interface Folder {
  readonly name: string;
  readonly folders: Map<string, Folder>;
  readonly rows: { readonly name: string; readonly lock: LockRow }[];
}

/** The page of reserved files. */
export function Files() {
  const loaded = usePage("files", { text: route.value.query["text"] });
  return html`<${Page} title="Files" loaded=${loaded} tools=${html`<${Find} />`}>${(
    data: LocksPage,
  ) => {
    const { locks } = data;
    if (locks.length === 0) {
      return html`<${Empty}>No path is reserved. An agent reserves paths by <code>lockstep reserve PATH…</code><//>`;
    }
    const root: Folder = { name: "", folders: new Map(), rows: [] };
    for (const lock of locks) for (const path of lock.paths!) add(root, path, lock);
    return html`
      <div class="grid">
        <${Panel} title="Reserved paths" wide note=${countOf(data)}>
          <ul class="tree">
            <${Branch} folder=${root} />
          </ul>
          <//>
          <${Panel} title="Reservations" wide>
            <${LockTable} locks=${locks} reload=${loaded.reload} />
            <//>
            </div>
    `;
  }}<//>`;
}

function add(root: Folder, path: string, lock: LockRow): void {
  const parts = path.split("/");
  let at = root;
  for (const name of parts.slice(0, -1)) {
    let next = at.folders.get(name);
    if (next === undefined) at.folders.set(name, next = { name, folders: new Map(), rows: [] });
    at = next;
  }
  at.rows.push({ name: parts.at(-1)!, lock });
}

function Branch({ folder }: { folder: Folder }) {
  return html`${
    [...folder.folders.values()].map((each) =>
      html`
        <li key=${each.name}>
          <details open>
            <summary>
              <${Name} text=${`${each.name}/`} />
            </summary>
            <ul>
              <${Branch} folder=${each} />
            </ul>
          </details>
        </li>
      `
    )
  }${
    folder.rows.map(({ name, lock }) =>
      html`<li key=${name + lock.resourceId} class="leaf"><${Name} text=${name} />
        <span class="who">${
        lock.holders.map((holder) =>
          html`<span key=${holder.epoch}><${AgentLink} id=${holder.agentId} />${
            holder.mode === "shared" ? " shared" : ""
          }</span>`
        )
      }${
        lock.waiters.length > 0 && html`<span class="bad"> ${lock.waiters.length} wait</span>`
      }</span></li>`
    )
  }`;
}
