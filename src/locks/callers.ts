/**
 * Callers that leave their waits, and come back.
 *
 * The wait stays as it is: in its queues and in the wait-for graph, with its time limit, and it may be
 * a deadlock's victim. What it is granted is a grant like any other. Only a time is added, fixed when
 * the caller leaves: when that has passed, the wait ends, or what it was granted, whichever there is.
 * So a caller that is back in time finds either, and nothing is kept for longer than it was told. Spec:
 * `DetachWait`, `Resume`.
 *
 * @module
 */

import { reschedule, schedule, unschedule } from "../core/data/deadlines.ts";
import {
  type Refusal,
  type ResumeListening,
  type SessionTest,
  setSession,
  startsAnew,
} from "../core/machine.ts";
import type { TicketTerms } from "../core/tickets.ts";
import type {
  Acquire,
  AcquireAll,
  CancelWait,
  DetachWait,
  EndedAnswer,
  GroupGrant,
} from "./commands.ts";
import {
  type Caller,
  covers,
  findHold,
  type Hold,
  type LockState,
  type LockStep,
  type Wait,
} from "./state.ts";
import { endWait, keepUntil, reacquire, refuse } from "./transitions.ts";
import type { ResourceRequest } from "./types.ts";

/** Lets the caller of a wait that begins leave it, if the command says for how long it is kept. */
export function mayLeave(step: LockStep, wait: Wait, terms: TicketTerms): number {
  if (terms.keepMs !== undefined) attach(step, wait, terms);
  return wait.id;
}

/** Gives a wait a caller that leaves it after `waitMs`, or that stays to its end without `keepMs`. */
function attach(step: LockStep, wait: Wait, { keepMs, waitMs }: TicketTerms): void {
  setCaller(step, wait, keepMs ?? 0, false, waitMs);
  if (keepMs !== undefined && waitMs === 0) leave(step, wait, keepMs);
}

function setCaller(
  { state: { deadlines }, now }: LockStep,
  wait: Wait,
  keepMs: number,
  isGone: boolean,
  afterMs: number | undefined,
): void {
  unschedule(deadlines, wait.caller?.timer);
  const caller: { -readonly [Key in keyof Caller]: Caller[Key] } = {
    ...{ kind: "caller", wait, keepMs, isGone, timer: undefined },
  };
  wait.caller = keepMs === 0 ? undefined : caller;
  if (keepMs > 0 && afterMs !== undefined) {
    caller.timer = schedule(deadlines, now + afterMs, caller);
  }
}

/** Says that the caller of a wait has left, or ends the wait if it has lapsed. */
export function fireCaller(step: LockStep, { wait, keepMs, isGone }: Caller): void {
  if (isGone) endWait(step, wait, { type: "resource:abandoned", reason: "lapsed" });
  else leave(step, wait, keepMs);
}

function leave(step: LockStep, wait: Wait, keepMs: number): void {
  setCaller(step, wait, keepMs, true, keepMs);
  emitDetached(step, wait, keepMs);
}

function emitDetached({ events, now }: LockStep, wait: Wait, keepMs: number): void {
  const { id: waitId, tickets, owner: { agentId, owner } } = wait;
  const resourceIds = tickets.map(({ lock }) => lock.resourceId);
  const keptUntil = now + keepMs;
  events.push({ type: "resource:detached", resourceIds, agentId, owner, waitId, keptUntil });
}

/** Keeps a wait without a caller, or what it was granted in the meantime. Spec: `DetachWait`. */
export function detachWait(step: LockStep, command: DetachWait): Refusal | undefined {
  const { state, now, events } = step;
  const { waitId, agentId, owner, keepMs } = command;
  const wait = state.waits.get(waitId);
  if (wait !== undefined && wait.owner.owner === owner) {
    if (!wait.caller?.isGone) leave(step, wait, keepMs);
    return undefined;
  }
  const holds = state.owners.get(owner)?.holds ?? [];
  const granted = holds.filter((hold) => hold.waitId === waitId).sort((a, b) => a.epoch - b.epoch);
  if (granted.length === 0) return refuse(step, command, "", "not-waiting");
  const used = granted.filter((hold) => hold.keepMs === 0);
  if (used.length === 0) return undefined;
  const keptUntil = now + keepMs;
  for (const hold of used) keepUntil(state, hold, keepMs, keptUntil);
  const resourceIds = used.map(({ lock }) => lock.resourceId);
  events.push({ type: "resource:detached", resourceIds, agentId, owner, waitId, keptUntil });
}

