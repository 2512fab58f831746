/**
 * What bounds each collection that outlives a call. A name in backticks is an option; other bounds are
 * the table whose entries a collection belongs to, or a constant.
 *
 * @module
 */

/** By file and field. */
export const BOUNDS: Readonly<Record<string, string>> = {
  // Agents
  "src/agents/state.ts MembershipState.members": "`maxAgents`, then refused",
  "src/agents/state.ts MembershipState.deadlines": "one for each member",

  // Breakers
  "src/breakers/circuit_breaker_manager.ts CircuitBreakerManager.#breakers":
    "as BreakerState.breakers",
  "src/breakers/state.ts HalfOpenPhase.probes": "`halfOpenLimit`, then rejected",
  "src/breakers/state.ts HalfOpenPhase.deadlines": "one for each probe",
  "src/breakers/state.ts Breaker.list": "a reference to a list of the state",
  "src/breakers/state.ts BreakerState.breakers":
    "`maxBreakers`, then the longest unused closed one is evicted, or calls are not counted",
  "src/breakers/state.ts BreakerState.sound": "among BreakerState.breakers",
  "src/breakers/state.ts BreakerState.failing": "among BreakerState.breakers",
  "src/breakers/window.ts CountWindow.ring": "`windowCalls`, then the oldest is overwritten",
  "src/breakers/window.ts TimeWindow.buckets": "10",

  // Conflicts
  "src/conflicts/client.ts ConflictClient.#waiting": "calls that wait for an open conflict",
  "src/conflicts/conflict_resolver.ts ConflictResolver.#strategies":
    "those that the program registers",
  "src/conflicts/state.ts ConflictRecord.agents": "the arguments of a report",
  "src/conflicts/state.ts ConflictRecord.gone": "among ConflictRecord.agents",
  "src/conflicts/state.ts Vote.electorate": "the arguments of a vote",
  "src/conflicts/state.ts Vote.ballots": "one for each elector",
  "src/conflicts/state.ts KnownAgent.requests": "`keepRequests`, then the oldest is evicted",
  "src/conflicts/state.ts ConflictState.active": "`maxActive`, then refused",
  "src/conflicts/state.ts ConflictState.byKey": "as ConflictState.active",
  "src/conflicts/state.ts ConflictState.conflictsOf": "the agents of ConflictState.active",
  "src/conflicts/state.ts ConflictState.votesOf": "the electors of ConflictState.active",
  "src/conflicts/state.ts ConflictState.resolved": "`keepResolved`, then the oldest is evicted",
  "src/conflicts/state.ts ConflictState.resolvedIds": "as ConflictState.resolved",
  "src/conflicts/state.ts ConflictState.resolutionsByStrategy": "those that the program registers",
  "src/conflicts/state.ts ConflictState.conflictsByType": "the types, 4",
  "src/conflicts/state.ts ConflictState.knownAgents": "`maxParties`, then refused",
  "src/conflicts/state.ts ConflictState.deadlines": "one for each open vote",
  "src/conflicts/state.ts ConflictState.versions": "`maxIdleVersions`, and those with readings",
  "src/conflicts/state.ts ConflictState.idleVersions":
    "`maxIdleVersions`, then the longest idle is evicted",
  "src/conflicts/state.ts ConflictState.readings":
    "`maxReadings`, then the oldest eighth is evicted",

  // Core
  "src/coordination/coordination_manager.ts CoordinationManager.#unsubscribers": "2",
  "src/core/bus/event_bus.ts EventBus.#channels":
    "those with handlers, and 10,000 names that are counted; others are delivered uncounted",
  "src/core/bus/event_bus.ts EventBus.#queue": "events that one delivery leads to",
  "src/core/bus/event_bus.ts EventBus.#untidy": "handlers that one delivery removes",
  "src/core/bus/event_bus.ts Channel.subscriptions":
    "twice the handlers and streams that the program has; a dropped stream is collected",
  "src/core/bus/event_stream.ts EventBuffer.#events": "its buffer, then the oldest is dropped",
  "src/core/bus/event_stream.ts EventBuffer.#consumers": "calls of next that wait",
  "src/core/client.ts MachineClient.#unobserve": "one for each call of listen in a constructor",
  "src/core/client.ts MachineClient.#owed": "the ends of things that the machine keeps",
  "src/core/data/plain.ts LineDecoder.#nodes": "the state of a snapshot",
  "src/core/data/plain.ts LineDecoder.#shapes": "the state of a snapshot",
  "src/core/describe.ts Writer.#path": "the depth of one value",
  "src/core/engine.ts Engine.#observers": "those of the façades",
  "src/core/engine.ts Engine.#outbox": "the events of steps whose handlers have not run",
  "src/core/engine.ts Engine.#stopListeners": "those of the façades",
  "src/core/journal_writer.ts JournalWriter.#gathering":
    "maxUnstored, and the engine's own commands",
  "src/core/engine.ts Engine.#skip": "the commands that the options name",
  "src/core/followers.ts Followers.#waiting": "one for each reader that waits",
  "src/core/journal_reader.ts JournalReader.#waiting": "calls of barrier that wait",
  "src/core/memory_journal.ts MemoryJournal.#records": "the records since the older snapshot",
  "src/core/memory_journal.ts MemoryJournal.#sessions": "one for each engine that has appended",
  "src/core/memory_journal.ts MemorySnapshots.#kept": "the newest two",
  "src/core/replica.ts Replica.#sessions": "MOST_SESSIONS",
  "src/core/replica.ts Replica.skipped": "the commands that the options name",

  // Journals
  "src/history/history.ts History.#checkpoints":
    "MOST_CHECKPOINTS and MOST_COPY_MS, then every second one is dropped",
  "src/journal/sqlite/sqlite_journal.ts SqliteJournal.#recent": "MOST_RECENT, twice",
  "src/journal/sqlite/snapshotter.ts Store.#waiting": "calls that wait for the store",
  "src/journal/sqlite/sqlite_journal.ts Thread.#waiting": "calls that wait for the thread",

  // The server and its clients
  "src/client/agent.ts ClientClaim.dependencies": "the dependencies of the task",
  "src/client/agent.ts ClientAgent.#held": "the claims and locks of the agent",
  "src/client/agent.ts ClientAgent.#running": "its slots",
  "src/server/principals.ts Tokens.#known": "MOST_KNOWN, then all are forgotten",
  "src/command/run_verb.ts VerbContext.args": "the command line",
  "src/command/run_verb.ts VerbContext.command": "the command line",
  "src/server/api.ts Api.#extensions": "one",
  "src/server/mcp.ts RequestDesk.#unread": "MOST_READERS, then all are forgotten",
  "src/server/endings.ts Endings.#stops": "three",
  "src/server/endings.ts Endings.#waiting":
    "requests that are under way: maxRequests, then refused",
  "src/server/event_feed.ts EventFeed.#kept": "KEPT, twice",
  "src/server/event_feed.ts EventFeed.#pending": "the events of GATHER_MS",
  "src/server/event_feed.ts EventFeed.#readers": "MOST_READERS, then refused",
  "src/server/presence.ts Presence.#held": "among the members",
  "src/server/server.ts LockstepServer.#listeners": "two",

  // Locks
  "src/locks/client.ts LockClient.#renewals": "handles that renew themselves",
  "src/locks/client.ts LockClient.#waiting": "among LockState.waits",
  "src/locks/client.ts LockClient.#onLoss": "grants in force whose signal is in use",
  "src/locks/client.ts Acquisition.#handles": "the arguments of an acquire",
  "src/locks/client.ts LockSet.locks": "the arguments of an acquire",
  "src/locks/state.ts LockState.locks":
    "`maxResources`, then refused; `maxDefined` of them defined; and as many idle ones, but 2,048",
  "src/locks/state.ts LockPaths.entries": "256",
  "src/locks/state.ts LockPaths.overlaps": "`maxOverlaps`, then refused",
  "src/locks/state.ts LockState.owners":
    "those with holds, waits or requests, and idle ones as locks",
  "src/locks/state.ts LockState.aliases": "among LockState.owners",
  "src/locks/state.ts LockState.waits": "`maxWaiters` for each of `maxResources`",
  "src/locks/state.ts LockState.requests": "`maxAsks`, then not watched",
  "src/locks/state.ts LockState.endedWaits": "`maxEndedWaits`, then the oldest is forgotten",
  "src/locks/state.ts LockState.deadlines":
    "one for each lease and ended wait, two for each wait, and as many idle ones",
  "src/locks/state.ts Lock.holds": "`maxWaiters`, then refused",
  "src/locks/state.ts Lock.queue": "`maxWaiters`, then refused",
  "src/locks/state.ts Owner.holds": "`maxResources`",
  "src/locks/state.ts Owner.waits": "among LockState.waits",
  "src/locks/state.ts Owner.outgoing": "among LockState.requests",
  "src/locks/state.ts Owner.incoming": "among LockState.requests",
  "src/locks/state.ts Wait.tickets": "the arguments of an acquire",

  // Messages
  "src/messages/client.ts MessageClient.#requests": "among MessageState.requests",
  "src/messages/client.ts MessageClient.#receivers": "among MessageState.receivers",
  "src/messages/client.ts HandlerRunner.handlers": "among MessageState.consumers",
  "src/messages/client.ts HandlerRunner.#queue": "among MessageState.deliveries",
  "src/messages/client.ts HandlerRunner.#controllers": "handlers that have not returned",
  "src/messages/state.ts Mailbox.consumers": "`maxHandlers`, then refused",
  "src/messages/state.ts Consumer.group": "a reference to one of its mailbox's",
  "src/messages/state.ts Mailbox.topicConsumers": "`maxHandlers`, and `maxTopics` without one",
  "src/messages/state.ts Mailbox.receivers": "among MessageState.receivers",
  "src/messages/state.ts Mailbox.readers": "`maxReaders`, then the longest unused is evicted",
  "src/messages/state.ts Mailbox.leaving": "detached handlers with a message in delivery",
  "src/messages/state.ts Mailbox.topics": "`maxTopics`",
  "src/messages/state.ts Lane.channels": "`mailboxCapacity`, and as many idle ones, but 64",
  "src/messages/state.ts Lane.ready": "among Lane.channels",
  "src/messages/state.ts Lane.copies": "`mailboxCapacity`, then as `mailboxPolicy` says",
  "src/messages/state.ts DeadLetter.handlerIds": "`maxHandlers`",
  "src/messages/state.ts MessageState.mailboxes":
    "`maxMailboxes`, then the longest idle is evicted, or the send refused",
  "src/messages/state.ts MessageState.idleMailboxes": "among MessageState.mailboxes",
  "src/messages/state.ts MessageState.consumers": "`maxHandlers` for each of `maxMailboxes`",
  "src/messages/state.ts MessageState.receivers": "`maxReceivers`, then refused",
  "src/messages/state.ts MessageState.names": "`maxKnownNames`, then the oldest is forgotten",
  "src/messages/state.ts MessageState.nameOrder": "as MessageState.names",
  "src/messages/state.ts MessageState.deliveries": "`maxInFlight` for each lane",
  "src/messages/state.ts MessageState.topics": "`maxTopics`, then refused",
  "src/messages/state.ts MessageState.requests": "`maxRequests`, then refused",
  "src/messages/state.ts MessageState.answers": "`maxRequests`, then the oldest is forgotten",
  "src/messages/state.ts MessageState.kept": "among MessageState.deliveries",
  "src/messages/state.ts MessageState.waitingOn": "as MessageState.requests",
  "src/messages/state.ts MessageState.askedOf": "as MessageState.requests",
  "src/messages/state.ts MessageState.deadLetters": "`maxDeadLetters`, then the oldest is evicted",
  "src/messages/state.ts MessageState.deadOrder": "as MessageState.deadLetters",
  "src/messages/state.ts MessageState.knownIds": "`dedupeWindow`, then the oldest is evicted",
  "src/messages/state.ts MessageState.knownOrder": "as MessageState.knownIds",
  "src/messages/state.ts MessageState.deadlines":
    "three for each message, request and receiver, and idle ones",

  "src/messages/warnings.ts MessageWarnings.#suspects": "100, then counted",

  // Metrics
  "src/metrics/aggregates.ts Histogram.positives": "2,000, then the smallest are merged",
  "src/metrics/aggregates.ts Histogram.negatives": "2,000, then the smallest are merged",
  "src/metrics/aggregates.ts Series.times": "`keepSamples`, then the oldest is overwritten",
  "src/metrics/aggregates.ts Series.values": "as Series.times",
  "src/metrics/aggregates.ts Series.tags": "as Series.times",
  "src/metrics/aggregates.ts Rate.counts": "60",
  "src/metrics/coordination_metrics_collector.ts CoordinationMetricsCollector.#unsubscribers":
    "one for each type of event",
  "src/metrics/fold.ts MetricsState.counters": "the built-in ones",
  "src/metrics/fold.ts MetricsState.metrics": "the built-in ones, and `maxRecorded`",
  "src/metrics/fold.ts MetricsState.recordedNames": "`maxRecorded`, then dropped",
  "src/metrics/fold.ts MetricsState.recorded": "`maxRecorded`, then dropped",
  "src/metrics/gauges.ts TrackedAgent.cordons": "the causes, 4",
  "src/metrics/gauges.ts OpenItems.members": "as MembershipState.members",
  "src/metrics/gauges.ts OpenItems.requests": "as MessageState.requests",
  "src/metrics/gauges.ts OpenItems.deadLetters": "as MessageState.deadLetters",
  "src/metrics/gauges.ts OpenItems.schedules": "as TaskState.schedules",
  "src/metrics/gauges.ts OpenItems.conflicts": "as ConflictState.active",
  "src/metrics/gauges.ts OpenItems.breakers": "as BreakerState.breakers",
  "src/metrics/gauges.ts Gauges.tasks": "the unfinished ones of TaskState.tasks",
  "src/metrics/gauges.ts Gauges.tasksByStatus": "the statuses, 8",
  "src/metrics/gauges.ts Gauges.tasksByType": "the types of Gauges.tasks",
  "src/metrics/gauges.ts Gauges.tasksByPriority": "the priorities of Gauges.tasks",
  "src/metrics/gauges.ts Gauges.agents": "as TaskState.agents",
  "src/metrics/gauges.ts Gauges.resources": "those of LockState.locks that are in use",
  "src/metrics/gauges.ts Gauges.waits": "as LockState.waits",
  "src/metrics/open_metrics.ts Identifiers.#taken": "one report",
  "src/metrics/open_metrics.ts Identifiers.#byName": "one report",

  // Root
  "src/root/composition.ts Composition.commands": "the types of commands",
  "src/root/composition.ts Composition.#deferring": "among Composition.#parts",
  "src/root/composition.ts Composition.#parts": "6",
  "src/root/state.ts RootState.calls": "attempts that run",
  "src/root/state.ts RootState.asking": "attempts that start in one step",

  // Tasks
  "src/tasks/advanced_task_scheduler.ts AdvancedTaskScheduler.#strategies":
    "those that the program registers",
  "src/tasks/attempts.ts RunningAttempt.dependencies": "one for each dependency of the task",
  "src/tasks/attempts.ts AttemptRunner.#handlers": "among TaskState.agents",
  "src/tasks/attempts.ts AttemptRunner.#attempts":
    "handlers that have not returned, and open claims of agents that ask",
  "src/tasks/claims.ts ClaimCalls.#waiting": "as TaskState.asks",
  "src/tasks/client.ts TaskClient.#handles": "the unfinished ones of TaskState.tasks",
  "src/tasks/client.ts TaskClient.#replaced": "tasks that end in the step under way",
  "src/tasks/client.ts TaskClient.#idle": "calls of whenIdle",
  "src/tasks/client.ts TaskClient.#profiles": "among TaskState.agents",
  "src/tasks/client.ts TaskClient.#dropped": "attempts that run at a shutdown",
  "src/tasks/dependency_graph.ts DependencyGraph.#tasks": "those that the program adds",
  "src/tasks/dependency_graph.ts DependencyGraph.#absent":
    "the dependencies of DependencyGraph.#tasks",
  "src/tasks/dependency_graph.ts DependencyGraph.#ready": "among DependencyGraph.#tasks",
  "src/tasks/state.ts TaskRecord.dependents": "the unfinished ones of TaskState.tasks",
  "src/tasks/state.ts Page.tasks": "512",
  "src/tasks/state.ts TaskState.pages": "as TaskState.tasks",
  "src/tasks/state.ts TaskRecord.askers": "among TaskState.asks",
  "src/tasks/state.ts Agent.capabilities": "the arguments of a registration",
  "src/tasks/state.ts Agent.cordons": "the causes, 3",
  "src/tasks/state.ts Agent.tasks": "its slots and its queue",
  "src/tasks/state.ts Agent.queue": "the profile's maxQueuedTasks",
  "src/tasks/state.ts Agent.candidacies": "one for each of TaskState.groups",
  "src/tasks/state.ts Agent.donations": "one for each of TaskState.groups",
  "src/tasks/state.ts Group.requires": "the arguments of a submission",
  "src/tasks/state.ts Group.queue": "the unfinished ones of TaskState.tasks",
  "src/tasks/state.ts Group.wanted": "among Group.queue",
  "src/tasks/state.ts Group.lastResorts": "among TaskState.agents",
  "src/tasks/state.ts Family.awaiters": "among TaskState.tasks",
  "src/tasks/state.ts Family.awaits": "among TaskState.tasks",
  "src/tasks/state.ts Family.children": "among TaskState.tasks",
  "src/tasks/state.ts Group.candidates": "among TaskState.agents",
  "src/tasks/state.ts Group.donors": "among TaskState.agents",
  "src/tasks/state.ts Group.receivers": "among TaskState.agents",
  "src/tasks/state.ts Donation.tasks": "the claims of one agent",
  "src/tasks/state.ts TaskState.asks": "one for each of TaskState.agents",
  "src/tasks/state.ts Remarks.notes": "`maxNotes`, then the oldest is dropped",
  "src/tasks/state.ts TaskRecord.received": "one for each dependency of the task",
  "src/tasks/state.ts TaskState.parked": "among TaskState.tasks",
  "src/tasks/state.ts TaskState.reserving": "among TaskState.tasks",
  "src/tasks/state.ts TaskState.unsettled": "among TaskState.agents",
  "src/tasks/state.ts TaskState.tasks": "`maxTasks` unfinished, then refused, and `keepFinished`",
  "src/tasks/state.ts TaskState.newestByKey": "among TaskState.tasks",
  "src/tasks/state.ts TaskState.agents":
    "`maxAgents`, then the longest idle one that no caller registered is evicted, or refused",
  "src/tasks/state.ts TaskState.idleAgents": "among TaskState.agents",
  "src/tasks/state.ts TaskState.groups": "twice those in use, but 256",
  "src/tasks/state.ts TaskState.awaited": "the dependencies of unfinished tasks",
  "src/tasks/state.ts TaskState.schedules": "`maxSchedules`, then refused",
  "src/tasks/state.ts TaskState.shifted": "among TaskState.agents",
  "src/tasks/state.ts TaskState.limits":
    "`maxLimits` by calls, those of the config, and those that unfinished tasks name",
  "src/tasks/state.ts TaskState.lingering": "the slots of agents, for `abortGraceMs`",
  "src/tasks/state.ts TaskState.finished": "`keepFinished`, then the oldest is dropped",
  "src/tasks/state.ts TaskState.outcomes": "`keepOutcomes`",
  "src/tasks/state.ts TaskState.olderOutcomes": "`keepOutcomes`, then all are dropped",
  "src/tasks/state.ts TaskState.keys": "among TaskState.outcomes",
  "src/tasks/state.ts TaskState.olderKeys": "among TaskState.olderOutcomes",
  "src/tasks/state.ts TaskState.history": "`keepTypes`, then the oldest is evicted",
  "src/tasks/state.ts TaskState.deadlines":
    "four for each unfinished task and agent, and idle ones",
  "src/tasks/strategies.ts RoundRobinSchedulingStrategy.#lastChoices":
    "100,000, then the oldest is evicted",
  "src/tasks/warnings.ts TaskWarnings.#failures": "failures of one turn",
  "src/tasks/warnings.ts TaskWarnings.#stranded": "among TaskState.groups",
  "src/tasks/work_stealing_coordinator.ts StealingClient.#registered": "among TaskState.agents",
  "src/tasks/work_stealing_coordinator.ts StealingClient.#durations": "among TaskState.agents",
};
