/**
 * `deno task package`: installs the package for npm in an empty project, and uses it as its users
 * do: from TypeScript, on Node and Bun, in a browser, and as a command.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { blocksOf, documentedOutput } from "../tests/docs/blocks.ts";
import { linksOf } from "../tests/docs/links.ts";
import { build } from "./build.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** The oldest Node that is supported, and current versions of the other tools. */
const TOOLS = ["node@22.18.0", "bun@1", "typescript@5", "esbuild@0.28"];

const BROWSER_MS = 60_000;

const project = await Deno.makeTempDir({ prefix: "lockstep-package-" });
globalThis.addEventListener("unload", () => Deno.removeSync(project, { recursive: true }));

const tarball = await build(`${project}/build`);
Deno.writeTextFileSync(`${project}/package.json`, '{ "private": true, "type": "module" }\n');
await succeed("npm", "install", "--silent", "--no-audit", "--no-fund", tarball, ...TOOLS);
const installed = `${project}/node_modules/@lockstep/lockstep`;

const example = blocksOf("README.md", Deno.readTextFileSync(`${ROOT}README.md`), "ts")[0]!.code;
const documented = documentedOutput(example);
Deno.writeTextFileSync(`${project}/example.ts`, example);

/** Runs a program in the project. Resolves with its standard output. */
async function succeed(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, ...args);
  assertEquals(code, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

async function run(program: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: project,
    env: { NO_COLOR: "1", PATH: `${project}/node_modules/.bin:${Deno.env.get("PATH")}` },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function lines(text: string): string[] {
  return text.trimEnd().split("\n");
}

function pagesOf(folder: string): string[] {
  return [...Deno.readDirSync(`${installed}/${folder}`)]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => `${folder}${name}`);
}

Deno.test("the package needs the libraries of its edges alone, and says which Node it runs on", () => {
  const manifest = JSON.parse(Deno.readTextFileSync(`${installed}/package.json`));
  assertEquals(Object.keys(manifest.dependencies).toSorted(), [
    ...["@hono/node-server", "@modelcontextprotocol/server", "@sinclair/typebox", "yaml"],
  ]);
  assertEquals(manifest.engines, { node: ">=22.18" });
  assertEquals(Object.keys(manifest.exports), Object.keys(config.exports));
});

Deno.test("every link in a page of the package leads to a file of the package", () => {
  const pages = [...pagesOf(""), ...pagesOf("docs/")];
  assert(pages.length > 10, `${pages.length} pages`);
  const broken = pages.flatMap((page) =>
    linksOf(Deno.readTextFileSync(`${installed}/${page}`)).filter((link) => {
      const path = new URL(link, `file://${installed}/${page}`).pathname;
      return !path.startsWith(`${installed}/`) || !isThere(path);
    }).map((link) => `${page}: ${link}`)
  );
  assertEquals(broken, []);
});

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("the README's example compiles against the package, and runs on Node 22.18", async () => {
  const entries = Object.keys(config.exports).map((name) => config.name + name.slice(1));
  const all = entries.map((entry, i) => `export * as entry${i} from "${entry}";\n`).join("");
  Deno.writeTextFileSync(`${project}/all.ts`, all);
  const options = ["--strict", "--target", "es2022", "--module", "nodenext"];
  const lib = ["--lib", "es2024,esnext.disposable,dom"];
  await succeed("tsc", ...options, ...lib, "--outDir", "out", "example.ts", "all.ts");
  assertEquals(await succeed("node", "--version"), "v22.18.0\n");
  assertEquals(lines(await succeed("node", "out/example.js")), documented);
  await succeed("node", "out/all.js");
});

Deno.test("the README's example runs on Bun", async () => {
  assertEquals(lines(await succeed("bun", "run", "example.ts")), documented);
});

Deno.test("Node 22.18 runs the sources of the library as they are", async () => {
  for (const entry of ["mod.ts", "events.ts", "machine.ts", "src/testing/mod.ts"]) {
    await succeed("node", "--no-warnings", `${ROOT}${entry}`);
  }
});

Deno.test("no call leaves anything in a signal that outlives it, on Node 22.18", async () => {
  Deno.copyFileSync(`${ROOT}npm/long_lived_signal.js`, `${project}/long_lived_signal.js`);
  const output = await succeed("node", "--expose-gc", "long_lived_signal.js");
  const bytes = Object.entries(JSON.parse(output) as Record<string, number>);
  assertEquals(bytes.length, 6);
  for (const [call, perCall] of bytes) assert(perCall < 100, `${call}: ${perCall} bytes a call`);
});

Deno.test("examples for Node in the documentation run on Node 22.18", async () => {
  const path = "docs/runtimes.md";
  const blocks = blocksOf(path, Deno.readTextFileSync(`${ROOT}${path}`), "js");
  assert(blocks.length > 0);
  for (const { code } of blocks) {
    Deno.writeTextFileSync(`${project}/block.js`, code);
    assertEquals(lines(await succeed("node", "block.js")), documentedOutput(code));
  }
});

Deno.test("npm installs the lockstep command, which runs on Node 22.18", async () => {
  assertEquals(await succeed("lockstep", "--version"), `lockstep ${config.version}\n`);
  Deno.writeTextFileSync(`${project}/w.yaml`, "tasks: { a: { run: echo hi }, b: { run: exit 3 } }");
  const { code, stdout } = await run("lockstep", "run", "w.yaml", "--keep-going");
  assertEquals(code, 1);
  assertMatch(stdout, /hi[^]*✗ b +failed .*exit 3/);
  assertEquals((await run("bun", `${installed}/src/cli/mod.js`, "run", "w.yaml")).code, 1);
});

Deno.test("a server on Node 22.18 is called by the command and by clients on Node and Bun", async () => {
  const dir = `${project}/served`;
  Deno.mkdirSync(dir);
  const lockstep = (...args: string[]) => succeed("lockstep", ...args, "--dir", dir);
  assertEquals(await lockstep("add", "t1", "First"), "t1 is ready.\n");
  const waits = `
    import { connectLocal } from "@lockstep/lockstep/client/local";
    const client = connectLocal({ dir: ${JSON.stringify(dir)} });
    const agent = await client.registerAgent({ id: process.argv[2] });
    const lock = await agent.acquire("db", { leaseMs: 60_000 });
    const claim = await agent.claim({ waitMs: 5_000 });
    console.log(claim.task.id, lock.resource);
    await claim.complete(process.argv[2]);
    await agent[Symbol.asyncDispose]();
    client.close();
    process.exit(0);`;
  Deno.writeTextFileSync(`${project}/agent.mjs`, waits);
  assertEquals(await succeed("node", "agent.mjs", "on-node"), "t1 db\n");
  await lockstep("add", "t2");
  assertEquals(await succeed("bun", "agent.mjs", "on-bun"), "t2 db\n");
  const status = JSON.parse(await lockstep("status", "--json"));
  assertEquals(status.tasks.completed, 2);
  const answer = await fetch(`${status.url}/v1/tasks/t2?wait=1s`, {
    headers: { authorization: `Bearer ${Deno.readTextFileSync(`${dir}/.lockstep/token`).trim()}` },
  });
  assertEquals((await answer.json()).output, "on-bun");
  await lockstep("stop");
});

Deno.test("the command passes its own tests on Node 22.18", async () => {
  const command = [`${project}/node_modules/.bin/node`, `${project}/node_modules/.bin/lockstep`];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--no-check",
      "--parallel",
      "tests/cli/run_test.ts",
      "tests/cli/interrupt_test.ts",
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", LOCKSTEP_COMMAND: JSON.stringify(command) },
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stdout) + decoder.decode(stderr));
});

