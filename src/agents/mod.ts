/**
 * Agents: the membership machine, with the status and the incarnation of each agent.
 *
 * @module
 */

export type {
  BeatAgent,
  JoinAgent,
  LeaveAgent,
  MembershipAnswers,
  MembershipCommand,
} from "./commands.ts";
export { membershipMachine } from "./machine.ts";
export type { MembershipConfig } from "./config.ts";
export type { Member, MembershipState } from "./state.ts";
export { health as membershipHealth, type MemberView, memberView, memberViews } from "./views.ts";
