/**
 * The catalog of events, from their types.
 *
 * @module
 */

import { SystemEvents } from "../../src/root/events.ts";
import { readShapes, type Shape } from "./symbols.ts";

/** The headings of the catalog, in order, by the file that declares the events below them. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["tasks/events.ts", "Tasks and the agents that run them"],
  ["tasks/schedule_events.ts", "Schedules of tasks"],
  ["agents/events.ts", "Agents as members"],
  ["locks/events.ts", "Resources"],
  ["messages/events.ts", "Messages"],
  ["breakers/events.ts", "Circuit breakers"],
  ["conflicts/events.ts", "Conflicts and versions"],
  ["root/operator_events.ts", "People"],
]);

const INTRODUCTION = `# Events

Every event, by the name that it has on the bus, in a journal, in a trace and in the specification. This
page is generated from the types (\`deno task docs\`), and a test compares the two.
[Events and debugging](events-and-debugging.md) shows how to subscribe.

A name has the form \`noun:past-participle\`. An event that ends in \`:refused\` reports a command that was
rejected without a change of state; its \`reason\` names the condition. Times are milliseconds; an
\`Instant\` counts from the Unix epoch. An \`epoch\` is the number of a grant, larger than that of any
grant before it. Events of the system as a whole come from no machine, and have the sequence number -1.
`;

/** Returns the text of the catalog. */
export async function eventCatalog(): Promise<string> {
  const known = await readShapes("src/root/events.ts");
  const shapes = [...known.values()].filter(({ event }) => event !== undefined);
  const files = [...new Set(shapes.map(({ file }) => file))].sort(byRank);
  const sections = files.map((file) => {
    const events = shapes.filter((shape) => shape.file === file).sort((a, b) => a.line - b.line);
    return { heading: SECTIONS.get(file) ?? file, events };
  });
  sections.push({ heading: "The system as a whole", events: systemEvents(known) });
  return [
    INTRODUCTION,
    sections.map(indexOf).join("\n"),
    ...sections.flatMap(({ heading, events }) => [`## ${heading}`, ...events.map(entryOf)]),
  ].join("\n\n");
}

/** The events that façades emit; a map names them, not a type. */
function systemEvents(known: ReadonlyMap<string, Shape>): Shape[] {
  return known.get("SystemEventMap")!.fields.map(({ name, type }) => {
    return { ...known.get(type)!, event: name };
  });
}

function byRank(a: string, b: string): number {
  const known = [...SECTIONS.keys()];
  const [first, second] = [known.indexOf(a), known.indexOf(b)];
  return (first < 0 ? known.length : first) - (second < 0 ? known.length : second);
}

function indexOf({ heading, events }: { heading: string; events: readonly Shape[] }): string {
  const links = events.map(({ event }) => `[\`${event}\`](#${event!.replaceAll(/[^\w-]/g, "")})`);
  return `- ${heading}: ${links.join(", ")}`;
}

function entryOf({ event, doc, fields }: Shape): string {
  const known = Object.entries(SystemEvents).find(([, name]) => name === event)?.[0];
  const also = known === undefined ? "" : ` Also \`SystemEvents.${known}\`.`;
  const lines = fields.map(({ name, type, doc }) => `- \`${name}: ${type}\` – ${doc}`);
  return [`### ${event}`, `${doc}${also}`, lines.join("\n")].join("\n\n");
}
