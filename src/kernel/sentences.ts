/**
 * Every event as one sentence for people: what it is about, and what that went from and to.
 *
 * @module
 */

import { AGENT_SENTENCES } from "./agent_sentences.ts";
import { BREAKER_SENTENCES } from "./breaker_sentences.ts";
import { CONFLICT_SENTENCES } from "./conflict_sentences.ts";
import type { LockstepEvent } from "./events.ts";
import { LOCK_SENTENCES } from "./lock_sentences.ts";
import { MESSAGE_SENTENCES } from "./message_sentences.ts";
import { oneLine, readable } from "./readable.ts";
import type { Sentences } from "./sentence.ts";
import { TASK_SENTENCES } from "./task_sentences.ts";

/** The longest sentence, in characters. */
const LONGEST_SENTENCE = 400;

const SENTENCES: Sentences<LockstepEvent> = {
  ...AGENT_SENTENCES,
  ...BREAKER_SENTENCES,
  ...CONFLICT_SENTENCES,
  ...LOCK_SENTENCES,
  ...MESSAGE_SENTENCES,
  ...TASK_SENTENCES,
};

const BY_NAME: ReadonlyMap<string, (event: never) => string> = new Map(Object.entries(SENTENCES));

/** The names of all events that a machine can say. */
export function eventNames(): string[] {
  return [...BY_NAME.keys()];
}

/**
 * What the event `name` means that carries `payload`, as one line such as
 * `task t1: ready → assigned to a1 (epoch 5)`; of an event that is none of ours, what it carries.
 * Never throws.
 */
export function sentence(name: string, payload: unknown): string {
  const write = BY_NAME.get(name);
  if (write === undefined) return readable(payload);
  try {
    return oneLine(write(payload as never), LONGEST_SENTENCE);
  } catch {
    return readable(payload); // somebody else's event of the same name
  }
}
