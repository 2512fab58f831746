/**
 * The pages of what happens now, of all agents, and of one agent.
 *
 * @module
 */

import { html } from "htm/preact";
import type { AgentRow, Need, PastEvent } from "../../../src/dashboard/types.ts";
import { BarChart } from "../bars.ts";
import { usePage } from "../net.ts";
import { linkTo, route } from "../route.ts";
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
  Status,
  Table,
  Value,
  Why,
} from "../ui.ts";
import { TaskTable } from "./tasks.ts";

/** The statuses of tasks that are counted, in their order. */
export const STATUSES = [
  ...["running", "assigned", "ready", "waiting", "backing-off", "blocked"],
  ...["completed", "failed", "cancelled"],
] as const;

/** The page of what happens now. */
export function Now() {
  const loaded = usePage("now");
  const { reload } = loaded;
  return html`<${Page} title="Now" loaded=${loaded} tools=${html`<${Operate} paused=${loaded.data?.paused} reload=${reload} />`}>${(
    data: NonNullable<typeof loaded.data>,
  ) =>
    html`
      ${data.paused !== undefined &&
        html`<p class="banner">Nothing is assigned: paused (<${Name} text=${data.paused} />)</p>`}
      <ul class="counts" aria-label="Tasks by status">${STATUSES.map((status) =>
        html`<li key=${status}><a href=${linkTo(["tasks"], { status })}>
        <b>${data.counts[status].toLocaleString()}</b><${Status} value=${status} /></a></li>`
      )}</ul>
      <div class="grid">
        <${Panel} title="Needs a person" note=${data.needs.length}>
        ${data.needs.length === 0
          ? html`<${Empty}>No question is open, and no result waits to be accepted.<//>`
          : html`<ul class="cards">${
            data.needs.map((need: Need) =>
              html`<${NeedCard} key=${need.taskId} need=${need} reload=${reload} />`
            )
          }</ul>`}<//>
      <${Panel} title="Failures" note=${html`<a href=${
        linkTo(["tasks"], { status: "failed" })
      }>all</a>`}>
        ${data.failures.length === 0
          ? html`<${Empty}>No task has failed.<//>`
          : html`<ul class="rows">${
            data.failures.map((group) =>
              html`<li key=${group.error}><a href=${
                linkTo(["tasks"], { status: "failed", error: group.error })
              }><b>${group.count}×</b> <${Name} text=${group.error} /></a>
          <span class="quiet"><${Ago} at=${group.lastAt} /> ago</span></li>`
            )
          }</ul>`}<//>
      <${Panel} title="Queues" note="ready tasks, and agents that may take them">
        ${data.queues.length === 0
          ? html`<${Empty}>No task waits for an agent.<//>`
          : html`<ul class="rows">${
            data.queues.map((queue) =>
              html`<li><b>${queue.ready}</b> ${
                queue.pinnedTo !== ""
                  ? html`for <${AgentLink} id=${queue.pinnedTo} />`
                  : queue.requires.length === 0
                  ? "for any agent"
                  : html`need <${Name} text=${queue.requires.join(", ")} />`
              }
          <span class=${queue.fit === 0 ? "bad" : "quiet"}>${
                queue.fit === 0 ? "no agent is fit" : `${queue.fit} fit`
              }</span></li>`
            )
          }</ul>`}
        <p class="quiet"><a href=${linkTo(["locks"])}>${data.locksHeld} locks held, ${data
          .lockWaits} waits</a></p><//>
      <${Panel} title="Agents" wide note=${data.agentCount}><${AgentCards} agents=${data
        .agents} /><//>
      <${Panel} title="Newest events" wide><${Events} events=${data.events} /><//>
      </div>
    `}<//>`;
}

function Operate({ paused, reload }: { paused: string | undefined; reload: () => void }) {
  return html`<${Act} after=${reload} action=${{
    label: "Add task",
    method: "POST",
    path: "/tasks",
    field: {
      label: "What is to be done",
      isLong: true,
      put: (text: string) => ({ body: { id: freshId(text), description: text } }),
    },
    done: "The task was added",
  }} />${
    paused === undefined
      ? html`<${Act} after=${reload} action=${{
        label: "Pause",
        method: "POST",
        path: "/pause",
        confirm: "No task is handed out until it is resumed. What runs goes on.",
        field: {
          label: "Why",
          isOptional: true,
          put: (reason: string) => ({ body: reason === "" ? {} : { reason } }),
        },
        done: "Paused",
      }} />`
      : html`<${Act} after=${reload} action=${{
        label: "Resume",
        method: "POST",
        path: "/resume",
        done: "Resumed",
      }} />`
  }`;
}

/** Returns the id of a task from its text, which no other task has. */
function freshId(text: string): string {
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40);
  return `${words.replace(/^-|-$/g, "") || "task"}-${Date.now().toString(36)}`;
}

