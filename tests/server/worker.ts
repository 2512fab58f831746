/** An agent in a process of its own: claims tasks and completes them until it is killed. */

import type { ClientAgent } from "../../src/client/mod.ts";
import { LocalClient } from "../../src/client/local/mod.ts";
import { findHome } from "../../src/service/home.ts";

const [folder, name] = Deno.args as [string, string];
const client = new LocalClient(findHome({ dir: folder }), { retryMs: 60_000 });
/** Registers the agent, or goes on as it, as often as the server is killed meanwhile. */
async function join(): Promise<ClientAgent> {
  while (true) {
    try {
      return await client.registerAgent({ id: name }, undefined, { resume: true });
    } catch (error) {
      console.log(JSON.stringify({ error: (error as Error).message }));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

let agent = await join();
console.log(JSON.stringify({ joined: name }));
while (true) {
  try {
    const claim = await agent.claim({ waitMs: 500 });
    if (claim === undefined) continue;
    // A lock that one agent may have at a time, to see that it is handed on when its holder is killed.
    await using _lock = Math.random() < 0.2
      ? await claim.acquire("shared", { timeoutMs: 0 })
      : null;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    await claim.complete(name);
    console.log(JSON.stringify({ task: claim.task.id, epoch: claim.epoch }));
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    console.log(JSON.stringify({ error: code ?? message }));
    // It was taken for dead, as it was slow: it begins a new life.
    if (agent.signal.aborted || code === "unknown-agent") {
      agent = await join();
    }
  }
}
