/// <reference lib="dom" />
/**
 * The page of tasks: a table of any length, filters that stay in the address, and actions on many.
 *
 * @module
 */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ErrorGroup, TaskRow } from "../../../src/dashboard/types.ts";
import { call, header, usePage } from "../net.ts";
import { change, linkTo, route } from "../route.ts";
import {
  Act,
  act,
  AgentLink,
  Ago,
  Empty,
  lasting,
  Name,
  Page,
  Panel,
  say,
  Status,
  Table,
  Why,
} from "../ui.ts";
import { STATUSES } from "./now.ts";

/** The height of a row, in pixels. */
const ROW = 34;

/** The rows that are read at once. */
const CHUNK = 100;

/** The statuses of tasks that have ended. */
const ENDED: readonly string[] = ["completed", "failed", "cancelled"];

/** The page of tasks. */
export function Tasks() {
  const { query } = route.value;
  const { status, type, agentId, text, error } = query;
  const [offset, setOffset] = useState(0);
  const filter = { status, type, agentId, text, error };
  const key = JSON.stringify(filter);
  useEffect(() => setOffset(0), [key]);
  const loaded = usePage("tasks", { ...filter, offset, limit: 2 * CHUNK });
  const set = (name: string) => (event: Event) =>
    change({ [name]: (event.target as HTMLInputElement).value || undefined }, true);
  return html`<${Page} title="Tasks" loaded=${loaded} tools=${html`<${Bulk} filter=${filter} total=${
    loaded.data?.total ?? 0
  } reload=${loaded.reload} />`}>${(data: NonNullable<typeof loaded.data>) =>
    html`
      <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
        <label>Find<input id="find" type="search" value=${text ?? ""} onInput=${set("text")}
          placeholder="id or description" /></label>
        <label>Status<select value=${status ?? ""} onChange=${set("status")}>
          <option value="">all</option>${STATUSES.map((each) =>
            html`<option key=${each} value=${each} selected=${each === status}>${each} (${
              data.counts[each]
            })</option>`
          )}</select></label>
        <label>Agent<input value=${agentId ?? ""} onChange=${set("agentId")} /></label>
        <label>Type<input value=${type ?? ""} onChange=${set("type")} /></label>
        ${error !== undefined &&
          html`
            <span
              class="chip">error: <${Name} text=${error} /><button type="button" aria-label="Remove the filter by error"
                    onClick=${() => change({ error: undefined })}>✕</button></span>
          `}
        <output aria-live="polite">${data.total.toLocaleString()}${data.isCut
          ? "+"
          : ""} tasks</output>
      </form>
      ${data.failures.length > 0 && error === undefined &&
        html`
          <${Panel} title="Failures by error">
            <${Groups} groups=${data.failures} reload=${loaded.reload} />
            <//>
        `}
      ${data.total === 0
        ? html`<${Empty}>${
          Object.values(filter).some((each) => each !== undefined)
            ? html`No task matches. <a href="/tasks">Show all</a>`
            : html`There are no tasks. Add one here, by <code>lockstep add</code>, or a plan by <code>lockstep plan FILE</code>.`
        }<//>`
        : html`<${Long} total=${data.total} offset=${data.offset} tasks=${data.tasks} onOffset=${setOffset} />`}
    `}<//>`;
}

function Groups({ groups, reload }: { groups: readonly ErrorGroup[]; reload: () => void }) {
  return html`<ul class="rows">${
    groups.map((group) =>
      html`<li key=${group.error}><b>${group.count}×</b>
      <a href=${
        linkTo(["tasks"], { status: "failed", error: group.error })
      }><${Name} text=${group.error} /></a>
      <span class="quiet">newest <${Ago} at=${group.lastAt} /> ago</span>
      ${
        header.value?.mayAct === true &&
        html`<button onClick=${() =>
          retryAll(
            { error: group.error, status: "failed" },
            group.count,
            reload,
          )}>Retry all…</button>`
      }</li>`
    )
  }</ul>`;
}

type Filter = Readonly<Record<string, string | undefined>>;

