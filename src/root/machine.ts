/**
 * The root machine: all subsystems as one.
 *
 * @module
 */

import type { ResumeListening } from "../agents/commands.ts";
import type { AgentRefused } from "../agents/events.ts";
import { membershipMachine } from "../agents/machine.ts";
import { isCurrent } from "../agents/state.ts";
import { breakerMachine } from "../breakers/machine.ts";
import { conflictMachine } from "../conflicts/machine.ts";
import { fork } from "../core/data/plain.ts";
import { type Instant, type Machine, type Named, Refusal, type Tick } from "../core/machine.ts";
import { lockMachine } from "../locks/machine.ts";
import { messageMachine } from "../messages/machine.ts";
import { taskMachine } from "../tasks/machine.ts";
import { Composition, type Reactions } from "./composition.ts";
import { describeEvent, type LockstepEvent } from "./events.ts";
import { REACTIONS } from "./reactions/table.ts";
import { DEFAULT_RULES } from "./rules.ts";
import type { AsAgent, RootAnswers, RootCommand, RootConfig, RootState } from "./state.ts";

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
  const all = new Composition<keyof typeof parts, RootState>(parts, reactions);

  /** Applies `command` before due timers fire, as agents could not send heartbeats before it. */
  function resume(
    state: RootState,
    command: ResumeListening,
    now: Instant,
    events: Named[],
  ): unknown {
    const answer = all.apply(state, command, now, -Infinity, events);
    all.fire(state, now, events);
    return answer;
  }

  function step(
    state: RootState,
    command: RootCommand | Tick,
    now: Instant,
    events: LockstepEvent[],
  ): unknown {
    if (command.type === "resume-listening") return resume(state, command, now, events);
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

  return {
    name: "root",
    commands: [...all.commands, "as-agent"],
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
