/**
 * Writes a workflow as a graph: Mermaid for Markdown, DOT for Graphviz. Arrows point from a task to the
 * tasks that need it.
 *
 * @module
 */

import type { Workflow, WorkflowTask } from "./workflow.ts";

/** Language of a graph. */
export type GraphFormat = "mermaid" | "dot";

/** Writes `workflow` as a graph. */
export function graphText(workflow: Workflow, format: GraphFormat): string {
  return format === "mermaid" ? mermaid(workflow) : dot(workflow);
}

function mermaid({ tasks }: Workflow): string {
  const name = new Map(tasks.map(({ id }, i) => [id, `t${i}`]));
  const lines = ["flowchart LR"];
  for (const task of tasks) {
    const label = escapeMermaid(task.name ?? task.id);
    const locks = task.locks.map((lock) => `<br/>🔒 ${escapeMermaid(lock.name)}`).join("");
    lines.push(`  ${name.get(task.id)}["${label}${locks}"]`);
  }
  for (const { task, need } of edges(tasks)) {
    const arrow = task.when === "succeeded" ? "-->" : `-. ${task.when} .->`;
    lines.push(`  ${name.get(need)} ${arrow} ${name.get(task.id)}`);
  }
  return lines.join("\n") + "\n";
}

function dot({ tasks }: Workflow): string {
  const lines = ["digraph workflow {", "  rankdir=LR;", "  node [shape=box, style=rounded];"];
  for (const task of tasks) {
    const label = [task.name ?? task.id, ...task.locks.map((lock) => `🔒 ${lock.name}`)].join("\n");
    lines.push(`  ${quoteDot(task.id)} [label=${quoteDot(label)}];`);
  }
  for (const { task, need } of edges(tasks)) {
    const style = task.when === "succeeded" ? "" : ` [style=dashed, label=${quoteDot(task.when)}]`;
    lines.push(`  ${quoteDot(need)} -> ${quoteDot(task.id)}${style};`);
  }
  return lines.join("\n") + "\n}\n";
}

function edges(tasks: readonly WorkflowTask[]): { task: WorkflowTask; need: string }[] {
  return tasks.flatMap((task) => task.needs.map((need) => ({ task, need })));
}

/** Escapes by character number, the only escape of Mermaid that works for all characters. */
function escapeMermaid(text: string): string {
  return text.replace(/["#<>&;`\\[\]{}()|\n\r]/g, (char) => `#${char.charCodeAt(0)};`);
}

function quoteDot(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
}
