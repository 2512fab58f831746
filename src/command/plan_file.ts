/**
 * Reads plans: Markdown check boxes, YAML or JSON.
 *
 * In Markdown each check box is a task. What is nested below a task is needed by it; other lines below it
 * are its detail. Braces at the end of a line say more:
 *
 * ```md
 * - [ ] Refresh tokens {#auth files=src/auth/** requires=typescript}
 *   JWT refresh returns 500 on an expired token.
 *   - [x] Write down the protocol {#protocol}
 * - [ ] Release {#release needs=auth approval}
 * ```
 *
 * @module
 */

import { parseDocument } from "yaml";
import type { PlanTask } from "../client/plan.ts";

/** A plan as it was read. */
export interface PlanFile {
  readonly tasks: readonly PlanTask[];
  /** The line of each task, from 1, if it is known. */
  readonly lines: ReadonlyMap<string, number>;
  /** The text with an id at each task of Markdown; `undefined` when all have one. */
  readonly withIds: string | undefined;
}

/** A file that is no plan. */
export class PlanFileError extends Error {
  /** The line, from 1; `undefined` for the whole file. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** Reads a plan, whose name says its format. @throws {PlanFileError} */
export function readPlan(name: string, text: string): PlanFile {
  if (/\.(md|markdown)$/i.test(name)) return fromMarkdown(text);
  return { ...fromData(text), withIds: undefined };
}

const BOX = /^(\s*)(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)$/;

/** The fields that braces may set. */
const LISTS = ["needs", "files", "locks", "requires"] as const;

function fromMarkdown(text: string): PlanFile {
  const found: Found[] = [];
  const open: Found[] = [];
  const lines = text.split(/\r?\n/);
  let fence: string | undefined;
  lines.forEach((line, i) => {
    const mark = /^\s*(```|~~~)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === undefined ? mark : fence === mark ? undefined : fence;
    const box = fence === undefined && mark === undefined ? BOX.exec(line) : null;
    const depth = (box?.[1] ?? /^\s*/.exec(line)![0]).replaceAll("\t", "    ").length;
    if (box === null) {
      if (line.trim() === "") return;
      while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop();
      if (open.length > 0) open.at(-1)!.detail.push(line.trim());
      return;
    }
    while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop();
    const each = taskIn(box[3]!, box[2] !== " ", i + 1, depth);
    open.at(-1)?.needs.push(each.id);
    found.push(each);
    open.push(each);
  });
  if (found.length === 0) throw new PlanFileError("it must have check boxes such as - [ ] Title");
  return {
    tasks: found.map((each) => ({
      ...each.fields,
      id: each.id,
      title: each.title,
      ...(each.needs.length > 0 && { needs: [...new Set(each.needs)] }),
      ...(each.detail.length > 0 && { detail: each.detail.join("\n") }),
      ...(each.done && { done: true }),
    })),
    lines: new Map(found.map(({ id, line }) => [id, line])),
    withIds: withIds(lines, found),
  };
}

/** A check box, and what is below it. */
interface Found {
  readonly id: string;
  readonly title: string;
  readonly done: boolean;
  readonly line: number;
  readonly depth: number;
  readonly hasId: boolean;
  readonly needs: string[];
  readonly detail: string[];
  readonly fields: Partial<PlanTask>;
}

function taskIn(text: string, done: boolean, line: number, depth: number): Found {
  const braces = /\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\s*$/.exec(text);
  const title = (braces === null ? text : text.slice(0, braces.index)).trim();
  const fields: Record<string, unknown> = {};
  let id: string | undefined;
  for (const [, quoted] of (braces?.[1] ?? "").matchAll(/((?:[^\s"]|"[^"]*")+)/g)) {
    const word = quoted!.replaceAll('"', "");
    const [name, value] = [word.split("=")[0]!, word.slice(word.indexOf("=") + 1)];
    if (word.startsWith("#")) id = word.slice(1);
    else if (word === "approval") fields.approval = true;
    else if (name === "priority" && /^-?\d+$/.test(value)) fields.priority = Number(value);
    else if ((LISTS as readonly string[]).includes(name) && word.includes("=")) {
      fields[name] = listIn(value);
    } else {
      const rule = `#id, needs=, files=, locks=, requires=, priority= or approval`;
      throw new PlanFileError(`braces may have ${rule}, got ${JSON.stringify(word)}`, line);
    }
  }
  if (title === "") throw new PlanFileError("a task must have a title", line);
  const { needs = [], ...rest } = fields as Partial<PlanTask>;
  return {
    ...{ id: id ?? slug(title), title, done, line, depth, hasId: id !== undefined },
    ...{ needs: [...needs], detail: [], fields: rest },
  };
}

/** Splits a list at its commas, but for those in braces of patterns. */
function listIn(text: string): string[] {
  return text.split(/,(?![^{]*\})/).map((each) => each.trim()).filter((each) => each !== "");
}

/** Returns an id made of a title. */
function slug(title: string): string {
  const words = title.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-");
  return words.replace(/^-|-$/g, "").slice(0, 60) || "task";
}

function withIds(lines: readonly string[], found: readonly Found[]): string | undefined {
  const missing = found.filter(({ hasId }) => !hasId);
  if (missing.length === 0) return undefined;
  const changed = [...lines];
  for (const { line, id } of missing) {
    const text = changed[line - 1]!;
    changed[line - 1] = /\}\s*$/.test(text)
      ? text.replace(/\{([^{]*(?:\{[^{}]*\}[^{}]*)*)\}\s*$/, (_, rest) => `{#${id} ${rest}}`)
      : `${text.trimEnd()} {#${id}}`;
  }
  return changed.join("\n");
}

const FIELDS: Readonly<Record<string, "string" | "number" | "boolean" | "list">> = {
  id: "string",
  title: "string",
  detail: "string",
  needs: "list",
  files: "list",
  locks: "list",
  requires: "list",
  priority: "number",
  approval: "boolean",
  done: "boolean",
};

/** Reads `{ tasks: [...] }`, `{ tasks: { id: ... } }` or a list of tasks, in YAML or JSON. */
function fromData(text: string): Omit<PlanFile, "withIds"> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    throw new PlanFileError(error.message.split("\n")[0]!, error.linePos?.[0].line);
  }
  const data: unknown = document.toJS({ maxAliasCount: 100 });
  const all = Array.isArray(data) ? data : (data as { tasks?: unknown } | null)?.tasks;
  const entries = Array.isArray(all)
    ? all
    : typeof all === "object" && all !== null
    ? Object.entries(all).map(([id, task]) => ({ id, ...task as object }))
    : undefined;
  if (entries === undefined || entries.length === 0) {
    throw new PlanFileError("it must have tasks, as a list or by their ids");
  }
  return { tasks: entries.map(checked), lines: new Map() };
}

function checked(entry: unknown, i: number): PlanTask {
  const fail = (rule: string) => {
    throw new PlanFileError(`task ${i + 1} ${rule}`);
  };
  if (typeof entry !== "object" || entry === null) fail("must be an object");
  const task = entry as Record<string, unknown>;
  for (const [name, value] of Object.entries(task)) {
    const type = FIELDS[name];
    if (type === undefined) fail(`may have ${Object.keys(FIELDS).join(", ")}, got ${name}`);
    const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
    const given: string = isList ? "list" : typeof value;
    if (given !== type) {
      fail(`must have ${name} as ${type === "list" ? "a list of strings" : `a ${type}`}`);
    }
  }
  if (typeof task.id !== "string" || task.id === "") fail("must have an id");
  return { title: String(task.id), ...task } as unknown as PlanTask;
}
