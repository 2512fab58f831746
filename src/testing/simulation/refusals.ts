/**
 * Every reason for a refusal, by the event that tells of it; the types hold the lists to all that
 * there are.
 *
 * @module
 */

import type { CircuitRefusal } from "../../breakers/events.ts";
import type { ConflictRefusal, VersionRefusal } from "../../conflicts/events.ts";
import type { MembershipRefusal } from "../../agents/events.ts";
import type { MessageRefusal } from "../../messages/events.ts";
import type { ResourceRefusal } from "../../locks/events.ts";
import type { TaskRefusal } from "../../tasks/events.ts";

const RESOURCES: Record<ResourceRefusal, true> = {
  held: true,
  "not-holder": true,
  "stale-epoch": true,
  upgrade: true,
  "over-capacity": true,
  full: true,
  "not-waiting": true,
  "in-use": true,
};

const TASKS: Record<TaskRefusal, true> = {
  "unknown-task": true,
  "unknown-agent": true,
  duplicate: true,
  cycle: true,
  "stale-epoch": true,
  status: true,
  unfit: true,
  full: true,
  draining: true,
};

const MESSAGES: Record<MessageRefusal, true> = {
  "mailbox-full": true,
  "too-many-mailboxes": true,
  "too-many-requests": true,
  "too-many-topics": true,
  "too-many-handlers": true,
  "known-handler": true,
  "unknown-handler": true,
  "stale-epoch": true,
  "unknown-message": true,
  "not-waiting": true,
  empty: true,
};

const BREAKERS: Record<CircuitRefusal, true> = {
  "unknown-breaker": true,
  "unknown-permit": true,
  full: true,
};

const CONFLICTS: Record<ConflictRefusal, true> = {
  "unknown-conflict": true,
  resolved: true,
  undecided: true,
  voting: true,
  "not-voting": true,
  "not-elector": true,
  voted: true,
  "not-party": true,
  full: true,
};

const VERSIONS: Record<VersionRefusal, true> = { "stale-version": true, "not-reader": true };

const AGENTS: Record<MembershipRefusal, true> = {
  "stale-incarnation": true,
  "unknown-agent": true,
  full: true,
};

const REFUSALS: Readonly<Record<string, Readonly<Record<string, true>>>> = {
  "resource:refused": RESOURCES,
  "task:refused": TASKS,
  "message:refused": MESSAGES,
  "circuitbreaker:refused": BREAKERS,
  "conflict:refused": CONFLICTS,
  "version:refused": VERSIONS,
  "agent:refused": AGENTS,
};

/** Each refusal as coverage counts it: the event and the reason. */
export function refusalNames(): string[] {
  return Object.entries(REFUSALS).flatMap(([event, reasons]) =>
    Object.keys(reasons).map((reason) => `${event} ${reason}`)
  );
}
