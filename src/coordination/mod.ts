/**
 * Coordination: all subsystems as one system.
 *
 * @module
 */

export { AgentSession } from "./agent_session.ts";
export type { AgentOptions, ConflictOptions, CoordinationConfig } from "./config.ts";
export {
  CoordinationManager,
  type CoordinationManagerOptions,
  type CoordinationOptions,
  type ListAgentsOptions,
  type SystemMetrics,
} from "./coordination_manager.ts";
export {
  type AgentExplanation,
  type Explanation,
  type Explicable,
  type RequestExplanation,
  UnknownSubjectError,
} from "./explain.ts";
export type { CoordinationHealth } from "./health.ts";
export type { AsAgent, PartCommand, RootCommand } from "../root/state.ts";
