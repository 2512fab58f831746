/**
 * A simulated world around a coordinator.
 *
 * @module
 */

export type { RootConfig } from "../../root/state.ts";
export type { RootRules } from "../../root/rules.ts";
export { Actor, type Behavior, type Routine, Thread } from "./actor.ts";
export { SimulatedAgent, type Workload } from "./agent.ts";
export { Attempts, type SimulatedProfile, type SimulatedTask, submit } from "./attempts.ts";
export { Chance } from "./chance.ts";
export { type Counts, Coverage } from "./coverage.ts";
export {
  type EventKind,
  EventKinds,
  type Subsystem,
  type Transition as StatusTransition,
} from "./event_kinds.ts";
export { BrokenInvariantError } from "./failure.ts";
export { type FaultName, FAULTS, type Faults } from "./faults.ts";
export { type EngineReply, type EngineWorld, type RootMachine, SimulatedEngine } from "./engine.ts";
export { Mailing, type MailTerms } from "./mailing.ts";
export { Locking, type LockTerms } from "./locking.ts";
export { simulate, type SimulationOptions, type SimulationReport } from "./simulate.ts";
export { replay, type RootEntry } from "./shrink.ts";
export { shrink, type ShrunkRun } from "./shrink.ts";
export {
  type ManagerSimulationOptions,
  type ManagerSimulationReport,
  simulateManager,
} from "./simulate_manager.ts";
export { WORKLOADS } from "./workloads.ts";
export {
  type Participant,
  type StepObserver,
  type TaskScript,
  World,
  type WorldParts,
} from "./world.ts";
