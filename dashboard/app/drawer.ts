/// <reference lib="dom" />
/**
 * The drawer that says why something is as it is, and what can be done about it.
 *
 * @module
 */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import type { WhyPage } from "../../src/dashboard/types.ts";
import { usePage } from "./net.ts";
import { AgentActions, Events } from "./pages/now.ts";
import { TaskActions } from "./pages/tasks.ts";
import { change, linkTo, route } from "./route.ts";
import { AgentLink, Ago, clock, Name, Status, Value, Why } from "./ui.ts";

/** The drawer of the address; nothing without one. */
export function WhyDrawer() {
  const why = route.value.query["why"];
  if (why === undefined) return null;
  const [kind = "", ...rest] = why.split(":");
  return html`<${Drawer} key=${why} kind=${kind} id=${rest.join(":")} />`;
}

function Drawer({ kind, id }: { kind: string; id: string }) {
  const loaded = usePage("why", { kind, id });
  const { data, problem, reload } = loaded;
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current?.focus();
    return () => before?.isConnected && before.focus();
  }, []);
  const close = () => change({ why: undefined });
  return html`<aside class="drawer" ref=${ref} tabindex="-1" aria-labelledby="why">
    <header><h2 id="why">${kind} <${Name} text=${id} /></h2>
      <button onClick=${close} aria-label="Close">✕</button></header>
    ${problem !== undefined && html`<p class="trouble" role="alert">${problem.message}</p>`}${
    data === undefined
      ? problem === undefined && html`<p class="loading" role="status">Loading…</p>`
      : html`<${Body} data=${data} reload=${reload} />`
  }</aside>`;
}

function Body({ data, reload }: { data: WhyPage; reload: () => void }) {
  const { explanation, task, events } = data;
  return html`<p class="lead">${
    explanation.kind === "task" && html`
      <${Status} value=${explanation.status} />
    `
  }<${Name} text=${"summary" in explanation ? explanation.summary : ""} /></p>
  ${
    explanation.kind === "task" && task !== undefined &&
    html`
      <${TaskActions} id=${task.id} status=${task.status} priority=${task.priority} after=${reload}
        isProposed=${task.status === "blocked" && task.output !== undefined} />
      <dl class="facts">
            ${fact(
              "Description",
              task.description !== "" && html`<${Name} text=${task.description} />`,
            )}
            ${fact(
              "Agent",
              task.assignedAgent !== undefined && html`<${AgentLink} id=${task.assignedAgent} />`,
            )}
            ${fact("Priority", String(task.priority))}
            ${fact(
              "Submitted",
              html`${clock(task.createdAt)} (<${Ago} at=${task.createdAt} /> ago)`,
            )}
            ${fact("Started", task.startedAt !== undefined && html`${clock(task.startedAt)}`)}
            ${fact("Ended", task.completedAt !== undefined && html`${clock(task.completedAt)}`)}
            ${fact("Attempts", String(task.attempts))}
            ${fact(
              "Needs",
              task.dependencies.length > 0 &&
                task.dependencies.map((each) =>
                  html`<span key=${each}><${Why} kind="task" id=${each} /> </span>`
                ),
            )}
            ${fact(
              "Part of",
              task.parentId !== undefined && html`<${Why} kind="task" id=${task.parentId} />`,
            )}
            ${fact(
              "Error",
              task.error !== undefined && html`<${Name} text=${task.error.message} />`,
            )}
            ${fact("Summary", task.summary !== undefined && html`<${Name} text=${task.summary} />`)}
            ${fact(
              "Question",
              task.question !== undefined && html`<${Value} value=${task.question} />`,
            )}
            ${fact("Answer", task.answer !== undefined && html`<${Value} value=${task.answer} />`)}
            ${fact(
              "Progress",
              task.progress !== undefined && html`<${Value} value=${task.progress} />`,
            )}
            ${fact(
              "Notes",
              task.notes !== undefined && html`<${Value} value=${task.notes.join("\n")} />`,
            )}
            ${fact(
              "Input",
              task.input !== undefined && task.input !== null &&
                html`<${Value} value=${task.input} />`,
            )}
            ${fact("Result", task.output !== undefined && html`<${Value} value=${task.output} />`)}
          </dl>
      <p><a href=${linkTo(["plan"], { root: task.id })}>Show it in the plan</a></p>
    `
  }
  ${
    explanation.kind === "agent" &&
    html`
      <${AgentActions} id=${explanation.agentId} after=${reload} />
      <p><a href=${linkTo(["agents", explanation.agentId])}>Show all of the agent</a></p>
    `
  }
  ${
    explanation.kind === "wait" &&
    html`<dl class="facts">${fact("Agent", html`<${AgentLink} id=${explanation.agentId} />`)}
    ${fact("Since", html`<${Ago} at=${explanation.since} />`)}
    ${
      explanation.locks.map((lock) =>
        fact(
          lock.resourceId,
          html`${lock.isFree ? "free for it" : ""}${
            lock.heldBy.map((each) =>
              html`<span key=${each}>held by <${AgentLink} id=${each} /> </span>`
            )
          }${
            lock.behind.map((each) =>
              html`<span key=${each}>behind <${AgentLink} id=${each} /> </span>`
            )
          }`,
        )
      )
    }</dl>`
  }
  <h3>What happened</h3><${Events} events=${events} />`;
}

function fact(name: string, value: unknown) {
  if (value === false || value === undefined) return null;
  return html`
    <div key=${name}>
      <dt>
        <${Name} text=${name} />
      </dt>
      <dd>${value}</dd>
    </div>
  `;
}
