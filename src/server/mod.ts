/**
 * The server of a repository: HTTP on a socket and a port, for agents in other processes and languages.
 *
 * @example
 * ```ts
 * import { findHome, startServer } from "@lockstep/lockstep/server";
 *
 * const home = findHome({ dir: Deno.makeTempDirSync(), create: true });
 * await using server = await startServer(home);
 * const headers = { authorization: `Bearer ${server.token}` };
 * const answer = await fetch(`${server.info.url}/v1/tasks`, {
 *   method: "POST",
 *   headers,
 *   body: JSON.stringify({ id: "t1" }),
 * });
 * console.log(answer.status, (await answer.json()).status); // 201 ready
 * ```
 *
 * @module
 */

export { findHome, type Home, HomeError } from "../service/home.ts";
export type { ServerInfo } from "../service/info.ts";
export { type LockstepServer, type ServerOptions, startServer } from "./server.ts";
