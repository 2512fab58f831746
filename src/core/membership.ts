/**
 * The membership of an engine among those that share its journal: it lets the others read that it is
 * alive, and ends the sessions of those of which it has long read nothing.
 *
 * Silence is counted in renewals of its own that it has read back, and a session ends only if nothing
 * was appended to it since the record that was read last. So no clock of another engine, no pause of this
 * one, and no journal that is out of reach ends the session of an engine that appends its renewals.
 *
 * @module
 */

import type { CancelTimer, Clock } from "./clock.ts";

/** The interface of an engine for its {@linkcode Membership}. */
export interface Sessions {
  /** The sessions of other engines that are not over. */
  others(): Iterable<string>;
  /** Appends a record that changes nothing, and calls `ended` once it was read back, or with an error. */
  renew(ended: (error: unknown) => void): void;
  /** Ends a session, unless its engine has appended since. */
  end(session: string): void;
}

/** Renews the session of one engine, and watches the others. */
export class Membership {
  readonly #clock: Clock;
  readonly #renewalMs: number;
  readonly #sessions: Sessions;
  /** By session of another engine, the renewals since its last record. */
  #silent = new Map<string, number>();
  #cancelTimer: CancelTimer | undefined;
  #settle: () => Promise<void> = () => Promise.resolve();
  /** Whether a session was ended, and what was its own was not. */
  #isUnsettled = false;
  #isClosed = false;

  /** Creates a membership that does nothing before {@linkcode start}. */
  constructor(sessionMs: number, clock: Clock, sessions: Sessions) {
    this.#renewalMs = Math.max(1, Math.floor(sessionMs / MOST_SILENT));
    this.#clock = clock;
    this.#sessions = sessions;
  }

  /** Renews from now on. */
  start(): void {
    if (this.#isClosed) return;
    this.#cancelTimer = this.#clock.setTimer(this.#clock.now() + this.#renewalMs, () => {
      this.#sessions.renew((error) => {
        if (error === undefined) this.#count();
        this.start();
      });
    });
    this.#cancelTimer.keepAlive?.(false);
  }

  /** Receives that a record of a session was read. */
  heard(session: string): void {
    if (this.#silent.has(session)) this.#silent.set(session, 0);
  }

  /** Sets what ends in the machine what was of sessions that are over; it is called until it succeeds. */
  whenEnded(settle: () => Promise<void>): void {
    this.#settle = settle;
  }

  /** Receives that a session was ended by this engine. */
  ended(): void {
    this.#isUnsettled = false;
    this.#settle().catch(() => this.#isUnsettled = true);
  }

  /** Renews no more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
  }

  #count(): void {
    const silent = new Map<string, number>();
    for (const session of this.#sessions.others()) {
      const count = (this.#silent.get(session) ?? -1) + 1;
      silent.set(session, count);
      if (count >= MOST_SILENT) this.#sessions.end(session);
    }
    this.#silent = silent;
    if (this.#isUnsettled) this.ended();
  }
}

/** The number of renewals within the time after which a silent session is ended. */
const MOST_SILENT = 3;
