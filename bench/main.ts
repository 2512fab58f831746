/**
 * Runs the benchmarks: `deno task bench --help` says how.
 *
 * @module
 */

import process from "node:process";
import { compare, type Comparison, grow, type Row, type Suite } from "./harness.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { machine, writeReadme } from "./readme.ts";
import {
  type Change,
  changeOf,
  DOUBLED,
  figureOf,
  type Figures,
  NOTICEABLE,
  readFigures,
  writeFigures,
} from "./regressions.ts";
import { collectsGarbage } from "./rounds.ts";
import { shortened } from "./short.ts";
import { SUITES } from "./suites.ts";
import { header, lines, markdown } from "./table.ts";

const BASELINE = new URL("./baseline.json", import.meta.url);

const NAMES = SUITES.map(({ name }) => name).join(", ");

/** The number of times that a row is measured before it counts as slower. */
const TRIES = 3;

/** A row that was measured, and how to measure it again. */
type Measured = readonly [row: Row, again?: () => Promise<Row>];

/** Measures a suite, row by row. */
async function* measured(suite: Suite, short: boolean): AsyncIterable<Measured> {
  const again = (comparison: Comparison) => () => compare(comparison);
  const rows: Row[] = [];
  for (const comparison of suite.comparisons()) {
    const measure = short ? shortened(comparison) : comparison;
    if (measure === undefined) continue;
    const row = await compare(measure);
    rows.push(row);
    yield [row, again(measure)];
  }
  if (short) return;
  for (const growth of suite.growths?.() ?? []) yield [await grow(growth), () => grow(growth)];
  for await (const row of suite.measures?.(rows) ?? []) yield [row];
}

/** Compares a row with an earlier run, and measures it again while it is slower. */
async function tried(
  [row, again]: Measured,
  before: Figures[string] | undefined,
  limit: number,
): Promise<readonly [Row, Change?]> {
  for (let turn = 1;; turn++) {
    const figure = figureOf(row);
    if (figure === undefined || before === undefined) return [row];
    const change = changeOf(figure, before, limit);
    if (!change.isSlower || again === undefined || turn === TRIES) return [row, change];
    row = await again();
  }
}

async function run({ options, suites, before }: Plan): Promise<number> {
  const limit = options.short ? DOUBLED : NOTICEABLE;
  const rows: [string, Row][] = [];
  const figures: Record<string, Figures[string]> = {};
  const slower: string[] = [];
  console.log(header());
  for (const suite of suites) {
    for await (const first of measured(suite, options.short)) {
      const name = `${suite.name}: ${first[0].operation}`;
      const [row, change] = await tried(first, before[name], limit);
      rows.push([suite.name, row]);
      const figure = figureOf(row);
      if (figure !== undefined) figures[name] = figure;
      if (change?.isSlower) slower.push(name);
      console.log(lines(row, change));
      await store(options, rows, figures);
    }
  }
  await write(options, rows, figures);
  console.error(`${rows.length} rows in ${duration(performance.now())}`);
  for (const name of slower) console.error(`Slower than before: ${name}`);
  const missed = rows.filter(([, { reached }]) => !reached);
  if (missed.length > 0) {
    console.error(`${missed.length} of ${rows.length} rows missed their target`);
  }
  return slower.length > 0 || missed.length > 0 ? 1 : 0;
}

function duration(ms: number): string {
  const { user, system } = process.cpuUsage();
  const [passed, spent] = [ms / 1e3, (user + system) / 1e6].map((seconds) => seconds.toFixed(0));
  return `${passed} s, ${spent} s of processors`;
}

/** Writes the figures so far, as a run takes minutes. */
async function store({ json }: Options, rows: [string, Row][], figures: Figures): Promise<void> {
  if (json === undefined) return;
  const details = { machine: machine(), rows: rows.map(([suite, row]) => ({ suite, ...row })) };
  await Deno.writeTextFile(json, writeFigures(figures, details));
}

/** Writes the figures into the repository. */
async function write({ write, short }: Options, rows: [string, Row][], figures: Figures) {
  if (!write) return;
  if (short) await Deno.writeTextFile(BASELINE, writeFigures(figures));
  else await writeReadme(`Measured on ${machine()}.\n\n${markdown(rows)}`);
}

/** The figures to compare with. */
async function earlier({ against, short, write }: Options): Promise<Figures> {
  const path = against ?? (short && !write ? BASELINE : undefined);
  if (path === undefined) return {};
  return readFigures(await Deno.readTextFile(path), String(path));
}

/** What a run is made of; read before it starts, as it takes minutes. */
interface Plan {
  readonly options: Options;
  readonly suites: readonly Suite[];
  readonly before: Figures;
}

/**
 * Reads the command line and the files that it names.
 *
 * @throws {Error} when one of them can't be used
 */
async function plan(args: readonly string[]): Promise<Plan> {
  const options = readOptions(args);
  const suites = SUITES.filter(({ name }) => name.includes(options.filter));
  if (suites.length === 0) {
    throw new TypeError(`No suite has a name with "${options.filter}" in it; there are ${NAMES}`);
  }
  if (options.json !== undefined) {
    (await Deno.open(options.json, { append: true, create: true })).close();
  }
  return { options, suites, before: await earlier(options) };
}

async function main(args: readonly string[]): Promise<number> {
  let planned: Plan;
  try {
    planned = await plan(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage(NAMES)}`);
    return 2;
  }
  if (planned.options.help) {
    console.log(usage(NAMES));
    return 0;
  }
  if (!collectsGarbage) console.error("Run with --v8-flags=--expose-gc for steadier figures");
  return await run(planned);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
