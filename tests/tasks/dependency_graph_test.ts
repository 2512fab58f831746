import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  DependencyCycleError,
  DuplicateTaskError,
  TaskStatusError,
  UnknownTaskError,
} from "../../src/tasks/errors.ts";
import type { OnFailure } from "../../src/tasks/types.ts";
import { DependencyGraph } from "../../src/tasks/dependency_graph.ts";
import { SlowGraph } from "./dependency_graph_twin.ts";

/** A graph from lines such as `test: build lint?ignore`. */
function graphOf(...lines: string[]): DependencyGraph {
  const graph = new DependencyGraph();
  for (const line of lines) add(graph, line);
  return graph;
}

function add(graph: DependencyGraph, line: string): void {
  const [id = "", rest = ""] = line.split(":");
  const dependencies = rest.split(" ").filter(Boolean).map((part) => {
    const [taskId = "", onFailure] = part.split("?");
    return onFailure === undefined ? taskId : { taskId, onFailure: onFailure as OnFailure };
  });
  graph.addTask({ id, dependencies });
}

Deno.test("a task without dependencies is ready, and one that has some becomes so when they complete", () => {
  const graph = graphOf("a", "b: a", "c: a b");
  assertEquals(graph.getReadyTasks(), ["a"]);
  assertEquals(graph.isTaskReady("b"), false);
  assertEquals(graph.markCompleted("a"), ["b"]);
  assertEquals(graph.isTaskReady("b"), true);
  assertEquals(graph.markCompleted("b"), ["c"]);
  assertEquals(graph.getReadyTasks(), ["c"]);
});

Deno.test("T8-unmet-dependency-throws-instead-of-waiting: a dependency may be added later", () => {
  const graph = graphOf("late: early");
  assertEquals(graph.getTaskStatus("late"), "waiting");
  assertEquals(graph.getReadyTasks(), []);
  add(graph, "early");
  assertEquals(graph.getReadyTasks(), ["early"]);
  assertEquals(graph.markCompleted("early"), ["late"]);
});

Deno.test("T18-old-completed-dependency-forgotten: a task added long after it is ready", () => {
  const graph = graphOf("old");
  graph.markCompleted("old");
  for (let i = 0; i < 1000; i++) {
    add(graph, `t${i}`);
    graph.markCompleted(`t${i}`);
  }
  add(graph, "late: old t0");
  assertEquals(graph.getReadyTasks(), ["late"]);
});

Deno.test("T18-old-completed-dependency-forgotten: it is kept while a task depends on it", () => {
  const graph = graphOf("old", "first: old");
  graph.markCompleted("old");
  assertEquals(graph.removeTask("old"), true);
  assertEquals(graph.getTaskStatus("old"), undefined);
  add(graph, "second: old");
  assertEquals(graph.isTaskReady("second"), true);
  graph.removeTask("first");
  graph.removeTask("second");
  add(graph, "third: old");
  assertEquals(graph.getTaskStatus("third"), "waiting");
});

Deno.test("G2-removing-a-failed-dependency-readies-dependents: they stay as they were", () => {
  const graph = graphOf("a", "cancelled: a", "open: other");
  graph.markFailed("a");
  graph.removeTask("a");
  assertEquals(graph.getTaskStatus("cancelled"), "cancelled");
  add(graph, "later: a");
  assertEquals(graph.getTaskStatus("later"), "cancelled");
  assertEquals(graph.getReadyTasks(), []);
});

Deno.test("G2-removing-a-failed-dependency-readies-dependents: nor does removing an unfinished one", () => {
  const graph = graphOf("a", "b: a");
  graph.removeTask("a");
  assertEquals(graph.getTaskStatus("b"), "waiting");
  assertEquals(graph.getReadyTasks(), []);
  add(graph, "a");
  assertEquals(graph.markCompleted("a"), ["b"]);
});

Deno.test("a removed task that is added again does not change dependents that saw its end", () => {
  const graph = graphOf("a", "knows: a", "waits: a b");
  graph.markCompleted("a");
  graph.removeTask("a");
  add(graph, "a");
  add(graph, "asks: a");
  assertEquals(graph.getReadyTasks(), ["knows", "a"]);
  assertEquals(graph.markFailed("a"), ["asks"]);
  assertEquals(graph.isTaskReady("knows"), true);
  assertEquals(graph.getTaskStatus("waits"), "waiting");
});

