/**
 * Tools for testing programs that use Lockstep, and Lockstep itself: a clock that a test moves, a journal
 * that fails on demand, a checker of recorded histories, an explorer of states, and a simulator of
 * agents and a coordinator with faults.
 *
 * @module
 */

export { SimulatedClock } from "./simulated_clock.ts";
export { FaultyJournal } from "./faulty_journal.ts";

export type * from "./history.ts";
export {
  checkEvents,
  checkHistory,
  HistoryChecker,
  type HistoryOptions,
} from "./history_checker.ts";

export { type Edge, type Exploration, explore, type Move, StateGraph } from "./explorer.ts";
export { recorded, type RecordedStep } from "./recorder.ts";

export { simulate, type SimulationOptions, type SimulationReport } from "./simulation/simulate.ts";
export { replay, type RootEntry, shrink, type ShrunkRun } from "./simulation/shrink.ts";
export {
  type ManagerSimulationOptions,
  type ManagerSimulationReport,
  simulateManager,
} from "./simulation/simulate_manager.ts";
export {
  type EngineSimulationOptions,
  type EngineSimulationReport,
  simulateEngines,
} from "./simulation/simulate_engines.ts";
export { WORKLOADS } from "./simulation/workloads.ts";
export { SimulatedAgent, type Workload } from "./simulation/agent.ts";
export { Actor, type Behavior, type Routine, Thread } from "./simulation/actor.ts";
export {
  Attempts,
  type SimulatedProfile,
  type SimulatedTask,
  submit,
} from "./simulation/attempts.ts";
export { Locking, type LockTerms } from "./simulation/locking.ts";
export { Mailing, type MailTerms } from "./simulation/mailing.ts";
export {
  type ChildScript,
  type Participant,
  type StepObserver,
  type TaskScript,
  World,
  type WorldParts,
} from "./simulation/world.ts";
export {
  type EngineReply,
  type EngineWorld,
  NO_ANSWER,
  type NoAnswer,
  type RootMachine,
  SimulatedEngine,
} from "./simulation/engine.ts";
export {
  type EventKind,
  EventKinds,
  type StatusChange,
  type Subsystem,
} from "./simulation/event_kinds.ts";
export { type FaultName, FAULTS, type Faults } from "./simulation/faults.ts";
export { Chance } from "./simulation/chance.ts";
export { type Counts, Coverage } from "./simulation/coverage.ts";
export { BrokenInvariantError } from "./simulation/failure.ts";
export type { RootConfig } from "../root/state.ts";
export type { RootRules } from "../root/rules.ts";
