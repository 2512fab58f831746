/**
 * Explores engines on a journal within the bounds of a model.
 *
 * An engine can't be copied, as promises can't. So each state is reached by its moves from the start.
 *
 * @module
 */

import { StateGraph } from "../../src/testing/explorer.ts";
import { Comparison } from "../tool/comparison.ts";
import type { Observer } from "../tool/subject.ts";
import type { JournalModel } from "./models.ts";
import { type Move, World } from "./world.ts";

/** Returns all states that can be reached, and all moves between them. */
export async function exploreJournal(
  model: JournalModel,
  observer?: Observer,
): Promise<StateGraph> {
  return (await exploreWays(model, observer)).graph;
}

/**
 * Does the same, and then reaches each state in another way, the last one that was found.
 *
 * @throws {Difference} when other moves are possible then, or lead elsewhere
 */
export async function exploreJournalTwice(
  model: JournalModel,
  observer?: Observer,
): Promise<StateGraph> {
  const { graph, others } = await exploreWays(model);
  const comparison = observer ?? new Comparison(graph);
  for (const way of [[], ...others.values()]) {
    await leave(model, way, comparison, () => {});
  }
  comparison.end();
  return graph;
}

/** Returns the graph, and another way to each state that has one. */
async function exploreWays(
  model: JournalModel,
  observer?: Observer,
): Promise<{ graph: StateGraph; others: ReadonlyMap<number, readonly Move[]> }> {
  const graph = new StateGraph();
  const ways: (readonly Move[])[] = [];
  const others = new Map<number, readonly Move[]>();
  const find = (world: World, way: readonly Move[]): number => {
    const index = graph.add(world.text);
    if (index === ways.length) ways.push(way);
    else others.set(index, way);
    return index;
  };
  graph.initial.add(find(await World.after(model, []), []));
  for (const [from, way] of ways.entries()) {
    await leave(model, way, observer, (world, move) => {
      graph.connect(from, nameOf(move), find(world, [...way, move]));
    });
  }
  observer?.end();
  return { graph, others };
}

/** Makes each move that is possible after a way. */
async function leave(
  model: JournalModel,
  way: readonly Move[],
  observer: Observer | undefined,
  found: (world: World, move: Move) => void,
): Promise<void> {
  const source = await World.after(model, way);
  const { text } = source;
  observer?.enter(text);
  let world: World | undefined = source;
  for (const move of movesOf(model).filter((move) => source.allows(move))) {
    world ??= await World.after(model, way);
    await world.move(move);
    found(world, move);
    observer?.step(nameOf(move), world.text);
    if (world.text !== text) world = undefined;
  }
}

/** Everything that is tried in every state. */
export function movesOf({ sessions, grants, batches, enders }: JournalModel): Move[] {
  const each = (action: string, numbers: readonly number[]): Move[] =>
    count(sessions).flatMap((session) => numbers.map((n): Move => [action, session, n]));
  const alone = [
    ...["open", "open-damaged", "handle", "refuse", "acknowledge", "lose", "offer", "truncate"],
    ...["close", "crash", "snapshot", "save", "lose-save"],
  ];
  return [
    ...alone.flatMap((action) => count(sessions).map((session): Move => [action, session])),
    ...each("send", count(grants)),
    ...each("expire", count(sessions)).filter(([, s]) => enders.includes(s!)),
    ...each("arrive", count(grants + 1)),
    ...each("deliver", batches),
    ...each("redeliver", count(sessions + grants)),
    ["forget"],
  ];
}

/** The name of a move, in graphs and in the generated module. */
export function nameOf(move: Move): string {
  return move.join("_").replaceAll("-", "_");
}

/** The action of the specification that a move is. */
export function actionOf([action, ...numbers]: Move): string {
  const name = action.replaceAll(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase());
  return numbers.length === 0 ? `Do${name}` : `Do${name}(${numbers.join(", ")})`;
}

function count(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}
