/**
 * Reads the graph that TLC writes with `-dump dot,actionlabels`.
 *
 * A line is a node (`1234 [label="/\\ x = 1\n/\\ y = 2"…]`), an edge (`1234 -> 5678 [label="Name"…]`),
 * or decoration. The nodes of the initial states are filled.
 *
 * @module
 */

import { lines } from "./lines.ts";
import { readValue } from "./value.ts";

/** Variables of a state, by name, each as its canonical text. */
export type Variables = ReadonlyMap<string, string>;

/** TLC's graph as the file has it. */
export interface DotGraph {
  readonly nodes: ReadonlyMap<string, Variables>;
  readonly initial: readonly string[];
  readonly edges: readonly DotEdge[];
}

/** One step of the specification. */
export interface DotEdge {
  readonly from: string;
  /** Name of the definition that made it. */
  readonly action: string;
  readonly to: string;
}

const NODE = /^(-?\d+) \[label="((?:[^"\\]|\\.)*)"(,style = filled)?/;
const EDGE = /^(-?\d+) -> (-?\d+)(?: \[label="((?:[^"\\]|\\.)*)")?/;

/** Reads the file at `path`. */
export async function readDot(path: string): Promise<DotGraph> {
  const nodes = new Map<string, Variables>();
  const initial: string[] = [];
  const edges: DotEdge[] = [];
  const values = new Map<string, string>();
  const names = new Map<string, string>();
  using file = await Deno.open(path);
  for await (const line of lines(file.readable)) {
    const edge = EDGE.exec(line);
    if (edge !== null) {
      const name = edge[3] ?? "";
      const action = names.get(name) ?? unescape(name);
      names.set(name, action);
      edges.push({ from: edge[1]!, action, to: edge[2]! });
      continue;
    }
    const node = NODE.exec(line);
    if (node === null) continue;
    nodes.set(node[1]!, readState(unescape(node[2]!), values));
    if (node[3] !== undefined) initial.push(node[1]!);
  }
  return { nodes, initial, edges };
}

/** Reads `/\ a = 1\n/\ b = 2`; `known` caches values, most of which occur many times. */
export function readState(text: string, known: Map<string, string> = new Map()): Variables {
  const variables = new Map<string, string>();
  const parts = text.startsWith("/\\ ") ? text.slice(3).split("\n/\\ ") : [text];
  for (const part of parts) {
    const equals = part.indexOf(" = ");
    const printed = part.slice(equals + 3);
    let value = known.get(printed);
    if (value === undefined) {
      value = readValue(printed);
      known.set(printed, value);
    }
    variables.set(part.slice(0, equals).trim(), value);
  }
  return variables;
}

/** What is escaped in a label is also escaped so in JSON. */
function unescape(text: string): string {
  return JSON.parse(`"${text}"`);
}
