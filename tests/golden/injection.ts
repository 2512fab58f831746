/**
 * Commands that no simulated agent gives, because only reactions between subsystems give them or
 * because they repeat another one.
 */

import type { Chance } from "../../src/testing/mod.ts";

/** An event as far as injection looks into it. */
type Seeing = Readonly<Record<string, unknown>> & { readonly type: string };

/** How many of each kind of thing are remembered. */
const KEPT = 12;

/** What the events of a run were about, the newest of each kind. */
export class Seen {
  readonly #things = new Map<string, Seeing[]>();

  /** Remembers what `events` are about. */
  take(events: readonly object[]): void {
    for (const event of events as readonly Seeing[]) {
      const kept = this.#things.get(event.type) ?? [];
      kept.push(event);
      if (kept.length > KEPT) kept.shift();
      this.#things.set(event.type, kept);
    }
  }

  /** The newest events of these types. */
  all(...types: readonly string[]): readonly Seeing[] {
    return types.flatMap((type) => this.#things.get(type) ?? []);
  }

  /** One of the newest events of these types. */
  any(chance: Chance, ...types: readonly string[]): Seeing | undefined {
    const all = this.all(...types);
    return all.length === 0 ? undefined : chance.pick(all);
  }
}

/** A command about something that was seen, if what it is about was seen. */
export function injected(seen: Seen, chance: Chance): Seeing | undefined {
  return chance.pick(INJECTIONS)(seen, chance);
}

type Injection = (seen: Seen, chance: Chance) => Seeing | undefined;

const INJECTIONS: readonly Injection[] = [
  (seen, chance) => aboutClaim(seen, chance, "unblock"),
  (seen, chance) =>
    aboutClaim(seen, chance, "preempt", { reason: "injected", isHopeless: chance.happens(0.3) }),
  (seen, chance) => aboutAgent(seen, chance, "limit-agent", { slots: chance.int(3) }),
  (seen, chance) => aboutAgent(seen, chance, "shed-tasks", { reason: "injected" }),
  (seen, chance) => aboutAgent(seen, chance, "open-mailbox"),
  (seen, chance) => chance.happens(0.3) ? aboutAgent(seen, chance, "retire-party") : undefined,
  award,
  cancelWait,
  sendAstray,
  () => ({ type: "resume-listening" }),
  guest,
  evict,
  ask,
  endAsk,
  openVote,
  retireElector,
  castAgain,
  castAgain,
];

function aboutClaim(seen: Seen, chance: Chance, type: string, more = {}): Seeing | undefined {
  const claim = seen.any(chance, "task:assigned", "task:started");
  if (claim === undefined) return undefined;
  return { type, taskId: claim["taskId"], epoch: claim["epoch"], ...more };
}

function agentOf(seen: Seen, chance: Chance): unknown {
  return seen.any(chance, "agent:spawned", "agent:joined", "task:assigned")?.["agentId"];
}

function aboutAgent(seen: Seen, chance: Chance, type: string, more = {}): Seeing | undefined {
  const agentId = agentOf(seen, chance);
  return agentId === undefined ? undefined : { type, agentId, ...more };
}

function award(seen: Seen, chance: Chance): Seeing | undefined {
  const taskId = seen.any(chance, "task:created", "task:assigned")?.["taskId"];
  const losers = [agentOf(seen, chance), agentOf(seen, chance)];
  return taskId === undefined ? undefined : aboutAgent(seen, chance, "award", { taskId, losers });
}

function evict(seen: Seen, chance: Chance): Seeing | undefined {
  const hold = seen.any(chance, "resource:acquired", "resource:queued");
  if (hold === undefined) return undefined;
  return {
    type: "evict",
    resourceId: hold["resourceId"],
    agentIds: [hold["agentId"], agentOf(seen, chance) ?? "nobody"],
  };
}

function cancelWait(seen: Seen, chance: Chance): Seeing | undefined {
  const wait = seen.any(chance, "resource:queued");
  if (wait === undefined) return undefined;
  const { agentId, owner, waitId } = wait;
  return { type: "cancel-wait", agentId, owner, waitId };
}

/** Sends a message to an agent that is not there, where it expires. */
function sendAstray(seen: Seen, chance: Chance): Seeing | undefined {
  const from = agentOf(seen, chance);
  if (from === undefined) return undefined;
  const message = {
    messageId: "",
    kind: "stray",
    payload: chance.int(10),
    priority: chance.int(2),
  };
  const to = `stray-${chance.int(8)}`;
  return { type: "send-message", from, to, ...message, ttlMs: chance.between(1, 5), responseMs: 0 };
}

function ask(seen: Seen, chance: Chance): Seeing | undefined {
  const toAgentId = agentOf(seen, chance);
  const priority = chance.int(3);
  return aboutAgent(seen, chance, "ask", { askId: `ask-${chance.int(20)}`, toAgentId, priority });
}

function endAsk(seen: Seen, chance: Chance): Seeing | undefined {
  const askId = seen.any(chance, "ask:begun")?.["askId"];
  return askId === undefined ? undefined : { type: "end-ask", askId };
}

/** A member that does no tasks comes, has a conflict with another agent, and goes. */
function guest(seen: Seen, chance: Chance): Seeing | undefined {
  const agentId = `guest-${chance.int(2)}`;
  switch (chance.int(3)) {
    case 0:
      return { type: "join-agent", agentId, heartbeatTimeoutMs: 0, incarnation: 0 };
    case 1:
      return { type: "leave-agent", agentId, reason: "injected" };
  }
  const host = agentOf(seen, chance);
  if (host === undefined || host === agentId) return undefined;
  const about = { subject: "resource", subjectId: "sofa" };
  return { type: "report-conflict", ...about, agents: [agentId, host] };
}

/** Opens a vote that takes all of its electors. */
function openVote(seen: Seen, chance: Chance): Seeing | undefined {
  const conflictId = seen.any(chance, "conflict:reported")?.["conflictId"];
  const electorate = ["elector-0", "elector-1", "elector-2"];
  if (conflictId === undefined) return undefined;
  return { type: "open-vote", conflictId, electorate, quorum: 3, timeoutMs: 200 };
}

function retireElector(seen: Seen, chance: Chance): Seeing | undefined {
  const voter = seen.any(chance, "vote:opened") && `elector-${chance.int(3)}`;
  return voter === undefined ? undefined : { type: "retire-party", agentId: voter };
}

/** Casts a vote, maybe a second one of the same elector. */
function castAgain(seen: Seen, chance: Chance): Seeing | undefined {
  const cast = seen.any(chance, "vote:cast");
  if (cast !== undefined && chance.happens(0.5)) {
    const { conflictId, voter } = cast;
    const reported = seen.all("conflict:reported").find((event) =>
      event["conflictId"] === conflictId
    );
    const { agents } = (reported?.["conflict"] ?? { agents: [] }) as { agents: string[] };
    const candidate = chance.pick([cast["candidate"], ...agents]);
    return { type: "cast-vote", conflictId, voter, candidate };
  }
  const opened = seen.any(chance, "vote:opened");
  const conflictId = opened?.["conflictId"];
  if (conflictId === undefined) return undefined;
  const voter = `elector-${chance.int(2)}`;
  return { type: "cast-vote", conflictId, voter, candidate: agentOf(seen, chance) ?? "nobody" };
}
