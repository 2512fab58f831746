/**
 * Explores the lock machine within the bounds of a model.
 *
 * @module
 */

import { type Instant, type Machine, Refusal, type Tick } from "../../src/core/machine.ts";
import type { AskRefused, LockEvent, ResourceRefused } from "../../src/locks/events.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import type { LockAnswers, LockCommand } from "../../src/locks/commands.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockState } from "../../src/locks/state.ts";
import type { Move, StateGraph } from "../../src/testing/explorer.ts";
import { exploreObserved } from "../tool/exploring.ts";
import { identityOf } from "../tool/identity.ts";
import { stateText, THEN } from "../tool/graphs.ts";
import type { Observer } from "../tool/subject.ts";
import { canonical } from "../tool/value.ts";
import type { FullModel } from "./models.ts";
import { idOf, lockOf } from "./paths.ts";
import { requestOf } from "./rows.ts";
import type { SeededModel } from "./seeds.ts";

/** A bounded model. */
export type LockModel = FullModel | SeededModel;

/** What a lock machine does not decide by: options, marks of searches, places that follow from others. */
const IRRELEVANT: ReadonlySet<string> = new Set([
  ...["config", "search", "lastSearch", "sweepAt"],
  ...["position", "lockIndex", "ownerIndex"],
]);

/**
 * Returns the machine's reachable states, written as the specification's. With `everyState`, also those
 * are explored that are written like others.
 */
export function exploreLocks(
  model: LockModel,
  observer?: Observer,
  everyState = false,
): StateGraph {
  const exploration = {
    alphabet: movesOf(model),
    describe: (state: Readonly<LockState>, now: Instant) =>
      stateText(variablesOf(model, state, now)),
    ...everyState &&
      { identify: (state: Readonly<LockState>) => identityOf(state, IRRELEVANT) },
    label: labelOf,
    allows: (state: Readonly<LockState>, now: Instant, move: Move<LockCommand>) =>
      mayTry(model, state, now, move),
  };
  return exploreObserved(machineOf(model), exploration, observer);
}

/** The machine of a model, which begins with what its seed leads to. */
function machineOf(model: LockModel): Machine<LockState, Each, LockEvent, LockAnswers> {
  const machine = lockMachine(model.config);
  return "seed" in model ? { ...machine, init: () => seededState(model) } : machine;
}

type Each = Exclude<LockCommand, Tick>;

/** Returns the state that a seed leads to. */
export function seededState({ config, seed }: SeededModel): LockState {
  const machine = lockMachine(config);
  const state = machine.init();
  for (const command of seed) machine.step(state, command, 0, []);
  return state;
}

/** Everything that is tried in every state. */
export function movesOf(model: LockModel): Move<LockCommand>[] {
  if ("seed" in model) return [...model.moves];
  const { owners, locks, definable = locks, capacities, durations } = model;
  return [
    ...owners.flatMap((owner) => commandsOf(model, owner)),
    ...definable.map(idOf).flatMap((resourceId) =>
      capacities.map((capacity) => ({ type: "define" as const, resourceId, capacity }))
    ),
  ].map((command): Move<LockCommand> => ({ command, afterMs: 0 })).concat(
    durations.flatMap((afterMs) => [
      { command: { type: "tick" }, afterMs },
      { command: { type: "resume-listening" }, afterMs },
    ]),
  );
}

function commandsOf(model: FullModel, owner: string): LockCommand[] {
  const who = { agentId: owner, owner };
  const terms = product(model.priorities, model.timeouts, model.leases);
  const locks = model.locks.map(idOf);
  const targets = product(locks, model.epochs);
  const waits = Array.from({ length: model.maxWait }, (_, i) => i + 1);
  // A request for several units of a shared lock is excluded: façades refuse it.
  const kinds = product(model.modes, model.units)
    .filter(([mode, units]) => mode === "exclusive" || units === 1);
  return [
    ...product(locks, kinds, terms, model.patience).map((
      [resourceId, [mode, units], [priority, timeoutMs, leaseMs], wait],
    ): LockCommand => ({
      ...{ type: "acquire", ...who, resourceId, mode, units, priority, timeoutMs, leaseMs, wait },
    })),
    ...product(model.groups, terms).map(([group, [priority, timeoutMs, leaseMs]]): LockCommand => {
      const requests = group
        .map(([lock, mode, units]) => ({ resourceId: idOf(lock), mode, units }));
      return { type: "acquire-all", ...who, requests, priority, timeoutMs, leaseMs };
    }),
    ...targets.map(([resourceId, epoch]): LockCommand => (
      { type: "release", ...who, resourceId, epoch }
    )),
    ...product(targets, model.renewals).map(([[resourceId, epoch], leaseMs]): LockCommand => (
      { type: "renew", ...who, resourceId, epoch, leaseMs }
    )),
    ...waits.map((waitId): LockCommand => ({ type: "cancel-wait", ...who, waitId })),
    ...product(waits, model.keepings ?? []).map(([waitId, keepMs]): LockCommand => (
      { type: "detach-wait", ...who, waitId, keepMs }
    )),
    ...product(waits, locks, model.modes, model.terms ?? []).map((
      [ticket, resourceId, mode, [keepMs, waitMs]],
    ): LockCommand => ({
      ...{ type: "acquire", ...who, resourceId, mode, units: 1, priority: 0, timeoutMs: 0 },
      ...{ leaseMs: 0, wait: true, ticket },
      ...(keepMs > 0 && { keepMs }),
      ...(waitMs >= 0 && { waitMs }),
    })),
    ...(model.leavers ?? model.owners).includes(owner)
      ? [{ type: "release-all" as const, ...who }]
      : [],
  ];
}