function NeedCard({ need, reload }: { need: Need; reload: () => void }) {
  const { taskId, kind } = need;
  const path = `/tasks/${encodeURIComponent(taskId)}`;
  return html`<li class="card">
    <div><${Why} kind="task" id=${taskId} /> ${kind === "question" ? "asks" : "proposes a result"}${
    need.agentId !== undefined && html`, by <${AgentLink} id=${need.agentId} />`
  }
      <span class="quiet"> <${Ago} at=${need.since} /> ago</span></div>
    ${
    need.description !== "" && html`
      <p class="quiet">
        <${Name} text=${need.description} />
      </p>
    `
  }
    <${Value} value=${need.text} />
    <div class="buttons">${
    kind === "question"
      ? html`<${Act} after=${reload} action=${{
        label: "Answer",
        method: "POST",
        path: `${path}/answer`,
        field: { label: "Answer", isLong: true, put: (answer: string) => ({ body: { answer } }) },
        done: "Answered",
      }} />`
      : html`
        <${Act} after=${reload} action=${{
          label: "Accept",
          method: "POST",
          path: `${path}/acceptance`,
          body: { accepted: true },
          done: "Accepted",
        }} />
        <${Act} after=${reload} action=${{
          label: "Reject",
          method: "POST",
          path: `${path}/acceptance`,
          isDangerous: true,
          confirm: "The attempt counts as failed; the task is tried again as often as it may be.",
          field: {
            label: "Why",
            put: (reason: string) => ({ body: { accepted: false, reason } }),
          },
          done: "Rejected",
        }} />
      `
  }</div></li>`;
}

/** Events in one line each. */
export function Events({ events }: { events: readonly PastEvent[] }) {
  if (events.length === 0) return html`<${Empty}>Nothing has happened yet.<//>`;
  return html`<ol class="events">${
    events.map(({ sequence, at, text, type }) =>
      html`
        <li
          key=${sequence}><a class="quiet" title=${type} href=${linkTo(route.value.path, {
            ...route.value.query,
            at,
          })}>${clock(at)}</a> <${Name} text=${text} /></li>
      `
    )
  }</ol>`;
}

function AgentCards({ agents }: { agents: readonly AgentRow[] }) {
  if (agents.length === 0) {
    return html`<${Empty}>No agent is registered. An agent joins by <code>lockstep join</code>, by MCP, or by the client.<//>`;
  }
  return html`<ul class="agents">${
    agents.map((agent) =>
      html`<li key=${agent.agentId} class=${`agent ${agent.status}`}>
      <div><${AgentLink} id=${agent.agentId} /><${Status} value=${agent.status} /></div>
      ${
        agent.tasks.length === 0
          ? html`<p class="quiet">${
            agent.kind === "" ? "no task" : html`<${Name} text=${agent.kind} />, no task`
          }</p>`
          : agent.tasks.slice(0, 3).map((task) =>
            html`<p key=${task.id}><${Why} kind="task" id=${task.id} /> ${
              task.since === undefined ? task.status : html`<${Ago} at=${task.since} />`
            }</p>`
          )
      }
      <p class="quiet">${
        [
          agent.tasks.length > 3 && `${agent.tasks.length - 3} more`,
          agent.holds > 0 && `holds ${agent.holds}`,
          agent.waits > 0 && `waits for ${agent.waits}`,
          agent.status === "suspect" && agent.deadAt !== undefined &&
          `dead in ${lasting(agent.deadAt - nowOf())}`,
        ].filter(Boolean).join(" · ")
      }</p></li>`
    )
  }</ul>`;
}

/** The page of all agents. */
export function Agents() {
  const loaded = usePage("agents");
  return html`<${Page} title="Agents" loaded=${loaded}>${(
    data: NonNullable<typeof loaded.data>,
  ) =>
    data.agents.length === 0
      ? html`<${Empty}>No agent is registered.<//>`
      : html`<${Table} label="Agents" head=${[
        ...["Agent", "Status", "Tasks", "Can", "Holds", "Waits", "Heard", "Done", "Failed", ""],
      ]}>${
        data.agents.map((agent) =>
          html`
            <tr key=${agent.agentId}>
              <th scope="row">
                <${AgentLink} id=${agent.agentId} />
              </th>
              <td>
                <${Status} value=${agent.status} />
              </td>
              <td class="number">${agent.load}/${agent.slots}</td>
              <td>
                <${Name} text=${agent.capabilities.join(", ")} />
              </td>
              <td class="number">${agent.holds}</td>
              <td class="number">${agent.waits}</td>
              <td>
                <${Ago} at=${agent.lastHeardAt} />
              </td>
              <td class="number">${agent.completed}</td>
              <td class="number">${agent.failed}</td>
              <td>
                <${Why} kind="agent" id=${agent.agentId}>why?<//></td></tr>
          `
        )
      }<//>`}<//>`;
}

