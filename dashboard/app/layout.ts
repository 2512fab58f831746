/**
 * Lays a graph out in layers: each node behind all that it needs, near to them, with few crossings.
 * Costs O((nodes + edges) log nodes) for each of a fixed number of passes.
 *
 * @module
 */

/** A node to lay out. */
export interface Placed {
  readonly id: string;
  /** The nodes that come before it; unknown ones are left out. */
  readonly needs: readonly string[];
}

/** Where a node is: its layer, and its place in that. */
export interface Place {
  readonly layer: number;
  row: number;
}

/** Number of passes over the layers. */
const PASSES = 8;

/** Returns the place of each node. A cycle is broken at some edge of it. */
export function layered(nodes: readonly Placed[]): Map<string, Place> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const places = new Map<string, Place>();
  const before = new Map(nodes.map((node) => [node.id, node.needs.filter((id) => byId.has(id))]));
  const after = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const [id, needs] of before) for (const need of needs) after.get(need)!.push(id);
  // Layers, by the longest way from a node that needs nothing.
  const open = new Map([...before].map(([id, needs]) => [id, needs.length]));
  const layer = new Map<string, number>();
  let ready = nodes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  while (layer.size < nodes.length) {
    if (ready.length === 0) ready = [nodes.find(({ id }) => !layer.has(id))!.id];
    for (const id of ready) layer.set(id, layer.get(id) ?? layerOf(before.get(id)!, layer));
    const next: string[] = [];
    for (const id of ready) {
      for (const dependent of after.get(id)!) {
        const left = open.get(dependent)! - 1;
        open.set(dependent, left);
        if (left === 0 && !layer.has(dependent)) next.push(dependent);
      }
    }
    ready = next;
  }
  // Order within the layers, by the middle of the neighbours.
  const layers: string[][] = [];
  for (const [id, number] of layer) (layers[number] ??= []).push(id);
  for (const ids of layers) {
    ids.forEach((id, row) => places.set(id, { layer: layer.get(id)!, row }));
  }
  for (let pass = 0; pass < PASSES; pass++) {
    const isDown = pass % 2 === 0;
    const order = isDown ? layers : layers.toReversed();
    for (const ids of order) sortBy(ids, isDown ? before : after, places);
  }
  straighten(layers, before, after, places);
  return places;
}

function layerOf(needs: readonly string[], layer: ReadonlyMap<string, number>): number {
  return needs.reduce((most, id) => Math.max(most, (layer.get(id) ?? -1) + 1), 0);
}

function sortBy(
  ids: string[],
  neighbours: ReadonlyMap<string, readonly string[]>,
  places: ReadonlyMap<string, Place>,
): void {
  const middle = new Map(ids.map((id) => {
    const rows = neighbours.get(id)!.map((each) => places.get(each)!.row).sort((a, b) => a - b);
    const half = rows.length >> 1;
    const own = places.get(id)!.row;
    if (rows.length === 0) return [id, own];
    return [id, rows.length % 2 === 1 ? rows[half]! : (rows[half - 1]! + rows[half]!) / 2];
  }));
  ids.sort((a, b) => middle.get(a)! - middle.get(b)! || places.get(a)!.row - places.get(b)!.row);
  ids.forEach((id, row) => places.get(id)!.row = row);
}

/** Moves nodes towards their neighbours, without a change of their order. */
function straighten(
  layers: readonly string[][],
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
  places: ReadonlyMap<string, Place>,
): void {
  for (let pass = 0; pass < 5; pass++) {
    for (const ids of pass % 2 === 0 ? layers : layers.toReversed()) {
      let least = -Infinity;
      const neighbours = pass % 2 === 0 ? before : after;
      for (const id of ids) {
        const place = places.get(id)!;
        const near = neighbours.get(id)!;
        const wanted = near.length === 0
          ? place.row
          : near.reduce((sum, each) => sum + places.get(each)!.row, 0) / near.length;
        place.row = Math.max(least + 1, wanted);
        least = place.row;
      }
    }
  }
  let first = Infinity;
  for (const { row } of places.values()) first = Math.min(first, row);
  for (const place of places.values()) place.row -= first;
}

/** Returns the nodes on the longest way, by what each takes, through those that have not ended. */
export function criticalPath(
  nodes: readonly (Placed & { readonly ms: number; readonly hasEnded: boolean })[],
): Set<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const length = new Map<string, number>();
  const via = new Map<string, string>();
  const visiting = new Set<string>();
  const stack: string[] = [];
  for (const { id } of nodes) stack.push(id);
  while (stack.length > 0) {
    const id = stack.at(-1)!;
    const node = byId.get(id)!;
    if (length.has(id)) {
      stack.pop();
      continue;
    }
    const open = node.needs.filter((need) => byId.has(need) && !byId.get(need)!.hasEnded);
    const next = visiting.has(id) ? [] : open.filter((need) => !length.has(need));
    visiting.add(id);
    if (next.length > 0) {
      stack.push(...next);
      continue;
    }
    let most = 0;
    for (const need of open) {
      const ms = length.get(need) ?? 0;
      if (ms <= most) continue;
      most = ms;
      via.set(id, need);
    }
    length.set(id, node.hasEnded ? 0 : most + node.ms);
    stack.pop();
  }
  let end: string | undefined;
  for (const { id, hasEnded } of nodes) {
    if (!hasEnded && (end === undefined || length.get(id)! > length.get(end)!)) end = id;
  }
  const path = new Set<string>();
  for (let at = end; at !== undefined && !path.has(at); at = via.get(at)) path.add(at);
  return path;
}
