/**
 * The config of a message router.
 *
 * @module
 */

import { requireInteger, requireMs, requireObject, requireOneOf } from "../core/arguments.ts";
import { DEFAULT_MESSAGE_CONFIG, type MessageConfig } from "./state.ts";

/**
 * The config of a message router. The one of a whole coordination system fits, too: what is meant
 * for other subsystems is passed over.
 */
export interface MessageRouterConfig extends Partial<MessageConfig> {
  /**
   * How long a request waits for its response, and how long an asynchronous handler, or an agent that
   * pulls, may take for a message, in milliseconds; 0 for as long as it takes, but for requests,
   * which then wait 10 seconds. @default 10_000
   */
  messageTimeout?: number;
  /** For other subsystems. */
  maxRetries?: number;
  /** For other subsystems. */
  deadlockDetection?: boolean;
  /** For other subsystems. */
  resourceTimeout?: number;
}

/** What goes for a call that names no time. */
export interface MessageDefaults {
  /** How long a handler may take, or 0. */
  readonly handlingMs: number;
  /** How long a request waits. */
  readonly responseMs: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** The largest table that a config may ask for. */
const MOST = 10_000_000;

/** From the name of a rule that counts something to the least that it may be. */
const COUNTS: ReadonlyMap<keyof MessageConfig, 0 | 1> = new Map([
  ["mailboxCapacity", 1],
  ["maxMailboxes", 1],
  ["maxHandlers", 1],
  ["maxInFlight", 1],
  ["maxDeliveries", 1],
  ["dedupeWindow", 0],
  ["maxDeadLetters", 0],
  ["maxRequests", 1],
  ["maxTopics", 1],
]);

/**
 * The machine's part of `config`, checked.
 *
 * @throws {TypeError | RangeError} when an option is malformed; the message names it
 */
export function readConfig(config: MessageRouterConfig): {
  machine: MessageConfig;
  defaults: MessageDefaults;
} {
  const attempt = () => "create a message router";
  requireObject(config as unknown, "config", attempt);
  const machine = { ...DEFAULT_MESSAGE_CONFIG } as Record<keyof MessageConfig, unknown>;
  for (const name of Object.keys(DEFAULT_MESSAGE_CONFIG) as (keyof MessageConfig)[]) {
    if (config[name] !== undefined) machine[name] = config[name];
  }
  for (const [name, least] of COUNTS) requireInteger(machine[name], least, MOST, name, attempt);
  requireMs(machine.retryDelay, 0, "retryDelay", attempt);
  requireMs(machine.maxRetryDelayMs, 0, "maxRetryDelayMs", attempt);
  requireInteger(machine.seed, 0, Number.MAX_SAFE_INTEGER, "seed", attempt);
  requireOneOf(machine.mailboxPolicy, ["reject", "drop-oldest"], "mailboxPolicy", attempt);
  const { messageTimeout = DEFAULT_TIMEOUT_MS } = config;
  requireMs(messageTimeout, 0, "messageTimeout", attempt);
  return {
    machine: machine as unknown as MessageConfig,
    defaults: { handlingMs: messageTimeout, responseMs: messageTimeout || DEFAULT_TIMEOUT_MS },
  };
}
