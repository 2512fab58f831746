/**
 * A first-in, first-out queue over a plain array: both ends cost O(1) amortized.
 *
 * `Array.shift` moves all that is left, and the oldest key of a `Map` is found only by passing over
 * all that were deleted before it.
 *
 * @module
 */

/** The queue: `items` from `head` on, oldest first. */
export interface Fifo<Item> {
  /** The queue, and before it what has left it and was not cleared away yet. */
  items: Item[];
  /** Where the oldest item is. */
  head: number;
}

/** A queue with nothing in it. */
export function emptyFifo<Item>(): Fifo<Item> {
  return { items: [], head: 0 };
}

/** Number of items. */
export function fifoSize<Item>({ items, head }: Fifo<Item>): number {
  return items.length - head;
}

/** Adds an item behind all others. */
export function enqueueLast<Item>({ items }: Fifo<Item>, item: Item): void {
  items.push(item);
}

/** Returns the oldest item, or `undefined` when there is none. */
export function oldest<Item>({ items, head }: Fifo<Item>): Item | undefined {
  return items[head];
}

/** Removes and returns the oldest item, or `undefined` when there is none. */
export function dequeueFirst<Item>(fifo: Fifo<Item>): Item | undefined {
  if (fifo.head === fifo.items.length) return undefined;
  const item = fifo.items[fifo.head++];
  if (fifo.head > 1024 && 2 * fifo.head > fifo.items.length) {
    fifo.items = fifo.items.slice(fifo.head);
    fifo.head = 0;
  }
  return item;
}

/** Removes the items for which `isKept` is false. Costs O(items). */
export function retain<Item>(fifo: Fifo<Item>, isKept: (item: Item) => boolean): void {
  fifo.items = fifo.items.slice(fifo.head).filter(isKept);
  fifo.head = 0;
}
