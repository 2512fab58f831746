/**
 * Tickets: a wait that its caller may leave, and ask for again.
 *
 * A caller that says for how long its wait is to be kept may leave it: the wait keeps its place in the
 * queue without a caller, until that time has passed. What it is granted meanwhile lapses at the same
 * moment, unless the caller has come back for it, so nothing is held for longer than the caller was
 * told. Its ticket is an id of the machine and no secret: it serves the agent of the wait only.
 *
 * @module
 */

import { type Attempt, quote, requireMs } from "./arguments.ts";
import { timeOfDay } from "./describe.ts";
import { LockstepError } from "./errors.ts";
import type { Instant } from "./machine.ts";

/**
 * Options of a call that waits, by which its wait outlives it.
 * @category Runtime
 */
export interface TicketOptions {
  /**
   * The time for which the wait keeps its place after its caller has left, in milliseconds: at the end
   * of `waitMs`, when the call's signal aborts, or with its process. The call rejects with a
   * `StillWaitingError` then, whose ticket resumes the wait.
   * @default the wait ends with the call
   */
  keepMs?: number;
  /** The longest time that the call lasts, in milliseconds; 0 asks once. @default no limit */
  waitMs?: number;
  /** The ticket of the wait to resume; the call begins no other one. @default a wait begins */
  ticket?: string;
}

/** Checked options. Fields that were left out are absent, so that a command may contain them. */
export interface TicketTerms {
  /** The time for which the wait is kept without a caller. */
  readonly keepMs?: number;
  /** The time after which its caller leaves; absent for never. */
  readonly waitMs?: number;
  /** The number of the wait to resume. */
  readonly ticket?: number;
}

const NO_TERMS: TicketTerms = {};

/**
 * Returns the checked options; `prefix` begins the tickets of this kind of wait. Without `keepMs`, a wait
 * that `mayEnd` ends with `waitMs`.
 */
export function readTicketOptions(
  { keepMs, waitMs, ticket }: TicketOptions,
  prefix: string,
  attempt: Attempt,
  mayEnd = false,
): TicketTerms {
  if (keepMs === undefined && waitMs === undefined && ticket === undefined) return NO_TERMS;
  if (keepMs !== undefined) requireMs(keepMs, 1, "keepMs", attempt);
  if (waitMs !== undefined) requireMs(waitMs, 0, "waitMs", attempt);
  if (waitMs !== undefined && keepMs === undefined && !mayEnd) {
    throw new RangeError(`Cannot ${attempt()}: keepMs must be given with waitMs, got none`);
  }
  return {
    ...(keepMs !== undefined && { keepMs }),
    ...(waitMs !== undefined && { waitMs }),
    ...(ticket !== undefined && { ticket: readTicket(ticket, prefix, attempt) }),
  };
}

/** Returns the ticket of a wait. */
export function ticketOf(prefix: string, id: number): string {
  return `${prefix}-${id}`;
}

function readTicket(ticket: unknown, prefix: string, attempt: Attempt): number {
  const id = typeof ticket === "string" && ticket.startsWith(`${prefix}-`)
    ? Number(ticket.slice(prefix.length + 1))
    : 0;
  if (Number.isSafeInteger(id) && id > 0 && ticketOf(prefix, id) === ticket) return id;
  const rule = `ticket must be that of a StillWaitingError, such as "${prefix}-1"`;
  throw new TypeError(`Cannot ${attempt()}: ${rule}, got ${quote(ticket)}`);
}

/**
 * A call ended before its wait, which keeps its place. The same call with the ticket resumes it.
 * @category Errors
 */
export class StillWaitingError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "still-waiting";
  /** The option `ticket` of the call that resumes the wait, by the same agent. */
  readonly ticket: string;
  /** The time until which the wait, or what it is granted, is kept. */
  readonly keptUntil: Instant;

  /** Names the ticket and the time; `cause` is the reason of a signal that aborted the call. */
  constructor(attempt: string, ticket: string, keptUntil: Instant, options?: ErrorOptions) {
    const until = timeOfDay(keptUntil);
    super(`Cannot ${attempt} yet: ticket ${quote(ticket)} keeps the place until ${until}`, options);
    this.ticket = ticket;
    this.keptUntil = keptUntil;
  }
}

/**
 * No wait of the agent has this ticket: it lapsed as nobody asked with it in time, it is another
 * agent's, or what it was granted is over.
 * @category Errors
 */
export class TicketExpiredError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "ticket-expired";
  /** The ticket of the call. */
  readonly ticket: string;

  /** Names the ticket. */
  constructor(attempt: string, ticket: string) {
    super(`Cannot ${attempt}: ticket must be one in force of the same agent, got ${quote(ticket)}`);
    this.ticket = ticket;
  }
}
