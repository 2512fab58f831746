/**
 * Coordination: all subsystems as one system.
 *
 * @module
 */

export type { AsAgent, PartCommand, RootCommand } from "./machine.ts";
