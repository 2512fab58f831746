/**
 * An indexed heap over plain arrays: each entry knows its own position, so that any entry can be
 * removed in O(log n) without a search.
 *
 * Each entry has four children instead of two: half as many levels, and so half as many trips to
 * memory one after the other, which is what a large heap spends its time on.
 *
 * Entries are ordered by `rank`, and entries of the same rank by `sequence`. Both stay as they are
 * while an entry is in a heap; an entry is in at most one heap at a time.
 *
 * @module
 */

/** The fields that a heap maintains in its entries. */
export interface HeapEntry {
  /** Smallest first. */
  rank: number;
  /** Decides between equal ranks, smallest first. Unique within a heap. */
  sequence: number;
  /** Index in the heap's array, or `-1` when the entry is in none. Kept by the heap. */
  position: number;
}

/** A heap is its array: `heap[0]` is the smallest entry. */
export type Heap<Entry extends HeapEntry> = Entry[];

/** Whether `a` comes before `b`. */
export function precedes(a: HeapEntry, b: HeapEntry): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.sequence < b.sequence);
}

/** Adds `entry` in O(log n). */
export function push<Entry extends HeapEntry>(heap: Heap<Entry>, entry: Entry): void {
  heap.push(entry);
  siftUp(heap, entry, heap.length - 1);
}

/** Removes and returns the smallest entry in O(log n), or `undefined` when there is none. */
export function pop<Entry extends HeapEntry>(heap: Heap<Entry>): Entry | undefined {
  const first = heap[0];
  if (first !== undefined) remove(heap, first);
  return first;
}

/** Removes `entry` in O(log n); does nothing when it is in no heap. */
export function remove<Entry extends HeapEntry>(heap: Heap<Entry>, entry: Entry): void {
  const position = entry.position;
  if (position < 0) return;
  entry.position = -1;
  const last = heap.pop()!;
  if (last === entry) return;
  if (position > 0 && precedes(last, heap[(position - 1) >> 2]!)) siftUp(heap, last, position);
  else siftDown(heap, last, position);
}

/** Gives `entry` a new rank and puts it in its new place in O(log n). */
export function reorder<Entry extends HeapEntry>(
  heap: Heap<Entry>,
  entry: Entry,
  rank: number,
): void {
  remove(heap, entry);
  entry.rank = rank;
  push(heap, entry);
}

/**
 * Removes the entries for which `isKept` is false; the others are then placed as if they had been added
 * in the order of the array. Costs O(n) where that is nearly the order of the heap, and O(n log n) at most.
 */
export function retain<Entry extends HeapEntry>(
  heap: Heap<Entry>,
  isKept: (entry: Entry) => boolean,
): void {
  let kept = 0;
  for (let i = 0; i < heap.length; i++) {
    const entry = heap[i]!;
    if (isKept(entry)) siftUp(heap, entry, kept++);
    else entry.position = -1;
  }
  heap.length = kept;
}

function siftUp<Entry extends HeapEntry>(heap: Heap<Entry>, entry: Entry, from: number): void {
  let position = from;
  while (position > 0) {
    const above = (position - 1) >> 2;
    const parent = heap[above]!;
    if (!precedes(entry, parent)) break;
    heap[position] = parent;
    parent.position = position;
    position = above;
  }
  heap[position] = entry;
  entry.position = position;
}

function siftDown<Entry extends HeapEntry>(heap: Heap<Entry>, entry: Entry, from: number): void {
  const length = heap.length;
  let position = from;
  for (let first = 4 * position + 1; first < length; first = 4 * position + 1) {
    const end = Math.min(first + 4, length);
    let below = first;
    let child = heap[first]!;
    for (let other = first + 1; other < end; other++) {
      const candidate = heap[other]!;
      if (!precedes(candidate, child)) continue;
      below = other;
      child = candidate;
    }
    if (!precedes(child, entry)) break;
    heap[position] = child;
    child.position = position;
    position = below;
  }
  heap[position] = entry;
  entry.position = position;
}
