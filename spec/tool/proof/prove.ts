/**
 * Proves the theorems of a module by induction, for sorts of any size: its invariant holds at first,
 * and each action keeps it, and does what the properties of steps say.
 *
 * @module
 */

import { and, Formulas, not } from "./formulas.ts";
import { solve } from "./solver.ts";
import { readModule } from "./syntax.ts";

/** A small change of a module with which a proof must fail. */
export interface CoreMutant {
  readonly name: string;
  /** The text that is replaced; it occurs once. */
  readonly find: string;
  readonly replace: string;
  /** The action, or `Init`, and the invariant or property that it then violates. */
  readonly fails: readonly [action: string, goal: string];
}

/** What came of a proof. */
export interface Proof {
  /** Number of formulas that were proved. */
  readonly proved: number;
  readonly problems: readonly string[];
}

/** A formula that must hold after what is assumed. */
interface Obligation {
  readonly action: string;
  readonly goal: string;
  readonly text: () => string;
}

/** Elements of each sort where states are to be found. */
const SIZE = 2;

/** Proves the theorems of a module, and shows that each action is possible where the invariant holds. */
export async function prove(text: string): Promise<Proof> {
  const problems: string[] = [];
  let proved = 0;
  for (const { action, goal, text: formulas } of obligations(new Formulas(readModule(text)))) {
    const verdict = await solve(formulas());
    if (verdict === "unsat") proved++;
    else problems.push(`${action} does not imply ${goal} (${verdict})`);
  }
  const small = new Formulas(readModule(text), SIZE);
  for (const { name, params, formula } of small.actions) {
    const assumed = [small.formula(small.theorems.invariant), formula, not(small.stutter)];
    const verdict = await solve(assertions(small, params, assumed));
    if (verdict !== "sat") problems.push(`${name} never changes anything (${verdict})`);
  }
  return { proved, problems };
}

/** Tries a mutant; returns what is wrong if its proof does not fail where it says. */
export async function tryMutant(text: string, mutant: CoreMutant): Promise<string | undefined> {
  const { find, replace, fails } = mutant;
  if (text.split(find).length !== 2) return `"${find}" must occur once in the module`;
  const broken = new Formulas(readModule(text.replace(find, () => replace)), SIZE);
  const [action, goal] = fails;
  for (const obligation of obligations(broken)) {
    if (obligation.action !== action || obligation.goal !== goal) continue;
    const verdict = await solve(obligation.text());
    return verdict === "sat" ? undefined : `${action} still implies ${goal} (${verdict})`;
  }
  return `there must be an action ${action} and a theorem about ${goal}`;
}

/** What is to be proved, as formulas that must have no model. */
function* obligations(formulas: Formulas): Iterable<Obligation> {
  const { invariant, steps } = formulas.theorems;
  const invariants = formulas.conjunctsOf(invariant);
  for (const goal of invariants) {
    const text = () =>
      assertions(formulas, [], [formulas.formula("Init"), not(formulas.formula(goal))]);
    yield { action: "Init", goal, text };
  }
  for (const { name: action, params, formula } of formulas.actions) {
    for (const goal of [...invariants, ...steps]) {
      const text = () => {
        const held = steps.includes(goal)
          ? formulas.stepFormula(goal)
          : formulas.formula(goal, true);
        return assertions(formulas, params, [formulas.formula(invariant), formula, not(held)]);
      };
      yield { action, goal, text };
    }
  }
}

function assertions(
  { declarations }: Formulas,
  params: readonly { readonly name: string; readonly sort: string }[],
  formulas: readonly string[],
): string {
  const constants = params.map(({ name, sort }) => `(declare-const ${name} ${sort})`);
  return [declarations, ...constants, `(assert ${and(formulas)})`].join("\n");
}
