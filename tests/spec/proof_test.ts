import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { folderOf, readModels } from "../../spec/tool/models.ts";
import { Formulas } from "../../spec/tool/proof/formulas.ts";
import type { CoreMutant } from "../../spec/tool/proof/prove.ts";
import { readModule } from "../../spec/tool/proof/syntax.ts";

const SPEC = new URL("../../spec/", import.meta.url);
const models = await readModels();
const proofs = models.flatMap((model) => model.kind === "proof" ? [model] : []);

const COUNTER = `
---- MODULE Counter ----
EXTENDS Integers
CONSTANTS Owner, Nobody, Steps
ASSUME Nobody \\in Owner
ASSUME Steps \\subseteq Int
VARIABLES count, last  \\* (* a comment *)
vars == <<count, last>>
TypeOK == count \\in [Owner -> Nat] /\\ last \\in {"none", "some"}
Init == /\\ count = [a \\in Owner |-> 0]
        /\\ \\/ last = "none"
           \\/ last = "some"
Larger(x, y) == x > y
Add(a, n) == LET more == n IN
             /\\ n > 0 /\\ a # Nobody
             /\\ count' = [count EXCEPT ![a] = @ + more]
             /\\ UNCHANGED last
Next == \\E a \\in Owner, n \\in Steps : Add(a, n)
Inv == TypeOK
THEOREM Spec => []Inv
Grows == [][\\A a \\in Owner : ~Larger(count[a], count[a]')]_vars
THEOREM Spec => Grows
========
`;

Deno.test("a module becomes formulas of any number of elements", () => {
  const formulas = new Formulas(readModule(COUNTER));
  assertEquals(formulas.sorts, ["Owner"]);
  assertEquals(formulas.theorems, { invariant: "Inv", steps: ["Grows"] });
  assertEquals(formulas.actions.map(({ name }) => name), ["Add"]);
  assertStringIncludes(formulas.declarations, "(declare-sort Owner 0)");
  assertStringIncludes(formulas.declarations, "(declare-fun |count'| (Owner) Int)");
  const text = (formula: string) => formula.replaceAll(/\b([a-z])\.\d+/g, "$1");
  const [add] = formulas.actions;
  assertEquals(
    text(add!.formula),
    "(and (Steps n) (and (and (> n 0) (not (= a Nobody))) " +
      "(forall ((x Owner)) (= (|count'| x) (ite (= x a) (+ (count x) n) (count x)))) " +
      "(= |last'| last)))",
  );
  assertEquals(
    text(formulas.formula("Inv", true)),
    '(and (forall ((x Owner)) (>= (|count\'| x) 0)) (or false (= |last\'| |"none"|) (= |last\'| |"some"|)))',
  );
  assertEquals(
    text(formulas.stepFormula("Grows")),
    "(forall ((x Owner)) (not (> (count x) (|count'| x))))",
  );
});

Deno.test("formulas about a few elements have no quantifiers", () => {
  const formulas = new Formulas(readModule(COUNTER), 1);
  assertEquals(
    formulas.stepFormula("Grows"),
    "(and (not (> (count Owner1) (|count'| Owner1))) (not (> (count Owner2) (|count'| Owner2))))",
  );
});

Deno.test("what a proof does not know of TLA+ is an error", () => {
  const broken = (from: string, to: string) => () => {
    assert(COUNTER.includes(from));
    const formulas = new Formulas(readModule(COUNTER.replace(from, to)));
    return formulas.actions;
  };
  assertThrows(broken("n > 0", "n > ]"), SyntaxError, "Cannot read line 15, column 21");
  assertThrows(broken("n > 0", "count > 0"), TypeError, "must have arguments");
  assertThrows(broken("n > 0", "n = a"), TypeError, "must have one sort");
  assertThrows(broken("n > 0", "m > 0"), TypeError, "m must be defined");
  assertThrows(broken("/\\ last \\in", "/\\ vars \\in"), TypeError, "the type of last");
});

Deno.test("each module that is proved is what its specification is shown to refine", async () => {
  assert(proofs.length >= 2);
  for (const { name, module } of proofs) {
    const folder = folderOf({ name } as (typeof proofs)[number]);
    const checks = models.filter((model) =>
      model.name.startsWith(`${folder}/refines-`) && model.kind === "safety" &&
      model.property === "RefinesCore"
    );
    assert(checks.length >= 2, name);
    for (const check of checks) {
      const path = `${folder}/${"module" in check ? check.module : ""}.tla`;
      const text = await Deno.readTextFile(new URL(path, SPEC));
      assertStringIncludes(text, `Core == INSTANCE ${module} WITH`);
      assertStringIncludes(text, "\nRefinesCore == Core!Spec\n");
    }
  }
});

Deno.test("each theorem of a module that is proved has a mutant, or the bounds of types", async () => {
  for (const model of proofs) {
    const folder = new URL(`${folderOf(model)}/`, SPEC);
    const text = await Deno.readTextFile(new URL(`${model.module}.tla`, folder));
    const formulas = new Formulas(readModule(text));
    const { invariant, steps } = formulas.theorems;
    const { CORE_MUTANTS: mutants }: { CORE_MUTANTS: CoreMutant[] } = await import(
      new URL("core_mutants.ts", folder).href
    );
    const broken = new Set(mutants.map(({ fails }) => fails[1]));
    const whole = [...formulas.conjunctsOf(invariant), ...steps];
    assertEquals(whole.filter((goal) => !broken.has(goal)), ["TypeOK"], model.name);
  }
});
