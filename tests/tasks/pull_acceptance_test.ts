import { assert, assertEquals } from "@std/assert";
import { CoordinationManager } from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { nextInt, seeded } from "../../src/core/data/prng.ts";

const AGENTS = 50;
/** More of them, such as 10,000, by the environment. */
const TASKS = Number(Deno.env.get("LOCKSTEP_PULL_TASKS") ?? 600);

Deno.test(`${AGENTS} agents that ask and crash do each of ${TASKS} tasks once`, async () => {
  const clock = new SimulatedClock();
  const prng = seeded(7);
  const agents = { heartbeatTimeoutMs: 200 };
  const tasks = { keepFinished: TASKS, maxCrashes: 1_000 };
  const config = { agents, tasks };
  await using manager = new CoordinationManager(config, undefined, undefined, { clock });
  const done = new Map<string, number>();
  let crashes = 0;
  let open = TASKS;

  const sleep = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms));

  /** Works until it crashes: without a word, with a claim or while it asks. */
  async function live(id: string): Promise<void> {
    const session = await manager.registerAgent({ id, mode: "pull", capabilities: skillsOf(id) });
    const crash = new AbortController();
    let isUp = true;
    const beat = async () => {
      while (isUp && open > 0) {
        await session.heartbeat().catch(() => isUp = false);
        await sleep(60);
      }
    };
    void beat();
    while (isUp && open > 0) {
      if (nextInt(prng, 40) === 0) setTimer(() => crash.abort(), nextInt(prng, 20));
      const claim = await session.claim({ waitMs: 100, signal: crash.signal }).catch(() =>
        undefined
      );
      isUp &&= !crash.signal.aborted;
      if (claim === undefined) continue;
      await sleep(1 + nextInt(prng, 5));
      if (nextInt(prng, 30) === 0) isUp = false;
      if (!isUp) break;
      if (nextInt(prng, 20) === 0) await claim.release();
      else {
        await claim.complete().then(() => {
          done.set(claim.task.id, (done.get(claim.task.id) ?? 0) + 1);
          open--;
        }, () => {});
      }
    }
    isUp = false;
    if (open > 0) crashes++;
  }

  function setTimer(act: () => void, ms: number): void {
    clock.setTimer(clock.now() + ms, act);
  }

  async function liveAgain(id: string): Promise<void> {
    while (open > 0) {
      await live(id).catch(() => {});
      await sleep(300 + nextInt(prng, 300));
    }
  }

  for (let i = 0; i < TASKS; i++) {
    const requires = i % 3 === 0 ? ["sql"] : [];
    const resources = i % 5 === 0 ? [`file-${i % 7}`] : [];
    await manager.submit({ id: `t${i}`, requires, resources, retries: 0 });
  }
  const lives = Promise.all(Array.from({ length: AGENTS }, (_, i) => liveAgain(`a${i}`)));
  for (let waited = 0; open > 0 && waited < 1_000 * TASKS; waited += 100) await clock.advance(100);
  assertEquals(open, 0);
  await clock.advance(2_000);
  await lives;
  assertEquals(done.size, TASKS);
  assert([...done.values()].every((times) => times === 1));
  assert(crashes > 0);
  assertEquals(manager.scheduler.getTaskCounts().completed, TASKS);
});

function skillsOf(id: string): string[] {
  return Number(id.slice(1)) % 2 === 0 ? ["sql"] : [];
}