/** The answer to a command that resumes a wait. */
type Resumed =
  | { readonly status: "granted"; readonly grants: readonly GroupGrant[] }
  | { readonly status: "queued"; readonly waitId: number }
  | EndedAnswer;

/**
 * Gives a wait a caller again. When the owner holds what it asks for, the answer is that, as often as it
 * asks. Never begins a wait. Spec: `Resume`.
 */
export function resume(
  step: LockStep,
  command: Acquire | AcquireAll,
  requests: readonly ResourceRequest[],
): Resumed | Refusal {
  const { state, events } = step;
  const { owner, agentId } = command;
  const waitId = command.ticket!;
  const wait = state.waits.get(waitId);
  if (wait !== undefined && wait.owner.owner === owner && isFor(wait, requests)) {
    const resourceIds = requests.map(({ resourceId }) => resourceId);
    events.push({ type: "resource:resumed", resourceIds, agentId, owner, waitId });
    setSession(wait, command);
    attach(step, wait, command);
    return { status: "queued", waitId };
  }
  const held = requests.flatMap((request) => heldFor(step, owner, request) ?? []);
  if (held.length === requests.length) {
    const grants = held.map((hold): GroupGrant => {
      const { lock: { resourceId }, epoch, keepMs } = hold;
      reacquire(step, hold, undefined);
      return { resourceId, epoch, borrowed: keepMs === 0 && hold.waitId !== waitId };
    });
    return { status: "granted", grants };
  }
  const ended = state.endedWaits.get(waitId);
  if (ended?.owner === owner) return { status: "ended", end: ended.end };
  return refuse(step, command, requests[0]?.resourceId ?? "", "unknown-ticket");
}

function isFor({ tickets }: Wait, requests: readonly ResourceRequest[]): boolean {
  return tickets.length === requests.length &&
    tickets.every(({ lock }, i) => lock.resourceId === requests[i]!.resourceId);
}

function heldFor(
  { state }: LockStep,
  owner: string,
  { resourceId, mode, units }: ResourceRequest,
): Hold | undefined {
  const [lock, known] = [state.locks.get(resourceId), state.owners.get(owner)];
  const hold = lock === undefined || known === undefined ? undefined : findHold(lock, known);
  return hold !== undefined && covers(hold, mode, units) ? hold : undefined;
}

/** Keeps waits anew whose callers could not come back, as no command was received; oldest first. */
export function restartKeeping(step: LockStep, command: ResumeListening): void {
  const { deadlines } = step.state;
  const gone = deadlines.timers.flatMap(({ subject, isSet }) =>
    isSet && subject.kind === "caller" && subject.isGone && startsAnew(command, subject.keepMs)
      ? [subject]
      : []
  );
  for (const { wait, keepMs, timer } of gone.sort((a, b) => a.wait.id - b.wait.id)) {
    reschedule(deadlines, timer!, step.now + keepMs);
    emitDetached(step, wait, keepMs);
  }
}

/**
 * Returns the commands for the waits whose callers are gone with their process: the end of each, or, if
 * it is kept, that its caller has left.
 */
export function orphanedWaits(
  { waits }: Readonly<LockState>,
  isOver: SessionTest,
): (CancelWait | DetachWait)[] {
  return [...waits.values()].filter(isOver).map((
    { id: waitId, owner: { agentId, owner }, caller },
  ) =>
    caller === undefined
      ? { type: "cancel-wait", waitId, agentId, owner }
      : { type: "detach-wait", waitId, agentId, owner, keepMs: caller.keepMs }
  );
}
