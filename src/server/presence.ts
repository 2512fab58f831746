/**
 * The connections by which agents show that they are there.
 *
 * While an agent holds one, the server sends its heartbeats, so that a long tool call ends no agent.
 * When it loses its last one it is suspected at once, and counts as dead after a grace. An agent that
 * holds none shows that it is alive by any call.
 *
 * @module
 */

import type { CoordinationManager } from "../coordination/mod.ts";
import type { Instant } from "../core/machine.ts";

/** The time between two heartbeats of an agent that holds a connection, in milliseconds. */
const BEAT_MS = 10_000;

/** The part of a heartbeat timeout after which a call counts as a heartbeat again. */
const BEAT_PART = 10;

/** Counts the connections of agents, and sends their heartbeats. */
export class Presence {
  readonly #manager: CoordinationManager;
  readonly #graceMs: number;
  /** By agent id: the connections of each incarnation. */
  readonly #held = new Map<string, { incarnation: number; count: number }>();
  readonly #timer: ReturnType<typeof setInterval>;
  #isClosed = false;

  /** `graceMs` is the time from a lost connection to the death of the agent. */
  constructor(manager: CoordinationManager, graceMs: number) {
    this.#manager = manager;
    this.#graceMs = graceMs;
    this.#timer = setInterval(() => {
      for (const [agentId, { incarnation }] of this.#held) this.#beat(agentId, incarnation);
    }, BEAT_MS);
  }

  /** Number of agents that hold a connection. */
  get size(): number {
    return this.#held.size;
  }

  /** Whether an agent holds a connection. */
  has(agentId: string): boolean {
    return this.#held.has(agentId);
  }

  /** Begins a connection of an agent. The returned function ends it. */
  connect(agentId: string, incarnation: number): () => void {
    const held = this.#held.get(agentId);
    const own = held?.incarnation === incarnation ? held : { incarnation, count: 0 };
    own.count++;
    this.#held.set(agentId, own);
    this.#beat(agentId, incarnation);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      own.count--;
      if (own.count === 0 && this.#held.get(agentId) === own) this.#lost(agentId, incarnation);
    };
  }

  /** Notes that an incarnation has made a call, which counts as a heartbeat. */
  called(agentId: string, incarnation: number, now: Instant): void {
    const member = this.#manager.getAgent(agentId);
    if (member === undefined || member.incarnation !== incarnation) return;
    const { status, deadAt, lastHeardAt } = member;
    if (status === "alive" && deadAt === undefined) return;
    const isDue = deadAt === undefined || now - lastHeardAt > (deadAt - lastHeardAt) / BEAT_PART;
    if (status === "suspect" || isDue) this.#beat(agentId, incarnation);
  }

  /** Stops; what is connected then is as after a crash. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #beat(agentId: string, incarnation: number): void {
    this.#manager.heartbeat(agentId, incarnation).catch(ignore); // it may be gone, or stale
  }

  #lost(agentId: string, incarnation: number): void {
    this.#held.delete(agentId);
    if (this.#isClosed) return;
    if (this.#manager.getAgent(agentId)?.incarnation !== incarnation) return; // it is gone
    const agent = this.#manager.session(agentId, incarnation);
    agent.disconnected(this.#graceMs).catch(ignore);
  }
}

function ignore(): void {}
