import { assertEquals } from "@std/assert";
import { type Block, blocksOf, documentedOutput, firstMissing } from "./blocks.ts";
import { Programs } from "./programs.ts";
import { classesWithoutExample } from "./symbols.ts";
import { pages, sources } from "./sources.ts";

const blocks: Block[] = [...pages(), ...sources()].flatMap(({ path, text }) =>
  blocksOf(path, text, "ts")
);
const programs = blocks.map(({ origin, code }) => ({ name: origin, source: code }));

let running: ReturnType<Programs["run"]> | undefined;

async function runAll() {
  using written = new Programs(programs);
  return await written.run();
}

Deno.test("every example of the documentation and of doc comments has the right types", async () => {
  using written = new Programs(programs);
  assertEquals(await written.diagnostics(), "");
});

for (const { origin, code } of blocks) {
  Deno.test(`the example at ${origin} prints what it documents`, async () => {
    const { output, error } = (await (running ??= runAll())).get(origin)!;
    if (error !== undefined) throw new Error(error);
    const missing = firstMissing(documentedOutput(code), output);
    assertEquals(missing, undefined, `the output was ${JSON.stringify(output)}`);
  });
}

Deno.test("every class of the main entry point has an example, except errors", async () => {
  assertEquals(
    await classesWithoutExample("mod.ts"),
    [],
  );
});

Deno.test("blocks are found between fences of their language, in pages and in comments", () => {
  const page = "a\n```ts\nconst a = 1;\n```\n```sh\nls\n```\n```ts\n  indented\n```\n";
  assertEquals(blocksOf("p.md", page, "ts"), [
    { origin: "p.md:2", code: "const a = 1;\n" },
    { origin: "p.md:8", code: "  indented\n" },
  ]);
  const source = "/**\n * Does.\n *\n * ```ts\n * if (a) {\n *   b();\n * }\n * ```\n */\n";
  assertEquals(blocksOf("s.ts", source, "ts"), [
    { origin: "s.ts:4", code: "if (a) {\n  b();\n}\n" },
  ]);
});

Deno.test("the documented output of an example is compared with its output", () => {
  const code = 'console.log(a); // 1\nconsole.log("x"); // y // z\nconst b = 2; // not printed\n';
  assertEquals(documentedOutput(code), ["1", "y // z"]);
  assertEquals(firstMissing(["1", "2"], ["0", "1", "2"]), undefined);
  assertEquals(firstMissing(["1", "1"], ["2", "1"]), "1");
});

Deno.test("a program with a wrong type, an error or other output is reported", async () => {
  using written = new Programs([
    { name: "bad type", source: 'const a: number = "a";\nconsole.log(a);\n' },
    { name: "throws", source: 'throw new Error("on purpose");\n' },
    { name: "prints", source: 'console.log("a", 1, [2]);\n' },
  ]);
  assertEquals((await written.diagnostics()).includes("bad_type.ts"), true);
  const endings = await written.run();
  assertEquals(endings.get("bad type"), { output: ["a"] });
  assertEquals(endings.get("throws")!.error!.includes("on purpose"), true);
  assertEquals(endings.get("prints"), { output: ["a 1 [ 2 ]"] });
});
