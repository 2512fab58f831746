import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MembershipCommand } from "../../src/agents/commands.ts";
import { membershipMachine } from "../../src/agents/machine.ts";
import {
  DEFAULT_MEMBERSHIP_CONFIG,
  dueAt,
  isCurrent,
  type MembershipConfig,
  type MembershipState,
} from "../../src/agents/state.ts";
import { memberViews } from "../../src/agents/views.ts";
import { countTimers } from "../../src/core/data/deadlines.ts";
import { transition } from "../../src/core/machine.ts";
import { decode, encode } from "../../src/core/data/plain.ts";
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
    type: fc.constant("leave-agent" as const),
    agentId,
    reason: fc.constantFrom("done", ""),
  }),
  fc.record({ type: fc.constantFrom("tick" as const, "resume-listening" as const) }),
);

const script = fc.array(fc.record({ afterMs: fc.constantFrom(0, 0, 1, 3, 5, 10, 40), command }), {
  maxLength: 60,
  size: "max",
});

Deno.test("every step does what the slow twin says, and nothing else", () => {
  fc.assert(
    fc.property(config, script, (rules, moves) => {
      const machine = membershipMachine(rules);
      const state = machine.init();
      const twin = new Twin({ ...DEFAULT_MEMBERSHIP_CONFIG, ...rules });
      let now = 0;
      for (const { afterMs, command } of moves) {
        now += afterMs;
        assertEquals(machine.step(state, command, now), twin.step(command, now));
        const seen = memberViews(state).map(({ incarnation, status }) => [incarnation, status]);
        const expected = twin.present.map(({ incarnation, suspected }) => [
          incarnation,
          suspected ? "suspect" : "alive",
        ]);
        assertEquals(seen, expected);
        requireConsistent(state, now);
      }
    }),
    { numRuns: 500 },
  );
});

/** What holds after every step. */
function requireConsistent(state: MembershipState, now: number): void {
  const members = [...state.members.values()];
  assert(members.length <= state.config.maxAgents);
  assertEquals(state.suspects, members.filter((member) => member.isSuspect).length);
  assertEquals(countTimers(state.deadlines), members.filter(({ timer }) => timer).length);
  for (const member of members) {
    assert(member.incarnation <= state.lastIncarnation);
    assert(isCurrent(state, member.agentId, member.incarnation));
    const due = dueAt(state, member);
    assert(due > now, "what is due has happened");
    if (due < Infinity) {
      assert(member.timer!.rank <= due && member.timer!.isSet, "nobody is forgotten");
    }
  }
}

Deno.test("ticks that come too early or twice change nothing of what happens", () => {
  fc.assert(
    fc.property(config, script, fc.infiniteStream(fc.nat(4)), (rules, moves, extra) => {
      const machine = membershipMachine(rules);
      const [seldom, often] = [machine.init(), machine.init()];
      let now = 0;
      for (const { afterMs, command } of moves) {
        const told = [];
        for (let at = now; at < now + afterMs; at += 1 + extra.next().value!) {
          told.push(...machine.step(often, { type: "tick" }, at));
        }
        now += afterMs;
        told.push(...machine.step(often, command, now));
        const expected = machine.step(seldom, command, now);
        assertEquals(told.map(what), expected.map(what));
        assertEquals(encode(often), encode(seldom));
      }
    }),
    { numRuns: 200 },
  );
});

/** What happened, apart from how late it was told. */
function what(event: object): object {
  return { ...event, silentMs: 0, reason: "" };
}

Deno.test("a copied state, and one that was written and read, go on as the original does", () => {
  fc.assert(
    fc.property(config, script, fc.nat(60), (rules, moves, when) => {
      const machine = membershipMachine(rules);
      const state = machine.init();
      let copy: MembershipState | undefined;
      let now = 0;
      for (const [i, { afterMs, command }] of moves.entries()) {
        now += afterMs;
        const pure = i % 10 === 0 ? transition(machine, state, command, now).events : undefined;
        if (i === when) copy = decode(encode(state)) as MembershipState;
        const again = copy && machine.step(copy, command, now);
        const events = machine.step(state, command, now);
        if (pure !== undefined) assertEquals(pure, events);
        if (again !== undefined) assertEquals(again, events);
      }
      if (copy !== undefined) assertEquals(encode(copy), encode(state));
    }),
    { numRuns: 100 },
  );
});

Deno.test("incarnations only grow, and at most one of an agent is in force", () => {
  fc.assert(
    fc.property(config, script, (rules, moves) => {
      const machine = membershipMachine(rules);
      const state = machine.init();
      const inForce = new Map<string, number>();
      let newest = 0;
      let now = 0;
      for (const { afterMs, command } of moves) {
        now += afterMs;
        for (const event of machine.step(state, command, now)) {
          if (event.type === "agent:refused" || event.type === "listening:resumed") continue;
          const { agentId, incarnation } = event;
          if (event.type === "agent:joined") {
            assert(incarnation > newest);
            assertEquals(event.replaces, inForce.get(agentId));
            inForce.set(agentId, newest = incarnation);
            continue;
          }
          assertEquals(incarnation, inForce.get(agentId), "only who is there can do anything");
          if (event.type === "agent:died" || event.type === "agent:left") inForce.delete(agentId);
        }
      }
    }),
    { numRuns: 100 },
  );
});
