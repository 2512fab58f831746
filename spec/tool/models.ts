/**
 * The list of all checks, `spec/models.json`.
 *
 * @module
 */

/** One check. */
export type Model = TlcModel | Exploration | Mutants | ProofModel;

/** A check that TLC does. */
export interface TlcModel {
  /** `folder/name`. */
  readonly name: string;
  readonly kind: "safety" | "live" | "witness" | "mutant" | "graph" | "trace";
  /** One line on what the check shows. */
  readonly shows: string;
  /** The module to check. A graph is that of a generated module, which extends this one. */
  readonly module: string;
  /** A file of the folder's `cfg`, without `.cfg`. */
  readonly config: string;
  /** Definitions that are replaced by broken ones. */
  readonly replace?: Readonly<Record<string, string>>;
  /** A temporal property to check; the only one, as TLC does not name it. */
  readonly property?: string;
  /** An invariant to check. Neither is checked together with what the configuration names. */
  readonly invariant?: string;
  /** Definitions that must be violated in some state, with the depth of the first. */
  readonly reaches?: Readonly<Record<string, number>>;
  /** Name of the graph, or of the set of traces. */
  readonly subject?: string;
  /** The violation that TLC must find; `undefined` when all must hold. */
  readonly violates?: Violation;
  /** Measured, and asserted. Only a check that was not measured yet has none. */
  readonly figures?: Figures;
}

/** A violation that TLC must find. */
export interface Violation {
  readonly exit: 11 | 12 | 13;
  /** The invariant's or property's name. */
  readonly property: string;
}

/** Size of a run of TLC. */
export interface Figures {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** An exploration of a machine that has no specification: its invariants are checked in TypeScript. */
export interface Exploration {
  readonly name: string;
  readonly kind: "exploration";
  readonly shows: string;
  /** Name of the graph. */
  readonly subject: string;
  readonly figures?: Figures;
}

/**
 * A check of the checks: broken copies of a machine, or variants of one that are made of its parts, each
 * of which must be caught.
 */
export interface Mutants {
  readonly name: string;
  readonly kind: "code-mutants" | "variants";
  readonly shows: string;
  /** Number of the mutants; asserted. */
  readonly mutants?: number;
}

/** A proof by induction. */
export interface ProofModel {
  readonly name: string;
  readonly kind: "proof";
  readonly shows: string;
  /** The module, whose theorems are proved. */
  readonly module: string;
  /** Number of formulas that are proved, and of the mutants whose proof fails; asserted. */
  readonly proved?: number;
  readonly mutants?: number;
}

/** Whether a check only tries what others must notice. */
export function isOfMutants(model: Model): model is Mutants {
  return model.kind === "code-mutants" || model.kind === "variants";
}

/** Whether TLC does the check. */
export function isTlcModel(model: Model): model is TlcModel {
  return "config" in model;
}

const LIST = new URL("../models.json", import.meta.url);

/** Reads the list. */
export async function readModels(): Promise<Model[]> {
  return JSON.parse(await Deno.readTextFile(LIST));
}

/** Writes the list. */
export async function writeModels(models: readonly Model[]): Promise<void> {
  await Deno.writeTextFile(LIST, JSON.stringify(models, null, 2) + "\n");
}

/** The folder that a model belongs to, such as `locking`. */
export function folderOf({ name }: Model): string {
  return name.split("/")[0]!;
}

/**
 * The models in `folders`, all when there are none, whose name in its folder has `only` in it, from the
 * beginning of a word on.
 */
export function select(
  models: readonly Model[],
  folders: readonly string[],
  only: string | undefined,
): Model[] {
  return models.filter((model) =>
    (folders.length === 0 || folders.includes(folderOf(model))) &&
    (only === undefined || `-${checkOf(model)}`.includes(`-${only}`) || model.name === only)
  );
}

/** The name of a model in its folder. */
function checkOf({ name }: Model): string {
  return name.slice(name.indexOf("/") + 1);
}
