/**
 * Does a proof of the list, and tries the mutants of its module.
 *
 * @module
 */

import type { Outcome } from "../check.ts";
import { folderOf, type ProofModel } from "../models.ts";
import { type CoreMutant, prove, tryMutant } from "./prove.ts";

/** Proves the theorems of a module; the proof of each mutant must fail where it says. */
export async function checkProof(model: ProofModel, write: boolean): Promise<Outcome> {
  const started = performance.now();
  const folder = new URL(`../../${folderOf(model)}/`, import.meta.url);
  const text = await Deno.readTextFile(new URL(`${model.module}.tla`, folder));
  const { proved, problems: unproved } = await prove(text);
  const problems = [...unproved];
  const mutants: readonly CoreMutant[] =
    (await import(new URL("core_mutants.ts", folder).href)).CORE_MUTANTS;
  let caught = 0;
  for (const mutant of mutants) {
    const problem = await tryMutant(text, mutant);
    if (problem === undefined) caught++;
    else problems.push(`${mutant.name}: ${problem}`);
  }
  if (!write) {
    if (proved !== model.proved) {
      problems.push(`${proved} formulas are proved, not ${model.proved}`);
    }
    if (caught !== model.mutants) {
      problems.push(`${caught} mutants are caught, not ${model.mutants}`);
    }
  }
  if (proved === 0 || caught === 0) problems.push("a proof must have theorems and mutants");
  const seconds = (performance.now() - started) / 1000;
  return { problems, result: `${proved} proved, ${caught} caught`, proved, caught, seconds };
}
