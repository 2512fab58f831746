/**
 * A simulated world around a coordinator.
 *
 * @module
 */

export { SimulatedAgent } from "./agent.ts";
export { Chance } from "./chance.ts";
export { type Counts, Coverage } from "./coverage.ts";
export { BrokenInvariantError } from "./failure.ts";
export { type FaultName, FAULTS, type Faults } from "./faults.ts";
export { simulate, type SimulationOptions, type SimulationReport } from "./simulate.ts";
export { type SimulatedTask, submit, type TaskScript } from "./scripts.ts";
export { type Behaviour, type Doing } from "./thread.ts";
export { type SimulatedProfile, type Workload } from "./workload.ts";
export { WORKLOADS } from "./workloads.ts";
export { World } from "./world.ts";
