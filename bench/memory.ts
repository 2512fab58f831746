/**
 * The memory that a million things leave behind: `deno task bench:memory`, or with a folder of another
 * version as its argument. Each row is measured in a process of its own.
 *
 * @module
 */

const FOLDER = new URL(Deno.args[0] ?? "../", import.meta.url);
const [, row, size] = Deno.args;

/** The number of things of each row; a smaller one for a quick look. */
const COUNT = Number(size ?? 1_000_000);

type Library = typeof import("../mod.ts");

/** Makes `COUNT` things, and returns what has to stay alive. */
type Row = (library: Library) => Promise<unknown>;

const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;

const ROWS: Record<string, Row> = {
  "acquire and release of distinct keys": async ({ ResourceManager }) => {
    const locks = new ResourceManager({}, undefined, silent);
    for (let i = 0; i < COUNT; i++) await (await locks.acquire(`r${i}`, "a")).release();
    return locks;
  },
  "finished tasks": async ({ AdvancedTaskScheduler }) => {
    const scheduler = new AdvancedTaskScheduler({}, undefined, silent);
    await scheduler.registerAgent({ id: "a", maxConcurrentTasks: 100 });
    for (let i = 0; i < COUNT; i++) {
      await scheduler.submit({ id: `t${i}` });
      await scheduler.completeTask(`t${i}`, i);
    }
    return scheduler;
  },
  "waits on one signal": async ({ ResourceManager }) => {
    const locks = new ResourceManager({}, undefined, silent);
    const { signal } = new AbortController();
    for (let i = 0; i < COUNT; i++) {
      const first = await locks.acquire("r", "a");
      const wait = locks.acquire("r", "b", { signal });
      await first.release();
      await (await wait).release();
    }
    return [locks, signal];
  },
  "requests": async ({ MessageRouter }) => {
    const router = new MessageRouter({}, undefined, silent);
    router.subscribe("b", (_message, delivery) => delivery.respond(1));
    for (let i = 0; i < COUNT; i++) await router.sendWithResponse("a", "b", i);
    return router;
  },
  "breaker names": async ({ CircuitBreakerManager }) => {
    const breakers = new CircuitBreakerManager({}, silent);
    for (let i = 0; i < COUNT; i++) await breakers.execute(`${i}`, () => i).catch(() => {});
    return breakers;
  },
  "mailboxes": async ({ MessageRouter }) => {
    const router = new MessageRouter({}, undefined, silent);
    for (let i = 0; i < COUNT; i++) {
      const subscription = router.subscribe(`b${i}`, () => {});
      await router.send("a", `b${i}`, i);
      subscription.unsubscribe();
    }
    return router;
  },
  "defined resources": async ({ ResourceManager }) => {
    const locks = new ResourceManager({}, undefined, silent);
    for (let i = 0; i < COUNT; i++) await locks.define(`r${i}`, { capacity: 2 }).catch(() => {});
    return locks;
  },
  "agent names": async ({ TaskScheduler }) => {
    const scheduler = new TaskScheduler({}, undefined, silent);
    for (let i = 0; i < COUNT; i++) {
      await scheduler.assignTask({ id: `t${i}` }, `a${i}`)
        .then(() => scheduler.completeTask(`t${i}`)).catch(() => {});
    }
    return scheduler;
  },
  "unread events() streams": async ({ EventBus }) => {
    const bus = new EventBus();
    for (let i = 0; i < COUNT; i++) {
      bus.events(["task:created"]);
      if (i % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return bus;
  },
};

async function measure(name: string): Promise<void> {
  const library: Library = await import(`${FOLDER}mod.ts`);
  const { gc } = globalThis as unknown as { gc: () => void };
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return Deno.memoryUsage().heapUsed;
  };
  const before = await settled();
  const kept = await ROWS[name]!(library);
  const after = await settled();
  console.log(JSON.stringify([name, Math.round((after - before) / 1e5) / 10, typeof kept]));
  Deno.exit(0);
}

if (row !== undefined && row in ROWS) await measure(row);
else {
  const rows = Object.keys(ROWS);
  console.log("| after | heap, MB |\n| --- | --- |");
  for (const name of rows) {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "--v8-flags=--expose-gc,--max-old-space-size=4096"],
        ...[import.meta.filename!, FOLDER.href, name, `${COUNT}`],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    const [, megabytes] = text === "" ? ["", new TextDecoder().decode(stderr)] : JSON.parse(text);
    console.log(`| ${COUNT} ${name} | ${megabytes} |`);
  }
}