/** Acts on each task that matches, after a question; says how many it was done for. */
function onAll(
  label: string,
  confirm: string,
  filter: Filter,
  method: "POST" | "DELETE",
  path: (id: string) => string,
  reload: () => void,
): void {
  act({
    ...{ label, confirm, method, path: "", isDangerous: method === "DELETE" },
    field: { label: "Type yes to go on", put: () => ({}) },
    run: async (text) => {
      if (text.trim().toLowerCase() === "yes") await each(filter, method, path, reload);
      else say("Nothing was changed");
    },
  });
}

async function each(
  filter: Filter,
  method: "POST" | "DELETE",
  path: (id: string) => string,
  reload: () => void,
): Promise<void> {
  const ids = await idsOf(filter);
  let done = 0;
  let problem = "";
  for (let i = 0; i < ids.length; i += 20) {
    await Promise.all(
      ids.slice(i, i + 20).map(async (id) => {
        try {
          await call(method, path(encodeURIComponent(id)));
          done++;
        } catch (error) {
          problem = `; ${(error as Error).message}`;
        }
      }),
    );
  }
  say(`${done} of ${ids.length}${problem}`, problem !== "");
  reload();
}

async function idsOf(filter: Filter): Promise<string[]> {
  const ids: string[] = [];
  for (let offset = 0;; offset += 500) {
    const query = new URLSearchParams({ offset: String(offset), limit: "500" });
    for (const [name, value] of Object.entries(filter)) {
      if (value !== undefined) query.set(name, value);
    }
    const { tasks } = await call<{ tasks: TaskRow[] }>("GET", `/pages/tasks?${query}`);
    ids.push(...tasks.map(({ id }) => id));
    if (tasks.length < 500 || ids.length >= 10_000) return ids;
  }
}

function retryAll(filter: Filter, count: number, reload: () => void): void {
  const confirm = `${count} tasks are submitted once more. What they did may happen again.`;
  onAll("Retry all", confirm, filter, "POST", (id) => `/tasks/${id}/retry`, reload);
}

function Bulk({ filter, total, reload }: { filter: Filter; total: number; reload: () => void }) {
  if (header.value?.mayAct !== true || total === 0) return null;
  const { status } = filter;
  const hasEnded = ENDED.includes(status ?? "");
  const isNarrow = Object.values(filter).some((value) => value !== undefined);
  const cancelAll = () =>
    onAll(
      "Cancel all",
      `${total} tasks are cancelled. Those that depend on them are, too.`,
      filter,
      "DELETE",
      (id) => `/tasks/${id}`,
      reload,
    );
  return html`${
    (status === "failed" || status === "cancelled") &&
    html`<button onClick=${() => retryAll(filter, total, reload)}>Retry all ${total}…</button>`
  }${
    isNarrow && !hasEnded &&
    html`<button class="danger" onClick=${cancelAll}>Cancel all ${total}…</button>`
  }`;
}

/** A table of which only the rows that are seen exist. */
function Long(
  { total, offset, tasks, onOffset }: {
    total: number;
    offset: number;
    tasks: readonly TaskRow[];
    onOffset: (offset: number) => void;
  },
) {
  const ref = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = Math.min(total * ROW, 8_000_000); // browsers show no taller box
  const perRow = height / total;
  const first = Math.max(0, Math.floor(top / perRow) - 10);
  const shown = Math.ceil((ref.current?.clientHeight ?? 600) / ROW) + 20;
  const wanted = Math.max(0, Math.floor((first - 30) / CHUNK) * CHUNK);
  useEffect(() => {
    if (wanted !== offset) onOffset(wanted);
  }, [wanted]);
  const rows = [];
  for (let i = first; i < Math.min(total, first + shown); i++) {
    rows.push([i, tasks[i - offset]] as const);
  }
  return html`
    <div class="long" ref=${ref} tabindex="0" role="region" aria-label="Tasks"
      onScroll=${(event: Event) => setTop((event.target as HTMLElement).scrollTop)}>
      <table aria-rowcount=${total}>
        <thead>
          <tr>${HEAD.map((each) => html`<th scope="col">${each}</th>`)}</tr>
        </thead>
        <tbody>
          <tr class="space" aria-hidden="true"><td colspan=${HEAD.length}><${Space} height=${first *
            perRow} /></td></tr>
          ${rows.map(([i, task]) =>
            task === undefined
              ? html`
                <tr key=${i}>
                  <td colspan=${HEAD.length} class="quiet">…</td>
                </tr>
              `
              : html`<${Row} key=${i} task=${task} index=${i} />`
          )}
          <tr class="space" aria-hidden="true"><td colspan=${HEAD.length}><${Space} height=${Math
            .max(0, height - (first + rows.length) * perRow)} /></td></tr>
        </tbody>
      </table>
    </div>
  `;
}

