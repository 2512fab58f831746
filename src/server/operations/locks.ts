/**
 * Operations on locks and reservations of paths.
 *
 * @module
 */

import { type Static, Type } from "@sinclair/typebox";
import type { CoordinationManager } from "../../coordination/mod.ts";
import { quote } from "../../core/arguments.ts";
import type { LockHandle } from "../../locks/mod.ts";
import { patternsOf } from "../../locks/paths.ts";
import type { PathsCheck } from "../../locks/views.ts";
import { RequestError } from "../../service/problem.ts";
import { closed } from "../checks.ts";
import { type Call, type Operation, operation } from "../operation.ts";
import {
  Anything,
  Epoch,
  GrantView,
  ListOf,
  LockBody,
  LockView,
  PathsBody,
  PathsView,
  ReservationBody,
  Text,
} from "../schemas.ts";
import { atOnce, heldError, isAtOnce, waiting, type WaitOptions } from "../waits.ts";

const ByEpoch = { epoch: Type.Optional(Epoch) };

/** Acquires and releases named locks, and reserves paths. */
export const LOCK_OPERATIONS: readonly Operation[] = [
  operation("acquire", {
    method: "POST",
    path: "/locks/{resourceId}",
    summary: "Acquires a lock; one that the agent holds already has the same epoch",
    audience: "agent",
    body: LockBody,
    bodyIsOptional: true,
    reply: GrantView,
    waits: true,
    async handle({ manager, agent, params: { resourceId }, query, body, signal }) {
      const { task, ...options } = body ?? {} as Static<typeof LockBody>;
      const acquire = (terms: WaitOptions) =>
        task === undefined
          ? agent.acquire(resourceId, { ...options, ...terms })
          : agent.acquireFor(task, resourceId, { ...options, ...terms });
      if (!isAtOnce(query)) {
        return grantOf(manager, await waiting(query, signal, acquire, releaseNew));
      }
      const { resources } = manager;
      const obstacles = () => ({ resourceId, holders: resources.holdersOf(resourceId) });
      if (task === undefined) {
        const handle = await agent.tryAcquire(resourceId, options);
        if (handle === undefined) throw heldError(quote(resourceId), obstacles());
        return grantOf(manager, handle);
      }
      return grantOf(manager, await atOnce(quote(resourceId), acquire, obstacles));
    },
  }),
  operation("release", {
    method: "DELETE",
    path: "/locks/{resourceId}",
    summary: "Releases a lock of the agent; an operator takes it from whatever holds that epoch",
    query: { ...ByEpoch, reason: Type.Optional(Text("Why an operator takes it, for people")) },
    handle({ service, caller, agent, params: { resourceId }, query: { epoch, reason } }) {
      if (caller.kind !== "operator") return agent.release(resourceId, epoch);
      if (epoch === undefined) {
        const rule = "an operator must name the epoch of the holder";
        throw new RequestError(400, "invalid-request", `Cannot release the lock: ${rule}`, {
          field: "epoch",
        });
      }
      const { manager } = service; // this call has a reason, which the manager of the call has not
      return manager.actingFor(
        caller.name,
        () => manager.resources.revoke(resourceId, epoch),
        reason,
      );
    },
  }),
  operation("renew", {
    method: "POST",
    path: "/locks/{resourceId}/renewal",
    summary: "Starts the lease of a lock anew",
    audience: "agent",
    body: closed({ ...ByEpoch, leaseMs: Type.Optional(Type.Integer({ minimum: 1 })) }),
    bodyIsOptional: true,
    reply: Anything("When the lease ends"),
    async handle({ agent, params: { resourceId }, body }) {
      return { expiresAt: await agent.renew(resourceId, body?.leaseMs, body?.epoch) };
    },
  }),
  operation("locks", {
    method: "GET",
    path: "/locks",
    summary: "Lists the locks that are held, reservations of paths included",
    reply: ListOf("locks", LockView),
    handle: ({ manager }) => ({ locks: heldLocks(manager) }),
  }),
  operation("getLock", {
    method: "GET",
    path: "/locks/{resourceId}",
    summary: "Returns the holders of a lock and its queue",
    reply: LockView,
    handle: ({ manager, params: { resourceId } }) => lockView(manager, resourceId),
  }),
  operation("define", {
    method: "PUT",
    path: "/locks/{resourceId}",
    summary: "Sets the number of units of a resource",
    audience: "operator",
    body: closed({ capacity: Type.Integer({ minimum: 1 }) }),
    handle: ({ manager, params: { resourceId }, body }) =>
      manager.resources.define(resourceId, body),
  }),
  operation("acquirePaths", {
    method: "POST",
    path: "/reservations",
    summary: "Reserves paths: all of them or none",
    audience: "agent",
    body: ReservationBody,
    reply: GrantView,
    waits: true,
    async handle({ manager, agent, query, body: { paths, task, ...options }, signal }) {
      const acquire = (terms: WaitOptions) =>
        task === undefined
          ? agent.acquirePaths(paths, { ...options, ...terms })
          : agent.acquirePathsFor(task, paths, { ...options, ...terms });
      const granted = (handle: LockHandle) => ({
        ...grantOf(manager, handle),
        paths: handle.paths,
      });
      if (!isAtOnce(query)) {
        return granted(await waiting(query, signal, acquire, releaseNew));
      }
      // A request that would wait is not made: its wait, though short, could close a deadlock.
      const { mode = "exclusive" } = options;
      const obstacles = () => {
        if (task === undefined) return manager.checkPaths(paths, agent.agentId, { mode });
        return withoutOwn(
          manager.checkPaths(paths, undefined, { mode }),
          ({ agentId, taskId }) => agentId === agent.agentId && taskId === task.taskId,
        );
      };
      if (!obstacles().isFree) throw heldError("the paths", obstacles());
      return granted(await atOnce("the paths", acquire, obstacles));
    },
  }),
  operation("releasePaths", {
    method: "DELETE",
    path: "/reservations",
    summary: "Releases reservations of the agent: one by its resourceId, or all",
    audience: "agent",
    query: { resourceId: Type.Optional(Type.String()), ...ByEpoch },
    reply: ListOf("released", Type.String()),
    handle: releasePaths,
  }),
  operation("checkPaths", {
    method: "POST",
    path: "/reservations/check",
    summary: "Returns what is in the way of a request for paths, without a request",
    body: PathsBody,
    reply: PathsView,
    handle({ manager, caller, body: { paths, agentId, mode = "exclusive" } }) {
      const self = agentId ?? (caller.kind === "agent" ? caller.agentId : undefined);
      // What the claims of an agent hold is its own, too.
      return withoutOwn(
        manager.checkPaths(paths, self, { mode }),
        ({ agentId }) => agentId === self,
      );
    },
  }),
];