/** The actions on an agent. */
export function AgentActions({ id, after }: { id: string; after?: () => void }) {
  const path = `/agents/${encodeURIComponent(id)}`;
  const why = {
    label: "Why",
    isOptional: true,
    put: (reason: string) => ({ body: reason === "" ? {} : { reason } }),
  };
  return html`
    <div class="buttons">
      <${Act} after=${after} action=${{
        ...{ label: "Cordon", method: "POST", path: `${path}/cordon`, field: why },
        confirm: "It gets no new tasks, and keeps those that it has.",
      }} />
      <${Act} after=${after} action=${{
        label: "Uncordon",
        method: "POST",
        path: `${path}/uncordon`,
      }} />
      <${Act} after=${after} action=${{
        ...{ label: "Drain", method: "POST", path: `${path}/drain`, field: why, isDangerous: true },
        confirm: "It gets no new tasks, and is removed once it has none.",
      }} />
      <${Act} after=${after} action=${{
        label: "Remove",
        method: "DELETE",
        path,
        isDangerous: true,
        confirm: "Its tasks go back into the queue, and its locks to those who wait for them.",
        field: {
          ...{ label: "Why", isOptional: true },
          put: (reason: string) => ({
            path: `${path}${reason && `?reason=${encodeURIComponent(reason)}`}`,
          }),
        },
      }} />
      <${Act} after=${after} action=${{
        label: "Send message",
        method: "POST",
        path: "/messages",
        field: {
          ...{ label: "Message", isLong: true },
          put: (payload: string) => ({ body: { to: id, payload } }),
        },
        done: "Sent",
      }} />
    </div>
  `;
}

/** The page of one agent. */
export function AgentView({ id }: { id: string }) {
  const loaded = usePage("agent", { id });
  return html`<${Page} title=${id} loaded=${loaded} tools=${html`<${AgentActions} id=${id} after=${loaded.reload} />`}>${(
    data: NonNullable<typeof loaded.data>,
  ) => {
    const { agent, row, inbox } = data;
    return html`
      <p class="lead">
        <${Status} value=${row?.status ?? agent.status} />
        <${Name} text=${agent.summary} />
      </p>
      <dl class="facts">
            <div><dt>Slots</dt><dd>${agent.load} of ${agent.slots} in use</dd></div>
            <div><dt>Capabilities</dt><dd><${Name} text=${row?.capabilities.join(", ") ||
              "none"} /></dd></div>
            <div><dt>Incarnation</dt><dd>${data.member?.incarnation ?? "–"}</dd></div>
            <div><dt>Heard</dt><dd><${Ago} at=${data.member?.lastHeardAt} /> ago</dd></div>
            <div><dt>Completed, failed</dt><dd>${row?.completed ?? 0}, ${row?.failed ??
              0}</dd></div>
            ${agent.cordons.length > 0 &&
              html`
                <div>
                  <dt>Cordoned</dt>
                  <dd>
                    <${Name} text=${agent.cordons.join("; ")} />
                  </dd>
                </div>
              `}
          </dl>
      <div class="grid">
        <${Panel} title="Its tasks" wide note=${data.tasks.length}>${data.tasks.length === 0
          ? html`<${Empty}>It has no task.<//>`
          : html`<${TaskTable} tasks=${data.tasks} />`}<//>
          <${Panel} title="Holds" note=${agent.holds.length}>${agent.holds.length === 0
            ? html`<${Empty}>It holds no lock.<//>`
            : html`<ul class="rows">${
              agent.holds.map((each) =>
                html`
                  <li key=${each}>
                    <${Name} text=${each} />
                  </li>
                `
              )
            }</ul>`}<//>
          <${Panel} title="Waits" note=${agent.waits.length}>${agent.waits.length === 0
            ? html`<${Empty}>It waits for no lock.<//>`
            : html`<ul class="rows">${
              agent.waits.map((wait) =>
                html`
                  <li key=${wait.waitId}>
                    <${Why} kind="wait" id=${wait.waitId}>
                      <${Name} text=${wait.summary} />
                      <//>
                      </li>
                `
              )
            }</ul>`}<//>
          <${Panel} title="Inbox" note=${inbox.length}>${inbox.length === 0
            ? html`<${Empty}>It has read all its messages.<//>`
            : html`<ul class="rows">${
              inbox.map((message) =>
                html`
                  <li
                    key=${message.id}><${Why} kind="message" id=${message
                      .id} /> from <${AgentLink} id=${message.from} />
                            <${Value} value=${message.payload} /></li>
                `
              )
            }</ul>`}<//>
          <${Panel} title="The last hour" wide><${BarChart} bars=${data
            .bars} from=${data.header.at - 3_600_000} to=${data.header.at} /><//>
          <${Panel} title="Events" wide><${Events} events=${data.events} /><//></div>
    `;
  }}<//>`;
}