/** All combinations of one of each. */
function product<Lists extends readonly (readonly unknown[])[]>(
  ...lists: Lists
): { -readonly [I in keyof Lists]: Lists[I][number] }[] {
  return lists.reduce<unknown[][]>(
    (combined, list) => combined.flatMap((row) => list.map((member) => [...row, member])),
    [[]],
  ) as { -readonly [I in keyof Lists]: Lists[I][number] }[];
}

/** The surroundings' guard; the same as `MayAsk` and `MayPass` of `MCLocking`. */
function mayTry(
  { maxEpoch, maxWait, maxNow }: LockModel,
  { epoch, lastWait }: Readonly<LockState>,
  now: Instant,
  { command, afterMs }: Move<LockCommand>,
): boolean {
  if (command.type === "tick" || command.type === "resume-listening") {
    return now + afterMs <= maxNow;
  }
  const isAsking = command.type === "ask" ||
    ((command.type === "acquire" || command.type === "acquire-all") && !command.ticket);
  return !isAsking || (epoch < maxEpoch && lastWait < maxWait);
}

/** The specification's variables in a state of the machine, as text. */
function variablesOf(
  model: LockModel,
  state: Readonly<LockState>,
  now: Instant,
): [name: string, value: string][] {
  const variables = Object.entries(valuesOf(model, state, now))
    .map(([name, value]): [string, string] => [name, canonical(value)]);
  return "seed" in model ? variables : variables.filter(([name]) => name !== "asks");
}

/** The values of the specification's variables in a state of the machine. */
export function valuesOf(
  { locks }: Pick<LockModel, "locks">,
  state: Readonly<LockState>,
  now: Instant,
): Record<string, unknown> {
  const queueOf = (id: string) =>
    [...state.locks.get(idOf(id))?.queue ?? []]
      .sort((a, b) => a.rank - b.rank || a.sequence - b.sequence).map(({ wait }) => wait.id);
  const each = (valueOf: (id: string) => unknown) => new Map(locks.map((id) => [id, valueOf(id)]));
  return {
    now,
    epoch: state.epoch,
    lastWait: state.lastWait,
    capacity: each((id) => state.locks.get(idOf(id))?.capacity ?? 1),
    holds: each((id) => holdsOf(state, id)),
    queue: each(queueOf),
    waits: waitsOf(state),
    asks: asksOf(state),
    timers: timersOf(state),
  };
}

function holdsOf(state: Readonly<LockState>, id: string): Map<string, unknown> {
  const holds = state.locks.get(idOf(id))?.holds ?? [];
  return new Map(
    holds.map(({ owner, mode, units, epoch, since, waitId: wait, leaseMs, keepMs }) => {
      const hold = { mode, units, epoch, since, wait, leaseMs };
      return [owner.owner, keepMs > 0 ? { ...hold, keepMs } : hold] as const;
    }),
  );
}

function waitsOf({ waits }: Readonly<LockState>): Map<number, unknown> {
  return new Map(
    [...waits].map(([key, { id, owner, tickets, priority, since, timeoutMs, leaseMs, caller }]) => {
      const requests = tickets.map(({ lock: { resourceId }, mode, units }) =>
        requestOf({ resourceId, mode, units })
      );
      return [key, {
        id,
        owner: owner.owner,
        requests,
        priority,
        since,
        timeoutMs,
        leaseMs,
        ...(caller && { caller: { left: caller.isGone, keepMs: caller.keepMs } }),
      }] as const;
    }),
  );
}

function asksOf({ requests }: Readonly<LockState>): Map<number, unknown> {
  return new Map([...requests.values()].map(({ askId: id, number, from, to, priority, since }) => [
    number,
    { id, from: from.owner, to: to.owner, priority, since },
  ]));
}

/** The timers; how waits ended whose callers had left, which is forgotten in time, is not modeled. */
function timersOf({ deadlines }: Readonly<LockState>): unknown[] {
  return deadlines.timers.filter(({ isSet }) => isSet).sort((a, b) => a.sequence - b.sequence)
    .flatMap(({ rank: at, subject }) => {
      if (subject.kind === "ended") return [];
      if (subject.kind === "hold") return { at, kind: "hold", id: subject.epoch };
      return { at, kind: subject.kind, id: subject.kind === "wait" ? subject.id : subject.wait.id };
    });
}

