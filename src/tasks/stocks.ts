/**
 * Who has tasks that may be stolen, and who could take them, without looking at all of either.
 *
 * In the group of all tasks that require the same, the donors are a heap of the agents that have
 * some of them assigned and not started, busiest first, each with a heap of those tasks; the
 * receivers are a heap of the fit agents with room, idlest first. All of it is kept only while the
 * config allows stealing.
 *
 * @module
 */

import { push, remove } from "../core/data/heap.ts";
import { groupOf, rank, rankReception } from "./placement.ts";
import { loadOf } from "./room.ts";
import type { Agent, Group, Stock, TaskRecord, TaskState } from "./state.ts";

/** Lets a fresh claim be stolen, if its task may go to others. */
export function offer(state: TaskState, task: TaskRecord): void {
  const { agent, epoch, spec: { placed, requires } } = task;
  if (!placed || !state.config.stealing) return;
  const stock = stockOf(agent!, groupOf(state, requires, "", false));
  task.movable = { rank: -epoch, sequence: epoch, position: -1, task, stock };
  push(stock.tasks, task.movable);
}

/** Lets a claim be stolen no longer: it starts, or it is over. */
export function withdraw(task: TaskRecord): void {
  const { movable } = task;
  if (movable === undefined) return;
  task.movable = undefined;
  const { stock } = movable;
  remove(stock.tasks, movable);
  if (stock.tasks.length > 0) return;
  remove(stock.group.donors, stock);
  stock.agent.stocks = stock.agent.stocks.filter((other) => other !== stock);
}

function stockOf(agent: Agent, group: Group): Stock {
  const known = agent.stocks.find((stock) => stock.group === group);
  if (known !== undefined) return known;
  const stock: Stock = {
    rank: -loadOf(agent),
    sequence: agent.order,
    position: -1,
    agent,
    group,
    tasks: [],
  };
  agent.stocks.push(stock);
  push(group.donors, stock);
  return stock;
}

/** Puts those whose load or room changed where it ranks them; groups to look at are added. */
export function rankShifted(shifted: Set<Agent>, unbalanced: Set<Group>): void {
  for (const agent of shifted) {
    for (const { group, reception } of agent.candidacies) {
      if (reception === undefined) continue;
      rankReception(reception, group);
      if (group.donors.length > 0) unbalanced.add(group);
    }
    for (const stock of agent.stocks) {
      rank(stock.group.donors, stock, -loadOf(agent));
      unbalanced.add(stock.group);
    }
  }
  shifted.clear();
}
