/**
 * Recorded runs of the mailbox machine, for its specification to follow, and runs that it must not.
 *
 * @module
 */

import { nextInt, seeded } from "../../src/core/data/prng.ts";
import { Engine } from "../../src/core/engine.ts";
import { DEFAULT_MESSAGE_CONFIG, type MessageConfig } from "../../src/messages/config.ts";
import type { MessageEvent } from "../../src/messages/events.ts";
import { messageMachine } from "../../src/messages/machine.ts";
import type { MessageState } from "../../src/messages/state.ts";
import { recorded } from "../../src/testing/recorder.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { AnsweredRecording, type Falsification, falsify, type Row } from "../tool/recording.ts";
import type { Trace } from "../tool/subject.ts";
import { isAnswer, recordOf, toldOf } from "./exploration.ts";
import {
  ack,
  attach,
  cancelReceive,
  cancelRequest,
  close,
  type DeliveryCommand,
  detach,
  giveBack,
  nack,
  receive,
  respond,
  send,
  subscribe,
  toAll,
  unsubscribe,
} from "./models.ts";

const AGENTS = ["a", "b", "c", "d"];
const RUNS = 20;
const ROWS = 150;

/** The options of recorded runs; `cfg/trace.cfg` has the same. */
export const TRACED: MessageConfig = {
  ...DEFAULT_MESSAGE_CONFIG,
  mailboxCapacity: 3,
  mailboxPolicy: "drop-oldest",
  maxInFlight: 2,
  maxDeliveries: 3,
  retryDelay: 4,
  maxRetryDelayMs: 6,
  dedupeWindow: 1_000,
  maxDeadLetters: 3,
  maxRequests: 3,
  maxReceivers: 2,
  unknownRecipients: "warn",
};

/** Random runs, the same each time. */
export function randomTraces(): Promise<Trace[]> {
  const traces = Array.from({ length: RUNS }, (_, seed) => (
    { name: `the run of seed ${seed}`, rows: randomRun(seed) }
  ));
  return Promise.resolve(traces);
}

function randomRun(seed: number): Row[] {
  const recording = new AnsweredRecording<DeliveryCommand, MessageEvent>({
    asked: recordOf,
    told: toldOf,
    answers: isAnswer,
  });
  const clock = new SimulatedClock();
  const machine = messageMachine({ ...TRACED, seed });
  const engine = new Engine(recorded(machine, recording.take), { clock });
  const prng = seeded(seed);
  const choose: Choose = (options) => options[nextInt(prng, options.length)]!;
  while (recording.rows.length < ROWS) {
    clock.advanceSync(choose([0, 0, 0, 1, 3, 8]));
    engine.dispatch(randomCommand(choose, engine.state));
  }
  return recording.rows;
}

type Choose = <Option>(options: readonly Option[]) => Option;

function randomCommand(choose: Choose, state: Readonly<MessageState>): DeliveryCommand {
  const [agent, other] = [choose(AGENTS), choose(AGENTS)];
  const deliveries = [...state.deliveries.values()];
  const requests = [...state.requests.keys()].map((id) => Number(id.split("-").at(-1)));
  const kind = choose(Array.from({ length: 40 }, (_, i) => i));
  if (kind < 9) {
    return send(agent, other, {
      urgent: choose([false, false, true]),
      ttlMs: choose([0, 0, 0, 6]),
      id: choose([0, 0, 0, 101 + choose(Array.from({ length: 30 }, (_, i) => i))]),
      responseMs: choose([0, 0, 10]),
    });
  }
  if (kind < 16) return receive(agent, choose([0, 5, 10]), choose([0, 0, 7]));
  if (kind < 28 && deliveries.length > 0) {
    const { channel: { consumer: { mailbox } }, epoch } = choose(deliveries);
    const named = choose([epoch, epoch, epoch, epoch, Math.max(0, epoch - 1)]);
    if (kind < 21) return ack(mailbox.agentId, named);
    if (kind < 26) {
      return nack(mailbox.agentId, named, choose([false, false, true]), choose([0, 0, 5]));
    }
    return giveBack(mailbox.agentId, named);
  }
  if (kind < 30) return toAll(agent);
  if (kind < 31) return toAll(agent, "t");
  if (kind < 33) return attach(agent);
  if (kind < 34) return detach(agent, choose([true, false]));
  if (kind < 35) return choose([subscribe, unsubscribe])(agent);
  if (kind < 37) return respond(choose([1, ...requests, ...requests]), choose([true, false]));
  if (kind < 38) return cancelRequest(choose([1, ...requests]));
  if (kind < 39) return cancelReceive(choose([1, ...state.receivers.keys()]));
  return close(agent);
}

/** Returns the change that adds `difference` to a number. */
function plus(field: string, difference: number): Falsification["change"] {
  return (told) => ({ [field]: Number(told[field]) + difference });
}

const FALSIFICATIONS: readonly Falsification[] = [
  { name: "a delivery under an old epoch", type: "message:received", change: plus("epoch", -1) },
  {
    name: "a delivery that is not counted",
    type: "message:received",
    where: ({ attempt }) => Number(attempt) > 1,
    change: plus("attempt", -1),
  },
  { name: "a delivery to another", type: "message:received", change: () => ({ to: "x" }) },
  {
    name: "a delivery left out",
    type: "message:received",
    change: undefined,
  },
  { name: "an end of another delivery", type: "message:acked", change: plus("epoch", -1) },
  { name: "a pause that is too long", type: "message:nacked", change: plus("retryAt", 20) },
  {
    name: "a pause that is over at once",
    type: "message:nacked",
    where: ({ reason, retryAt }) => reason === "failed" && Number(retryAt) > 0,
    change: () => ({ retryAt: -1 }),
  },
  {
    name: "a dead letter for another reason",
    type: "message:dead-lettered",
    where: ({ cause }) => cause === "max-deliveries",
    change: () => ({ cause: "expired" }),
  },
  {
    name: "an eviction of a message from another",
    type: "message:dead-lettered",
    where: ({ cause }) => cause === "evicted",
    change: () => ({ messageId: 0 }),
  },
  { name: "a dead letter that is kept", type: "message:forgotten", change: undefined },
  { name: "a message to the wrong agent", type: "message:sent", change: () => ({ to: "x" }) },
  { name: "a response too late", type: "message:responded", change: plus("waitedMs", 1) },
  {
    name: "a request that ends otherwise",
    type: "message:unanswered",
    where: ({ reason }) => reason === "timed-out",
    change: () => ({ reason: "cancelled" }),
  },
  {
    name: "a request that does not end with its message",
    type: "message:unanswered",
    where: ({ reason }) => reason === "undeliverable",
    change: undefined,
  },
  {
    name: "a call that waits for longer",
    type: "receiver:queued",
    change: plus("until", 1),
  },
  {
    name: "a call that ends otherwise",
    type: "receiver:ended",
    where: ({ reason }) => reason === "timed-out",
    change: () => ({ reason: "cancelled" }),
  },
  {
    name: "a recipient left out",
    type: "message:published",
    where: ({ outcomes }) => (outcomes as unknown[]).length > 0,
    change: ({ outcomes }) => ({ outcomes: (outcomes as unknown[]).slice(1) }),
  },
];

/** Runs with one falsified row each. */
export function falsifiedTraces(): Promise<Trace[]> {
  const runs = Array.from({ length: RUNS }, (_, seed) => randomRun(seed));
  return Promise.resolve(falsify(runs, FALSIFICATIONS));
}
