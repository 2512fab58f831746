/**
 * The root machine: all subsystems as one.
 *
 * @module
 */

import type { AgentRefused } from "../agents/events.ts";
import { limitSilence, membershipMachine } from "../agents/machine.ts";
import { isCurrent } from "../agents/state.ts";
import { breakerMachine } from "../breakers/machine.ts";
import { conflictMachine } from "../conflicts/machine.ts";
import { fork } from "../core/data/plain.ts";
import { differences } from "../core/config.ts";
import {
  type Configure,
  type Instant,
  type Machine,
  type Named,
  Refusal,
  type Tick,
} from "../core/machine.ts";
import { lockMachine } from "../locks/machine.ts";
import { messageMachine } from "../messages/machine.ts";
import { taskMachine } from "../tasks/machine.ts";
import { Composition, type Reactions } from "./composition.ts";
import { describeEvent, type LockstepEvent } from "./events.ts";
import { operatorActed } from "./operators.ts";
import { isKnown } from "./reactions/agents.ts";
import { removalElsewhere, yieldLocks } from "./reactions/claims.ts";
import { agentBreakerName, removeAgentBreaker } from "./reactions/breakers.ts";
import { REACTIONS } from "./reactions/table.ts";
import { DEFAULT_RULES, type RootRules } from "./rules.ts";
import type {
  AsAgent,
  AsOperator,
  PartCommand,
  RootAnswers,
  RootCommand,
  RootConfig,
  RootState,
} from "./state.ts";

/** Creates a machine of all subsystems. Tests pass other `reactions`. */
export function rootMachine(
  config: RootConfig = {},
  reactions: Reactions<RootState> = REACTIONS,
): Machine<RootState, RootCommand, LockstepEvent, RootAnswers> {
  const rules = { ...DEFAULT_RULES, ...config.rules };
  // The order in which they fire the timers of one instant.
  const parts = {
    agents: membershipMachine(config.agents),
    locks: lockMachine(config.locks),
    tasks: taskMachine(config.tasks),
    messages: messageMachine(config.messages),
    breakers: breakerMachine(config.breakers),
    conflicts: conflictMachine(config.conflicts),
  };
  const all = new Composition<keyof typeof parts, RootState>(
    parts,
    reactions,
    removalElsewhere(isKnown),
    yieldLocks,
  );

  /** Puts options in force. The breakers of agents are made, changed or removed at once. */
  function configure(
    state: RootState,
    config: Required<RootConfig>,
    now: Instant,
    events: Named[],
  ): void {
    const { rules: { ...before }, tasks } = state;
    const give = (command: PartCommand) => all.apply(state, command, now, -Infinity, events);
    const rules: RootRules = { ...DEFAULT_RULES, ...config.rules };
    const hasOtherBreakers = differences(before.agentBreaker, rules.agentBreaker).length > 0;
    if (hasOtherBreakers && rules.agentBreaker === undefined) {
      for (const agentId of tasks.agents.keys()) removeAgentBreaker(state, agentId, give);
    }
    Object.assign(state.rules, rules);
    all.configure(state, config as Record<keyof typeof parts, object>, now, events);
    if (hasOtherBreakers && rules.agentBreaker !== undefined) {
      for (const agentId of tasks.agents.keys()) {
        give({
          type: "define-breaker",
          name: agentBreakerName(agentId),
          rules: rules.agentBreaker,
        });
      }
    }
    if (before.heartbeatTimeoutMs === rules.heartbeatTimeoutMs || !rules.sharesAgents) return;
    for (const { agentId, startsAtOnce, heartbeatTimeoutMs } of tasks.agents.values()) {
      if (startsAtOnce || heartbeatTimeoutMs !== undefined) continue;
      limitSilence(state.agents, agentId, rules.heartbeatTimeoutMs);
    }
    all.reschedule(state, "agents");
  }

  function step(
    state: RootState,
    command: RootCommand | Tick,
    now: Instant,
    events: LockstepEvent[],
  ): unknown {
    if ((command as Named).type === "configure") {
      const { config } = command as Named as Configure;
      return configure(state, config as Required<RootConfig>, now, events);
    }
    if (command.type === "as-operator") return act(state, command, now, events);
    if (command.type !== "as-agent") return all.step(state, command, now, events);
    const { agentId, incarnation } = command;
    all.fire(state, now, events);
    if (isCurrent(state.agents, agentId, incarnation)) {
      return all.apply(state, command.command, now, now, events);
    }
    const refused = refusalOf(state, command);
    events.push(refused);
    return new Refusal(refused);
  }

  /** Applies the command of a person. Its record precedes what follows from it. */
  function act(
    state: RootState,
    command: AsOperator,
    now: Instant,
    events: LockstepEvent[],
  ): unknown {
    all.fire(state, now, events);
    const place = events.push(operatorActed(command)) - 1;
    const answer = all.apply(state, command.command, now, now, events);
    if (answer instanceof Refusal) events.splice(place, 1);
    return answer;
  }

  return {
    name: "root",
    commands: [...all.commands, "as-agent", "as-operator"],
    inSession(command, session) {
      if (command.type !== "as-agent" && command.type !== "as-operator") {
        return all.inSession(command, session);
      }
      const outer = command as AsAgent | AsOperator;
      return { ...outer, command: all.inSession(outer.command, session) as PartCommand };
    },
    config: { ...all.config, rules },
    configIn: (state) => ({ ...all.configIn(state), rules: state.rules }),
    init: () =>
      ({
        ...all.init(),
        rules: fork(rules),
        calls: new Map(),
        asking: new Map(),
      }) as unknown as RootState,
    step: step as ReturnType<typeof rootMachine>["step"],
    deadline: (state) => state.due.earliest,
    describe: describeEvent,
  };
}

function refusalOf(
  { agents }: RootState,
  { agentId, incarnation, command }: AsAgent,
): AgentRefused {
  const inForce = agents.members.get(agentId)?.incarnation;
  return {
    type: "agent:refused",
    agentId,
    incarnation,
    command: command.type,
    reason: inForce === undefined ? "unknown-agent" : "stale-incarnation",
    detail: inForce ?? 0,
  };
}
