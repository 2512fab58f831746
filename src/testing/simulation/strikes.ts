/**
 * The faults that strike a simulated world from time to time: those of agents, of the clock and of
 * the coordinator itself. The others happen where something is transmitted, written or handled.
 *
 * @module
 */

import type { SimulatedAgent } from "./agent.ts";
import type { FaultName, Faults } from "./faults.ts";
import type { World } from "./world.ts";

/** How long it takes on average from one strike of the most frequent fault to the next. */
const MEAN_MS = 100;

/** The same for copies of the whole state, which take long. */
const MEAN_RESTORE_MS = 2_000;

const STRIKES: Partial<Record<FaultName, (world: World) => void>> = {
  crash: strikeDown,
  pause,
  restart(world) {
    const agent = victim(world);
    agent?.crash();
    agent?.start();
  },
  slow(world) {
    const agent = victim(world);
    if (agent === undefined) return;
    agent.slowness = world.chance.between(3, 30);
    world.after(world.chance.around(200), () => agent.slowness = 1);
  },
  "clock-jump": (world) =>
    world.host.jump(world.chance.around(world.chance.pick([20, 200, 2_000]))),
  "clock-stall": (world) => world.host.freeze(world.chance.around(100), world.chance.happens(0.5)),
  "log-cut": (world) => world.host.crash(world.chance.int(8), world.chance.around(20)),
  restore(world) {
    if (!world.host.isDown) world.host.restore();
  },
};

/** Has each fault of `faults` strike from time to time, as long as the world isn't over. */
export function strike(world: World, faults: Faults): void {
  for (const name of Object.keys(faults) as FaultName[]) {
    const act = STRIKES[name];
    if (act !== undefined) again(world, name, act);
  }
}

function again(world: World, name: FaultName, act: (world: World) => void): void {
  const rate = world.rate(name);
  if (rate === 0) return;
  const mean = name === "restore" || name === "log-cut" ? MEAN_RESTORE_MS : MEAN_MS;
  world.after(1 + world.chance.around(mean / rate), () => {
    if (world.isOver) return;
    world.coverage.fault(name);
    act(world);
    again(world, name, act);
  });
}

function victim(world: World): SimulatedAgent | undefined {
  const agent = world.chance.pick(world.workers);
  return agent.isUp ? agent : undefined;
}

/** Stops an agent. Somebody notices after a while, and it comes back, in either order. */
function strikeDown(world: World): void {
  const agent = victim(world);
  if (agent === undefined) return;
  agent.crash();
  world.after(world.chance.around(50), () => {
    // Also one that came back meanwhile: whoever notices can't know.
    world.report({ type: "remove-agent", agentId: agent.id, reason: "it fell silent" });
    world.after(5, () => agent.rejoin());
  });
  world.after(world.chance.around(100), () => agent.start());
}

/** An agent is paused, maybe for so long that it is taken for dead; it learns of that when it is back. */
function pause(world: World): void {
  const agent = victim(world);
  if (agent === undefined) return;
  const ms = world.chance.around(150);
  agent.pause(ms);
  if (world.chance.happens(0.5)) return;
  world.after(Math.ceil(ms / 2), () => {
    world.report({ type: "remove-agent", agentId: agent.id, reason: "it fell silent" });
  });
  world.after(ms + 10, () => agent.rejoin());
}
