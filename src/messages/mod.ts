/**
 * Messages: the mailbox machine, and {@linkcode MessageRouter}.
 *
 * @module
 */

export type {
  InboxOptions,
  PostOptions,
  ReceiveOptions,
  RequestOptions,
  SendOptions,
  SubscribeOptions,
} from "./arguments.ts";
export type { MessageHost } from "./client.ts";
export type * from "./commands.ts";
export type { MessageConfig, MessageRouterConfig } from "./config.ts";
export {
  DeliveryContext,
  type DeliveryKeeper,
  type MessageHandler,
  ReceivedMessage,
  Subscription,
} from "./handlers.ts";
export { messageMachine, type MessagePart } from "./machine.ts";
export { MessageRouter, type MessageRouterOptions } from "./message_router.ts";
export type {
  Channel as MailboxChannel,
  Consumer as MailboxConsumer,
  Copy as MessageCopy,
  DeadLetter,
  Due as MessageDue,
  Expiry as MessageExpiry,
  Lane as MailboxLane,
  Mailbox,
  MessageState,
  OpenRequest,
  Receiver as MailboxReceiver,
} from "./state.ts";
export type {
  DeadLetterView,
  DeliveryExplanation,
  InboxEntry,
  InboxPage,
  MessageExplanation,
} from "./views.ts";
export type { Linked as MailboxLink, List as MailboxList } from "../core/data/list.ts";