const chromium = await findChromium();

async function findChromium(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = await run("sh", "-c", `command -v ${name}`);
    if (found.code === 0) return found.stdout.trim();
  }
  console.log("The test of the browser is skipped: Chromium is not installed.");
  return undefined;
}

Deno.test({
  name: "a bundle of the README's example runs in a page of Chromium",
  ignore: chromium === undefined,
  async fn() {
    const target = ["--format=esm", "--target=es2022", "--platform=browser"];
    await succeed("esbuild", "example.ts", "--bundle", ...target, "--outfile=page.js");
    assertEquals(await outputInBrowser(`${project}/page.js`), documented);
  },
});

const CLIENT_PAGE = `
  import { LockstepClient } from "@lockstep/lockstep/client";

  const client = new LockstepClient({ ...given, retryMs: 0 });
  const agent = await client.registerAgent({ id: "page" });
  const { result } = await client.submit({ id: "t1", input: 20 });
  const controller = new AbortController();
  const { signal } = controller;
  const events = client.events({ after: -1, types: ["task:completed"], signal });
  const claim = await agent.claim({ waitMs: 10_000 });
  await claim.complete(claim.task.input + 1);
  const { event, payload } = (await events.next()).value;
  console.log(event, payload.taskId, await result);
  console.log(typeof await client.getTask("none"));
  await client.retryTask("none").catch(({ code, status }) => console.log(code, status));
  controller.abort();
  await agent[Symbol.asyncDispose]();
  console.log((await client.listAgents()).length);`;

