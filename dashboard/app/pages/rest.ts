/// <reference lib="dom" />
/**
 * The pages of messages, of the timeline, and of metrics.
 *
 * @module
 */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Bucket, PastMessage } from "../../../src/dashboard/types.ts";
import { BarChart } from "../bars.ts";
import { usePage } from "../net.ts";
import { change, route } from "../route.ts";
import { Act, AgentLink, Ago, clock, Empty, Name, Page, Panel, Table, Value, Why } from "../ui.ts";

/** The page of messages. */
export function Messages() {
  const loaded = usePage("messages");
  const send = {
    label: "Send message",
    method: "POST",
    path: "/messages",
    field: {
      label: "To and text, as agent: text",
      isLong: true,
      put: (text: string) => {
        const [, to, payload] = /^\s*([^:]+?)\s*:\s*([^]*)$/.exec(text) ?? [];
        if (to === undefined) throw new Error('Write "agent: text"');
        return { body: { to, payload } };
      },
    },
    done: "Sent",
  } as const;
  return html`<${Page} title="Messages" loaded=${loaded} tools=${html`<${Act} action=${send} after=${loaded.reload} />`}>${(
    data: NonNullable<typeof loaded.data>,
  ) =>
    html`
      <div class="grid">
        <${Panel} title="Newest" wide note=${data.messages.length}>${data.messages.length === 0
          ? html`<${Empty}>No message was sent.<//>`
          : html`<ul class="messages">${
            data.messages.map((message: PastMessage) =>
              html`
                <li key=${message.sequence}>
                  <div><span class="quiet">${clock(message.at)}</span>
                          <${AgentLink} id=${message.from} /> → ${message.topic === undefined
                            ? html`<${AgentLink} id=${message.to} />`
                            : html`topic <${Name} text=${message.topic} /> (<${Name} text=${message.to} />)`}${message
                              .isRequest
                            ? " asks"
                            : ""}</div>
                  <${Value} value=${message.payload} />
                </li>
              `
            )
          }</ul>`}<//>
          <${Panel} title="Unread" note=${data.mailboxes.reduce(
            (sum, { unhandled }) => sum + unhandled,
            0,
          )}>${data.mailboxes.every(({ unhandled }) => unhandled === 0)
            ? html`<${Empty}>All messages were read.<//>`
            : html`<ul class="rows">${
              data.mailboxes.filter(({ unhandled }) => unhandled > 0).map((
                { agentId, unhandled },
              ) => html`<li key=${agentId}><b>${unhandled}</b> <${AgentLink} id=${agentId} /></li>`)
            }</ul>`}<//>
          <${Panel} title="Requests without a response" note=${data.requests
            .length}>${data.requests.length === 0
            ? html`<${Empty}>None.<//>`
            : html`<ul class="rows">${
              data.requests.map(({ messageId, from, to, since }) =>
                html`
                  <li key=${messageId}>
                    <${Why} kind="message"
                      id=${messageId}><${Name} text=${from} /> waits for <${Name} text=${to} /><//>
                            <span class="quiet"> <${Ago} at=${since} /></span></li>
                `
              )
            }</ul>`}<//>
          <${Panel} title="Topics" note=${data.topics.length}>${data.topics.length === 0
            ? html`<${Empty}>No agent is subscribed to a topic.<//>`
            : html`<ul class="rows">${
              data.topics.map(({ topic, subscribers }) =>
                html`<li key=${topic}><b><${Name} text=${topic} /></b> <${Name} text=${
                  subscribers.join(", ")
                } /></li>`
              )
            }</ul>`}<//>
          <${Panel} title="Dead letters" wide note=${data.deadLetters
            .length}>${data.deadLetters.length === 0
            ? html`<${Empty}>Every message was delivered.<//>`
            : html`<${Table} label="Dead letters" head=${[
              "Message",
              "From",
              "To",
              "Why",
              "When",
            ]}>${
              data.deadLetters.map((each) =>
                html`
                  <tr key=${each.id}>
                    <th scope="row">
                      <${Why} kind="message" id=${each.id} />
                    </th>
                    <td>
                      <${Name} text=${each.from} />
                    </td>
                    <td>
                      <${Name} text=${each.to} />
                    </td>
                    <td>${each.cause}${each.error !== undefined &&
                      html`: <${Name} text=${each.error} />`}</td>
                    <td><${Ago} at=${each.at} /> ago</td>
                  </tr>
                `
              )
            }<//>`}<//></div>
    `}<//>`;
}

