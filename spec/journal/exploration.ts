/**
 * Explores engines on a journal within the bounds of a model.
 *
 * An engine can't be copied, as promises can't. So each state is reached by its moves from the start.
 *
 * @module
 */

import { StateGraph } from "../../src/testing/explorer.ts";
import type { Observer } from "../tool/subject.ts";
import type { JournalModel } from "./models.ts";
import { type Move, World } from "./world.ts";

/** Returns all states that can be reached, and all moves between them. */
export async function exploreJournal(
  model: JournalModel,
  observer?: Observer,
): Promise<StateGraph> {
  const graph = new StateGraph();
  const paths: (readonly Move[])[] = [];
  const find = (world: World, path: readonly Move[]): number => {
    const index = graph.add(world.text);
    if (index === paths.length) paths.push(path);
    return index;
  };
  const moves = movesOf(model);
  graph.initial.add(find(await World.after(model, []), []));
  for (let from = 0; from < paths.length; from++) {
    const path = paths[from]!;
    const source = await World.after(model, path);
    if (source.text !== graph.states[from]) {
      throw new Error(`Cannot explore: ${path.map(nameOf)} must lead to one state`);
    }
    observer?.enter(source.text);
    let world: World | undefined = source;
    for (const move of moves.filter((move) => source.allows(move))) {
      world ??= await World.after(model, path);
      await world.move(move);
      const to = find(world, [...path, move]);
      graph.connect(from, nameOf(move), to);
      observer?.step(nameOf(move), world.text);
      if (to !== from) world = undefined;
    }
  }
  observer?.end();
  return graph;
}

/** Everything that is tried in every state. */
export function movesOf({ sessions, grants, batches }: JournalModel): Move[] {
  const each = (action: string, numbers: readonly number[]): Move[] =>
    count(sessions).flatMap((session) => numbers.map((n): Move => [action, session, n]));
  const alone = [
    ...["open", "open-damaged", "handle", "refuse", "acknowledge", "lose", "offer", "truncate"],
    ...["close", "crash", "snapshot", "save", "lose-save"],
  ];
  return [
    ...alone.flatMap((action) => count(sessions).map((session): Move => [action, session])),
    ...each("send", count(grants)),
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