Deno.test({
  name: "a bundle of the client in a page of Chromium works for a server that allows its origin",
  ignore: chromium === undefined,
  async fn() {
    Deno.writeTextFileSync(`${project}/client.js`, CLIENT_PAGE);
    const target = ["--format=esm", "--target=es2022", "--platform=browser"];
    await succeed("esbuild", "client.js", "--bundle", ...target, "--outfile=client_page.js");
    const dir = `${project}/origin`;
    Deno.mkdirSync(dir);
    let served: Deno.ChildProcess | undefined;
    /** Starts a server that allows an origin; resolves with what a page of it needs. */
    const serve = async (origin: string) => {
      served = new Deno.Command(`${project}/node_modules/.bin/node`, {
        args: [
          ...[`${project}/node_modules/.bin/lockstep`, "serve", "--dir", dir],
          ...["--allow-origin", origin],
        ],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = served.stdout.getReader();
      await reader.read();
      await reader.cancel();
      const { url } = JSON.parse(Deno.readTextFileSync(`${dir}/.lockstep/server.json`));
      return { url, token: Deno.readTextFileSync(`${dir}/.lockstep/token`).trim() };
    };
    try {
      const output = await outputInBrowser(`${project}/client_page.js`, serve);
      assertEquals(output, [
        ...["task:completed t1 21", "undefined", "unknown-task 404", "0"],
      ]);
      await succeed("lockstep", "stop", "--dir", dir);
      await served!.status;
      const elsewhere = await outputInBrowser(
        `${project}/client_page.js`,
        (origin) => serve(origin.replace("127.0.0.1", "localhost")),
      );
      assertEquals(elsewhere.length, 1);
      assertMatch(elsewhere[0]!, /^ConnectionError: Cannot reach http/);
    } finally {
      await run("lockstep", "stop", "--dir", dir);
      await served?.status;
    }
  },
});

/**
 * Runs a module in a page of Chromium. Resolves with what it logs, or the errors that it throws. The
 * module has what `prepare` returns for the origin of the page as `given`.
 */
async function outputInBrowser(
  path: string,
  prepare: (origin: string) => unknown = () => undefined,
): Promise<string[]> {
  const result = Promise.withResolvers<string[]>();
  const page = () =>
    `<!doctype html><script type="module">
    const output = [];
    globalThis.given = ${JSON.stringify(given)};
    console.log = (...parts) => output.push(parts.join(" "));
    await import("/page.js").catch((error) => output.push(String(error)));
    await fetch("/output", { method: "POST", body: JSON.stringify(output) });
  </script>`;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") result.resolve(await request.json());
      return pathname === "/page.js"
        ? new Response(Deno.readTextFileSync(path), {
          headers: { "content-type": "text/javascript" },
        })
        : new Response(page(), { headers: { "content-type": "text/html" } });
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const given = await prepare(origin);
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  const browser = new Deno.Command(chromium!, {
    args: [
      ...options,
      `--user-data-dir=${project}/browser`,
      `${origin}/`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => result.resolve(["Chromium took too long"]), BROWSER_MS);
  browser.status.then(() => result.resolve(["Chromium has ended"]));
  try {
    return await result.promise;
  } finally {
    clearTimeout(timer);
    try {
      browser.kill();
    } catch {
      // it has ended
    }
    await browser.status;
  }
}