/** Labels a step: the command, its answer, and the fields of each event that followed. */
function labelOf(
  { command, afterMs }: Move<LockCommand>,
  events: readonly LockEvent[],
  answer: unknown,
): string {
  if (command.type === "tick" || command.type === "resume-listening") {
    return [commandText(command, afterMs), ...events.map(eventText)].join(THEN);
  }
  const [first, ...others] = events;
  const asked = `${commandText(command, 0)} = ${answerText(command, answer, first)}`;
  return [asked, ...others.map(eventText)].join(THEN);
}

/** A command in words. */
export function commandText(command: LockCommand | Tick, afterMs: number): string {
  switch (command.type) {
    case "tick":
      return `tick ${afterMs}`;
    case "resume-listening":
      return `wake ${afterMs}`;
    case "define":
      return `define ${lockOf(command.resourceId)} ${command.capacity}`;
    case "acquire": {
      const { owner, priority, timeoutMs, leaseMs, wait, ticket, keepMs = 0, waitMs = -1 } =
        command;
      if (ticket !== undefined) {
        return `resume ${owner} ${requestText(command)} ${ticket} ${keepMs} ${waitMs}`;
      }
      return `acquire ${owner} ${requestText(command)} ${priority} ${timeoutMs} ${leaseMs} ${wait}`;
    }
    case "acquire-all": {
      const { owner, requests, priority, timeoutMs, leaseMs } = command;
      const asked = requests.map(requestText).join(" ");
      return `acquire-all ${owner} ${asked} ${priority} ${timeoutMs} ${leaseMs}`;
    }
    case "release":
      return `release ${command.owner} ${lockOf(command.resourceId)} ${command.epoch}`;
    case "renew": {
      const { owner, resourceId, epoch, leaseMs } = command;
      return `renew ${owner} ${lockOf(resourceId)} ${epoch} ${leaseMs}`;
    }
    case "cancel-wait":
      return `cancel-wait ${command.owner} ${command.waitId}`;
    case "detach-wait":
      return `detach-wait ${command.owner} ${command.waitId} ${command.keepMs}`;
    case "release-all":
      return `release-all ${command.owner}`;
    case "evict":
      return `evict ${lockOf(command.resourceId)} ${command.agentIds.join(" ")}`;
    case "revoke":
      return `revoke ${lockOf(command.resourceId)} ${command.epoch}`;
    case "ask":
      return `ask ${command.askId} ${command.agentId} ${command.toAgentId} ${command.priority}`;
    case "end-ask":
      return `end-ask ${command.askId}`;
    default:
      throw new Error(`Cannot describe ${command.type}: the specification must have it`);
  }
}

function requestText({ resourceId, mode, units }: ResourceRequest): string {
  return `${lockOf(resourceId)} ${mode} ${units}`;
}

/** The answer as the specification calls it: by its first event, or by the reason of a refusal. */
function answerText(
  command: LockCommand,
  answer: unknown,
  first: LockEvent | undefined,
): string {
  if (answer instanceof Refusal) {
    const refused = answer.event as ResourceRefused | AskRefused;
    const { reason } = refused;
    return command.type === "acquire-all" && refused.type === "resource:refused"
      ? `${reason} ${lockOf(refused.resourceId)}`
      : reason;
  }
  switch (command.type) {
    case "acquire-all": {
      const given = answer as LockAnswers["acquire-all"];
      if (given.status !== "granted") return given.status;
      return given.grants[0]!.borrowed ? "reacquired" : "acquired";
    }
    default:
      return first === undefined ? "nothing" : first.type.split(":")[1]!;
  }
}

/** Fields that the specification lacks: agents apart from owners. */
const UNKNOWN = new Set(["agentId", "agents", "victim"]);

/** Returns the fields of an event that the specification has. */
export function toldOf(event: LockEvent): Record<string, unknown> {
  const entries = Object.entries(event).flatMap(([name, value]): [string, unknown][] => {
    if ("toAgentId" in event && name === "agentId") return [["owner", value]];
    if (name === "toAgentId") return [["to", value]];
    const isLeftOut = UNKNOWN.has(name) || (name === "askId" && value === "");
    return isLeftOut ? [] : [[name, toldValue(name, value)]];
  });
  return Object.fromEntries(entries);
}

function toldValue(name: string, value: unknown): unknown {
  if (name === "resourceId") return lockOf(value as string);
  if (name === "resourceIds" || name === "resources") return (value as string[]).map(lockOf);
  return value === Infinity ? 0 : value;
}

function eventText(event: LockEvent): string {
  return canonical(toldOf(event));
}
