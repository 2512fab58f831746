/**
 * The list of all that is checked, `spec/models.json`.
 *
 * @module
 */

/** One check. */
export type Model = TlcModel | MachineMutants;

/** A check that TLC does. */
export interface TlcModel {
  /** `folder/what`. */
  readonly name: string;
  readonly kind: "safety" | "live" | "witness" | "mutant" | "graph" | "complete" | "trace";
  /** What it shows, in a few words. */
  readonly shows: string;
  readonly module: string;
  /** A file of the folder's `cfg`, without `.cfg`. */
  readonly config: string;
  /** Definitions that are replaced by broken ones. */
  readonly replace?: Readonly<Record<string, string>>;
  /** A temporal property to check; the only one, as TLC doesn't name it. */
  readonly property?: string;
  /** An invariant to check. */
  readonly invariant?: string;
  /** Of a graph, or of the completeness of its alphabet: which. Of traces: which set. */
  readonly subject?: string;
  /** What TLC must end with; all holds when there is nothing here. */
  readonly violates?: Violation;
  /** Measured, and held to. */
  readonly figures?: Figures;
}

/** What must go wrong. */
export interface Violation {
  readonly exit: 11 | 12 | 13;
  /** The invariant's or property's name. */
  readonly property: string;
}

/** How large a model is. */
export interface Figures {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** A check of the checks: broken copies of a machine, each of which must be caught. */
export interface MachineMutants {
  readonly name: string;
  readonly kind: "machine-mutants";
  readonly shows: string;
  /** How many there must be at least. */
  readonly atLeast: number;
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

/** The models in `folders`, all when there are none, whose name has `only` in it. */
export function select(
  models: readonly Model[],
  folders: readonly string[],
  only: string | undefined,
): Model[] {
  return models.filter((model) =>
    (folders.length === 0 || folders.includes(folderOf(model))) &&
    (only === undefined || model.name.includes(only))
  );
}