/** Returns what is in the way, without what `isOwn`. */
function withoutOwn(
  check: PathsCheck,
  isOwn: (owner: { readonly agentId: string; readonly taskId?: string }) => boolean,
): PathsCheck {
  const heldBy = check.heldBy.filter((each) => !isOwn(each));
  const behind = check.behind.filter((each) => !isOwn(each));
  return { ...check, isFree: heldBy.length + behind.length === 0, heldBy, behind };
}

/** Returns the locks that are held, with their queues. */
export function heldLocks(manager: CoordinationManager): object[] {
  return [...manager.resources.getAllocations().keys()].map((each) => lockView(manager, each));
}

function lockView({ resources }: CoordinationManager, resourceId: string): object {
  return {
    resourceId,
    paths: patternsOf(resourceId),
    holders: resources.holdersOf(resourceId),
    waiters: resources.queueOf(resourceId),
  };
}

/** Releases what a client was granted that has gone. */
function releaseNew(handle: LockHandle): Promise<void> | undefined {
  return handle.borrowed ? undefined : handle.release();
}

function grantOf({ resources }: CoordinationManager, { resource, epoch }: LockHandle): object {
  const holder = resources.holdersOf(resource).find((each) => each.epoch === epoch);
  return { resourceId: resource, epoch, expiresAt: holder?.expiresAt ?? null };
}

async function releasePaths(
  { manager, agent, query: { resourceId, epoch } }: Call<
    unknown,
    { resourceId?: string; epoch?: number },
    undefined
  >,
): Promise<object> {
  if (resourceId !== undefined) {
    if (patternsOf(resourceId) === undefined) {
      const message = `Cannot release the reservation: resourceId must be that of one, got another`;
      throw new RequestError(400, "invalid-request", message, { field: "resourceId" });
    }
    const holders = manager.resources.holdersOf(resourceId)
      .filter(({ agentId }) => agentId === agent.agentId);
    const held = holders.find(({ owner }) => owner === agent.agentId) ?? holders[0];
    await agent.release(resourceId, epoch ?? held?.epoch);
    return { released: [resourceId] };
  }
  const own = [...manager.resources.getAllocations().keys()].filter((each) =>
    patternsOf(each) !== undefined &&
    manager.resources.holdersOf(each).some(({ owner }) => owner === agent.agentId)
  );
  for (const each of own) await agent.release(each);
  return { released: own };
}
