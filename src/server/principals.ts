/**
 * The callers of a server, and the tokens by which it knows them.
 *
 * One secret, in a file that only the user may read, is the token of operators, and the key from which
 * the tokens of agents are made. So tokens need no table and outlive a restart; that an incarnation is
 * over is checked by the machine, as for every command.
 *
 * @module
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../core/machine.ts";
import { writePrivate } from "../service/home.ts";
import { RequestError } from "../service/problem.ts";

/** A person or a program that runs the server. */
export interface Operator {
  readonly kind: "operator";
  /** Goes into the journal with what it does. */
  readonly name: string;
}

/** The caller of an operation. */
export type Principal =
  | Operator
  /** One incarnation of an agent. */
  | { readonly kind: "agent"; readonly agentId: string; readonly incarnation: number }
  /** A caller without a token. */
  | { readonly kind: "stranger" };

const OPERATOR: Operator = { kind: "operator", name: "operator" };

/** The header with the name of an operator, percent-encoded where it has to be. */
export const USER_HEADER = "lockstep-user";

/** Characters that can be seen, and spaces. */
const USER = /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u;

/** The caller that has no token, unless only operators can make its connection. */
export const STRANGER: Principal = { kind: "stranger" };

/** The most tokens whose callers are remembered. */
const MOST_KNOWN = 1000;

/**
 * Returns an operator with the name of the header, or under the common name without one.
 *
 * @throws {RequestError} when the name is malformed
 */
export function operatorNamed(header: string | null): Operator {
  if (header === null) return OPERATOR;
  const name = decoded(header);
  requireUserName(name, USER_HEADER);
  return { ...OPERATOR, name };
}

/** @throws {RequestError} when `name`, which `field` has, can't be the name of an operator */
export function requireUserName(name: unknown, field: string): asserts name is string {
  if (typeof name === "string" && USER.test(name) && name.trim() !== "") return;
  const rule = `${field} must have 1 to 100 printable characters`;
  throw new RequestError(400, "invalid-request", `Cannot accept the request: ${rule}`, { field });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Makes and checks tokens. */
export class Tokens {
  readonly #secret: string;
  #cookie: string | undefined;
  /** The callers of tokens that were checked, so that a call costs no signature. */
  readonly #known = new Map<string, Principal>();

  /** Takes the secret of operators. */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Reads the secret in `folder`, and makes it first if there is none. */
  static in(folder: string): Tokens {
    const path = join(folder, "token");
    if (!existsSync(path)) writePrivate(path, `${randomBytes(32).toString("base64url")}\n`);
    return new Tokens(readFileSync(path, "utf8").trim());
  }

  /** The token of operators. */
  get operator(): string {
    return this.#secret;
  }

  /** The name of the cookie of browsers, which send those of all servers of a host to each of them. */
  get cookie(): string {
    return this.#cookie ??= `lockstep-${this.#sign("cookie").slice(0, 8)}`;
  }

  /** The caller on a connection that only operators can make. */
  readonly trusted: Principal = OPERATOR;

  /** Returns the token of one incarnation of an agent. */
  of(agentId: string, incarnation: number): string {
    const name = Buffer.from(agentId).toString("base64url");
    return `${name}.${incarnation}.${this.#sign(`agent ${incarnation} ${agentId}`)}`;
  }

  /** Returns the token of a person's browser, which is good until `until`. */
  session(name: string, until: Instant): string {
    const id = Buffer.from(name).toString("base64url");
    return `person.${id}.${until}.${this.#sign(`person ${until} ${name}`)}`;
  }

  /** Returns the person with the token of a browser; `undefined` when it is none, or not good any more. */
  person(token: string, now: Instant): Principal | undefined {
    const [kind, id = "", time = ""] = token.split(".");
    const until = Number(time);
    const name = Buffer.from(id, "base64url").toString();
    const isGood = kind === "person" && now < until && isSame(token, this.session(name, until));
    return isGood ? { kind: "operator", name } : undefined;
  }

  /** Returns the caller with this token. @throws {RequestError} when it is none of this server */
  caller(token: string): Principal {
    let caller = this.#known.get(token);
    if (caller !== undefined) return caller;
    caller = this.#checked(token);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(token, caller);
    return caller;
  }

  #checked(token: string): Principal {
    const [name = "", number = "", signature] = token.split(".");
    if (signature === undefined) {
      if (isSame(token, this.#secret)) return OPERATOR;
    } else {
      const agentId = Buffer.from(name, "base64url").toString();
      const incarnation = Number(number);
      if (isSame(token, this.of(agentId, incarnation))) {
        return { kind: "agent", agentId, incarnation };
      }
    }
    const rule = "the token must be one of this server; join again";
    throw new RequestError(401, "invalid-token", `Cannot accept the request: ${rule}`);
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#secret).update(text).digest("base64url");
  }
}

/** Compares in constant time. */
function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
