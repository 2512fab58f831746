/** Each parameter that is a text must be one, in every method of every façade. */

import { assert, assertEquals } from "@std/assert";
import {
  AdvancedTaskScheduler,
  CircuitBreakerManager,
  ConflictResolver,
  CoordinationManager,
  DependencyGraph,
  MessageRouter,
  OptimisticLockManager,
  ResourceManager,
} from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";

type Method = (...args: unknown[]) => unknown;

const QUIET = [{}, undefined, silentLogger] as const;

const FACADES: readonly (() => object)[] = [
  () => new AdvancedTaskScheduler(...QUIET),
  () => new CoordinationManager(...QUIET),
  () => new ResourceManager(...QUIET),
  () => new MessageRouter(...QUIET),
  () => new ConflictResolver(),
  () => new OptimisticLockManager(),
  () => new CircuitBreakerManager(),
  () => new DependencyGraph(),
];

/** The parameters that are texts. */
const TEXTS = new Set(
  ("agentId taskId id resourceId messageId conflictId subjectId handlerId reader voter " +
    "candidate from to topic key name reason by text").split(" "),
);

/** Valid values of the other parameters; `undefined` for those that are not here. */
const VALID: Readonly<Record<string, unknown>> = {
  action: () => {},
  agents: ["a", "b"],
  answer: "yes",
  body: () => {},
  changes: { priority: 1 },
  child: { id: "child" },
  counters: { tokens: 1 },
  definition: { capacity: 1 },
  delayMs: 1,
  epoch: 1,
  error: new Error("no"),
  expectedVersion: 0,
  handler: () => {},
  kind: "task",
  leaseMs: 1,
  limit: { maxConcurrent: 1 },
  message: { type: "m" },
  outcome: "completed",
  patterns: ["a"],
  payload: 1,
  priority: 1,
  progress: 1,
  state: "open",
  subject: "task",
  task: { id: "t" },
  timeoutMs: 1,
  type: "duplicate",
  upTo: 1,
};

/** Calls of one façade by another, and calls whose parameter may be something else. */
const OTHERS =
  /For$|\.claimOf|Scheduler\.holderOf|Manager\.explain|setDefaultStrategy|reportConflict/;

function parametersOf(method: Method): string[] {
  const source = method.toString();
  const parts = [""];
  let depth = 0;
  for (const character of source.slice(source.indexOf("("))) {
    if (")]}".includes(character)) depth--;
    if (depth === 0 && parts[0] !== "") break;
    if (depth === 1 && character === ",") parts.push("");
    else if (depth > 0) parts[parts.length - 1] += character;
    if ("([{".includes(character)) depth++;
    if (source.startsWith("()")) break;
  }
  return parts.map((part) => /^\s*(\w*)/.exec(part)![1]!);
}

function* methodsOf(facade: object): Iterable<[name: string, method: Method]> {
  for (
    let prototype = Object.getPrototypeOf(facade);
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name !== "constructor" && typeof value === "function") yield [name, value as Method];
    }
  }
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await Promise.race([call(), new Promise((resolve) => setTimeout(resolve, 20))]);
    return undefined;
  } catch (error) {
    return error;
  }
}

Deno.test("a text parameter of a façade that is no text is refused by name", async () => {
  let tried = 0;
  const accepted: string[] = [];
  for (const make of FACADES) {
    const facade = make();
    for (const [name, method] of methodsOf(facade)) {
      const call = `${facade.constructor.name}.${name}`;
      if (OTHERS.test(call)) continue;
      const parameters = parametersOf(method);
      for (const [place, parameter] of parameters.entries()) {
        if (!TEXTS.has(parameter)) continue;
        const args = parameters.map((each, i) =>
          i === place ? 42 : TEXTS.has(each) ? each : VALID[each]
        );
        const error = await errorOf(() => method.apply(facade, args));
        tried++;
        const isRefused = error instanceof TypeError &&
          error.message.includes(`${parameter} must be`);
        if (!isRefused) accepted.push(`${call}(${parameter}): ${error}`);
      }
    }
  }
  assertEquals(accepted, []);
  assert(tried > 100, `only ${tried} were tried`);
});
