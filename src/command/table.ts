/**
 * The verbs of the command: their options, their help, and where each is found.
 *
 * @module
 */

import type { Verb } from "./verb.ts";

const JSON_OPTION = { json: { type: "boolean", help: "write JSON" } } as const;
const AS_OPTION = {
  as: { type: "string", value: "NAME", help: "act as this agent (default LOCKSTEP_AGENT)" },
} as const;
const MESSAGE = { type: "string", short: "m", value: "TEXT" } as const;
const WAIT = { type: "string", value: "DURATION" } as const;

const agents = () => import("./verbs/agents.ts");
const tasks = () => import("./verbs/tasks.ts");
const locks = () => import("./verbs/locks.ts");
const messages = () => import("./verbs/messages.ts");
const insight = () => import("./verbs/insight.ts");
const server = () => import("./verbs/server.ts");

/** All verbs, in the order of the help. */
const ALL: readonly Verb[] = [
  {
    name: "serve",
    usage: "",
    summary: "serve this repository's agents, in the foreground",
    options: {
      port: { type: "string", value: "N", help: "the port of HTTP (default any free one)" },
      listen: {
        type: "string",
        value: "ADDRESS",
        help: "listen beyond this machine; needs tokens",
      },
      idle: { ...WAIT, help: "end after this time without work (default never)" },
      grace: { ...WAIT, help: "the time from a lost connection to an agent's death (default 30s)" },
      silence: { ...WAIT, help: "the time without a call to an agent's death (default 30m)" },
      config: { type: "string", value: "FILE", help: "options of the system, as JSON" },
      "allow-origin": {
        type: "string",
        multiple: true,
        value: "ORIGIN",
        help: "let web pages from there call the port, with a token",
      },
      "calls-per-second": {
        type: "string",
        value: "N",
        help: "the calls of one agent in a second (default 5000; 0 for any)",
      },
      "no-port": { type: "boolean", help: "listen on the socket alone" },
    },
    examples: ["lockstep serve", "lockstep serve --port 4000 --idle 1h"],
    load: async () => (await server()).serve,
  },
  {
    name: "stop",
    usage: "",
    summary: "end the server, once what is under way is answered",
    options: JSON_OPTION,
    examples: ["lockstep stop"],
    load: async () => (await server()).stop,
  },
  {
    name: "status",
    usage: "",
    summary: "say what serves this repository, who works, and what waits",
    options: JSON_OPTION,
    examples: ["lockstep status"],
    load: async () => (await server()).status,
  },
  {
    name: "open",
    usage: "",
    summary: "open the dashboard in the browser, by a link that works once",
    options: {
      ...JSON_OPTION,
      print: { type: "boolean", help: "print the link, and open nothing" },
    },
    examples: ["lockstep open", "lockstep open --print"],
    load: async () => (await import("./verbs/open.ts")).open,
  },
  {
    name: "doctor",
    usage: "",
    summary: "check the folder, the socket, the journal and the server",
    options: JSON_OPTION,
    examples: ["lockstep doctor"],
    load: async () => (await server()).doctor,
  },
  {
    name: "join",
    usage: "[NAME]",
    summary: "register an agent, or go on as one; later verbs act as it",
    options: {
      ...JSON_OPTION,
      can: { type: "string", multiple: true, value: "CAPABILITY", help: "what it can do" },
      silence: { ...WAIT, help: "the time without a call to its death (default 30m)" },
    },
    examples: ["lockstep join writer --can typescript --can review"],
    load: async () => (await agents()).join,
  },
  {
    name: "leave",
    usage: "",
    summary: "remove the agent: its tasks are requeued, its locks released",
    options: { ...JSON_OPTION, ...AS_OPTION },
    examples: ["lockstep leave --as writer"],
    load: async () => (await agents()).leave,
  },
  {
    name: "claim",
    usage: "[ID]",
    summary: "claim the next task, or print the open claim",
    options: { ...JSON_OPTION, ...AS_OPTION, wait: { ...WAIT, help: "wait for a task" } },
    examples: ["lockstep claim --wait 5m", "lockstep claim auth-3 --json"],
    load: async () => (await tasks()).claim,
  },
  {
    name: "done",
    usage: "ID",
    summary: "complete a task",
    options: {
      ...JSON_OPTION,
      ...AS_OPTION,
      message: { ...MESSAGE, help: "a summary, for people and for the tasks that need it" },
      result: { type: "string", value: "JSON", help: "the result" },
    },
    examples: ['lockstep done auth-3 -m "tokens are rotated"'],
    load: async () => (await tasks()).done,
  },
  {
    name: "fail",
    usage: "ID",
    summary: "fail a task; it is tried again unless --final is given",
    options: {
      ...JSON_OPTION,
      ...AS_OPTION,
      message: { ...MESSAGE, help: "why" },
      final: { type: "boolean", help: "never try it again" },
    },
    examples: ['lockstep fail auth-3 -m "the schema is missing"'],
    load: async () => (await tasks()).fail,
  },
  {
    name: "block",
    usage: "ID",
    summary: "end the attempt until somebody answers a question",
    options: { ...JSON_OPTION, ...AS_OPTION, message: { ...MESSAGE, help: "the question" } },
    examples: ['lockstep block auth-3 -m "which database?"'],
    load: async () => (await tasks()).block,
  },
  {
    name: "give-back",
    usage: "ID",
    summary: "give a claim back: the task is ready again",
    options: { ...JSON_OPTION, ...AS_OPTION, message: { ...MESSAGE, help: "why" } },
    examples: ["lockstep give-back auth-3"],
    load: async () => (await tasks()).giveBack,
  },
  {
    name: "add",
    usage: "ID [TITLE]",
    summary: "submit a task",
    options: {
      ...JSON_OPTION,
      needs: { type: "string", multiple: true, value: "ID", help: "a task that must end first" },
      requires: {
        type: "string",
        multiple: true,
        value: "CAPABILITY",
        help: "what its agent must be able to do",
      },
      files: {
        type: "string",
        multiple: true,
        value: "PATTERN",
        help: "paths that it reserves while it runs",
      },
      locks: {
        type: "string",
        multiple: true,
        value: "NAME",
        help: "locks that it holds while it runs",
      },
      priority: { type: "string", value: "N", help: "higher is sooner" },
      type: { type: "string", value: "TYPE", help: "the kind of work" },
      input: { type: "string", value: "JSON", help: "its input" },
      delay: { ...WAIT, help: "the least time before its start" },
      retries: { type: "string", value: "N", help: "attempts after the first" },
      approval: { type: "boolean", help: "a person must accept its result" },
      wait: { type: "boolean", help: "wait for its end; print its result" },
    },
    examples: ['lockstep add auth-3 "Refresh tokens" --needs auth-2 --files "src/auth/**"'],
    load: async () => (await tasks()).add,
  },
  {
    name: "plan",
    usage: "FILE",
    summary: "submit the tasks of a plan: Markdown check boxes, JSON or YAML",
    options: {
      ...JSON_OPTION,
      "dry-run": { type: "boolean", help: "print what would change" },
      "write-ids": { type: "boolean", help: "write ids into the file where there are none" },
    },
    examples: ["lockstep plan PLAN.md"],
    load: async () => (await import("./verbs/plan.ts")).plan,
  },
  {
    name: "cancel",
    usage: "ID",
    summary: "cancel a task",
    options: { ...JSON_OPTION, message: { ...MESSAGE, help: "why" } },
    examples: ["lockstep cancel auth-3"],
    load: async () => (await tasks()).cancel,
  },
  {
    name: "retry",
    usage: "ID",
    summary: "submit a finished task once more",
    options: JSON_OPTION,
    examples: ["lockstep retry auth-3"],
    load: async () => (await tasks()).retry,
  },
  {
    name: "answer",
    usage: "ID TEXT",
    summary: "answer the question of a blocked task",
    options: JSON_OPTION,
    examples: ['lockstep answer auth-3 "the new one"'],
    load: async () => (await tasks()).answer,
  },
  {
    name: "approve",
    usage: "ID",
    summary: "accept the result of a task that requires approval",
    options: JSON_OPTION,
    examples: ["lockstep approve release"],
    load: async () => (await tasks()).approve,
  },
  {
    name: "reject",
    usage: "ID",
    summary: "reject such a result: the attempt has failed",
    options: { ...JSON_OPTION, message: { ...MESSAGE, help: "why" } },
    examples: ['lockstep reject release -m "no tests"'],
    load: async () => (await tasks()).reject,
  },
  {
    name: "reserve",
    usage: "PATH...",
    summary: "reserve files before they are edited: all of them or none",
    options: {
      ...JSON_OPTION,
      ...AS_OPTION,
      read: { type: "boolean", help: "share them with others that read" },
      wait: { ...WAIT, help: "queue for them" },
      lease: { ...WAIT, help: "the time after which they are released" },
    },
    examples: ['lockstep reserve "src/auth/**" docs/auth.md --wait 10m'],
    load: async () => (await locks()).reserve,
  },
  {
    name: "release",
    usage: "[PATH...]",
    summary: "release a reservation, or all of the agent",
    options: { ...JSON_OPTION, ...AS_OPTION },
    examples: ['lockstep release "src/auth/**"', "lockstep release"],
    load: async () => (await locks()).release,
  },
  {
    name: "lock",
    usage: "NAME -- COMMAND...",
    summary: "run a command while a lock is held; its exit code is passed on",
    options: {
      ...AS_OPTION,
      shared: { type: "boolean", help: "share it with others that do" },
      wait: { ...WAIT, help: "the limit of the wait (default none)" },
    },
    examples: ["lockstep lock database -- npm run migrate"],
    load: async () => (await locks()).lock,
  },
  {
    name: "send",
    usage: "TO TEXT",
    summary: 'send a message to an agent, to all with "*", or to the people with "human"',
    options: {
      ...JSON_OPTION,
      ...AS_OPTION,
      ask: { type: "boolean", help: "wait for the answer" },
      wait: { ...WAIT, help: "the limit of that wait (default 1m)" },
      reply: { type: "string", value: "ID", help: "answer this message" },
    },
    examples: [
      'lockstep send writer "the schema has changed"',
      'lockstep send "*" "stop for lunch"',
    ],
    load: async () => (await messages()).send,
  },
  {
    name: "inbox",
    usage: "",
    summary: "print and acknowledge the messages that wait",
    options: { ...JSON_OPTION, ...AS_OPTION, wait: { ...WAIT, help: "wait for one" } },
    examples: ["lockstep inbox", "lockstep inbox --as writer --wait 10m"],
    load: async () => (await messages()).inbox,
  },
  {
    name: "look",
    usage: "[ID]",
    summary: "print what goes on: agents, tasks, locks; or one of them",
    options: JSON_OPTION,
    examples: ["lockstep look", "lockstep look auth-3"],
    load: async () => (await insight()).look,
  },
  {
    name: "explain",
    usage: "ID",
    summary: "say why a task, an agent or a message is as it is",
    options: JSON_OPTION,
    examples: ["lockstep explain auth-3"],
    load: async () => (await insight()).explain,
  },
  {
    name: "watch",
    usage: "",
    summary: "print events as they happen",
    options: {
      ...JSON_OPTION,
      after: { type: "string", value: "N", help: "begin after this one" },
    },
    examples: ["lockstep watch"],
    load: async () => (await insight()).watch,
  },
  {
    name: "log",
    usage: "[DIR]",
    summary: "print what has happened: the events that the journal has kept, or the one in DIR",
    options: {
      ...JSON_OPTION,
      task: { type: "string", value: "ID", help: "only events about this task" },
      agent: { type: "string", value: "ID", help: "only events about this agent" },
      resource: { type: "string", value: "ID", help: "only events about this lock or resource" },
    },
    examples: ["lockstep log", "lockstep log --task auth-3", "lockstep log --json build/run"],
    load: async () => (await import("./verbs/log.ts")).log,
  },
  {
    name: "hook",
    usage: "install|check|remove git|claude-code",
    summary: "refuse edits of what other agents have reserved",
    options: {
      ...JSON_OPTION,
      ...AS_OPTION,
      down: {
        type: "string",
        value: "allow|warn|block",
        help: "when no server runs (default warn)",
      },
    },
    examples: ["lockstep hook install git", "lockstep hook check claude-code"],
    load: async () => (await import("./verbs/hook.ts")).hook,
  },
  {
    name: "mcp",
    usage: "",
    summary: "serve an agent by MCP on standard input and output",
    options: AS_OPTION,
    examples: ["lockstep mcp"],
    load: async () => (await import("./verbs/mcp.ts")).mcp,
  },
  {
    name: "completions",
    usage: "bash|zsh|fish",
    summary: "print completions for a shell",
    options: {},
    examples: ['eval "$(lockstep completions bash)"'],
    load: async () => (await import("./verbs/completions.ts")).completions,
  },
];

/** `lockstep run --server`; without that option, `run` is no verb. */
export const RUN_ON_SERVER: Verb = {
  name: "run",
  usage: "--server FILE",
  summary: "hand the tasks of a workflow to the server's agents, and wait for their end",
  options: {
    ...JSON_OPTION,
    server: { type: "boolean", help: "the server's agents do the tasks" },
    prefix: { type: "string", value: "TEXT", help: "begins the ids of the tasks (default none)" },
  },
  examples: ["lockstep run --server workflow.yaml --prefix nightly-"],
  load: async () => (await import("./verbs/run_on_server.ts")).runOnServer,
};

/** The verbs by their names. */
export const VERBS: ReadonlyMap<string, Verb> = new Map(ALL.map((verb) => [verb.name, verb]));

/** Returns the lines of the general help. */
export function verbLines(): string {
  return ALL.map(({ name, usage, summary }) => {
    const left = usage.length > 18 ? name : `${name} ${usage}`.trim();
    return `  ${left.padEnd(24)} ${summary}\n`;
  }).join("");
}
