/**
 * Requests that wait for their response, as far as locks are concerned: who asks waits for who is
 * asked, and a deadlock may go through that.
 *
 * The specification of locks knows nothing of them: without requests the machine does what it says,
 * and with them only more of the same kind, waits that end because they are part of a cycle.
 *
 * @module
 */

import type { AskEnded } from "./events.ts";
import type { Ask as AskCommand, EndAsk } from "./commands.ts";
import { type Ask, followUps, type LockState, type Owner, tell, type Turn } from "./state.ts";
import { isIdleOwner, ownerOf } from "./tables.ts";

/** Lets who asks wait for who is asked, in O(1). Who asks itself waits for nobody. */
export function begin(turn: Turn, command: AskCommand): void {
  const { state, now } = turn;
  const { askId, agentId, toAgentId, priority } = command;
  if (agentId === toAgentId) return;
  const isKnown = state.asks.has(askId);
  if (isKnown || state.asks.size >= state.config.maxAsks) {
    const reason = isKnown ? "known-ask" : "full";
    return tell(turn, { type: "ask:refused", askId, agentId, toAgentId, reason });
  }
  const from = ownerOf(state, agentId, agentId);
  const to = ownerOf(state, toAgentId, toAgentId);
  const number = ++state.lastWait;
  const ask: Ask = { askId, number, from, to, priority, since: now, fromIndex: 0, toIndex: 0 };
  link(state, ask);
  tell(turn, { type: "ask:begun", askId, agentId, toAgentId, priority });
  if (from.askedBy === undefined && from.holds.length + from.waits.length === 0) return;
  followUps(turn).suspects.push(from);
}

/** Ends a request that was answered or given up; harmless when it has ended. */
export function end(turn: Turn, { askId }: EndAsk): void {
  const ask = turn.state.asks.get(askId);
  if (ask !== undefined) endAsk(turn, ask, "ended");
}

/** Ends all requests of `owner`, and all that it was asked, oldest first. */
export function endAll(turn: Turn, { asks = [], askedBy = [] }: Owner): void {
  const all = [...asks, ...askedBy].sort((a, b) => a.number - b.number);
  for (const ask of all) endAsk(turn, ask, "gone");
}

function endAsk(turn: Turn, ask: Ask, reason: AskEnded["reason"]): void {
  const { askId, from, to, since } = ask;
  unlink(turn.state, ask);
  tell(turn, {
    type: "ask:ended",
    askId,
    agentId: from.agentId,
    toAgentId: to.agentId,
    reason,
    waitedMs: turn.now - since,
  });
}

function link(state: LockState, ask: Ask): void {
  const { from, to } = ask;
  for (const owner of [from, to]) if (isIdleOwner(owner)) state.idleOwners--;
  from.asks ??= [];
  to.askedBy ??= [];
  ask.fromIndex = from.asks.push(ask) - 1;
  ask.toIndex = to.askedBy.push(ask) - 1;
  state.asks.set(ask.askId, ask);
}

/** Takes a request out of the tables, in O(1). */
export function unlink(state: LockState, ask: Ask): void {
  const { from, to, fromIndex, toIndex } = ask;
  const lastOfFrom = from.asks!.pop()!;
  if (lastOfFrom !== ask) {
    from.asks![fromIndex] = lastOfFrom;
    lastOfFrom.fromIndex = fromIndex;
  }
  const lastOfTo = to.askedBy!.pop()!;
  if (lastOfTo !== ask) {
    to.askedBy![toIndex] = lastOfTo;
    lastOfTo.toIndex = toIndex;
  }
  if (from.asks!.length === 0) from.asks = undefined;
  if (to.askedBy!.length === 0) to.askedBy = undefined;
  state.asks.delete(ask.askId);
  for (const owner of [from, to]) if (isIdleOwner(owner)) state.idleOwners++;
}
