import { assert, assertEquals } from "@std/assert";
import { CommandDriver } from "./driver.ts";
import { until } from "../server/driver.ts";

Deno.test("twenty command lines race for the first start: one server, all answered", async () => {
  await using driver = new CommandDriver();
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, i) => driver.run(["add", `t${i}`, "--json"])),
  );
  assertEquals(all.map(({ code, err }) => `${code}${err}`), Array(20).fill("0"));
  const status = await driver.json(["status"]);
  assertEquals(status.tasks.ready, 20);
  const serving = await driver.sh(`pgrep -f "serve --idle 30m --dir ${driver.folder}$" | wc -l`);
  await until(async () =>
    (await driver.sh(`pgrep -f "serve.*--dir ${driver.folder}$"`)).out.trim().split("\n").length ===
      1
  );
  assert(serving.code === 0);
});

Deno.test("a server that was killed is replaced, with its stale socket and server.json, and nothing is lost", async () => {
  await using driver = new CommandDriver();
  await driver.json(["add", "t1"]);
  await driver.json(["join", "a"]);
  const { claim } = await driver.json(["claim"]);
  const { pid, socket } = await driver.json(["status"]);
  Deno.kill(pid, "SIGKILL");
  await until(async () => (await driver.sh(`kill -0 ${pid}`)).code !== 0);
  assert((await Deno.stat(socket)) !== undefined, "the socket is stale");
  assertEquals((await driver.run(["status"])).code, 5);
  const doctor = await driver.run(["doctor"]);
  assertEquals(doctor.code, 1);
  assert(doctor.out.includes("FAIL a server answers: none answers on /"), doctor.out);
  assert(doctor.out.includes("FAIL server.json"), doctor.out);
  assert(doctor.out.includes("ok   the journal is whole"), doctor.out);
  const again = await driver.json(["claim"]);
  assertEquals(again.claim.epoch, claim.epoch);
  assertEquals((await driver.json(["done", "t1"])).status, "completed");
  assert((await driver.json(["status"])).pid !== pid);
});

Deno.test("a second server of the same home ends at once, and names the first", async () => {
  await using driver = new CommandDriver();
  await driver.json(["add", "t1"]);
  const { pid } = await driver.json(["status"]);
  const { code, err } = await driver.run(["serve"]);
  assertEquals([code, err.trim()], [3, `lockstep: process ${pid} serves ${driver.folder} already`]);
});

Deno.test("SIGTERM ends a server gracefully: the next one finds what was acknowledged", async () => {
  await using driver = new CommandDriver();
  await driver.json(["add", "t1"]);
  const { pid, socket } = await driver.json(["status"]);
  Deno.kill(pid, "SIGTERM");
  await until(async () => (await driver.sh(`kill -0 ${pid}`)).code !== 0);
  assertEquals(await Deno.stat(socket).catch(() => undefined), undefined);
  assertEquals((await driver.json(["look", "t1"])).status, "ready");
});

Deno.test("a server without work ends by itself", async () => {
  await using driver = new CommandDriver();
  const child = driver.spawn(["serve", "--idle", "500ms"]);
  const { code } = await child.output();
  await child.stdin.close().catch(() => {});
  assertEquals(code, 0);
});

Deno.test("a port that is taken is reported; a malformed config, too", async () => {
  await using driver = new CommandDriver();
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const taken = await driver.run(["serve", "--port", String(port)]);
  listener.close();
  assertEquals(taken.code, 1);
  assert(taken.err.includes("choose another --port"), taken.err);
  await Deno.writeTextFile(`${driver.folder}/c.json`, '{"maxRetrys": 1}');
  const config = await driver.run(["serve", "--config", "c.json"]);
  assertEquals(config.code, 2);
  assert(config.err.includes("maxRetrys"), config.err);
});

Deno.test("all worktrees of a repository share a server, and a folder below the top does", async () => {
  await using driver = new CommandDriver();
  await driver.sh(
    "git init -q . && git commit -q --allow-empty -m x && git worktree add -q wt && mkdir -p wt/a/b",
  );
  await driver.json(["add", "t1"]);
  const { pid } = await driver.json(["status"]);
  for (const cwd of ["wt", "wt/a/b"]) {
    const status = await driver.json(["status"], { cwd: `${driver.folder}/${cwd}` });
    assertEquals([status.pid, status.tasks.ready], [pid, 1]);
  }
  const { out } = await driver.sh("git status --porcelain");
  assertEquals(out.includes(".lockstep"), false);
});

Deno.test("a folder that can't be written is reported with exit code 5", async () => {
  await using driver = new CommandDriver();
  await Deno.writeTextFile(`${driver.folder}/file`, "");
  const { code, err } = await driver.run(["status", "--dir", `${driver.folder}/file/x`]);
  assertEquals(code, 5);
  assert(err.includes("Cannot use"), err);
});

Deno.test("a server that did not run for a while ends no agent: their silence starts anew", async () => {
  await using driver = new CommandDriver();
  const server = driver.spawn(["serve", "--silence", "3s", "--grace", "1s"]);
  await server.stdout.getReader().read();
  await driver.json(["join", "a"]);
  await driver.json(["add", "t1"]);
  const { claim } = await driver.json(["claim"]);
  const { pid } = await driver.json(["status"]);
  Deno.kill(pid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const done = driver.json(["done", "t1"]); // waits, as the server stands still
  Deno.kill(pid, "SIGCONT");
  assertEquals((await done).status, "completed");
  assertEquals((await driver.json(["look", "t1"])).taskId, claim.task.id);
  assertEquals((await driver.json(["look"])).agents.length, 1);
  await driver.run(["stop"]);
  await server.status;
  await server.stdin.close().catch(() => {});
  await server.stderr.cancel();
});

const canMount =
  (await new Deno.Command("sh", { args: ["-c", "test $(id -u) = 0 && command -v mount"] })
    .output()).success;

Deno.test({
  name: "a full disk refuses what can't be stored, and the server goes on once there is room",
  ignore: !canMount,
  async fn() {
    await using driver = new CommandDriver();
    const dir = `${driver.folder}/disk`;
    await Deno.mkdir(dir);
    const mounted = await driver.sh(`mount -t tmpfs -o size=6m tmpfs ${dir}`);
    if (mounted.code !== 0) return;
    try {
      const at = ["--dir", dir];
      await driver.json(["add", "t0", ...at]);
      await driver.sh(`dd if=/dev/zero of=${dir}/filler bs=1k count=100000`);
      const input = JSON.stringify("x".repeat(100_000));
      let refused = 0;
      for (let i = 1; i < 6 && refused === 0; i++) {
        const { code, err } = await driver.run(["add", `t${i}`, "--input", input, ...at]);
        if (code !== 0) {
          refused++;
          assertEquals(code, 4, err);
          assert(err.includes("lockstep: "), err);
        }
      }
      assertEquals(refused, 1);
      assertEquals((await driver.json(["look", "t0", ...at])).status, "ready");
      await Deno.remove(`${dir}/filler`);
      await until(async () => (await driver.run(["add", "later", ...at])).code === 0, 20_000);
      const { pid } = await driver.json(["status", ...at]);
      Deno.kill(pid, "SIGKILL");
      assertEquals((await driver.json(["look", "later", ...at])).status, "ready");
      await driver.run(["stop", ...at]);
    } finally {
      await driver.sh(`umount ${dir} || umount -l ${dir}`);
    }
  },
});
