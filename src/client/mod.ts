/**
 * A client of a Lockstep server: the names of a `CoordinationManager`, over HTTP. It imports no machine,
 * and runs on Deno, Node, Bun and in browsers. `client/local` connects through the socket of a
 * repository.
 *
 * @module
 */

export {
  type ClientAcquireOptions,
  ClientAgent,
  ClientClaim,
  type ClientClaimOptions,
  ClientLock,
  ClientMessage,
  type TaskFunction,
} from "./agent.ts";
export {
  type ClientAgentOptions,
  type ClientEvent,
  type ClientOptions,
  ClientTaskHandle,
  type LockState,
  LockstepClient,
  type PastEvent,
} from "./client.ts";
export { type ConnectionOptions, ServerError } from "./connection.ts";
export { ConnectionError, type Received, type Sent, type Transport } from "./transport.ts";
