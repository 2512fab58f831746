import { assertEquals } from "@std/assert";
import { Logger } from "../../../mod.ts";

const logger = new Logger();
const task1 = { id: "task1" };
const task2 = { id: "task2", dependencies: ["task1"] };
const task3 = { id: "task3", dependencies: ["task2"] };

// The block:
import { DependencyGraph } from '../../../mod.ts';

const graph = new DependencyGraph(logger);

// Add tasks with dependencies
graph.addTask(task1); // No dependencies
graph.addTask(task2); // Depends on task1
graph.addTask(task3); // Depends on task2

// Get ready tasks
const readyTasks = graph.getReadyTasks(); // [task1]

// Mark completion and get newly ready tasks
const newlyReady = graph.markCompleted('task1'); // [task2]

// Check for cycles
const cycles = graph.detectCycles();

// Get topological order
const order = graph.topologicalSort();

// What it must have done:
assertEquals(readyTasks, ["task1"]);
assertEquals(newlyReady, ["task2"]);
assertEquals(cycles, []);
assertEquals(order, ["task1", "task2", "task3"]);
