/**
 * Every error that Lockstep itself rejects with. Each has a `code` that never changes and carries
 * what a program needs to act on it, so that nobody has to parse a message.
 *
 * Malformed arguments are `TypeError` and `RangeError` instead.
 *
 * @module
 */

/** The base of all errors below. */
export abstract class LockstepError extends Error {
  /** Names the kind of error; stable between versions. */
  abstract readonly code: string;
  /** The name of the class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** A call on something that was closed. */
export class ClosedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "closed";
  /** `attempt` reads on after "Cannot", here and below; `thing` says what is closed. */
  constructor(attempt: string, thing: string) {
    super(`Cannot ${attempt}: ${thing} is closed`);
  }
}

/** A call on something that has a log to read first. */
export class UninitializedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "uninitialized";
  /** `thing` says what has the log, such as `the scheduler`. */
  constructor(attempt: string, thing: string) {
    super(`Cannot ${attempt}: ${thing} must be initialized first`);
  }
}

/** A bug in Lockstep: a machine found its own state impossible. The engine stops. */
export class InvariantError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "invariant";
}

/** The log did not take a command; the state is as before. */
export class LogError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "log";
}

/** Something is full, or too small for what was asked; nothing was added. */
export class LimitError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "limit";
  /** `rule` says what must have room; `limit` is how much fits. */
  constructor(attempt: string, rule: string, readonly limit: number) {
    super(`Cannot ${attempt}: ${rule}, the limit is ${limit}`);
  }
}

/** A call under an epoch that is not in force; nothing changed. */
export class StaleEpochError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "stale-epoch";
  /** Names both epochs, so that a caller can tell how far it is behind. */
  constructor(
    attempt: string,
    /** The epoch that the caller named. */
    readonly epoch: number,
    /** The epoch in force, or `undefined` when nothing is granted. */
    readonly current: number | undefined,
  ) {
    super(`Cannot ${attempt}: epoch must be ${current ?? "one in force"}, got ${epoch}`);
  }
}

/** An agent that nobody registered, or that is gone. */
export class UnknownAgentError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-agent";
  /** `agentId` is what the caller named. */
  constructor(attempt: string, readonly agentId: string) {
    super(`Cannot ${attempt}: agent must be registered, got ${JSON.stringify(agentId)}`);
  }
}

/** A task that nobody submitted, or that has been forgotten since it ended. */
export class UnknownTaskError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-task";
  /** `taskId` is what the caller named. */
  constructor(attempt: string, readonly taskId: string) {
    super(`Cannot ${attempt}: task must have been submitted, got ${JSON.stringify(taskId)}`);
  }
}

/** A second submission of a known id, not under the idempotency key of the first. */
export class DuplicateTaskError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "duplicate-task";
  /** `taskId` is taken. */
  constructor(readonly taskId: string) {
    super(
      `Cannot submit task ${JSON.stringify(taskId)}: id must be new, or come with the same ` +
        `idempotencyKey as before, got a known id`,
    );
  }
}

/** Dependencies that lead back to where they start. */
export class DependencyCycleError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "dependency-cycle";
  /** `taskId` is the task that would have closed the cycle. */
  constructor(
    readonly taskId: string,
    /** The ids along the cycle; the first stands again at the end. */
    readonly cycle: readonly string[],
  ) {
    super(
      `Cannot add task ${JSON.stringify(taskId)}: dependencies must have no cycle, got ${
        cycle.map((id) => JSON.stringify(id)).join(" -> ")
      }`,
    );
  }
}

/** Something was asked of a task that its status doesn't allow. */
export class TaskStatusError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-status";
  /** `status` is what the task has; `rule` says what it must have. */
  constructor(attempt: string, readonly taskId: string, readonly status: string, rule: string) {
    super(`Cannot ${attempt}: task must be ${rule}, got ${JSON.stringify(status)}`);
  }
}

/** A task ended as failed; `cause` is the error of its last attempt. */
export class TaskFailedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-failed";
  /** `attempts` leaves out those that ended through no fault of the task. */
  constructor(readonly taskId: string, reason: string, readonly attempts: number, cause?: unknown) {
    super(`Task ${JSON.stringify(taskId)} failed after ${attempts} attempts: ${reason}`, { cause });
  }
}

/** A task was cancelled, by a caller or by how a task that it depends on ended. */
export class TaskCancelledError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-cancelled";
  /** `reason` is the caller's, or says what became of a dependency. */
  constructor(readonly taskId: string, readonly reason: string) {
    super(`Task ${JSON.stringify(taskId)} was cancelled: ${reason}`);
  }
}

/** An attempt, or a task, took longer than it may. */
export class TaskTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "task-timeout";
  /** `ms` is the limit, not the time taken. */
  constructor(
    readonly taskId: string,
    /** Which of the task's limits it was. */
    readonly limit: "queue" | "attempt" | "heartbeat" | "total",
    readonly ms: number,
  ) {
    super(`Task ${JSON.stringify(taskId)} exceeded its ${limit} timeout of ${ms} ms`);
  }
}

