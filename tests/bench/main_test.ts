import { assertEquals, assertStringIncludes } from "@std/assert";

/** Runs `deno task bench` with `args`. */
async function bench(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", "bench/main.ts", ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("bench --help prints its usage, and runs nothing", async () => {
  const { code, text } = await bench("--help");
  assertEquals(code, 0);
  assertStringIncludes(text, "Usage: deno task bench");
});

Deno.test("bench refuses an unknown option and an unknown suite", async () => {
  const option = await bench("--jsn");
  assertEquals(option.code, 2);
  assertStringIncludes(option.text, 'There is no option "--jsn"');
  const suite = await bench("nonsense");
  assertEquals(suite.code, 2);
  assertStringIncludes(suite.text, 'No suite has a name with "nonsense" in it');
});
