/**
 * Operations of the dashboard.
 *
 * @module
 */

import { Type } from "@sinclair/typebox";
import type { Explicable } from "../../coordination/mod.ts";
import type { PageName } from "../../dashboard/mod.ts";
import { RequestError } from "../../service/problem.ts";
import { closed } from "../checks.ts";
import { type Operation, operation } from "../operation.ts";
import { requireUserName } from "../principals.ts";
import { Anything, Id, Status, Text } from "../schemas.ts";

const Optional = Type.Optional;

/** The names of pages. */
const PAGES: Readonly<Record<PageName, true>> = {
  ...{ now: true, agents: true, tasks: true, plan: true, locks: true, files: true },
  ...{ agent: true, messages: true, timeline: true, metrics: true, why: true, events: true },
};

/** Makes pages, and links that open them. */
export const DASHBOARD_OPERATIONS: readonly Operation[] = [
  operation("openLink", {
    method: "POST",
    path: "/links",
    summary: "Makes a link that opens the dashboard in a browser, once and within a minute",
    audience: "operator",
    body: closed({ name: Optional(Id("The person who will use it, for the journal")) }),
    bodyIsOptional: true,
    reply: Anything("The link"),
    status: 201,
    handle({ service, caller, body }) {
      const name = body?.name ?? (caller.kind === "operator" ? caller.name : "operator");
      requireUserName(name, "name");
      const { url } = service.info() as { url?: string };
      if (url === undefined) {
        const rule = "the server must listen on a port; start it without --no-port";
        throw new RequestError(409, "no-port", `Cannot open the dashboard: ${rule}`);
      }
      const { code, until } = service.links.make(name, Date.now());
      return { url: `${url}/open?link=${code}`, until };
    },
  }),
  operation("page", {
    method: "GET",
    path: "/pages/{page}",
    summary: "Returns the data of a page of the dashboard, now or at an earlier moment",
    query: {
      at: Optional(Text("The moment, in milliseconds since the Unix epoch, or a place as 17:0")),
      id: Optional(Text("What the page is about")),
      kind: Optional(Type.Union(
        ["task", "wait", "message", "agent", "schedule"].map((each) => Type.Literal(each)),
      )),
      status: Optional(Status),
      type: Optional(Text("The type of tasks")),
      agentId: Optional(Text("The agent of tasks")),
      text: Optional(
        Text("A part of the name of a lock, or of the id or the description of a task"),
      ),
      error: Optional(Text("The kind of error of tasks")),
      offset: Optional(Type.Integer({ description: "The first of a list", minimum: 0 })),
      limit: Optional(
        Type.Integer({ description: "The most of a list", minimum: 1, maximum: 500 }),
      ),
      spanMs: Optional(Type.Integer({
        description: "The length of the timeline, in milliseconds",
        minimum: 1_000,
        maximum: 7 * 24 * 60 * 60_000,
      })),
    },
    reply: Anything("The page"),
    handle({ service, params: { page }, query: { kind, ...query } }) {
      if (!Object.hasOwn(PAGES, page)) {
        const rule = `it must be one of ${Object.keys(PAGES).join(", ")}`;
        throw new RequestError(404, "unknown-page", `Cannot make the page: ${rule}`);
      }
      const subject = kind === undefined ? {} : { kind: kind as Explicable };
      return service.dashboard.page(page as PageName, { ...query, ...subject });
    },
  }),
];
