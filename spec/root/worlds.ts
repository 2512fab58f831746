/**
 * The bounded worlds in which the root machine is explored.
 *
 * @module
 */

import type { RootCommand, RootConfig, RootState } from "../../src/root/state.ts";
import {
  acquire,
  acquireWithin,
  agentCommand,
  BREAKER,
  cancel,
  childOf,
  complete,
  failed,
  locks,
  onClaim,
  place,
  receive,
  register,
  release,
  send,
  submit,
} from "./commands.ts";

/** A command, or one that depends on the state; `undefined` where there is none. */
export type Trial = RootCommand | ((state: Readonly<RootState>) => RootCommand | undefined);

/** Commands that are tried, and bounds. */
export interface World {
  readonly name: string;
  /** The sentence of its check. */
  readonly shows: string;
  readonly config: RootConfig;
  /** The steps that lead to its first state. */
  readonly first?: readonly RootCommand[];
  /** Tried in each state, by name. */
  readonly trials: Readonly<Record<string, Trial>>;
  /** Nothing is tried in a state in which one of these has been exceeded. */
  readonly most?: Partial<Counters>;
  /** The pauses up to the next timer. @default time stands still */
  readonly durations?: readonly number[];
  /** Whether it is explored only with the specifications, as it is large. @default false */
  readonly isLarge?: boolean;
}

/** What is counted in a state. */
export interface Counters {
  /** Open waits for locks. */
  readonly waits: number;
  /** Messages that were ever sent. */
  readonly messages: number;
  /** Open waits for messages. */
  readonly receivers: number;
  /** Conflicts that were ever reported. */
  readonly conflicts: number;
  /** Claims that there ever were. */
  readonly claims: number;
}

const SHARED = { sharesAgents: true } as const;