function Space({ height }: { height: number }) {
  return html`<div style=${{ height: `${height}px` }}></div>`;
}

const HEAD = ["Task", "Status", "Description", "Agent", "Priority", "Tries", "Age", "Ran"] as const;

function Row({ task, index }: { task: TaskRow; index?: number }) {
  const ran = task.startedAt === undefined
    ? undefined
    : (task.endedAt ?? header.value?.at ?? Date.now()) - task.startedAt;
  return html`
    <tr aria-rowindex=${index === undefined ? undefined : index + 1}>
      <th scope="row">
        <${Why} kind="task" id=${task.id} />
      </th>
      <td>
        <${Status} value=${task.status} />
      </td>
      <td class="text">
        <${Name} text=${task.error ?? task.description} />
      </td>
      <td>${task.agentId !== undefined && html`<${AgentLink} id=${task.agentId} />`}</td>
      <td class="number">${task.priority}</td>
      <td class="number">${task.attempts}</td>
      <td>
        <${Ago} at=${task.createdAt} />
      </td>
      <td>${ran === undefined ? "" : lasting(ran)}</td>
    </tr>
  `;
}

/** A short table of tasks. */
export function TaskTable({ tasks }: { tasks: readonly TaskRow[] }) {
  return html`<${Table} label="Tasks" head=${HEAD}>${
    tasks.map((task) => html`<${Row} key=${task.id} task=${task} />`)
  }<//>`;
}

/** The actions on a task. */
export function TaskActions(
  { id, status, priority, isProposed, after }: {
    id: string;
    status: string;
    priority: number;
    isProposed: boolean;
    after: () => void;
  },
) {
  const path = `/tasks/${encodeURIComponent(id)}`;
  const hasEnded = ENDED.includes(status);
  return html`<div class="buttons">
    ${
    status === "blocked" && !isProposed && html`<${Act} after=${after} action=${{
      label: "Answer",
      method: "POST",
      path: `${path}/answer`,
      field: { label: "Answer", isLong: true, put: (answer: string) => ({ body: { answer } }) },
    }} />`
  }
    ${
    isProposed && html`
      <${Act} after=${after} action=${{
        ...{
          label: "Accept",
          method: "POST",
          path: `${path}/acceptance`,
          body: { accepted: true },
        },
      }} />
      <${Act} after=${after} action=${{
        ...{ label: "Reject", method: "POST", path: `${path}/acceptance`, isDangerous: true },
        field: { label: "Why", put: (reason: string) => ({ body: { accepted: false, reason } }) },
      }} />
    `
  }
    ${
    hasEnded && status !== "completed" && html`<${Act} after=${after} action=${{
      label: "Retry",
      method: "POST",
      path: `${path}/retry`,
      done: "It was submitted once more",
    }} />`
  }
    ${
    ["assigned", "running", "ready"].includes(status) && html`<${Act} after=${after} action=${{
      ...{ label: "Reassign", method: "POST", path: `${path}/reassignment`, isDangerous: true },
      confirm:
        "Its attempt loses its claim. The task goes to the agent that you name, or to the next " +
        "one that asks.",
      field: {
        ...{ label: "Agent (empty for any)", isOptional: true },
        put: (agentId: string) => ({ body: agentId === "" ? {} : { agentId } }),
      },
      done: "Reassigned",
    }} />`
  }
    ${
    !hasEnded && html`
      <${Act} after=${after} action=${{
        label: "Priority",
        method: "PATCH",
        path,
        field: {
          label: "Priority; higher is sooner",
          value: String(priority),
          put: (text: string) => ({ body: { priority: Number(text) } }),
        },
      }} />
      <${Act} after=${after} action=${{
        label: "Cancel task",
        method: "DELETE",
        path,
        isDangerous: true,
        confirm: "It ends, and so do the tasks that depend on it.",
        field: {
          ...{ label: "Why", isOptional: true },
          put: (reason: string) => ({
            path: `${path}${reason && `?reason=${encodeURIComponent(reason)}`}`,
          }),
        },
      }} />
    `
  }</div>`;
}
