/**
 * Messages: the mailbox machine, and {@linkcode MessageRouter}.
 *
 * @module
 */

export type * from "./commands.ts";
export type { MessageRouterConfig } from "./config.ts";
export { DeliveryContext, type DeliveryKeeper, type MessageHandler } from "./handlers.ts";
export type { DeliveryExplanation, MessageExplanation } from "./views.ts";
export type { Linked as MailboxLink, List as MailboxList } from "../core/data/list.ts";
export { messageMachine } from "./machine.ts";
export type { MessageHost } from "./client.ts";
export { MessageRouter, type MessageRouterOptions } from "./message_router.ts";
export type {
  PostOptions,
  ReceiveOptions,
  RequestOptions,
  SendOptions,
  SubscribeOptions,
} from "./arguments.ts";
export type {
  Channel as MailboxChannel,
  Consumer as MailboxConsumer,
  Copy as MessageCopy,
  DeadLetter,
  Due as MessageDue,
  Expiry as MessageExpiry,
  Lane as MailboxLane,
  Mailbox,
  MessageConfig,
  MessageState,
  OpenRequest,
} from "./state.ts";
export { Subscription } from "./handlers.ts";
export type { DeadLetterView } from "./views.ts";
