/**
 * The config of messages.
 *
 * @module
 */

import type { Attempt } from "../core/arguments.ts";
import {
  count,
  defaultsOf,
  integer,
  ms,
  oneOf,
  type Options,
  readConfig,
  SYSTEM_OPTIONS,
} from "../core/config.ts";

/**
 * The options of a mailbox machine. Times are milliseconds.
 * @category Messages
 */
export interface MessageConfig {
  /** Most messages in each lane of a handler, those in delivery included. @default 10_000 */
  readonly mailboxCapacity: number;
  /**
   * The policy for a message to a full lane: `reject` refuses it, `drop-oldest` moves the oldest
   * message that waits to the dead letters. @default "reject"
   */
  readonly mailboxPolicy: "reject" | "drop-oldest";
  /** Most mailboxes; the longest idle one is evicted. @default 100_000 */
  readonly maxMailboxes: number;
  /** Most handlers of one agent. @default 100 */
  readonly maxHandlers: number;
  /** Most messages of a lane that a handler gets at once, each of another sender. @default 16 */
  readonly maxInFlight: number;
  /** Most deliveries of a message before it is a dead letter. @default 5 */
  readonly maxDeliveries: number;
  /** The longest pause after a first failed delivery; it doubles with each further one. @default 1_000 */
  readonly retryDelay: number;
  /** The longest pause between two deliveries. @default 30_000 */
  readonly maxRetryDelayMs: number;
  /** Number of ids chosen by senders that are kept to deduplicate messages. @default 10_000 */
  readonly dedupeWindow: number;
  /** Most dead letters that are kept; the oldest are evicted. @default 10_000 */
  readonly maxDeadLetters: number;
  /** Most requests that wait for their response. @default 100_000 */
  readonly maxRequests: number;
  /** Most topics that have subscribers. @default 10_000 */
  readonly maxTopics: number;
  /** Most calls of `receive` that wait for a message. @default 100_000 */
  readonly maxReceivers: number;
  /** Most readers of an inbox whose place is kept; the one that read longest ago is evicted. @default 100 */
  readonly maxReaders: number;
  /**
   * The policy for a message to a name that no agent has had: none was registered under it, has
   * subscribed, received or sent. `warn` sends it, emits `message:misaddressed`, and logs a warning
   * once for each name; `refuse` refuses it. @default "warn"
   */
  readonly unknownRecipients: "allow" | "warn" | "refuse";
  /** Most names of agents that are kept, besides those of mailboxes; the oldest are forgotten. @default 100_000 */
  readonly maxKnownNames: number;
  /** The seed of the random pauses. @default 0 */
  readonly seed: number;
}

/** The default and the check of each option of a mailbox machine. */
export const MESSAGE_OPTIONS: Options<MessageConfig> = {
  mailboxCapacity: count(10_000),
  mailboxPolicy: oneOf("reject", ["reject", "drop-oldest"]),
  maxMailboxes: count(100_000),
  maxHandlers: count(100),
  maxInFlight: count(16),
  maxDeliveries: count(5),
  retryDelay: ms(1_000),
  maxRetryDelayMs: ms(30_000),
  dedupeWindow: count(10_000, 0),
  maxDeadLetters: count(10_000, 0),
  maxRequests: count(100_000),
  maxTopics: count(10_000),
  maxReceivers: count(100_000),
  maxReaders: count(100),
  unknownRecipients: oneOf("warn", ["allow", "warn", "refuse"]),
  maxKnownNames: count(100_000),
  seed: integer(0, 0),
};

/** The config of a mailbox machine that is given none. */
export const DEFAULT_MESSAGE_CONFIG: MessageConfig = defaultsOf(MESSAGE_OPTIONS);

/**
 * Options of {@linkcode MessageRouter}. The config of a whole coordination system fits, too: it
 * ignores the options of other subsystems.
 *
 * @category Messages
 */
export interface MessageRouterConfig extends Partial<MessageConfig> {
  /**
   * Longest wait of a request for its response, and time limit of an asynchronous handler or an agent
   * that pulls, in milliseconds; 0 for no limit. @default 10_000
   */
  messageTimeout?: number;
  /** For other subsystems. */
  maxRetries?: number;
  /** For other subsystems. */
  deadlockDetection?: boolean;
  /** For other subsystems. */
  resourceTimeout?: number;
}

/** The times of calls that name none. */
export interface MessageDefaults {
  /** Time limit of a handler, or 0. */
  readonly handlingMs: number;
  /** Longest wait of a request, or 0. */
  readonly responseMs: number;
}

/** The default and the check of the option that only the façade reads. */
export const TIMEOUT_OPTIONS: Options<{ messageTimeout: number }> = {
  messageTimeout: ms(10_000),
};

/** All options of a message router, and those that it ignores. */
export const KNOWN_MESSAGE_OPTIONS: readonly object[] = [
  MESSAGE_OPTIONS,
  TIMEOUT_OPTIONS,
  SYSTEM_OPTIONS,
];

/**
 * Returns the machine's part of `config`, and the times of calls that name none.
 *
 * @throws {TypeError | RangeError} when an option is malformed; the message names it
 */
export function readMessageConfig(config: MessageRouterConfig, attempt: Attempt): {
  machine: MessageConfig;
  defaults: MessageDefaults;
} {
  const { messageTimeout } = readConfig(TIMEOUT_OPTIONS, config, attempt);
  return {
    machine: readConfig(MESSAGE_OPTIONS, config, attempt),
    defaults: { handlingMs: messageTimeout, responseMs: messageTimeout },
  };
}
