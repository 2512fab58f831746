/// <reference lib="dom" />
/**
 * The address: which page is shown, with which filters, of which moment.
 *
 * @module
 */

import { signal } from "@preact/signals";

/** A place in the dashboard. */
export interface Route {
  /** The segments of the path. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string | undefined>>;
}

function current(): Route {
  const path = location.pathname.split("/").filter((each) => each !== "").map(decodeURIComponent);
  return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

/** The place that is shown. */
export const route = signal<Route>(current());

addEventListener("popstate", () => route.value = current());

/** Fields of the address that stay when another page is opened. */
const STAY = ["at"];

/** Returns the address of a page. */
export function linkTo(
  path: readonly string[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const kept = Object.fromEntries(STAY.map((name) => [name, route.value.query[name]]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...kept, ...query })) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return `/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

/** Opens an address. */
export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  const before = route.value.path.join("/");
  route.value = current();
  if (route.value.path.join("/") !== before) scrollTo(0, 0);
}

/** Changes fields of the address; `undefined` removes one. */
export function change(
  fields: Readonly<Record<string, string | number | undefined>>,
  replace = false,
): void {
  const { path, query } = route.value;
  go(linkTo(path, { ...query, ...fields }), replace);
}

/** Follows links of the dashboard without a load of the page. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
  if (link.origin !== location.origin || link.hasAttribute("download")) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
