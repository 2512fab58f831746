/**
 * Links that open the dashboard in a browser once, and the cookie that the browser has from then on.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import type { Instant } from "../core/machine.ts";
import { RequestError } from "../service/problem.ts";
import type { Principal, Tokens } from "./principals.ts";

/** The time for which a link is good, in milliseconds. */
const LINK_MS = 60_000;

/** The time for which a browser is, in milliseconds. */
const SESSION_MS = 30 * 24 * 60 * 60_000;

const RULE = 'it must be new, as it works once and for a minute; run "lockstep open" again';

/** The most links that are good at the same time. */
const MOST_LINKS = 100;

/** Options of links. */
export interface LinkOptions {
  /** The time for which a link is good, in milliseconds. @default one minute */
  readonly linkMs?: number;
  /** The time for which the browser that opened one is, in milliseconds. @default 30 days */
  readonly sessionMs?: number;
  /** The rule for those whose link is not good. */
  readonly rule?: string;
}

/** Makes links, and takes each once. */
export class Links {
  /** The time for which a browser that opened a link is good, in milliseconds. */
  readonly sessionMs: number;
  readonly #linkMs: number;
  readonly #rule: string;
  /** The person and the end of each link, by its code, oldest first. */
  readonly #open = new Map<string, { readonly name: string; readonly until: Instant }>();

  constructor({ linkMs = LINK_MS, sessionMs = SESSION_MS, rule = RULE }: LinkOptions = {}) {
    this.sessionMs = sessionMs;
    this.#linkMs = linkMs;
    this.#rule = rule;
  }

  /** Makes the code of a link for a person. */
  make(name: string, now: Instant): { readonly code: string; readonly until: Instant } {
    for (const [code, { until }] of this.#open) {
      if (until > now && this.#open.size < MOST_LINKS) break;
      this.#open.delete(code);
    }
    const code = randomBytes(24).toString("base64url");
    const until = now + this.#linkMs;
    this.#open.set(code, { name, until });
    return { code, until };
  }

  /** Returns the person of a link, which is good for nothing from then on. @throws {RequestError} */
  take(code: string, now: Instant): string {
    const link = this.#open.get(code);
    this.#open.delete(code);
    if (link !== undefined && now < link.until) return link.name;
    throw new RequestError(403, "stale-link", `Cannot open the link: ${this.#rule}`);
  }
}

/** Returns the header that gives a browser its cookie, which is good for `sessionMs`. */
export function cookieFor(
  tokens: Tokens,
  name: string,
  now: Instant,
  sessionMs: number,
): string {
  const token = tokens.session(name, now + sessionMs);
  return `${tokens.cookie}=${token}; Path=/; Max-Age=${
    sessionMs / 1000
  }; HttpOnly; SameSite=Strict`;
}

/** Returns the person of the cookie of a request; `undefined` without one that is good. */
export function personOf(tokens: Tokens, headers: Headers, now: Instant): Principal | undefined {
  for (const each of headers.get("cookie")?.split(";") ?? []) {
    const [name, token = ""] = each.trim().split("=", 2) as [string, string?];
    if (name !== tokens.cookie) continue;
    const person = tokens.person(token, now);
    if (person !== undefined) return person;
  }
  return undefined;
}