/** A claim on a task was taken back; the reason of the signal of its attempt. */
export class ClaimLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "claim-lost";
  /** `epoch` is that of the claim that is over. */
  constructor(readonly taskId: string, readonly epoch: number, reason: string) {
    super(`The claim on task ${JSON.stringify(taskId)} of epoch ${epoch} is over: ${reason}`);
  }
}

/** An agent that may not be given the task: it lacks a capability or room, or is cordoned. */
export class UnfitAgentError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unfit-agent";
  /** `agentId` is `undefined` when none was named and none is fit. */
  constructor(attempt: string, readonly agentId: string | undefined) {
    super(
      `Cannot ${attempt}: the agent must have the capabilities that the task requires and room ` +
        `for it, got ${agentId === undefined ? "none that does" : JSON.stringify(agentId)}`,
    );
  }
}

/** Throw this in a handler to end the task as failed at once, whatever retries are left. */
export class NonRetryableError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "non-retryable";
}

/** Throw this in a handler to be tried again no sooner than `retryAfterMs` from then. */
export class RetryAfterError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "retry-after";
  /** The pause is the longer one of `retryAfterMs` and that of the backoff. */
  constructor(message: string, readonly retryAfterMs: number) {
    super(message);
  }
}

/** A release or renewal by somebody who doesn't hold the lock; nothing changed. */
export class NotHolderError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "not-holder";
  /** `agentId` is who asked. */
  constructor(
    attempt: string,
    readonly resourceId: string,
    readonly agentId: string,
    /** Who does hold it; empty when it is free. */
    readonly holders: readonly string[],
  ) {
    super(
      `Cannot ${attempt}: agent must hold the lock, got ${
        holders.length === 0 ? "a free lock" : `one held by ${holders.map(show).join(", ")}`
      }`,
    );
  }
}

/** A wait for a lock took longer than it may. */
export class LockTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-timeout";
  /** `resourceIds` are all that the wait was for. */
  constructor(
    readonly resourceIds: readonly string[],
    readonly agentId: string,
    readonly timeoutMs: number,
  ) {
    super(
      `Cannot acquire ${resourceIds.map(show).join(", ")} for agent ${show(agentId)}: ` +
        `the lock must become free within ${timeoutMs} ms`,
    );
  }
}

/** A wait or a request was ended because somebody in a cycle of waits had to give way. */
export class DeadlockError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "deadlock";
  /** `agentId` is the victim, who may ask again. */
  constructor(
    readonly agentId: string,
    /** Who waits in the cycle: each agent waits for the resource at its own index. */
    readonly agents: readonly string[],
    /** What they wait for; the next agent of the cycle holds it. `""` for that one's answer. */
    readonly resources: readonly string[],
  ) {
    const cycle = agents.map((agent, i) => {
      const next = agents[(i + 1) % agents.length] ?? "";
      const resource = resources[i] ?? "";
      return `${show(agent)} waits for ${
        resource === "" ? `${show(next)} to answer` : show(resource)
      }`;
    });
    super(`Agent ${show(agentId)} gives way in a deadlock: ${cycle.join(", ")}`);
  }
}

/** A wait for a lock came to nothing: it was called off, or its agent can't have the lock. */
export class LockAbandonedError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-abandoned";
  /** `resourceIds` are all that the wait was for. */
  constructor(readonly resourceIds: readonly string[], readonly agentId: string, reason: string) {
    super(
      `Cannot acquire ${resourceIds.map(show).join(", ")} for agent ${show(agentId)}: ${reason}`,
    );
  }
}

/** A lock is lost to whom it was granted. The reason of a handle's signal. */
export class LockLostError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-lost";
  /** `epoch` is that of the grant that is lost; `agentId` is who had it. */
  constructor(
    readonly resourceId: string,
    readonly agentId: string,
    readonly epoch: number,
    /** `gone` when nobody was watching as it happened. */
    readonly reason: "expired" | "revoked" | "released" | "gone",
  ) {
    super(`Agent ${show(agentId)} lost ${show(resourceId)} of epoch ${epoch}: it was ${reason}`);
  }
}

/** What is asked for can't go together with what is held. */
export class LockModeError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "lock-mode";
  /** `rule` says what must be so. */
  constructor(attempt: string, readonly resourceId: string, rule: string) {
    super(`Cannot ${attempt}: ${rule}`);
  }
}

/** A circuit breaker let a call not through. */
export class CircuitOpenError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "circuit-open";
  /** The refusal of one call. */
  constructor(
    /** The name of the breaker. */
    readonly breaker: string,
    /** `half-open` when as many probes are in flight as there may be. */
    readonly state: "open" | "half-open",
    /** When to try again, in milliseconds since the Unix epoch. */
    readonly retryAt: number,
    /** How long that was from when the call was made. */
    readonly retryAfterMs: number,
  ) {
    super(
      `Cannot call through circuit breaker ${show(breaker)}: it must be closed or have room for ` +
        `a probe, got ${state}; try again in ${retryAfterMs} ms`,
    );
  }
}

