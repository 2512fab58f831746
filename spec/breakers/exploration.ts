/**
 * Explores the breaker machine within the bounds of a model.
 *
 * @module
 */

import { type Instant, Refusal, type Tick } from "../../src/core/machine.ts";
import type { BreakerCommand } from "../../src/breakers/commands.ts";
import { type BreakerRules, DEFAULT_BREAKER_CONFIG } from "../../src/breakers/config.ts";
import type { BreakerEvent, CircuitRefused } from "../../src/breakers/events.ts";
import { breakerMachine } from "../../src/breakers/machine.ts";
import type { Breaker, BreakerState } from "../../src/breakers/state.ts";
import { BUCKETS, type CallWindow } from "../../src/breakers/window.ts";
import type { Move, StateGraph } from "../../src/testing/explorer.ts";
import { exploreObserved } from "../tool/exploring.ts";
import { stateText, THEN } from "../tool/graphs.ts";
import type { Observer } from "../tool/subject.ts";
import { canonical } from "../tool/value.ts";
import type { BreakerModel } from "./models.ts";

/** Sets of rules, by their names in the specification. */
type RulesByName = Readonly<Record<string, BreakerRules>>;

/** Returns the machine's reachable states, written as the specification's. */
export function exploreBreakers(model: BreakerModel, observer?: Observer): StateGraph {
  const { maxBreakers, idleMs, rules } = model;
  const exploration = {
    alphabet: movesOf(model),
    describe: (state: Readonly<BreakerState>, now: Instant) =>
      stateText(variablesOf(rules, state, now)),
    label: (move: Move<BreakerCommand>, events: readonly BreakerEvent[], answer: unknown) =>
      labelOf(rules, move, events, answer),
    allows: (state: Readonly<BreakerState>, now: Instant, move: Move<BreakerCommand>) =>
      mayTry(model, state, now, move),
  };
  const machine = breakerMachine({ ...DEFAULT_BREAKER_CONFIG, maxBreakers, idleMs });
  return exploreObserved(machine, exploration, observer);
}

/** Everything that is tried in every state. */
export function movesOf(model: BreakerModel): Move<BreakerCommand>[] {
  const commands = model.names.flatMap((name) => commandsOf(model, name));
  return [
    ...commands.map((command): Move<BreakerCommand> => ({ command, afterMs: 0 })),
    ...model.durations.map((afterMs): Move<BreakerCommand> => (
      { command: { type: "tick" }, afterMs }
    )),
  ];
}

function commandsOf(model: BreakerModel, name: string): BreakerCommand[] {
  return [
    ...model.defines.map((rules): BreakerCommand => (
      { type: "define-breaker", name, rules: model.rules[rules]! }
    )),
    ...model.timeouts.map((timeoutMs): BreakerCommand => (
      { type: "request-permit", name, timeoutMs }
    )),
    ...model.results.flatMap(([permit, epoch, at]) =>
      model.outcomes.map((outcome): BreakerCommand => {
        const since = at < 0 ? undefined : at;
        return { type: "settle-permit", name, permit, epoch, since, outcome };
      })
    ),
    ...model.forced.map((state): BreakerCommand => ({ type: "force-breaker", name, state })),
    ...model.reasons.map((reason): BreakerCommand => ({ type: "hold-breaker", name, reason })),
    ...(model.operated.includes(name)
      ? [{ type: "remove-breaker", name }, { type: "reset-breaker", name }] as const
      : []),
  ];
}

/** The surroundings' guard: `MayAct`, `MayRequest`, `MayReport` and `MayPass` of `MCBreakers`. */
function mayTry(
  { maxEpoch, maxPermit, maxCalls, maxNow }: BreakerModel,
  { epoch, lastPermit, breakers }: Readonly<BreakerState>,
  now: Instant,
  { command, afterMs }: Move<BreakerCommand>,
): boolean {
  if (command.type === "tick") return now + afterMs <= maxNow;
  if (epoch >= maxEpoch) return false;
  if (command.type === "request-permit") return lastPermit < maxPermit;
  if (command.type !== "settle-permit") return true;
  const phase = breakers.get(command.name)?.phase;
  return phase?.state !== "closed" || (phase.window?.tally.calls ?? 0) < maxCalls;
}

/** The values of the specification's variables in a state of the machine. */
function variablesOf(
  rules: RulesByName,
  state: Readonly<BreakerState>,
  now: Instant,
): [name: string, value: string][] {
  const { breakers, epoch, lastPermit, config, sound, failing } = state;
  const records = [...breakers].map(([name, breaker]) =>
    [name, {
      rules: rulesName(rules, breaker.rules),
      phase: phaseOf(breaker),
      epoch: breaker.epoch,
      openMs: breaker.openTimeMs,
      usedAt: config.idleMs > 0 && breaker.list === sound ? breaker.usedAt : 0,
    }] as const
  );
  const used: string[] = [];
  for (const list of [sound, failing]) {
    for (let each = list.first; each !== undefined; each = each.next) used.push(each.name);
  }
  return [
    ["now", String(now)],
    ["epoch", String(epoch)],
    ["lastPermit", String(lastPermit)],
    ["breakers", canonical(new Map(records))],
    ["used", canonical(used)],
  ];
}

