/**
 * A server with agents that work, wait, fail, ask and get in each other's way, for tests and pictures.
 *
 * @module
 */

import { LocalClient } from "../src/client/local/mod.ts";
import { startServer } from "../src/server/mod.ts";
import { findHome } from "../src/service/home.ts";

/** A system to look at. */
export interface Demo extends AsyncDisposable {
  readonly client: LocalClient;
  readonly url: string;
  readonly dir: string;
  readonly server: Awaited<ReturnType<typeof startServer>>;
}

const STEPS = ["read", "sketch", "write", "review", "test", "polish"];
const PARTS = ["login", "search", "billing", "export", "alerts"];

/** Starts a system in which everything that a page shows is there. */
export async function startDemo(dir = Deno.makeTempDirSync({ prefix: "shop-" })): Promise<Demo> {
  const home = findHome({ dir, create: true });
  const server = await startServer(home, { logger: SILENT });
  const client = new LocalClient(home);
  const names = ["ada", "grace", "linus", "margaret", "dennis", "barbara"];
  const agents = await Promise.all(names.map((id, i) =>
    client.registerAgent(
      { id, type: i < 4 ? "coder" : "reviewer", capabilities: i < 4 ? ["code"] : ["review"] },
      undefined,
      { isPresent: false },
    )
  ));
  const [ada, grace, linus, margaret, dennis, barbara] = agents as [
    (typeof agents)[0],
    (typeof agents)[0],
    (typeof agents)[0],
    (typeof agents)[0],
    (typeof agents)[0],
    (typeof agents)[0],
  ];
  for (const part of PARTS) {
    for (const [i, step] of STEPS.entries()) {
      await client.submit({
        id: `${part}-${step}`,
        type: step,
        description: `${step[0]!.toUpperCase()}${step.slice(1)} the ${part} page`,
        requires: [step === "review" ? "review" : "code"],
        priority: PARTS.length - PARTS.indexOf(part),
        ...(i > 0 && { dependencies: [`${part}-${STEPS[i - 1]}`] }),
        ...(step === "polish" && { requiresApproval: true }),
      });
    }
  }
  await client.submit({
    id: "release",
    description: "Release the shop",
    dependencies: PARTS.map((part) => `${part}-polish`),
  });
  for (let i = 0; i < 3; i++) {
    const claim = await ada.claim({ waitMs: 0 });
    await claim?.note("the old page has no tests");
    await pause(40);
    await claim?.complete({ files: 3 });
  }
  for (const [i, agent] of [grace, linus].entries()) {
    const claim = await agent.claim({ waitMs: 0 });
    await pause(30);
    if (i === 0) await claim?.complete();
    else await claim?.block("Which currency do we show first?");
  }
  for (let i = 0; i < 4; i++) {
    const id = `import-${i}`;
    await client.submit({ id, type: "import", requires: ["code"], priority: 20, retries: 0 });
    const claim = await margaret.claim({ waitMs: 0, taskId: id });
    await pause(15);
    await claim?.fail(new Error(`Connection to db${i % 2}.internal:54${i} was refused`));
  }
  await client.submit({
    id: "logo",
    description: "Draw a logo",
    priority: 30,
    requiresApproval: true,
  });
  const logo = await barbara.claim({ waitMs: 0, taskId: "logo" });
  await logo?.complete({ svg: "<svg…>" });
  await ada.claim({ waitMs: 0 });
  const claimed = await grace.claim({ waitMs: 0 });
  await claimed?.progress({ done: 3, of: 8 });
  await margaret.claim({ waitMs: 0 });
  await ada.acquirePaths(["src/login/**", "docs/login.md"], { leaseMs: 600_000 });
  await grace.acquirePaths(["src/search/*.ts"], { leaseMs: 600_000 });
  await linus.acquirePaths(["assets/**"], { mode: "shared" });
  await ada.acquire("database", { leaseMs: 600_000 });
  await grace.acquire("deploy");
  const waits = [
    linus.acquire("database", { timeoutMs: 0 }),
    margaret.acquire("deploy", { timeoutMs: 0 }),
    dennis.acquire("database", { timeoutMs: 0 }),
  ];
  for (const wait of waits) wait.catch(() => {});
  // Two who wait for each other; one is told to give up.
  const [left, right] = [await dennis.acquire("schema"), await barbara.acquire("seeds")];
  const [crossed, back] = [
    dennis.acquire("seeds", { timeoutMs: 0 }),
    pause(60).then(() => barbara.acquire("schema", { timeoutMs: 0 })),
  ];
  await Promise.allSettled([Promise.race([crossed, back])]);
  for (const each of [crossed, back]) each.then((lock) => lock.release(), () => {});
  for (const each of [left, right]) await each.release().catch(() => {});
  await pause(1_100); // so that there is more than one second to draw
  await ada.send("grace", "The login form uses your search box now.");
  await grace.send("ada", { text: "Good, I keep its props stable", until: "Friday" });
  await linus.send("dennis", "Please review billing-review first");
  await client.cordonAgent?.("dennis", "its machine is slow");
  await pause(50);
  return {
    client,
    server,
    url: server.info.url!,
    dir,
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      await Deno.remove(dir, { recursive: true }).catch(() => {});
    },
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  const demo = await startDemo();
  const { url } = await demo.client.openLink("demo");
  console.log(`${url}\n${demo.dir}`);
  await demo.server.ended;
}