/** A call through a circuit breaker took longer than it may. */
export class CallTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "call-timeout";
  /** The end of one call. */
  constructor(
    /** The name of the breaker. */
    readonly breaker: string,
    /** How long the call might take. */
    readonly timeoutMs: number,
  ) {
    super(`The call through circuit breaker ${show(breaker)} exceeded its ${timeoutMs} ms`);
  }
}

/** A mailbox is full, and the message was not sent. */
export class MailboxFullError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "mailbox-full";
  /** The rule was broken by a message from `from` for `to`. */
  constructor(
    /** Who sent the message. */
    readonly from: string,
    /** Whose mailbox is full. */
    readonly to: string,
    /** How many messages it holds. */
    readonly limit: number,
  ) {
    super(
      `Cannot send a message from ${show(from)} to ${show(to)}: the mailbox must have room for ` +
        `it, the limit is ${limit}`,
    );
  }
}

/** A request was not answered in time. */
export class ResponseTimeoutError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "response-timeout";
  /** Nobody answered `messageId` within `timeoutMs`. */
  constructor(
    /** The request. */
    readonly messageId: string,
    /** Who asked. */
    readonly from: string,
    /** Who was asked. */
    readonly to: string,
    /** How long it waited. */
    readonly timeoutMs: number,
  ) {
    super(
      `Cannot ask ${show(to)} for ${show(from)}: a response to ${show(messageId)} must come ` +
        `within ${timeoutMs} ms`,
    );
  }
}

/** A request can't be answered any more. */
export class UnansweredError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "unanswered";
  /** The request `messageId` ended because of `reason`. */
  constructor(
    /** The request. */
    readonly messageId: string,
    /** Who asked. */
    readonly from: string,
    /** Who was asked. */
    readonly to: string,
    /** `undeliverable` when the request is a dead letter. */
    readonly reason: "undeliverable" | "agent-gone" | "cancelled" | "deadlock",
  ) {
    super(`Cannot ask ${show(to)} for ${show(from)}: ${UNANSWERED[reason]}`);
  }
}

const UNANSWERED: Record<UnansweredError["reason"], string> = {
  "undeliverable": "the request could not be delivered, and is in the dead letters",
  "agent-gone": "one of the agents is gone",
  "cancelled": "the request was cancelled",
  "deadlock": "the request gave way in a cycle of waits",
};

/** A message that is no dead letter, or was forgotten. */
export class UnknownMessageError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "unknown-message";
  /** Nothing is known of `messageId`. */
  constructor(
    attempt: string,
    /** What was asked for. */
    readonly messageId: string,
    rule = "the message must be a dead letter",
  ) {
    super(`Cannot ${attempt}: ${rule}, got ${show(messageId)}`);
  }
}

/** A delivery is over; the reason of its handler's signal. */
export class DeliveryLostError extends LockstepError {
  /** Names the kind of error. */
  readonly code = "delivery-lost";
  /** The delivery of `messageId` under `epoch` ended because of `reason`. */
  constructor(
    /** The message. */
    readonly messageId: string,
    /** The delivery. */
    readonly epoch: number,
    /** `gone` when nobody was watching as it ended. */
    readonly reason: "timed-out" | "returned" | "recipient-gone" | "gone",
  ) {
    super(`The delivery of ${show(messageId)} under epoch ${epoch} is over: it was ${reason}`);
  }
}

/** `waitFor` saw no such event in time. */
export class EventTimeoutError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "event-timeout";
  /** `event` is the name of what didn't come. */
  constructor(readonly event: string, readonly timeoutMs: number) {
    super(`Cannot wait for event ${show(event)}: it must come within ${timeoutMs} ms`);
  }
}

/** A conflict that nobody reported, or that has been forgotten since it was settled. */
export class UnknownConflictError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "unknown-conflict";
  /** `attempt` completes "Cannot …". */
  constructor(
    attempt: string,
    /** What was taken for the id of a conflict. */
    readonly conflictId: string,
  ) {
    super(`Cannot ${attempt}: conflict must have been reported, got ${show(conflictId)}`);
  }
}

/** What is known doesn't single out a winner; the conflict stays open. */
export class UndecidedConflictError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "undecided-conflict";
  /** `rule` says what would decide it. */
  constructor(
    attempt: string,
    /** The conflict that stays open. */
    readonly conflictId: string,
    rule: string,
  ) {
    super(`Cannot ${attempt}: ${rule}`);
  }
}

/** Something was asked of a vote that its rules don't allow; nothing changed. */
export class VoteError extends LockstepError {
  /** Stable, unlike the message. */
  readonly code = "vote";
  /** `rule` says what must be so, and what came. */
  constructor(
    attempt: string,
    /** What the vote is, or would be, about. */
    readonly conflictId: string,
    /** Which rule it was. */
    readonly reason: "resolved" | "voting" | "not-voting" | "not-elector" | "voted" | "not-party",
    rule: string,
  ) {
    super(`Cannot ${attempt}: ${rule}`);
  }
}

function show(id: string): string {
  return JSON.stringify(id);
}
