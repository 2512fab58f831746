/**
 * An index of all kept tasks in the order of their submission, from which lists are read by the page.
 *
 * Tasks that were submitted one after another share a page, which counts their statuses: so a list of
 * the tasks of one status passes over whole pages, and begins anywhere.
 *
 * @module
 */

import type { Page, TaskRecord, TaskState } from "./state.ts";
import type { TaskStatus } from "./types.ts";

/** The number of submissions that share a page. */
const PAGE_SIZE = 256;

/** Adds a task under its sequence, which is larger than that of any task in the index. */
export function addToPage({ pages }: TaskState, task: TaskRecord): void {
  const number = Math.floor(task.sequence / PAGE_SIZE);
  let page = pages.get(number);
  if (page === undefined) {
    page = { number, tasks: new Set(), counts: {} };
    pages.set(number, page);
  }
  task.page = page;
  page.tasks.add(task);
  countStatus(page, task.status, 1);
}

/** Removes a task that is kept no longer. */
export function removeFromPage({ pages }: TaskState, task: TaskRecord): void {
  const page = task.page!;
  task.page = undefined;
  page.tasks.delete(task);
  countStatus(page, task.status, -1);
  if (page.tasks.size === 0) pages.delete(page.number);
}

/** Counts one task of a page more or less with a status. */
export function countStatus({ counts }: Page, status: TaskStatus, by: 1 | -1): void {
  counts[status] = (counts[status] ?? 0) + by;
}

/**
 * Yields the tasks behind the sequence `after`, in order, of one status if that is given. Costs O(pages)
 * besides the tasks of the pages that it reads.
 */
export function* tasksAfter(
  { pages, sequence }: Readonly<TaskState>,
  after: number,
  status: TaskStatus | undefined,
): Generator<TaskRecord, void> {
  const first = Math.floor((after + 1) / PAGE_SIZE);
  for (const page of pagesFrom(pages, first, Math.floor(sequence / PAGE_SIZE))) {
    let left = status === undefined ? page.tasks.size : page.counts[status] ?? 0;
    if (left === 0) continue;
    for (const task of page.tasks) {
      if (status !== undefined && task.status !== status) continue;
      left--;
      if (task.sequence > after) yield task;
      if (left === 0) break;
    }
  }
}

/** Yields the pages from `first` on: by number, or past those before, whichever is less work. */
function* pagesFrom(
  pages: ReadonlyMap<number, Page>,
  first: number,
  last: number,
): Generator<Page, void> {
  if (last - first > pages.size) {
    for (const page of pages.values()) if (page.number >= first) yield page;
    return;
  }
  for (let number = first; number <= last; number++) {
    const page = pages.get(number);
    if (page !== undefined) yield page;
  }
}
