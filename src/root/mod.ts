/**
 * The machines of all subsystems with their commands, answers and states, and the engine that hosts
 * them: for programs that embed, replay or test a machine. Programs that coordinate agents need only
 * the main entry point.
 *
 * @module
 */

export type { AnyEvents } from "../core/bus/event_types.ts";
export type { MachineHost } from "../core/client.ts";
export { SteadyTime } from "../core/clock.ts";
export { decode, encode } from "../core/data/plain.ts";
export { requireJson } from "../core/data/plain.ts";
export { Opaque } from "../core/data/plain.ts";
export type { Linked as MailboxLink, List as MailboxList } from "../core/data/list.ts";
export { fork } from "../core/data/plain.ts";
export {
  type Dispatcher,
  Engine,
  type EngineOptions,
  type Observer,
  type Reply,
} from "../core/engine.ts";
export { defaultLogger, requireLogger, silentLogger } from "../core/logger.ts";
export {
  type AnswerTo,
  definePart,
  type Instant,
  type Machine,
  type Named,
  type Outcome,
  type Part,
  type PartDefinition,
  Refusal,
  type Tick,
  type Transition,
  transition,
} from "../core/machine.ts";
export type { AsAgent, PartCommand, RootCommand } from "./state.ts";
export type {
  BeatAgent,
  JoinAgent,
  LeaveAgent,
  MembershipAnswers,
  MembershipCommand,
  ResumeListening,
} from "../agents/commands.ts";
export { membershipMachine } from "../agents/machine.ts";
export type { Member, MembershipState } from "../agents/state.ts";
export { memberView, memberViews } from "../agents/views.ts";
export type { BreakerHost } from "../breakers/client.ts";
export type {
  BreakerAnswers,
  BreakerCommand,
  CountCalls,
  DefineBreaker,
  ForceBreaker,
  PermitAnswer,
  RemoveBreaker,
  RequestPermit,
  ResetBreaker,
  SettlePermit,
} from "../breakers/commands.ts";
export { breakerMachine } from "../breakers/machine.ts";
export type {
  Breaker,
  BreakerCounts,
  BreakerState,
  ClosedPhase,
  HalfOpenPhase,
  OpenPhase,
} from "../breakers/state.ts";
export type { CallOutcome } from "../breakers/types.ts";
export type {
  CallTally,
  CallWindow,
  CountWindow,
  TimeWindow,
  WindowRules,
} from "../breakers/window.ts";
export type { ConflictHost } from "../conflicts/client.ts";
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
} from "../conflicts/commands.ts";
export { conflictMachine } from "../conflicts/machine.ts";
export type {
  ConflictRecord,
  ConflictState,
  ConflictSubject,
  KnownAgent,
  Reading,
  Versioned,
  Vote,
} from "../conflicts/state.ts";
export { normalizeRequests } from "../locks/arguments.ts";
export type { LockHost } from "../locks/client.ts";
export type {
  Acquire,
  AcquireAll,
  Ask as AskResponse,
  CancelWait,
  Define,
  EndAsk,
  Evict,
  LockCommand,
  OwnerCommand,
  Release,
  ReleaseAll,
  Renew,
  ResourceCommand,
} from "../locks/commands.ts";
export { lockMachine } from "../locks/machine.ts";
export type { Ask, Hold, Lock, LockState, Owner, Ticket, Wait } from "../locks/state.ts";
export { explainWaitsOf } from "../locks/views.ts";
export type { MessageHost } from "../messages/client.ts";
export type {
  AckMessage,
  AttachHandler,
  BroadcastMessage,
  CancelRequest,
  CloseMailbox,
  DeliveryCommand,
  DetachHandler,
  ExtendMessage,
  MailboxCommand,
  MessageAnswers,
  MessageCommand,
  MessageIdCommand,
  NackMessage,
  OpenMailbox,
  PublishMessage,
  ReceiveMessage,
  ResendMessage,
  Respond,
  ReturnMessage,
  Sending,
  SendMessage,
  SubscribeTopic,
  TopicCommand,
  UnsubscribeTopic,
} from "../messages/commands.ts";
export type { DeliveryKeeper } from "../messages/handlers.ts";
export { messageMachine } from "../messages/machine.ts";
export type {
  Channel as MailboxChannel,
  Consumer as MailboxConsumer,
  Copy as MessageCopy,
  DeadLetter,
  Due as MessageDue,
  Envelope as MessageEnvelope,
  Expiry as MessageExpiry,
  Lane as MailboxLane,
  Mailbox,
  MessageState,
  OpenRequest,
} from "../messages/state.ts";
export type {
  Gauges,
  OpenItems,
  TrackedAgent,
  TrackedResource,
  TrackedTask,
} from "../metrics/gauges.ts";
export type {
  AgentCommand,
  Assign,
  Award,
  Cancel,
  CancelAgentTasks,
  ClaimCommand,
  Claimed,
  Complete,
  CordonAgent,
  Drain,
  DrainAgent,
  Fail,
  Heartbeat,
  LimitAgent,
  Preempt,
  Progress,
  RegisterAgent,
  RemoveAgent,
  RenewHeartbeats,
  ReportLoad,
  RequeueAgentTasks,
  Settle,
  ShedTasks,
  Start,
  Submit,
  Submitted,
  TaskAnswers,
  TaskCommand,
  TaskSpec,
  Unblock,
  UseStrategy,
} from "../tasks/commands.ts";
export type { StrategyName } from "../tasks/strategies.ts";
export { EventBus as AnyEventBus } from "../core/bus/event_bus.ts";
export type { Descriptions } from "../core/describe.ts";
export type { Deadlines, Timer } from "../core/data/deadlines.ts";
export type { Fifo } from "../core/data/fifo.ts";
export type { Heap, HeapEntry } from "../core/data/heap.ts";
export type { Prng } from "../core/data/prng.ts";
export type { Attempt } from "../core/arguments.ts";
export { rootMachine } from "./machine.ts";
export type { RootAnswers, RootConfig, RootHost, RootState } from "./state.ts";
export type { RootRules } from "./rules.ts";
export { schedulerMachine } from "./scheduler_machine.ts";
export type {
  SchedulerAnswers,
  SchedulerCommand,
  SchedulerEvent,
  SchedulerHost,
  SchedulerState,
} from "./scheduler_machine.ts";
export { taskMachine } from "../tasks/machine.ts";
export type { TaskState } from "../tasks/state.ts";
export type { LockAnswers } from "../locks/commands.ts";
export type {
  Agent as TaskAgent,
  Dependents,
  Group,
  Lingering,
  Outcome as TaskOutcome,
  TaskRecord,
  TaskTimer,
  TypeHistory,
} from "../tasks/state.ts";
export type { Due, Reaction, Reactions } from "./composition.ts";
export type { ClaimState } from "./reactions/claims.ts";
export type { AgentCall, AskingClaim, PartName } from "./state.ts";
export type { AcquireAnswer, GroupGrant } from "../locks/commands.ts";
export type { LockPart } from "../locks/machine.ts";
export type { MessagePart } from "../messages/machine.ts";
export type { TaskPart } from "../tasks/machine.ts";
