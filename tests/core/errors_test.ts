import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import * as errors from "../../mod.ts";

const all: errors.LockstepError[] = [
  new errors.ClosedError("acquire", "the engine"),
  new errors.InvariantError("broken"),
  new errors.JournalError("refused"),
  new errors.AppendRefusedError("The disk is full"),
  new errors.JournalReplacedError(),
  new errors.SessionExpiredError(),
  new errors.JournalTruncatedError(3, 7),
  new errors.JournalUnreadableError("Cannot read the journal: it is cut"),
  new errors.OutcomeUnknownError("Cannot go on: the outcome is unknown"),
  new errors.LimitError("submit a task", "tasks must fit", 5),
  new errors.StaleEpochError('release "db"', 3, 4),
  new errors.UnknownAgentError("assign", "a1"),
  new errors.UnknownTaskError("cancel", "t1"),
  new errors.DuplicateTaskError("t1"),
  new errors.DependencyCycleError("t1", ["t1", "t2", "t1"]),
  new errors.TaskStatusError("cancel", "t1", "completed", "unfinished"),
  new errors.TaskFailedError("t1", "boom", 3, new Error("cause")),
  new errors.TaskCancelledError("t1", "by request"),
  new errors.TaskTimeoutError("t1", "attempt", 500),
  new errors.NonRetryableError("give up"),
  new errors.RetryAfterError("busy", 250),
  new errors.NotHolderError("release", "db", "a1", ["a2"]),
  new errors.LockTimeoutError(["db"], "a1", 100),
  new errors.DeadlockError("a1", ["a1", "a2"], ["x", "y"]),
  new errors.LockAbandonedError(["db"], "a1", "the agent is gone"),
  new errors.LockLostError("db", "a1", 7, "expired"),
  new errors.LockModeError("acquire", "db", "a shared holder can't become exclusive"),
  new errors.EventTimeoutError("task:completed", 100),
  new errors.UnknownSubjectError("ghost", undefined),
];

Deno.test("every error is a LockstepError, has its class as name and a code of its own", () => {
  for (const error of all) {
    assertInstanceOf(error, errors.LockstepError);
    assertInstanceOf(error, Error);
    assertEquals(error.name, error.constructor.name);
    assert(String(error).startsWith(`${error.constructor.name}: `), String(error));
  }
  assertEquals(new Set(all.map(({ code }) => code)).size, all.length);
});

Deno.test("messages start with a capital, stand on one line and end without a full stop", () => {
  for (const { message, code } of all) {
    if (
      [
        "append-refused",
        "invariant",
        "journal",
        "journal-unreadable",
        "outcome-unknown",
        "non-retryable",
        "retry-after",
      ].includes(code)
    ) continue;
    assert(/^[A-Z][^\n]*[^.\n]$/.test(message), message);
  }
});

Deno.test("errors carry what a program needs to act on them", () => {
  const deadlock = new errors.DeadlockError("a1", ["a1", "a2"], ["x", "y"]);
  assertEquals(
    deadlock.message,
    'Agent "a1" is the victim of a deadlock: "a1" waits for "x", "a2" waits for "y"',
  );
  assertEquals([deadlock.agents, deadlock.resources], [["a1", "a2"], ["x", "y"]]);
  const cause = new Error("cause");
  assertStrictEquals(new errors.TaskFailedError("t1", "boom", 3, cause).cause, cause);
  assertEquals(
    new errors.StaleEpochError('release "db"', 3, undefined).message,
    'Cannot release "db": epoch must be one in force, got 3',
  );
  assertEquals(
    new errors.NotHolderError('release "db"', "db", "a1", []).message,
    'Cannot release "db": agent must hold the lock, got a free lock',
  );
  assertEquals(new errors.RetryAfterError("busy", 250).retryAfterMs, 250);
});
