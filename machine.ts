/**
 * The machines of all subsystems with their commands, answers and states, and the engine that hosts
 * them: for programs that embed, replay or test a machine. Programs that coordinate agents need only
 * the main entry point.
 *
 * @module
 */

export type { AnyEvents } from "./src/core/bus/event_types.ts";
export type { MachineHost } from "./src/core/client.ts";
export { SteadyTime } from "./src/core/clock.ts";
export { decode, encode } from "./src/core/data/plain.ts";
export { requireJson } from "./src/core/data/plain.ts";
export { Opaque } from "./src/core/data/plain.ts";
export type { Linked as MailboxLink, List as MailboxList } from "./src/core/data/list.ts";
export { fork } from "./src/core/data/plain.ts";
export type {
  Dispatcher,
  Observer,
  PlainStep,
  PlainStepper,
  Reply,
} from "./src/core/dispatcher.ts";
export { Engine, type EngineOptions } from "./src/core/engine.ts";
export { entriesOf, type Entry } from "./src/core/journal.ts";
export {
  type AnyReplica,
  type BeginSession,
  catchUp,
  type EndSession,
  type Epoch,
  Replica,
  restoreNewest,
  type Step,
  type SteppedMachine,
} from "./src/core/replica.ts";
export { defaultLogger, requireLogger, silentLogger } from "./src/core/logger.ts";
export {
  type AnswerTo,
  type DeferringPart,
  definePart,
  type InSession,
  type Instant,
  type Machine,
  type Named,
  type OfSession,
  type Outcome,
  type Part,
  type PartDefinition,
  Refusal,
  type ResumeListening,
  type SessionTest,
  startsAnew,
  type Tick,
  type Transition,
  transition,
} from "./src/core/machine.ts";
export type { AsAgent, AsOperator, PartCommand, RootCommand } from "./src/root/state.ts";
export type {
  BeatAgent,
  DisconnectAgent,
  JoinAgent,
  LeaveAgent,
  MembershipAnswers,
  MembershipCommand,
} from "./src/agents/commands.ts";
export { membershipMachine } from "./src/agents/machine.ts";
export type { Member, MembershipState } from "./src/agents/state.ts";
export { memberView, memberViews } from "./src/agents/views.ts";
export type { BreakerHost } from "./src/breakers/client.ts";
export type {
  BreakerAnswers,
  BreakerCommand,
  BreakerCommandBase,
  CountCalls,
  DefineBreaker,
  ForceBreaker,
  HoldBreaker,
  PermitAnswer,
  RemoveBreaker,
  RequestPermit,
  RequestRetry,
  ResetBreaker,
  RetryAnswer,
  SettlePermit,
} from "./src/breakers/commands.ts";
export { breakerMachine } from "./src/breakers/machine.ts";
export type {
  Breaker,
  BreakerCounts,
  BreakerState,
  ClosedPhase,
  HalfOpenPhase,
  OpenPhase,
  RetryBudget,
} from "./src/breakers/state.ts";
export type { CallOutcome } from "./src/breakers/types.ts";
export type {
  CallTally,
  CallWindow,
  CountWindow,
  TimeWindow,
  WindowRules,
} from "./src/breakers/window.ts";
export type { ConflictHost } from "./src/conflicts/client.ts";
export type {
  AutoResolve,
  CastVote,
  CommitVersion,
  ConflictAnswers,
  ConflictCommand,
  DecideConflict,
  ForgetConflicts,
  ForgetParty,
  ForgetReaders,
  NoteRequests,
  OpenVote,
  RankAgent,
  ReadVersion,
  ReleaseVersion,
  ReportConflict,
  ResolutionAnswer,
  RetireParty,
} from "./src/conflicts/commands.ts";
export { conflictMachine } from "./src/conflicts/machine.ts";
export type {
  ConflictRecord,
  ConflictState,
  ConflictSubject,
  KnownAgent,
  Reading,
  Versioned,
  Vote,
} from "./src/conflicts/state.ts";
export type { LockHost } from "./src/locks/client.ts";
export { normalizeRequests } from "./src/locks/commands.ts";
export type {
  Acquire,
  AcquireAll,
  Ask as AskResponse,
  AskClaims,
  CancelWait,
  ClaimEdge,
  Define,
  DetachWait,
  EndAsk,
  EndClaimAsks,
  EndedAnswer,
  Evict,
  LockCommand,
  OwnerCommand,
  Release,
  ReleaseAll,
  Renew,
  ResourceCommand,
  Revoke,
} from "./src/locks/commands.ts";
export { lockMachine } from "./src/locks/machine.ts";
export type {
  Caller,
  EndedWait,
  Hold,
  Lock,
  LockDue,
  LockState,
  Owner,
  PendingRequest,
  Ticket,
  Wait,
} from "./src/locks/state.ts";
export { explainWaitsOf } from "./src/locks/views.ts";
export type { MessageHost } from "./src/messages/client.ts";
export type {
  AckMessage,
  AttachHandler,
  BroadcastMessage,
  CancelReceive,
  CancelRequest,
  CloseMailbox,
  DeliveryCommand,
  DetachHandler,
  DetachReceive,
  DetachRequest,
  EndReceivers,
  ExtendMessage,
  Leaving,
  MailboxCommand,
  MarkSeen,
  MessageAnswers,
  MessageCommand,
  MessageIdCommand,
  NackMessage,
  OpenMailbox,
  PublishMessage,
  ReceiveMessage,
  RequestAnswer,
  ResendMessage,
  Respond,
  ResumeRequest,
  ReturnMessage,
  Sending,
  SendMessage,
  SubscribeTopic,
  TopicCommand,
  UnsubscribeTopic,
  WaitingReceiver,
} from "./src/messages/commands.ts";
export type { DeliveryKeeper } from "./src/messages/handlers.ts";
export { messageMachine } from "./src/messages/machine.ts";
export type {
  Asker,
  Channel as MailboxChannel,
  Consumer as MailboxConsumer,
  Copy as MessageCopy,
  DeadLetter,
  Due as MessageDue,
  Expiry as MessageExpiry,
  KeptAnswer,
  Lane as MailboxLane,
  Mailbox,
  MessageState,
  OpenRequest,
  Receiver as MailboxReceiver,
} from "./src/messages/state.ts";
export type { Gauges, TrackedAgent, TrackedResource, TrackedTask } from "./src/metrics/gauges.ts";
export type { OpenItems } from "./src/metrics/gauges.ts";
export type {
  AgentCommand,
  AmendTask,
  AnswerQuestion,
  AskAnswer,
  Assign,
  Await,
  Award,
  Block,
  Cancel,
  CancelAgentTasks,
  Claim,
  ClaimAnswer,
  ClaimCommand,
  Complete,
  CordonAgent,
  DetachAsk,
  Drain,
  DrainAgent,
  EndAttempt,
  Fail,
  Heartbeat,
  KeepClaim,
  LimitAgent,
  Note,
  ParentClaim,
  Park,
  Pause,
  Preempt,
  Progress,
  RegisterAgent,
  ReleaseClaim,
  RemoveAgent,
  RemoveSchedule,
  ReportLoad,
  RequeueAgentTasks,
  RequeueUnstarted,
  Resume,
  RetriedTasks,
  Retry,
  Review,
  ScheduleSpec,
  SetPriority,
  SetSchedule,
  Snooze,
  Spend,
  Start,
  Submit,
  SubmitAnswer,
  TaskAnswers,
  TaskCommand,
  TaskSpec,
  Unblock,
  UncordonAgent,
  UseStrategy,
  WithdrawAsk,
  YieldLocks,
} from "./src/tasks/commands.ts";
export type { StrategyName } from "./src/tasks/strategies.ts";
export { EventBus as AnyEventBus } from "./src/core/bus/event_bus.ts";
export type { Descriptions } from "./src/core/describe.ts";
export type { Deadlines, Timer } from "./src/core/data/deadlines.ts";
export type { TicketTerms } from "./src/core/tickets.ts";
export type { Fifo } from "./src/core/data/fifo.ts";
export type { Heap, HeapEntry } from "./src/core/data/heap.ts";
export type { Prng } from "./src/core/data/prng.ts";
export type { Attempt } from "./src/core/arguments.ts";
export { rootMachine } from "./src/root/machine.ts";
export type { RootAnswers, RootConfig, RootHost, RootState } from "./src/root/state.ts";
export type { RootRules } from "./src/root/rules.ts";
export { schedulerMachine } from "./src/root/scheduler_machine.ts";
export type {
  SchedulerAnswers,
  SchedulerCommand,
  SchedulerEvent,
  SchedulerHost,
  SchedulerState,
} from "./src/root/scheduler_machine.ts";
export { taskMachine } from "./src/tasks/machine.ts";
export type { LockAnswers } from "./src/locks/commands.ts";
export type { Due, Reaction, Reactions } from "./src/root/composition.ts";
export type { ClaimState } from "./src/root/reactions/claims.ts";
export type { AgentCall, AskingClaim, PartName } from "./src/root/state.ts";
export type { AcquireAnswer, GroupGrant } from "./src/locks/commands.ts";
export type { LockPart } from "./src/locks/machine.ts";
export type { LockPaths } from "./src/locks/state.ts";
export type { PathEntry, PathIndex, PathNode, Pattern, Segment, Token } from "./src/locks/paths.ts";
export type { MessagePart } from "./src/messages/machine.ts";
export type { TaskPart } from "./src/tasks/machine.ts";
export type {
  Agent as TaskAgent,
  Ask,
  Candidacy,
  Cordon,
  Dependents,
  Donation,
  Edge as DependencyEdge,
  Family,
  Group,
  Lingering,
  LoadReport,
  Page,
  Proposal,
  Received,
  Receiver,
  Remarks,
  Schedule,
  Stealable,
  TaskRecord,
  TaskState,
  TaskTimer,
  TypeHistory,
} from "./src/tasks/state.ts";
export type { Account } from "./src/tasks/budgets.ts";
export type { Lane, LanedTask, Lanes, LimitedKey, Place } from "./src/tasks/lanes.ts";
export type { SetBudget, SetLimit } from "./src/tasks/limits.ts";
export type { EventPublisher } from "./src/core/dispatcher.ts";
export type { Keeper } from "./src/core/client.ts";
