import { assertEquals, assertStringIncludes } from "@std/assert";

/** Runs `deno task spec` with a `PATH` of one folder that holds the given scripts. */
async function runWith(scripts: Record<string, string>): Promise<{ code: number; stderr: string }> {
  using folder = new TemporaryFolder();
  for (const [name, script] of Object.entries(scripts)) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const main = new URL("../../spec/tool/main.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", main],
    env: {
      PATH: folder.path,
      XDG_CACHE_HOME: folder.path,
      DENO_DIR: denoFolder(), // with the packages that the tool imports
      TLA2TOOLS_JAR: "",
      NO_COLOR: "1",
    },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** Where Deno keeps packages, if the environment does not say so. */
function denoFolder(): string {
  const [own, caches, home] = ["DENO_DIR", "XDG_CACHE_HOME", "HOME"].map((name) =>
    Deno.env.get(name)
  );
  return own ?? `${caches ?? `${home}/.cache`}/deno`;
}

class TemporaryFolder {
  readonly path: string = Deno.makeTempDirSync({ prefix: "lockstep-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("without Java, `deno task spec` says in one line that a JDK is needed", async () => {
  assertEquals(await runWith({}), {
    code: 1,
    stderr: "Cannot run TLC: a JDK, version 11 or newer, must be on the PATH\n",
  });
});

Deno.test("without Maven and a jar, `deno task spec` says what to install or to set", async () => {
  const { code, stderr } = await runWith({ java: "exit 0" });
  assertEquals([code, stderr.trimEnd().split("\n").length], [1, 1], stderr);
  assertStringIncludes(stderr, "Set TLA2TOOLS_JAR to the path of a tla2tools.jar");
  assertStringIncludes(stderr, "or install Maven");
});
