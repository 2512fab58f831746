import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MembershipCommand } from "../../src/agents/commands.ts";
import { DEFAULT_MEMBERSHIP_CONFIG, type MembershipConfig } from "../../src/agents/config.ts";
import type { AgentEvent } from "../../src/agents/events.ts";
import { membershipMachine } from "../../src/agents/machine.ts";
import { dueAt, isCurrent, type MembershipState } from "../../src/agents/state.ts";
import { memberViews } from "../../src/agents/views.ts";
import { countTimers } from "../../src/core/data/deadlines.ts";
import { encode } from "../../src/core/data/plain.ts";
import { Refusal } from "../../src/core/machine.ts";
import { stepped } from "../support/driver.ts";
import { machineLaws } from "../support/machine_laws.ts";
import { resumption } from "../support/resumption.ts";
import { Twin } from "./twin.ts";

const config: fc.Arbitrary<Partial<MembershipConfig>> = fc.record({
  maxAgents: fc.constantFrom(1, 2, 1_000),
  suspectAfterMs: fc.constantFrom(0, 0, 1, 7, 15),
});

const agentId = fc.constantFrom("a", "b", "c", "__proto__");
const incarnation = fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 5);

const command: fc.Arbitrary<MembershipCommand> = fc.oneof(
  fc.record({
    type: fc.constant("join-agent" as const),
    agentId,
    heartbeatTimeoutMs: fc.constantFrom(0, 1, 10, 15, 20, 20),
    incarnation,
  }),
  {
    arbitrary: fc.record({ type: fc.constant("beat-agent" as const), agentId, incarnation }),
    weight: 4,
  },
  fc.record({
    type: fc.constant("disconnect-agent" as const),
    agentId,
    incarnation,
    graceMs: fc.constantFrom(1, 5, 12, 40),
  }),
  fc.record({
    type: fc.constant("leave-agent" as const),
    agentId,
    reason: fc.constantFrom("done", ""),
  }),
  fc.constant({ type: "tick" as const }),
  resumption,
);

const script = fc.array(fc.record({ afterMs: fc.constantFrom(0, 0, 1, 3, 5, 10, 40), command }), {
  maxLength: 60,
  size: "max",
});

machineLaws({
  name: "membership",
  machine: membershipMachine,
  config,
  moves: script.map((moves) =>
    moves.map(({ afterMs, command }) => ({ afterMs, command: () => command }))
  ),
});

/** One step of a run, and the state and the time after it. */
interface Moment {
  readonly state: MembershipState;
  readonly now: number;
  readonly command: MembershipCommand;
  readonly events: readonly AgentEvent[];
  readonly answer: unknown;
}

/** Checks random runs: `begin` returns the check of each step of one run. */
function always(
  numRuns: number,
  begin: (config: MembershipConfig) => (moment: Moment) => void,
): void {
  fc.assert(
    fc.property(config, script, (config, moves) => {
      const machine = membershipMachine(config);
      const state = machine.init();
      const check = begin({ ...DEFAULT_MEMBERSHIP_CONFIG, ...config });
      let now = 0;
      for (const { afterMs, command } of moves) {
        now += afterMs;
        let answer: unknown;
        const events = stepped(machine, state, command, now, (given) => answer = given);
        check({ state, now, command, events, answer });
      }
    }),
    { numRuns },
  );
}

Deno.test("membership: every step does what the slow twin does", () => {
  always(500, (config) => {
    const twin = new Twin(config);
    return ({ state, now, command, events }) => {
      assertEquals(events, twin.step(command, now));
      assertEquals(
        memberViews(state).map(({ incarnation, status }) => [incarnation, status]),
        twin.members.map((each) => [each.incarnation, each.suspected ? "suspect" : "alive"]),
      );
      requireConsistent(state, now);
    };
  });
});

/** Checks what holds after every step. */
function requireConsistent(state: MembershipState, now: number): void {
  const members = [...state.members.values()];
  assert(members.length <= state.config.maxAgents);
  assertEquals(state.suspects, members.filter((member) => member.isSuspect).length);
  assertEquals(countTimers(state.deadlines), members.filter(({ timer }) => timer).length);
  for (const member of members) {
    assert(member.incarnation <= state.lastIncarnation);
    assert(isCurrent(state, member.agentId, member.incarnation));
    const due = dueAt(state, member);
    assert(due > now, "a timer that is due has fired");
    if (due < Infinity) assert(member.timer!.rank <= due && member.timer!.isSet);
  }
}

Deno.test("membership: additional ticks change when events are emitted, but not which", () => {
  fc.assert(
    fc.property(config, script, fc.infiniteStream(fc.nat(4)), (config, moves, gaps) => {
      const machine = membershipMachine(config);
      const [seldom, often] = [machine.init(), machine.init()];
      let now = 0;
      for (const { afterMs, command } of moves) {
        if (command.type === "resume-listening") continue; // says that there was no tick
        const events: AgentEvent[] = [];
        for (let at = now; at < now + afterMs; at += 1 + gaps.next().value!) {
          machine.step(often, { type: "tick" }, at, events);
        }
        now += afterMs;
        machine.step(often, command, now, events);
        const expected = stepped(machine, seldom, command, now);
        assertEquals(events.map(withoutLateness), expected.map(withoutLateness));
        assertEquals(encode(often), encode(seldom));
      }
    }),
    { numRuns: 200 },
  );
});

function withoutLateness(event: AgentEvent): object {
  return { ...event, silentMs: 0, reason: "" };
}

Deno.test("membership: incarnations only grow, and at most one of an agent is in force", () => {
  always(100, () => {
    const inForce = new Map<string, number>();
    let newest = 0;
    return ({ events }) => {
      for (const event of events) {
        if (event.type === "agent:refused" || event.type === "listening:resumed") continue;
        const { agentId, incarnation } = event;
        if (event.type === "agent:joined") {
          assert(incarnation > newest);
          assertEquals(event.replaces, inForce.get(agentId));
          inForce.set(agentId, newest = incarnation);
          continue;
        }
        assertEquals(incarnation, inForce.get(agentId), "events are about members only");
        if (event.type === "agent:died" || event.type === "agent:left") inForce.delete(agentId);
      }
    };
  });
});

Deno.test("membership: commands of agents answer with the incarnation that is then in force", () => {
  always(200, () => ({ state, command, answer }) => {
    if (!("incarnation" in command)) {
      assertEquals(answer, undefined);
    } else if (!(answer instanceof Refusal)) {
      const { incarnation } = state.members.get(command.agentId)!;
      assertEquals(answer, { incarnation });
    }
  });
});