Deno.test("a removed task that is added again has none of its old dependencies", () => {
  const graph = graphOf("a", "b", "repair: a?run-on-failure open", "waits: repair");
  graph.removeTask("repair");
  add(graph, "repair: b?run-on-failure");
  assertEquals(graph.endTask("b", "completed").cancelled, ["repair", "waits"]);
});

Deno.test("G3-critical-path-is-shortest-path: it is the longest by duration", () => {
  const graph = graphOf("a", "b: a", "c: b", "long", "d: c long");
  const byCount = graph.findCriticalPath();
  assertEquals(byCount, { from: "a", to: "d", path: ["a", "b", "c", "d"], duration: 4 });
  const byTime = graph.findCriticalPath((task) => task.id === "long" ? 10 : 1);
  assertEquals(byTime, { from: "long", to: "d", path: ["long", "d"], duration: 11 });
});

Deno.test("findCriticalPath() of equally long chains names the first in topological order", () => {
  const graph = graphOf("a", "b", "c: b", "d: a");
  assertEquals(graph.findCriticalPath()?.path, ["b", "c"]);
  assertEquals(new DependencyGraph().findCriticalPath(), null);
  assertEquals(graphOf("only: missing").findCriticalPath()?.path, ["only"]);
});

Deno.test("G4-recursion-overflows-on-deep-chains: 100,000 tasks in a chain, in either order", () => {
  const length = 100_000;
  const ids = Array.from({ length }, (_, i) => `t${i}`);
  const tasks = ids.map((id, i) => ({ id, dependencies: ids.slice(Math.max(0, i - 1), i) }));
  for (const order of [tasks, tasks.toReversed()]) {
    const graph = new DependencyGraph();
    for (const task of order) graph.addTask(task);
    assertEquals(graph.topologicalSort(), ids);
    assertEquals(graph.findCriticalPath()?.duration, length);
    assertEquals(graph.getAllDependents("t0").length, length - 1);
    assertEquals(graph.detectCycles(), []);
    assertEquals(graph.getStats().pendingTasks, length - 1);
    assertEquals(graph.markFailed("t0"), ids.slice(1));
  }
  const graph = new DependencyGraph();
  for (const task of tasks.slice(1)) graph.addTask(task);
  const last = ids.at(-1)!;
  assertThrows(
    () => graph.addTask({ id: "t0", dependencies: [last] }),
    DependencyCycleError,
  );
});

Deno.test("addTask() refuses a cycle with its path and changes nothing", () => {
  const graph = graphOf("a: c", "b: a");
  const error = assertThrows(() => add(graph, "c: other b"), DependencyCycleError);
  assertEquals(error.cycle, ["c", "b", "a", "c"]);
  assertEquals(graph.getTaskStatus("c"), undefined);
  assertEquals(graph.getAllDependents("other"), []);
  assertEquals(graph.topologicalSort(), ["a", "b"]);
  add(graph, "c");
  assertEquals(graph.topologicalSort(), ["c", "a", "b"]);
});

Deno.test("addTask() refuses a task that depends on itself", () => {
  const error = assertThrows(() => graphOf("a: b a"), DependencyCycleError);
  assertEquals(error.cycle, ["a", "a"]);
});

Deno.test("addTask() of a known id is refused, unless it carries the same idempotency key", () => {
  const graph = new DependencyGraph();
  graph.addTask({ id: "plain" });
  graph.addTask({ id: "keyed", idempotencyKey: "k" });
  assertThrows(() => graph.addTask({ id: "plain" }), DuplicateTaskError);
  assertThrows(() => graph.addTask({ id: "keyed", idempotencyKey: "x" }), DuplicateTaskError);
  graph.addTask({ id: "keyed", idempotencyKey: "k", dependencies: ["plain"] });
  assertEquals(graph.isTaskReady("keyed"), true);
});

Deno.test("a dependency that is named twice counts once", () => {
  const graph = graphOf("a", "b: a a");
  assertEquals(graph.getStats().maxDependencies, 1);
  assertEquals(graph.markCompleted("a"), ["b"]);
  const error = assertThrows(() => add(graph, "c: a a?ignore"), RangeError);
  assertEquals(
    error.message,
    'Cannot submit task "c": a dependency must have one onFailure, got "cancel" and "ignore" for "a"',
  );
  add(graph, "many: t1 t2 t3 t4 t5 t6 t7 t8 t9 t1");
  assertEquals(graph.getStats().maxDependencies, 9);
});

