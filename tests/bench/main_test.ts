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

Deno.test("bench refuses what it can't run before it measures anything", async () => {
  const bad = await Deno.makeTempFile();
  await Deno.writeTextFile(bad, "{}");
  const runs = [
    [["--jsn"], "Unknown option '--jsn'"],
    [["nonsense"], 'No suite has a name with "nonsense" in it'],
    [["--against", "build/nowhere.json"], "nowhere.json"],
    [["--against", bad], 'it must have "ratios"'],
    [["--json", "nowhere/figures.json"], "nowhere/figures.json"],
  ] as const;
  const results = await Promise.all(runs.map(([args]) => bench(...args)));
  for (const [i, { code, text }] of results.entries()) {
    assertStringIncludes(text, runs[i]![1]);
    assertEquals(code, 2);
  }
  await Deno.remove(bad);
});
