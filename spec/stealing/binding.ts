/**
 * Binds the task machine to `Stealing.tla`.
 *
 * @module
 */

import type { Exploration } from "../../src/testing/explorer.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";
import type { TaskEvent } from "../../src/tasks/events.ts";
import type { TaskState } from "../../src/tasks/state.ts";
import { exploreObserved } from "../tool/exploring.ts";
import { identityOf } from "../tool/identity.ts";
import { stateText, THEN } from "../tool/graphs.ts";
import type { Alphabet, GraphModel, Observer, Subject } from "../tool/subject.ts";
import { canonical, expression } from "../tool/value.ts";
import { abstraction } from "./abstraction.ts";
import {
  type Action,
  commandAction,
  eventAction,
  type ModelCommand,
  refusalAction,
} from "./actions.ts";
import { allows, alphabet, boundedMachine, type Bounds } from "./bounded_machine.ts";
import { BOUNDS } from "./bounds.ts";
import { MUTANTS } from "./code_mutants.ts";
import { falsifiedTraces } from "./falsified_traces.ts";
import { fewTraces, randomSets } from "./traces.ts";

/** Commands are bounded in the model; their actions have this before their names there. */
const BOUNDED = "B";

/** What a task machine does not decide by: options, chance, counts, places that follow from others. */
const IRRELEVANT: ReadonlySet<string> = new Set([
  ...["config", "prng", "counts", "history", "completed", "failed", "finished", "registrations"],
  "position",
]);

/**
 * Returns the graph of the machine within `bounds`, and the names of all steps in it. With
 * `everyState`, also those states are explored that are one state to the specification.
 */
export function exploreWithin(
  bounds: Bounds,
  observer?: Observer,
  everyState = false,
): { readonly graph: StateGraph; readonly actions: ReadonlyMap<string, string> } {
  const actions = new Map<string, string>();
  const name = (prefix: string, action: Action): string => {
    const text = textOf(prefix, action);
    const name = text.replace(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "");
    const known = actions.get(name);
    if (known !== undefined && known !== text) {
      throw new Error(`Cannot name ${text}: it must differ from ${known}`);
    }
    actions.set(name, text);
    return name;
  };
  const exploration: Exploration<TaskState, ModelCommand, TaskEvent> = {
    alphabet: alphabet(bounds).map((command) => ({ command, afterMs: 0 })),
    describe: (state) => describeWithin(bounds, state),
    ...everyState && { identify: (state: TaskState) => identityOf(state, IRRELEVANT) },
    label: ({ command }, events) => label(command as ModelCommand, events, name),
    allows: (state, _, { command }) => allows(bounds, state, command as ModelCommand),
  };
  return { graph: exploreObserved(boundedMachine(bounds), exploration, observer), actions };
}

/** Returns the values of the specification's variables in a state of the machine, as a text. */
export function describeWithin(bounds: Bounds, state: TaskState): string {
  const { tasks, agents, parents, keeps } = bounds;
  const extent = { hasFamilies: Object.keys(parents).length > 0, keeps };
  const variables = Object.entries(abstraction(state, tasks, agents, extent))
    .filter(([name]) => !hidden(bounds).includes(name));
  return stateText(variables.map(([name, value]) => [name, canonical(value)]));
}

function label(
  command: ModelCommand,
  events: readonly TaskEvent[],
  name: (prefix: string, action: Action) => string,
): string {
  const [first] = events;
  if (first?.type === "task:refused") return name(BOUNDED, refusalAction(command, first));
  const accepted = name(BOUNDED, commandAction(command));
  return [accepted, ...events.map((event) => name("", eventAction(event)))].join(THEN);
}

function textOf(prefix: string, { name, arguments: given }: Action): string {
  return `${prefix}${name}(${given.map(expression).join(", ")})`;
}

/** The variables that are not compared; nothing is asked for where all agents are given tasks. */
function hidden({ pulls }: Bounds): string[] {
  return ["todo", "freed", "quiet", ...(pulls.length === 0 ? ["asks"] : [])];
}

function graphModel(name: string, bounds: Bounds): GraphModel {
  let found: ReturnType<typeof exploreWithin> | undefined;
  const explored = () => found ??= exploreWithin(bounds);
  return {
    get alphabet(): Alphabet {
      const { actions } = explored();
      return {
        module: `Stealing${name[0]!.toUpperCase()}${name.slice(1)}`,
        extends: "StealingBounds",
        actions,
      };
    },
    explore: (observer) =>
      observer === undefined ? explored().graph : exploreWithin(bounds, observer).graph,
    ...!bounds.isLarge && {
      exploreAll: (observer?: Observer) => {
        const all = exploreWithin(bounds, observer, true);
        if (observer === undefined) found = all;
        return all.graph;
      },
    },
    reading: {
      isStable: (state) => state.get("quiet") === "TRUE",
      label: (action) => action,
      hidden: hidden(bounds),
    },
  };
}

const subject: Subject = {
  graphs: new Map([...BOUNDS].map(([name, bounds]) => [name, graphModel(name, bounds)])),
  traces: new Map([...randomSets(), ["few", fewTraces], ["falsified", falsifiedTraces]]),
  mutants: MUTANTS,
};

export default subject;
