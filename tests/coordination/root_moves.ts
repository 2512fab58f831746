/**
 * Random commands for the root machine, of few agents that do everything: so that what happens in
 * one subsystem meets what happens in the others.
 */

import fc from "fast-check";
import type { RootCommand, RootConfig, RootState } from "../../src/root/state.ts";
import { DEFAULT_RULES } from "../../src/root/rules.ts";
import type { ReportConflict } from "../../src/conflicts/commands.ts";
import { readBreakerConfig } from "../../src/breakers/config.ts";
import { move as lockMove } from "../locks/commands.ts";
import { move as messageMove } from "../messages/commands.ts";
import { resumption } from "../support/resumption.ts";
import { concrete, configs as taskConfigs, timedCommand } from "../tasks/command_lists.ts";

type Command = RootCommand | { readonly type: "tick" };

/** A command that may refer to what is so when it is given; and how much later than the last. */
export interface RootMove {
  readonly afterMs: number;
  readonly command: (state: Readonly<RootState>) => Command;
  toString(): string;
}

/** The names of agents in the tests of subsystems, and their names here. */
const NAMES: ReadonlyMap<unknown, string> = new Map([["a", "a0"], ["b", "a1"], ["c", "a2"]]);
const PARTIES: ReadonlySet<string> = new Set(["agentId", "owner", "from", "to", "toAgentId"]);

/** The command with the names of agents that all subsystems share. */
function shared(command: Command): Command {
  const entries = Object.entries(command).map(([key, value]) => [
    key,
    PARTIES.has(key) ? NAMES.get(value) ?? value : value,
  ]);
  return Object.fromEntries(entries);
}

/** Commands that only reactions give. */
const REACTIONS: ReadonlySet<string> = new Set(["unblock", "preempt", "ask", "end-ask"]);

const agentId = fc.constantFrom("a0", "a1", "a2");
const incarnation = fc.constantFrom(0, 0, 1, 2, 3);

const membership = fc.oneof(
  fc.record({
    type: fc.constant("join-agent" as const),
    agentId,
    heartbeatTimeoutMs: fc.constantFrom(0, 10, 40),
    incarnation,
  }),
  fc.record({ type: fc.constant("beat-agent" as const), agentId, incarnation }),
  fc.record({
    type: fc.constant("disconnect-agent" as const),
    agentId,
    incarnation,
    graceMs: fc.constantFrom(1, 10, 50),
  }),
  fc.record({ type: fc.constant("leave-agent" as const), agentId, reason: fc.constant("done") }),
  resumption,
);

const conflict: fc.Arbitrary<(state: Readonly<RootState>) => Command> = fc.tuple(
  fc.constantFrom("report", "report", "decide", "auto", "forget"),
  fc.uniqueArray(agentId, { minLength: 2, maxLength: 3 }),
  fc.constantFrom("r", "s", "t"),
  fc.nat(3),
).map(([kind, agents, subjectId, pick]) => ({ conflicts }) => {
  const conflictId = [...conflicts.active.keys()][pick] ?? "conflict-1";
  switch (kind) {
    case "report":
      return {
        type: "report-conflict",
        subject: "resource",
        subjectId,
        disagreement: undefined,
        agents,
      } satisfies ReportConflict;
    case "decide": {
      const { agents: [winner] } = conflicts.active.get(conflictId) ?? { agents };
      const decision = { type: "manual", winner: winner!, reason: "because" } as const;
      return { type: "decide-conflict", conflictId, strategy: "me", decision };
    }
    case "auto":
      return { type: "auto-resolve", conflictId, prefer: "priority" };
    default:
      return { type: "forget-conflicts", before: pick * 50 };
  }
});

const { rules } = readBreakerConfig({ failureThreshold: 1, timeout: 20 }, () => "test");
const breaker = fc.oneof(
  fc.constant({ type: "define-breaker" as const, name: "x", rules }),
  fc.constant({ type: "request-permit" as const, name: "x", timeoutMs: 0 }),
  fc.record({
    type: fc.constant("force-breaker" as const),
    name: fc.constantFrom("x", "agent:a0"),
    state: fc.constantFrom("open" as const, "closed" as const),
  }),
  fc.constant({ type: "remove-breaker" as const, name: "x" }),
);

const plain = (command: Command): RootMove["command"] => () => command;

const move: fc.Arbitrary<RootMove> = fc.oneof(
  {
    weight: 10,
    arbitrary: timedCommand.map((timed) => ({
      afterMs: timed.afterMs,
      command: ({ tasks }: Readonly<RootState>) => concrete(timed, tasks),
    })),
  },
  {
    weight: 5,
    arbitrary: lockMove.map(({ afterMs, command }) => ({
      afterMs,
      command: ({ locks }: Readonly<RootState>) => shared(command(locks)),
    })),
  },
  {
    weight: 6,
    arbitrary: messageMove.map(({ afterMs, command }) => ({
      afterMs,
      command: ({ messages }: Readonly<RootState>) => shared(command(messages)),
    })),
  },
  { weight: 3, arbitrary: membership.map((command) => ({ afterMs: 2, command: plain(command) })) },
  { weight: 2, arbitrary: conflict.map((command) => ({ afterMs: 1, command })) },
  { weight: 1, arbitrary: breaker.map((command) => ({ afterMs: 1, command: plain(command) })) },
).map(({ afterMs, command }) => ({ afterMs, command: given(command) }));

/** Commands that only reactions send are left out. */
function given(command: RootMove["command"]): RootMove["command"] {
  return (state) => {
    const made = command(state);
    return REACTIONS.has(made.type) ? { type: "tick" } : made;
  };
}

/** A run of moves of all subsystems. */
export const rootMoves: fc.Arbitrary<RootMove[]> = fc.array(move, {
  minLength: 1,
  maxLength: 150,
  size: "max",
});

/** Rules under which much happens soon. */
export const rootConfigs: fc.Arbitrary<RootConfig> = fc.record({
  tasks: taskConfigs,
  locks: fc.record({ deadlockPolicy: fc.constantFrom("abort" as const, "revoke" as const) }),
  messages: fc.record({
    mailboxCapacity: fc.constantFrom(2, 1_000),
    mailboxPolicy: fc.constantFrom("reject" as const, "drop-oldest" as const),
    maxDeliveries: fc.constantFrom(1, 3),
    retryDelay: fc.constantFrom(0, 10),
    maxDeadLetters: fc.constantFrom(1, 1_000),
  }),
  conflicts: fc.record({ tiebreak: fc.constantFrom("id" as const, "none" as const) }),
  rules: fc.record({
    sharesAgents: fc.boolean(),
    reportsContention: fc.boolean(),
    reportsDoubleClaims: fc.boolean(),
    settlesBy: fc.constantFrom(undefined, "priority" as const),
    heartbeatTimeoutMs: fc.constantFrom(0, 30),
    hasBreakers: fc.boolean(),
  }).map(({ hasBreakers, ...others }) => ({
    ...DEFAULT_RULES,
    ...others,
    agentBreaker: hasBreakers ? rules : undefined,
  })),
});