Deno.test("markFailed() cancels dependents in cascade, each once and nearest first", () => {
  const graph = graphOf("a", "far: near2", "near1: a", "near2: a near1", "other");
  assertEquals(graph.markFailed("a"), ["near1", "near2", "far"]);
  assertEquals(graph.getReadyTasks(), ["other"]);
  assertEquals(graph.getTaskStatus("far"), "cancelled");
});

Deno.test("a dependency that may be ignored counts as done however it ends", () => {
  const graph = graphOf("a", "b", "c: a?ignore b");
  assertEquals(graph.markFailed("a"), []);
  assertEquals(graph.isTaskReady("c"), false);
  assertEquals(graph.markCompleted("b"), ["c"]);
});

Deno.test("run-on-failure runs a task only when its dependency fails or is cancelled", () => {
  const failing = graphOf("a", "b: a", "repair: b?run-on-failure", "after: repair");
  assertEquals(failing.endTask("a", "failed"), { ready: ["repair"], cancelled: ["b"] });
  const fine = graphOf("a", "repair: a?run-on-failure", "after: repair");
  assertEquals(fine.endTask("a", "completed"), { ready: [], cancelled: ["repair", "after"] });
});

Deno.test("of several run-on-failure dependencies one has to fail", () => {
  const graph = graphOf("a", "b", "c", "repair: a?run-on-failure b?run-on-failure c");
  assertEquals(graph.endTask("a", "completed"), { ready: [], cancelled: [] });
  assertEquals(graph.endTask("b", "failed"), { ready: [], cancelled: [] });
  assertEquals(graph.markCompleted("c"), ["repair"]);
  assertEquals(graph.getTaskStatus("repair"), "ready");
});

Deno.test("dependencies that ended before a task came decide about it and its dependents", () => {
  const graph = graphOf("failed", "done", "waits: late");
  graph.markFailed("failed");
  graph.markCompleted("done");
  add(graph, "late: done failed");
  assertEquals(graph.getTaskStatus("late"), "cancelled");
  assertEquals(graph.getTaskStatus("waits"), "cancelled");
  add(graph, "other: failed done");
  assertEquals(graph.getTaskStatus("other"), "cancelled");
  add(graph, "repair: failed?run-on-failure done?run-on-failure");
  assertEquals(graph.getTaskStatus("repair"), "ready");
  add(graph, "idle: done?run-on-failure");
  assertEquals(graph.getTaskStatus("idle"), "cancelled");
});

Deno.test("a task goes from ready to running to its end, and a refused call changes nothing", () => {
  const graph = graphOf("a", "b: a");
  assertThrows(() => graph.markRunning("b"), TaskStatusError);
  assertThrows(() => graph.markCompleted("b"), TaskStatusError);
  graph.markRunning("a");
  assertEquals(graph.getReadyTasks(), []);
  assertThrows(() => graph.markRunning("a"), TaskStatusError);
  assertEquals(graph.markCompleted("a"), ["b"]);
  const error = assertThrows(() => graph.markFailed("a"), TaskStatusError);
  assertEquals(
    error.message,
    'Cannot mark task "a" as "failed": task must be unfinished, got "completed"',
  );
  assertEquals(graph.endTask("b", "cancelled"), { ready: [], cancelled: [] });
  assertEquals(graph.getTaskStatus("b"), "cancelled");
});

Deno.test("topologicalSort() keeps the order of addition where dependencies leave a choice", () => {
  const graph = graphOf("z", "d: c b", "a", "b", "c: b", "missing: nowhere");
  assertEquals(graph.topologicalSort(), ["z", "b", "c", "d", "a", "missing"]);
});

Deno.test("getAllDependents() visits each task once, nearest first, also from an unknown one", () => {
  const graph = graphOf("b: a", "c: a", "d: b c", "e: d");
  assertEquals(graph.getAllDependents("a"), ["b", "c", "d", "e"]);
  assertEquals(graph.getAllDependents("d"), ["e"]);
  assertEquals(graph.getAllDependents("nobody"), []);
});