/** Returns the name of rules. */
export function rulesName(rules: RulesByName, { ...wanted }: BreakerRules): string {
  const text = JSON.stringify(wanted);
  return Object.keys(rules).find((name) => JSON.stringify(rules[name]) === text)!;
}

function phaseOf({ phase }: Readonly<Breaker>): Record<string, unknown> {
  switch (phase.state) {
    case "closed": {
      const { state, failuresInRow: failures, window } = phase;
      return { state, failures, window: window === undefined ? [] : windowOf(window) };
    }
    case "open": {
      const { state, until, heldFor = "" } = phase;
      return { state, until: finite(until), heldFor };
    }
    case "half-open": {
      const probes = [...phase.probes].map(([permit, { rank }]) => [permit, rank] as const);
      return { state: phase.state, successes: phase.successes, probes: new Map(probes) };
    }
  }
}

/** The calls of a window by count, oldest first; of a window by time, the tallies of its slots. */
function windowOf(window: CallWindow): unknown {
  if (window.kind === "count") {
    const { ring, next } = window;
    const calls = ring.length < window.size ? ring : [...ring.slice(next), ...ring.slice(0, next)];
    return calls.map((call) => ({ failed: (call & 1) !== 0, slow: (call & 2) !== 0 }));
  }
  const { buckets, newest } = window;
  const slots = Array.from({ length: BUCKETS }, (_, i) => newest - i);
  const tallies = slots.filter((slot) => slot >= 0)
    .map((slot) => [slot, buckets[slot % BUCKETS]!] as const);
  return new Map(tallies.filter(([, { calls }]) => calls > 0));
}

/** The specification has no infinity. */
function finite(time: number): number {
  return time === Infinity ? -1 : time;
}

/** Labels a step: the command, its answer, and the fields of each event that followed. */
function labelOf(
  rules: RulesByName,
  { command, afterMs }: Move<BreakerCommand>,
  events: readonly BreakerEvent[],
  answer: unknown,
): string {
  const asked = commandText(rules, command, afterMs);
  if (command.type === "tick") return [asked, ...events.map(eventText)].join(THEN);
  const answered = answerText(events, answer);
  const others = answered === "nothing" ? events : events.slice(1);
  return [`${asked} = ${answered}`, ...others.map(eventText)].join(THEN);
}

/** The answer as the specification calls it: by its first event, or by the reason of a refusal. */
function answerText(events: readonly BreakerEvent[], answer: unknown): string {
  if (answer instanceof Refusal) return (answer.event as CircuitRefused).reason;
  return isAnswer(events) ? events[0]?.type.split(":")[1] ?? "nothing" : "nothing";
}

/**
 * Returns whether the first event is the answer to the command. The end of a step evicts idle breakers,
 * also where the command itself has no event.
 */
export function isAnswer(events: readonly BreakerEvent[]): boolean {
  return events[0]?.type !== "circuitbreaker:forgotten" ||
    events.some(({ type }) => type === "circuitbreaker:defined");
}

/** A command in words. */
export function commandText(
  rules: RulesByName,
  command: BreakerCommand | Tick,
  afterMs: number,
): string {
  switch (command.type) {
    case "tick":
      return `tick ${afterMs}`;
    case "define-breaker":
      return `define ${command.name} ${rulesName(rules, command.rules)}`;
    case "remove-breaker":
      return `remove ${command.name}`;
    case "request-permit":
      return `request ${command.name} ${command.timeoutMs}`;
    case "settle-permit": {
      const { name, permit, epoch, since = "unmeasured", outcome } = command;
      return `settle ${name} ${permit} ${epoch} ${since} ${outcome}`;
    }
    case "force-breaker":
      return `force ${command.name} ${command.state}`;
    case "hold-breaker":
      return `hold ${command.name} ${command.reason}`;
    case "reset-breaker":
      return `reset ${command.name}`;
    default:
      throw new Error(`Cannot describe ${command.type}: the specification must have it`);
  }
}

/** Returns an event as the specification has it: times that there are not are -1. */
export function toldOf(event: BreakerEvent): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      typeof value === "number" || value === undefined ? finite(value ?? Infinity) : value,
    ]),
  );
}

function eventText(event: BreakerEvent): string {
  return canonical(toldOf(event));
}
