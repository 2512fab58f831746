/**
 * Z3, the SMT solver, as the package that its makers publish for npm: it needs nothing to be
 * installed, and the lock file has its hash.
 *
 * @module
 */

import { init } from "z3-solver";

/** Longest time for one question. The slowest takes a second on an idle machine. */
const TIMEOUT_MS = 60_000;

/** Whether formulas have a model; `unknown` when that was not found out in time. */
export type Verdict = "sat" | "unsat" | "unknown";

let started: ReturnType<typeof start> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Asks whether the declarations and assertions of `text`, in SMT-LIB, have a model. Questions are
 * answered one after the other.
 */
export function solve(text: string): Promise<Verdict> {
  const verdict = last.then(() => solveNow(text));
  last = verdict.catch(() => {});
  return verdict;
}

async function solveNow(text: string): Promise<Verdict> {
  const { Z3, context } = await (started ??= start());
  const solver = Z3.mk_solver(context);
  Z3.solver_inc_ref(context, solver);
  try {
    // Not `eval_smtlib2_string`, whose thread reads a text that may already be overwritten.
    Z3.solver_from_string(context, solver, text);
    const result = await Z3.solver_check(context, solver);
    return result === 1 ? "sat" : result === -1 ? "unsat" : "unknown";
  } finally {
    Z3.solver_dec_ref(context, solver);
  }
}

async function start() {
  const { Z3 } = await init();
  Z3.global_param_set("timeout", String(TIMEOUT_MS));
  return { Z3, context: Z3.mk_context(Z3.mk_config()) };
}
