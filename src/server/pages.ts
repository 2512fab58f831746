/**
 * Serves the files of the dashboard, and opens it by a one-time link.
 *
 * @module
 */

import { ASSETS, CONTENT_POLICY } from "../dashboard/mod.ts";
import type { Extension } from "./api.ts";
import { cookieFor } from "./links.ts";
import type { Showing } from "./operation.ts";

/** The paths of pages; each is the same file, which shows the page of the address. */
const PAGE = /^\/(?:|(?:agents|tasks|plan|locks|files|messages|timeline|charts)(?:\/.*)?)$/;

/** Headers of all files. */
const HEADERS = {
  "content-security-policy": CONTENT_POLICY,
  "cache-control": "no-cache",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** Answers the requests for files, and for links. */
export function pagesExtension({ tokens, links }: Pick<Showing, "tokens" | "links">): Extension {
  return (request, url) => {
    if (request.method !== "GET") return undefined;
    const { pathname } = url;
    if (pathname === "/open") {
      const now = Date.now();
      const name = links.take(url.searchParams.get("link") ?? "", now);
      const headers = {
        location: "/",
        "set-cookie": cookieFor(tokens, name, now, links.sessionMs),
        ...HEADERS,
      };
      return new Response(null, { status: 303, headers });
    }
    const asset = ASSETS[PAGE.test(pathname) ? "/" : pathname];
    if (asset === undefined) return undefined;
    const { type, text, tag } = asset;
    const headers = { "content-type": type, etag: tag, ...HEADERS };
    if (request.headers.get("if-none-match") === tag) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(text, { headers });
  };
}
