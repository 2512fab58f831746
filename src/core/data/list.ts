/**
 * Doubly linked lists whose items hold their own links: any item is taken out in O(1), without a
 * search.
 *
 * @module
 */

/** The fields that a list maintains in its items; an item is in at most one list. */
export interface Linked<Item> {
  /** The item before it. */
  previous: Item | undefined;
  /** The item behind it. */
  next: Item | undefined;
}

/** A list, by its ends. */
export interface List<Item> {
  /** The first item. */
  first: Item | undefined;
  /** The last item. */
  last: Item | undefined;
}

/** A list with nothing in it. */
export function emptyList<Item>(): List<Item> {
  return { first: undefined, last: undefined };
}

/** Puts `item` behind all others. */
export function append<Item extends Linked<Item>>(list: List<Item>, item: Item): void {
  const { last } = list;
  item.previous = last;
  item.next = undefined;
  if (last === undefined) list.first = item;
  else last.next = item;
  list.last = item;
}

/** Puts `item` before `next`; behind all others when there is no next. */
export function insertBefore<Item extends Linked<Item>>(
  list: List<Item>,
  item: Item,
  next: Item | undefined,
): void {
  if (next === undefined) return append(list, item);
  const { previous } = next;
  item.previous = previous;
  item.next = next;
  if (previous === undefined) list.first = item;
  else previous.next = item;
  next.previous = item;
}

/** Takes `item` out. */
export function unlink<Item extends Linked<Item>>(list: List<Item>, item: Item): void {
  const { previous, next } = item;
  if (previous === undefined) list.first = next;
  else previous.next = next;
  if (next === undefined) list.last = previous;
  else next.previous = previous;
  item.previous = undefined;
  item.next = undefined;
}
