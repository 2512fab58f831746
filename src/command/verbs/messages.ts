/**
 * Verbs on messages.
 *
 * @module
 */

import process from "node:process";
import type { Message } from "../../messages/types.ts";
import { type Context, EXIT } from "../verb.ts";

/** The name of the people who run the server. */
const HUMAN = "human";

/** `lockstep send`. */
export async function send(context: Context): Promise<void> {
  const [to, text] = context.need(2);
  const client = await context.client();
  const sender = isAgent(context) ? await context.agent() : client.human();
  const reply = context.text("reply");
  if (reply !== undefined) {
    const accepted = await sender.sendResponse(reply, text);
    return context.answer({ accepted }, accepted ? "Answered." : "The request waits no longer.");
  }
  if (context.has("ask")) {
    const timeoutMs = context.duration("wait") ?? 60_000;
    const response = await sender.request(to!, text, { timeoutMs });
    const shown = typeof response === "string" ? response : JSON.stringify(response);
    return context.answer({ response }, shown);
  }
  const messageId = await sender.send(to!, text);
  if (to === "*") return context.answer({ messageId }, "Sent to all.");
  // A name that has a mailbox is explained, too; only a member has an incarnation.
  const isKnown = context.json || to === HUMAN ||
    (await client.getAgent(to!))?.incarnation !== undefined;
  context.answer(
    { messageId },
    isKnown ? `Sent to ${to}.` : `Sent to ${to}, which has not joined: it waits until then.`,
  );
}

/** `lockstep inbox`. */
export async function inbox(context: Context): Promise<number | void> {
  context.need(0);
  const client = await context.client();
  const reader = isAgent(context) ? await context.agent() : client.human();
  const messages: Message[] = [];
  let waitMs = context.duration("wait") ?? 0;
  while (true) {
    const received = await reader.receive({ waitMs });
    if (received === undefined) break;
    messages.push(received.message);
    await received.ack();
    waitMs = 0;
  }
  context.answer(
    { messages },
    () =>
      messages.length === 0
        ? "No messages."
        : messages.map(({ from, id, payload }) =>
          `${from}: ${typeof payload === "string" ? payload : JSON.stringify(payload)}  (${id})`
        ).join("\n"),
  );
  return messages.length === 0 ? EXIT.nothing : EXIT.fine;
}

/** Whether an agent acts, and not a person. */
function isAgent(context: Context): boolean {
  return (context.text("as") ?? process.env.LOCKSTEP_AGENT) !== undefined;
}