Deno.test("getStats() counts tasks by where they are", () => {
  const graph = graphOf("a", "b", "c: a b", "d: c", "e: b", "f");
  graph.markRunning("f");
  graph.markCompleted("a");
  graph.markFailed("b");
  add(graph, "g: f missing");
  assertEquals(graph.getStats(), {
    totalTasks: 7,
    completedTasks: 1,
    readyTasks: 0,
    pendingTasks: 1,
    runningTasks: 1,
    failedTasks: 1,
    cancelledTasks: 3,
    avgDependencies: 6 / 7,
    maxDependencies: 2,
    cycles: 0,
  });
  assertEquals(new DependencyGraph().getStats().avgDependencies, 0);
});

Deno.test("toDot() escapes ids and points from a task to those that wait for it", () => {
  const graph = new DependencyGraph();
  graph.addTask({ id: 'say "hi"' });
  graph.addTask({
    id: "back\\slash\\",
    dependencies: ['say "hi"', { taskId: "gone", onFailure: "ignore" }],
  });
  const lines = graph.toDot().split("\n");
  assertEquals(lines[0], "digraph TaskDependencies {");
  assert(lines.includes('  "say \\"hi\\"" -> "back\\\\slash\\\\";'));
  assert(lines.includes('  "gone" -> "back\\\\slash\\\\" [label="ignore"];'));
  assertEquals(lines.slice(-2), ["}", ""]);
  assertStringIncludes(graph.toDot(), '"gone" [style=dashed]');
  add(graph, "gone");
  assert(!graph.toDot().includes("style=dashed"));
});

Deno.test("ids of object members are ids like any other", () => {
  const graph = graphOf("__proto__", "constructor: __proto__", "toString: constructor");
  assertEquals(graph.topologicalSort(), ["__proto__", "constructor", "toString"]);
  assertEquals(graph.markCompleted("__proto__"), ["constructor"]);
  assertEquals(graph.getTaskStatus("hasOwnProperty"), undefined);
});

Deno.test("every method refuses malformed ids, tasks and durations", () => {
  const graph = graphOf("a");
  // deno-lint-ignore no-explicit-any -- what TypeScript would refuse is what is tried
  const untyped = graph as any;
  for (const method of ["removeTask", "markRunning", "markCompleted", "markFailed"]) {
    for (const bad of [undefined, null, 1, {}, ["a"]]) {
      assertThrows(() => untyped[method](bad), TypeError, "must be a string");
    }
    assertThrows(() => untyped[method](""), RangeError, "1 to 256 characters");
  }
  for (const method of ["isTaskReady", "getTaskStatus", "getAllDependents"]) {
    assertThrows(() => untyped[method](7), TypeError, "must be a string, got 7");
  }
  for (const method of ["markRunning", "markCompleted", "markFailed"]) {
    assertThrows(() => untyped[method]("nobody"), UnknownTaskError);
  }
  for (const bad of [undefined, null, "a", 5, [], {}, { id: 5 }, { id: "x", dependencies: "a" }]) {
    assertThrows(() => untyped.addTask(bad), TypeError);
  }
  const bad = [5, null, {}, { taskId: 5 }, { taskId: "a", onFailure: 5 }];
  for (const dependency of bad) {
    assertThrows(() => untyped.addTask({ id: "x", dependencies: [dependency] }), TypeError);
  }
  const edge = { taskId: "a", onFailure: "explode" };
  assertThrows(() => untyped.addTask({ id: "x", dependencies: [edge] }), RangeError, "explode");
  assertThrows(() => untyped.addTask({ id: "x".repeat(257) }), RangeError);
  assertThrows(() => untyped.endTask("a", "exploded"), RangeError);
  assertThrows(() => untyped.findCriticalPath(5), TypeError);
  assertThrows(() => untyped.findCriticalPath(() => "1"), TypeError);
  for (const duration of [-1, NaN, Infinity]) {
    assertThrows(() => graph.findCriticalPath(() => duration), RangeError, String(duration));
  }
  assertThrows(() => new DependencyGraph({} as Console), TypeError, "logger must have");
  assertEquals(graph.removeTask("nobody"), false);
  assertEquals(graph.topologicalSort(), ["a"]);
});

