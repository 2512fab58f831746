/**
 * Tells states of a machine apart that are one state to its specification.
 *
 * @module
 */

/** Numbers of which only the order matters, as they break ties. */
const ORDINALS: ReadonlySet<string> = new Set(["sequence", "order"]);

/** An entry of a heap. Heaps are read in the order of their entries, whatever their layout is. */
interface Ranked {
  readonly rank: number;
  readonly sequence: number;
}

/**
 * Returns a text of a state that differs where anything differs but the fields with an irrelevant
 * name: contents, references, the order of tables and lists. Timers that were cancelled are left out.
 */
export function identityOf(state: object, irrelevant: ReadonlySet<string>): string {
  const indices = new Map<object, number>();
  const objects: object[] = [];
  const parts: string[] = [];
  const ordinals = new Map<string, { readonly at: number; readonly value: number }[]>();
  const write = (value: unknown) => {
    if (typeof value !== "object" || value === null) return void parts.push(String(value), ",");
    if ((value as { isSet?: boolean }).isSet === false) return void parts.push("unset,");
    let index = indices.get(value);
    if (index === undefined) {
      index = objects.length;
      indices.set(value, index);
      objects.push(value);
    }
    parts.push("#", String(index), ",");
  };
  const writeFields = (object: object) => {
    for (const key in object) {
      if (irrelevant.has(key)) continue;
      const value = (object as Record<string, unknown>)[key];
      if (!ORDINALS.has(key)) {
        write(value);
        continue;
      }
      // Each counter numbers its own.
      const counter = "isSet" in object ? "timer" : key;
      const numbered = ordinals.get(counter) ?? [];
      numbered.push({ at: parts.push("") - 1, value: value as number });
      ordinals.set(counter, numbered);
    }
  };
  write(state);
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i]!;
    parts.push(";");
    if ("timers" in object) write((object as { timers: unknown }).timers);
    else if (Array.isArray(object)) { for (const each of inOrder(object)) write(each); }
    else if (object instanceof Map) {
      for (const [key, value] of object) {
        write(key);
        write(value);
      }
    } else if (object instanceof Set) { for (const each of object) write(each); }
    else writeFields(object);
  }
  for (const numbered of ordinals.values()) {
    numbered.sort((a, b) => a.value - b.value);
    let place = 0;
    for (const [i, { at, value }] of numbered.entries()) {
      if (i > 0 && value !== numbered[i - 1]!.value) place++;
      parts[at] = `${place},`;
    }
  }
  return parts.join("");
}

/** The members of a list; those of a heap by rank, without timers that were cancelled. */
function inOrder(list: readonly unknown[]): readonly unknown[] {
  if (!isHeap(list)) return list;
  return list.filter(({ isSet }) => isSet !== false)
    .sort((a, b) => a.rank - b.rank || a.sequence - b.sequence);
}

function isHeap(list: readonly unknown[]): list is readonly (Ranked & { isSet?: boolean })[] {
  const [first] = list;
  return typeof first === "object" && first !== null && "rank" in first && "sequence" in first;
}
