/// <reference lib="dom" />
/**
 * The page of the plan: tasks in layers by what they need, with the way that takes longest.
 *
 * @module
 */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import type { PlanNode } from "../../../src/dashboard/types.ts";
import { Canvas } from "../canvas.ts";
import { criticalPath, layered } from "../layout.ts";
import { usePage } from "../net.ts";
import { change, linkTo, route } from "../route.ts";
import { Empty, lasting, Name, Page, signOf, visible } from "../ui.ts";

const WIDTH = 190;
const HEIGHT = 44;
const GAP_X = 70;
const GAP_Y = 14;

/** The statuses of tasks that have ended. */
const ENDED: readonly string[] = ["completed", "failed", "cancelled"];

/** A node of the drawing: a task, or finished ones that are folded into one. */
interface Drawn extends PlanNode {
  readonly folded?: number;
}

/** The page of the plan. */
export function Plan() {
  const { root, folded } = route.value.query;
  const loaded = usePage("plan", { id: root });
  const isFolded = folded !== "no";
  return html`<${Page} title="Plan" loaded=${loaded} tools=${html`
    ${root !== undefined &&
      html`
        <span
          class="chip">around <${Name} text=${root} /><button aria-label="Show all tasks" onClick=${() =>
            change({ root: undefined })}>✕</button></span>
      `}
    <label
      class="check"><input type="checkbox" checked=${isFolded} onChange=${() =>
        change({ folded: isFolded ? "no" : undefined })} /> fold what is done</label>
  `}>${(
    data: NonNullable<typeof loaded.data>,
  ) =>
    data.nodes.length === 0
      ? html`<${Empty}>No task depends on another. A plan is made by <code>lockstep plan FILE</code>, or by <code>dependencies</code>.<//>`
      : html`<${Drawing} nodes=${data.nodes} left=${data.left} isFolded=${isFolded} />`}<//>`;
}

function Drawing(
  { nodes, left, isFolded }: {
    nodes: readonly PlanNode[];
    left: number;
    isFolded: boolean;
  },
) {
  const drawn = useMemo(() => isFolded ? fold(nodes) : nodes, [nodes, isFolded]) as Drawn[];
  // The places change with the graph only, not with what becomes of its tasks.
  const shape = drawn.map(({ id, needs }) => `${id}<${needs.join()}`).join(";");
  const places = useMemo(() => layered(drawn), [shape]);
  const critical = useMemo(
    () => criticalPath(drawn.map((node) => ({ ...node, hasEnded: ENDED.includes(node.status) }))),
    [drawn],
  );
  const at = (id: string) => {
    const { layer, row } = places.get(id)!;
    return { x: layer * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) };
  };
  let [width, height] = [0, 0];
  for (const { id } of drawn) {
    const { x, y } = at(id);
    width = Math.max(width, x + WIDTH);
    height = Math.max(height, y + HEIGHT);
  }
  const [usual, long]: [string[], string[]] = [[], []];
  for (const { id, needs } of drawn) {
    for (const need of needs) {
      if (!places.has(need)) continue;
      const isCritical = critical.has(id) && critical.has(need);
      (isCritical ? long : usual).push(edge(at(need), at(id)));
    }
  }
  const rest = drawn.filter(({ id }) => critical.has(id)).reduce((sum, { ms }) => sum + ms, 0);
  return html`
    <p class="quiet" role="status">${nodes.length} tasks${left > 0
      ? ` (${left} more are left out)`
      : ""}. ${critical.size === 0
      ? "All have ended."
      : html`The longest way to the end: ${critical.size} tasks, about ${lasting(rest)}.`}</p>
    <${Canvas} width=${width} height=${height}
      label="Plan: arrow keys move it, plus and minus zoom">
          <path class="edge" d=${usual.join("")} /><path class="edge critical" d=${long.join("")} />
          ${drawn.map((node) =>
            html`
              <${Box} key=${node.id} node=${node} at=${at(node.id)}
                isCritical=${critical.has(node.id)} />
            `
          )}
        <//>
  `;
}

function Box(
  { node, at, isCritical }: {
    node: Drawn;
    at: { x: number; y: number };
    isCritical: boolean;
  },
) {
  const { id, status, folded, agentId, description } = node;
  const label = folded === undefined ? visible(id) : `${folded} done`;
  const below = folded !== undefined
    ? "folded"
    : agentId !== undefined && !ENDED.includes(status)
    ? visible(agentId)
    : visible(description);
  const [sign, shown, sub] = [signOf(status), shorten(label, 22), shorten(below, 26)];
  const title = [
    ...folded === undefined ? [visible(id)] : [],
    `${status}${isCritical ? ", on the longest way" : ""}`,
    visible(description),
  ].join("\n");
  const open = (event: MouseEvent) => {
    event.preventDefault();
    change(folded === undefined ? { why: `task:${id}` } : { folded: "no" });
  };
  return html`
    <a class=${`node ${status} ${
      isCritical ? "critical" : ""
    }`} transform=${`translate(${at.x} ${at.y})`}
      href=${linkTo(["plan"], { root: id })} onClick=${open}>
        <title>${title}</title>
        <rect width=${WIDTH} height=${HEIGHT} rx="6" />
        <text class="sign" x="10" y="18">${sign}</text>
        <text class="label" x="28" y="18">${shown}</text>
        <text class="sub" x="28" y="34">${sub}</text></a>
  `;
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function edge(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const bend = Math.max(20, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Folds the completed tasks of which all that needs them is completed, too, into one for each end. */
function fold(nodes: readonly PlanNode[]): Drawn[] {
  const after = new Map<string, PlanNode[]>();
  for (const node of nodes) {
    for (const need of node.needs) {
      const list = after.get(need);
      if (list === undefined) after.set(need, [node]);
      else list.push(node);
    }
  }
  const gone = new Set(
    nodes.filter(({ id, status }) =>
      status === "completed" && (after.get(id) ?? []).every((next) => next.status === "completed")
    ).map(({ id }) => id),
  );
  if (gone.size < 2) return [...nodes];
  const name = "\u0000done";
  const rest = nodes.filter(({ id }) => !gone.has(id)).map((node) => ({
    ...node,
    needs: node.needs.some((need) => gone.has(need))
      ? [...node.needs.filter((need) => !gone.has(need)), name]
      : node.needs,
  }));
  const ms = nodes.filter(({ id }) => gone.has(id)).reduce((sum, each) => sum + each.ms, 0);
  const folded = { description: "", status: "completed", agentId: undefined, needs: [] } as const;
  return [{ id: name, ...folded, ms, folded: gone.size }, ...rest];
}