Deno.test("the logger gets the tasks that a failure cancels", () => {
  const told: string[] = [];
  const ignore = () => {};
  const debug = (message: string, data: unknown) => told.push(message + JSON.stringify(data));
  const graph = new DependencyGraph({ debug, info: ignore, warn: ignore, error: ignore });
  add(graph, "a");
  add(graph, "b: a");
  graph.markFailed("a");
  assertEquals(told.length, 1);
  assertStringIncludes(told[0]!, '"cancelled":["b"]');
});

const idArbitrary = fc.constantFrom("a", "b", "c", "d", "e", "f", "__proto__");
const edgeArbitrary = fc.record({
  taskId: idArbitrary,
  onFailure: fc.constantFrom<OnFailure>("cancel", "cancel", "ignore", "run-on-failure"),
});
const edgesArbitrary = fc.uniqueArray(edgeArbitrary, {
  maxLength: 3,
  selector: (edge) => edge.taskId,
});
const commandArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant("add" as const), idArbitrary, edgesArbitrary) },
  fc.tuple(fc.constant("remove" as const), idArbitrary),
  fc.tuple(fc.constant("run" as const), idArbitrary),
  fc.tuple(fc.constantFrom("completed", "failed", "cancelled"), idArbitrary),
);
type Command = typeof commandArbitrary extends fc.Arbitrary<infer T> ? T : never;

function apply(graph: DependencyGraph | SlowGraph, command: Command): unknown {
  const [type, id] = command;
  try {
    if (type === "add") return graph.addTask({ id, dependencies: command[2] ?? [] });
    if (type === "remove") return graph.removeTask(id);
    if (type === "run") return graph.markRunning(id);
    const { ready, cancelled } = graph.endTask(id, type as "completed");
    return { ready: ready.toSorted(), cancelled: cancelled.toSorted() };
  } catch (error) {
    return (error as Error).name;
  }
}

Deno.test("the cycle in the error is one of the graph that would be", () => {
  const addition = fc.tuple(idArbitrary, edgesArbitrary);
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 12, size: "max" }), (additions) => {
      const graph = new DependencyGraph();
      const edges = new Map<string, string[]>();
      for (const [id, dependencies] of additions) {
        if (edges.has(id)) continue;
        const refused = new Map(edges).set(id, dependencies.map(({ taskId }) => taskId));
        try {
          graph.addTask({ id, dependencies });
          edges.set(id, refused.get(id)!);
        } catch (error) {
          const { cycle } = error as DependencyCycleError;
          assertEquals([cycle[0], cycle.at(-1)], [id, id]);
          assertEquals(new Set(cycle).size, cycle.length - 1);
          for (let i = 1; i < cycle.length; i++) {
            assert(refused.get(cycle[i - 1]!)?.includes(cycle[i]!), cycle.join(" "));
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("any commands lead to the same graph as in the slow twin", () => {
  fc.assert(
    fc.property(fc.array(commandArbitrary, { maxLength: 40, size: "max" }), (commands) => {
      const graph = new DependencyGraph();
      const twin = new SlowGraph();
      for (const command of commands) {
        assertEquals(apply(graph, command), apply(twin, command), JSON.stringify(command));
        const statuses = twin.statuses();
        for (const [id, status] of statuses) assertEquals(graph.getTaskStatus(id), status, id);
        const ready = statuses.filter(([, status]) => status === "ready").map(([id]) => id);
        assertEquals(graph.getReadyTasks().toSorted(), ready.toSorted());
        const order = graph.topologicalSort()!;
        assertEquals(order.toSorted(), statuses.map(([id]) => id).toSorted());
        for (const [id, dependencies] of twin.edges()) {
          for (const dependency of dependencies) {
            if (order.includes(dependency)) {
              assert(order.indexOf(dependency) < order.indexOf(id), `${dependency} before ${id}`);
            }
          }
          assertEquals(graph.getAllDependents(id).toSorted(), twin.dependentsOf(id).toSorted());
        }
        const weight = (id: string) => id.charCodeAt(0) % 5;
        const length = graph.findCriticalPath((task) => weight(task.id))?.duration ?? 0;
        assertEquals(length, twin.longest(weight));
      }
    }),
    { numRuns: 300 },
  );
});
