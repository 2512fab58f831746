/**
 * What the events have said of messages, beside what every history of them must keep to.
 *
 * @module
 */

import type { LockstepEvent } from "../../root/events.ts";
import { dequeueFirst, emptyFifo, enqueueLast, type Fifo, fifoSize } from "../../core/data/fifo.ts";
import type { MessageState } from "../../messages/mod.ts";
import { accuse } from "./failure.ts";

/** Follows the events of messages. */
export class MessageShadow {
  /** The ids that senders chose, as far back as repeats of them are dropped. */
  readonly #known = new Set<string>();
  readonly #order: Fifo<string> = emptyFifo();

  take(event: LockstepEvent, { config }: MessageState): void {
    if (event.type === "message:sent") return this.#send(event.message.id, config.dedupeWindow);
    if (event.type !== "message:received") return;
    const { id, attempt } = event.message;
    if (attempt <= config.maxDeliveries) return;
    accuse("DeliveriesBounded", `"${id}" is delivered for the ${attempt}th time`);
  }

  #send(id: string, window: number): void {
    if (window === 0 || id.startsWith("message-")) return;
    if (this.#known.has(id)) accuse("DroppedRepeats", `"${id}" was sent again`);
    this.#known.add(id);
    enqueueLast(this.#order, id);
    if (fifoSize(this.#order) > window) this.#known.delete(dequeueFirst(this.#order)!);
  }
}
