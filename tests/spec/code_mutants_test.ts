import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tryMutants, type Verdict } from "../../spec/tool/broken_copies.ts";
import { judgeVerdicts } from "../../spec/tool/mutants.ts";
import type { CodeMutant } from "../../spec/tool/subject.ts";

const MUTANT: CodeMutant = {
  name: "another owner cancels a wait",
  graph: "limits",
  at: "cancel-wait a 1",
  file: "src/locks/machine.ts",
  find: "if (wait !== undefined && wait.owner.owner === owner) {",
  replace: "if (wait !== undefined) {",
};

/** Problem of each mutant, after {@linkcode MUTANT} was changed so. */
async function problemsOf(...changes: Partial<CodeMutant>[]): Promise<(string | undefined)[]> {
  const place = await Deno.makeTempDir();
  const mutants = changes.map((change) => ({ ...MUTANT, ...change }));
  const verdicts: Verdict[] = [];
  for await (const verdict of tryMutants(mutants, "locking", place)) verdicts.push(verdict);
  await Deno.remove(place, { recursive: true });
  return verdicts.map(({ problem }) => problem);
}

Deno.test("a broken copy is caught only where it loads, runs and differs at the stated place", async () => {
  const [caught, unparsed, thrown, equal, elsewhere, unfound, twice] = await problemsOf(
    {},
    { replace: "if (wait !== undefined { return" },
    { replace: `throw new Error("broken"); ${MUTANT.find}` },
    { replace: MUTANT.find },
    { at: "release a r" },
    { find: "this text is nowhere" },
    { find: "const " },
  );
  assertEquals(caught, undefined);
  assertStringIncludes(unparsed!, "it does not run: TypeError: SyntaxError: Expected ')'");
  assertStringIncludes(thrown!, "it does not run: Error: broken");
  assertEquals(equal, 'the graph "limits" is the same');
  assertStringIncludes(elsewhere!, 'first differs at "cancel-wait a 1 = cancelled');
  assertStringIncludes(elsewhere!, 'not at "release a r"');
  assertEquals(unfound, "its text must be in src/locks/machine.ts once");
  assertEquals(twice, unfound);
});

Deno.test("a mutant without a verdict is a problem, as are mutants that are not there", () => {
  const other = { ...MUTANT, name: "other" };
  assertEquals(judgeVerdicts([MUTANT, other], [MUTANT, other], ""), []);
  assertEquals(judgeVerdicts([MUTANT, other], [{ name: MUTANT.name, problem: "x" }, other], ""), [
    "another owner cancels a wait: x",
  ]);
  assertEquals(judgeVerdicts([MUTANT, other], [MUTANT], "in 60 s"), [
    "other: there is no verdict\nin 60 s",
  ]);
  assert(judgeVerdicts([], [], "").length > 0);
});
