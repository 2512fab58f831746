import { assert, assertEquals } from "@std/assert";
import { ServerDriver } from "../server/driver.ts";

const PROGRAM = new URL("./python_client.py", import.meta.url).pathname;
const COMMAND = new URL("../../src/command/mod.ts", import.meta.url).pathname;

/** Returns a Python with the official client, which is installed for this test alone. */
async function python(): Promise<string | undefined> {
  if (!Deno.env.has("CI")) {
    const found = await ran("python3", ["-c", "import mcp"]);
    return found.code === 0 ? "python3" : undefined;
  }
  const folder = Deno.makeTempDirSync({ prefix: "lockstep-python-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const made = await ran("python3", ["-m", "venv", folder]);
  if (made.code !== 0) return undefined;
  const program = `${folder}/bin/python`;
  const installed = await ran(program, ["-m", "pip", "install", "--quiet", "mcp==1.28.1"]);
  return installed.code === 0 ? program : undefined;
}

async function ran(
  program: string,
  args: string[],
): Promise<{ code: number; out: string; err: string }> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  } catch {
    return { code: 127, out: "", err: "" };
  }
}

const program = await python();
if (program === undefined) {
  console.log("The test of the Python client is skipped: Python with mcp is not installed.");
}

Deno.test({
  name: "an agent works through the official client for Python, over HTTP and stdio",
  ignore: program === undefined,
  async fn() {
    await using driver = await ServerDriver.start();
    const flags = ["run", "-A", "--no-check", "--quiet", COMMAND];
    const config = {
      url: `${driver.server.info.url}/mcp?agent=over-http`,
      token: driver.server.token,
      command: [Deno.execPath(), ...flags, "mcp", "--dir", driver.folder, "--no-start"],
    };
    const { code, out, err } = await ran(program!, [PROGRAM, JSON.stringify(config)]);
    assertEquals(code, 0, err);
    const lines = out.trim().split("\n").map((line) => JSON.parse(line) as string[]);
    for (const [i, name] of ["over-http", "over-stdio"].entries()) {
      const [tools, joined, planned, claimed, done] = lines[i]!;
      assertEquals(tools, "9");
      assert(joined!.startsWith(`You are ${name} (token `), joined);
      assertEquals(planned, `Added: ${name}-task. Next: claim.`);
      assertEquals(claimed, `${name}-task From Python`);
      assertEquals(done, `${name}-task is done. What you held for it is free. Next: claim.`);
    }
  },
});
