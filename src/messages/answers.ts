/**
 * The answers to requests that are kept for callers which have left, or may ask once more.
 *
 * @module
 */

import { schedule, unschedule } from "../core/data/deadlines.ts";
import { Opaque } from "../core/data/plain.ts";
import type { MessageResponded, MessageUnanswered } from "./events.ts";
import type { MessageState, MessageStep, OpenRequest } from "./state.ts";

/** Keeps the answer to a request for its caller, which may have left, or may ask for it once more. */
export function keepAnswer(
  { state, now }: MessageStep,
  { asker }: OpenRequest,
  answer: MessageResponded | MessageUnanswered,
): void {
  if (asker === undefined) return;
  if ("reason" in answer && (answer.reason === "cancelled" || answer.reason === "lapsed")) return;
  const { answers, deadlines, config } = state;
  const { messageId: id, from: sender, to: recipient } = answer;
  const isResponse = answer.type === "message:responded"; // from the agent that was asked
  const kept = {
    kind: "answer" as const,
    id,
    from: isResponse ? recipient : sender,
    to: isResponse ? sender : recipient,
    response: isResponse ? new Opaque(answer.response) : undefined,
    end: isResponse ? undefined : answer,
  };
  const at = asker.isLeft ? asker.timer!.rank : now + asker.keepMs;
  dropAnswer(state, id); // of an older message of that id
  answers.set(id, Object.assign(kept, { timer: schedule(deadlines, at, kept) }));
  for (const oldest of answers.keys()) {
    if (answers.size <= config.maxRequests) break;
    dropAnswer(state, oldest);
  }
}

function dropAnswer({ answers, deadlines }: MessageState, id: string): void {
  unschedule(deadlines, answers.get(id)?.timer);
  answers.delete(id);
}