const SPANS = [[1, "1 min"], [5, "5 min"], [15, "15 min"], [60, "1 h"], [360, "6 h"]] as const;

/** The page of the timeline. */
export function Timeline() {
  const minutes = Number(route.value.query["minutes"] ?? 5);
  const loaded = usePage("timeline", { spanMs: minutes * 60_000 });
  return html`<${Page} title="Timeline" loaded=${loaded} tools=${html`<div class="choice" role="group" aria-label="Length">${
    SPANS.map(([each, label]) =>
      html`<button key=${each} aria-pressed=${each === minutes} onClick=${() =>
        change({ minutes: each })}>${label}</button>`
    )
  }</div>`}>${(data: NonNullable<typeof loaded.data>) =>
    html`<${BarChart} bars=${data.bars} from=${data.from} to=${data.to} />`}<//>`;
}

/** The charts of metrics: each a title, and series with their rates. */
const CHARTS: readonly {
  readonly title: string;
  readonly series:
    readonly (readonly [name: string, key: (bucket: Bucket, ms: number) => number])[];
}[] = [
  {
    title: "Tasks per minute",
    series: [
      ["submitted", ({ submitted }, ms) => submitted * 60_000 / ms],
      ["completed", ({ completed }, ms) => completed * 60_000 / ms],
      ["failed", ({ failed }, ms) => failed * 60_000 / ms],
    ],
  },
  {
    title: "Locks per minute",
    series: [["acquired", ({ acquired }, ms) => acquired * 60_000 / ms]],
  },
  {
    title: "Mean wait for a lock, ms",
    series: [["wait", ({ waitedMs, acquired }) => acquired === 0 ? 0 : waitedMs / acquired]],
  },
  {
    title: "Events per second",
    series: [["events", ({ events }, ms) => events * 1_000 / ms]],
  },
];

/** The page of metrics. */
export function Metrics() {
  const loaded = usePage("metrics");
  return html`<${Page} title="Metrics" loaded=${loaded} tools=${html`<a href="/metrics" target="_blank" rel="noopener">OpenMetrics</a>`}>${(
    data: NonNullable<typeof loaded.data>,
  ) =>
    data.buckets.length < 2
      ? html`<${Empty}>There is nothing to draw yet.<//>`
      : html`<div class="charts">${
        CHARTS.map(({ title, series }) =>
          html`
            <${Panel} key=${title} title=${title}>
              <${Chart} title=${title} buckets=${data.buckets}
                ms=${data.bucketMs} series=${series} />
              <//>
          `
        )
      }</div>${
        data.limits.length > 0 &&
        html`
          <${Panel} title="Limits of keys" wide>
            <ul class="rows">${data.limits.map(({ key, text }) =>
              html`<li key=${key}><b><${Name} text=${key} /></b> <${Name} text=${text} /></li>`
            )}</ul>
            <//>
        `
      }`}<//>`;
}

function Chart(
  { title, buckets, ms, series }: {
    title: string;
    buckets: readonly Bucket[];
    ms: number;
    series: (typeof CHARTS)[number]["series"];
  },
) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data = [
    buckets.map(({ at }) => at / 1_000),
    ...series.map(([, value]) => buckets.map((bucket) => value(bucket, ms))),
  ] as uPlot.AlignedData;
  useEffect(() => {
    const element = box.current!;
    const colour = (name: string) => colourOf(element, name);
    const axis = {
      stroke: colour("--quiet"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const sizeOf = () => ({ width: element.clientWidth, height: 180 });
    plot.current = new uPlot(
      {
        ...sizeOf(),
        series: [
          {},
          ...series.map(([label], i) => ({
            label,
            stroke: colour(["--blue", "--green", "--red"][i]!),
            width: 1.5,
            points: { show: false },
          })),
        ],
        axes: [axis, { ...axis, size: 50 }],
        legend: { live: false },
        cursor: { drag: { x: false, y: false } },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
      },
      data,
      box.current!,
    );
    const resized = new ResizeObserver(() => plot.current?.setSize(sizeOf()));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.current?.destroy();
    };
  }, [theme()]);
  useEffect(() => plot.current?.setData(data), [buckets]);
  const last = buckets.at(-1)!;
  const now = series.map(([name, value]) => `${name} ${value(last, ms).toFixed(1)}`).join(", ");
  return html`<div ref=${box} class="chart" role="img" aria-label=${`${title}: ${now} at the end`}></div>`;
}

/** Returns a colour of the style as a drawing takes it: in the theme that is shown. */
function colourOf(element: Element, name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function theme(): string {
  return document.documentElement.dataset["theme"] ?? "";
}