/** All of them. */
export const WORLDS: readonly World[] = [
  {
    name: "membership",
    shows: "agents come, fall silent, are cut off, are heard again and go, with tasks and locks",
    config: { rules: { ...SHARED, heartbeatTimeoutMs: 4 } },
    first: [register("b", { startsAtOnce: true })],
    trials: {
      "register a": register("a"),
      "remove a": agentCommand("remove-agent", "a"),
      "disconnect a": { type: "disconnect-agent", agentId: "a", incarnation: 0, graceMs: 1 },
      "beat a": { type: "beat-agent", agentId: "a", incarnation: 0 },
      "place t": place("t", "a"),
      "complete t": complete("t"),
      "acquire m": acquire("m", "a"),
    },
    durations: [1, 2],
  },
  {
    name: "lives",
    shows: "an agent that asks for tasks, waits for messages and holds locks begins a new life",
    config: { rules: SHARED, tasks: { abortGraceMs: 1, maxCrashes: 1 } },
    trials: {
      "register a": register("a", { pulls: true }),
      "join a": { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 0, incarnation: 0 },
      "leave a": agentCommand("leave-agent", "a"),
      "claim a": { type: "claim", agentId: "a", taskId: "" },
      "receive a": receive("a"),
      "acquire m": acquire("m", "a"),
      "submit t": submit("t"),
    },
    most: { receivers: 1 },
    durations: [1],
  },
  {
    name: "replacements",
    shows: "an agent that asks for one task and runs another one begins a new life",
    config: { rules: SHARED, tasks: { maxCrashes: 1, abortGraceMs: 1 } },
    first: [
      register("a", { pulls: true, maxConcurrentTasks: 2 }),
      submit("t"),
      submit("u", { after: ["later"] }),
    ],
    trials: {
      "join a": { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 0, incarnation: 0 },
      "claim a": { type: "claim", agentId: "a", taskId: "" },
      "claim u": { type: "claim", agentId: "a", taskId: "u" },
      "complete t": complete("t"),
    },
    durations: [1],
  },
  {
    name: "claims",
    shows: "tasks get their locks, wait for them, lose them, and give them back",
    config: { tasks: { maxCrashes: 1, abortGraceMs: 1, retryDelay: 0 } },
    first: [register("x", { startsAtOnce: true })],
    trials: {
      "submit s": submit("s", { resources: locks("r", "q") }),
      "place t": place("t", "x", { resources: locks("q") }),
      "complete s": complete("s"),
      "fail t": failed("t"),
      "cancel s": cancel("s"),
      "acquire r": acquire("r", "o", { leaseMs: 2 }),
      "release r": release("r", "o"),
      "remove x": agentCommand("remove-agent", "x"),
    },
    most: { waits: 2 },
    durations: [1, 2],
  },
  {
    name: "capacities",
    shows:
      "tasks ask for more units than there are, or than there will be, and are refused by full queues",
    config: { locks: { maxWaiters: 1 }, tasks: { maxCrashes: 1 } },
    first: [register("x", { startsAtOnce: true, maxConcurrentTasks: 2 })],
    trials: {
      "submit s": submit("s", { resources: [{ resourceId: "r", mode: "exclusive", units: 2 }] }),
      "submit t": submit("t", { resources: locks("r") }),
      "complete t": complete("t"),
      "acquire r": acquire("r", "o"),
      "release r": release("r", "o"),
      "define r 1": { type: "define", resourceId: "r", capacity: 1 },
      "define r 2": { type: "define", resourceId: "r", capacity: 2 },
    },
  },
  {
    name: "deadlocks",
    shows: "attempts acquire locks of each other, and of an agent that waits for theirs",
    config: {
      locks: { deadlockPolicy: "revoke" },
      tasks: { maxCrashes: 0, abortGraceMs: 1 },
    },
    first: [register("x", { startsAtOnce: true, maxConcurrentTasks: 2 })],
    trials: {
      "submit s": submit("s", { resources: locks("r") }),
      "submit t": submit("t", { resources: locks("q") }),
      "acquire q within s": acquireWithin("q", "s", { leaseMs: 1 }),
      "acquire r within t": acquireWithin("r", "t"),
      "acquire r": acquire("r", "o"),
      "complete s": complete("s"),
    },
    most: { waits: 1 },
    durations: [1],
  },
  {
    name: "families",
    shows:
      "a claim awaits tasks that wait for its locks, directly or by dependencies that come late",
    config: { tasks: { abortGraceMs: 1 } },
    first: [
      register("x", { startsAtOnce: true, maxConcurrentTasks: 2 }),
      submit("p", { resources: locks("r") }),
      acquire("q", "o"),
    ],
    trials: {
      "submit c": childOf("p", "c", { after: ["l"] }),
      "await c": { type: "await", taskId: "p", epoch: 0, childId: "c" },
      "submit l": submit("l", { after: ["d"] }),
      "submit d": submit("d", { resources: locks("r") }),
      "submit e": submit("e", { resources: locks("q") }),
      "amend c": {
        type: "amend-task",
        taskId: "c",
        dependencies: ["d", "e"].map((taskId) => ({ taskId, onFailure: "cancel" as const })),
      },
      "complete p": complete("p"),
      "cancel c": cancel("c"),
    },
    durations: [1],
  },
  {
    name: "late",
    shows: "an attempt that is over asks for a lock, and another claim awaits its task",
    config: { tasks: { abortGraceMs: 1 } },
    first: [
      register("x", { startsAtOnce: true, maxConcurrentTasks: 2 }),
      submit("p"),
      acquire("q", "o"),
    ],
    trials: {
      "submit c": childOf("p", "c"),
      "await c": { type: "await", taskId: "p", epoch: 0, childId: "c" },
      "snooze c": { type: "snooze", taskId: "c", epoch: 0, delayMs: 1 },
      "acquire q within c": acquireWithin("q", "c"),
      "complete p": complete("p"),
      "cancel c": cancel("c"),
      "release q": release("q", "o"),
    },
    most: { waits: 1 },
    durations: [1],
  },
  {
    name: "requests",
    shows: "agents that hold locks wait for responses of each other",
    config: { rules: SHARED },
    trials: {
      "acquire r": acquire("r", "a"),
      "acquire r too": acquire("r", "b", { priority: 1 }),
      "ask b": send("a", "b", { responseMs: 2, messageId: "m" }),
      "ask a": send("b", "a", { responseMs: 2, messageId: "n" }),
      "respond m": { type: "respond", messageId: "m", response: null },
      "cancel m": { type: "cancel-request", messageId: "m" },
      "remove a": agentCommand("remove-agent", "a"),
    },
    most: { waits: 1, messages: 2 },
    durations: [1, 2],
  },
  {
    name: "mailboxes",
    shows: "messages to agents that come, wait and go are handled or dead",
    config: { rules: SHARED },
    trials: {
      "register a": register("a"),
      "remove a": agentCommand("remove-agent", "a"),
      "send a": send("b", "a"),
      "receive a": receive("a"),
      "ack": (state) => {
        const [epoch] = state.messages.deliveries.keys();
        return epoch === undefined ? undefined : { type: "ack-message", agentId: "a", epoch };
      },
    },
    most: { messages: 2, receivers: 1 },
  },
  {
    name: "conflicts",
    shows: "the losers of conflicts over locks and tasks lose them in the same step",
    config: {
      rules: {
        ...SHARED,
        reportsContention: true,
        reportsDoubleClaims: true,
        settlesBy: "priority",
      },
      tasks: { maxCrashes: 1, abortGraceMs: 1 },
    },
    first: [register("x", { priority: 1, startsAtOnce: true }), register("y")],
    trials: {
      "submit t": submit("t", { resources: locks("r") }),
      "assign t to x": { type: "assign", taskId: "t", agentId: "x" },
      "assign t to y": { type: "assign", taskId: "t", agentId: "y" },
      "acquire r as x": acquire("r", "x"),
      "acquire r as y": acquire("r", "y"),
      "release r as x": release("r", "x"),
      "acquire r within t": acquireWithin("r", "t"),
      "remove x": agentCommand("remove-agent", "x"),
    },
    most: { waits: 1, conflicts: 2, claims: 3 },
    durations: [1],
  },
  {
    name: "breakers",
    shows:
      "attempts are calls through the breaker of their agent, which is tried again when it opened",
    config: {
      rules: { agentBreaker: BREAKER },
      tasks: { retryDelay: 0, maxCrashes: 1, abortGraceMs: 1 },
    },
    first: [register("x", { maxConcurrentTasks: 2 })],
    trials: {
      "submit s": submit("s", { retries: 1 }),
      "start s": onClaim("start", "s"),
      "fail s": failed("s"),
      "complete s": complete("s"),
      "cancel s": cancel("s"),
      "give back s": { type: "release-claim", taskId: "s", epoch: 0, reason: "it was tried" },
      "block s": { type: "block", taskId: "s", epoch: 0, question: null },
      "hold x": { type: "hold-breaker", name: "agent:x", reason: "it was tried" },
      "reset x": { type: "reset-breaker", name: "agent:x" },
      "remove breaker x": { type: "remove-breaker", name: "agent:x" },
      "remove x": agentCommand("remove-agent", "x"),
    },
    durations: [1, 2],
  },
  {
    name: "avoided",
    shows:
      "tasks go to other agents while the breaker of one is open, or to that one as the last resort",
    config: { rules: { agentBreaker: BREAKER }, tasks: { retryDelay: 0, abortGraceMs: 1 } },
    first: [register("x", { startsAtOnce: true }), place("s", "x", { retries: 1 })],
    trials: {
      "register y": register("y"),
      "place t": place("t", "x"),
      "fail s": failed("s"),
      "snooze s": { type: "snooze", taskId: "s", epoch: 0, delayMs: 1 },
    },
    durations: [1, 2],
  },
  {
    name: "approvals",
    shows:
      "an attempt that proposes a result ends its call, and there are fewer breakers than agents",
    config: { rules: { agentBreaker: BREAKER }, breakers: { maxBreakers: 1 } },
    first: [register("x", { startsAtOnce: true }), register("y", { startsAtOnce: true })],
    trials: {
      "place s": place("s", "x", { requiresApproval: true }),
      "place t": place("t", "y"),
      "complete s": complete("s"),
      "fail t": failed("t"),
      "accept s": { type: "review", taskId: "s", isAccepted: true, reason: "" },
      "reject s": { type: "review", taskId: "s", isAccepted: false, reason: "it was tried" },
    },
    durations: [1, 2],
  },
  {
    name: "strangers",
    shows: "agents that are not registered for tasks leave nothing when they are removed",
    config: { rules: { ...SHARED, agentBreaker: BREAKER, heartbeatTimeoutMs: 2 } },
    trials: {
      "join a": { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 2, incarnation: 0 },
      "register a": register("a"),
      "remove a": agentCommand("remove-agent", "a"),
      "leave a": agentCommand("leave-agent", "a"),
      "rank a": { type: "rank-agent", agentId: "a", priority: 1 },
      "acquire m": acquire("m", "a"),
      "receive a": receive("a"),
    },
    most: { receivers: 1 },
    durations: [1],
  },
  {
    name: "evictions",
    shows: "agents that nobody registered are evicted, and leave if nothing needs them",
    config: { rules: { ...SHARED, agentBreaker: BREAKER }, tasks: { maxAgents: 1 } },
    trials: {
      "register a": register("a", { isImplicit: true }),
      "register b": register("b", { isImplicit: true }),
      "place t": place("t", "a"),
      "start t": onClaim("start", "t"),
      "complete t": complete("t"),
      "acquire m": acquire("m", "a"),
      "release m": release("m", "a"),
      "send a": send("b", "a"),
    },
    most: { messages: 1, claims: 1 },
  },
  {
    name: "workshop",
    shows: "agents with breakers contend for locks and tasks, fail, go and come back",
    isLarge: true,
    config: {
      rules: { ...SHARED, agentBreaker: BREAKER, reportsContention: true, settlesBy: "priority" },
      tasks: { maxCrashes: 0, retryDelay: 0, abortGraceMs: 1 },
    },
    first: [register("x", { startsAtOnce: true, priority: 1 }), register("y")],
    trials: {
      "register x": register("x", { startsAtOnce: true, priority: 1 }),
      "remove x": agentCommand("remove-agent", "x"),
      "submit s": submit("s", { resources: locks("r"), retries: 1 }),
      "fail s": failed("s"),
      "acquire r": acquire("r", "y"),
      "release r": release("r", "y"),
    },
    most: { waits: 1, conflicts: 1 },
    durations: [1, 2],
  },
  {
    name: "sessions",
    shows:
      "an agent that asks for tasks with locks holds locks, waits for messages, falls silent and joins",
    isLarge: true,
    config: {
      rules: { ...SHARED, heartbeatTimeoutMs: 2 },
      tasks: { maxCrashes: 0, abortGraceMs: 1 },
    },
    first: [register("a", { pulls: true })],
    trials: {
      "register a": register("a", { pulls: true }),
      "join a": { type: "join-agent", agentId: "a", heartbeatTimeoutMs: 2, incarnation: 0 },
      "claim a": { type: "claim", agentId: "a", taskId: "" },
      "receive a": receive("a"),
      "submit t": submit("t", { resources: locks("r") }),
      "acquire r": acquire("r", "o"),
      "release r": release("r", "o"),
    },
    most: { receivers: 0, waits: 1 },
    durations: [1, 2],
  },
];
