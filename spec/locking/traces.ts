/**
 * Recorded runs of the lock machine, for its specification to follow, and runs that it must not.
 *
 * @module
 */

import { Engine } from "../../src/core/engine.ts";
import { nextInt, seeded } from "../../src/core/data/prng.ts";
import type { LockMode, ResourceRequest } from "../../src/locks/types.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { LockConfig } from "../../src/locks/config.ts";
import { lockMachine } from "../../src/locks/machine.ts";
import type { LockState } from "../../src/locks/state.ts";
import { recorded } from "../../src/testing/recorder.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import type { Trace } from "../tool/subject.ts";
import { Recording } from "./recording.ts";
import type { Row } from "./rows.ts";

const OWNERS = ["a", "b", "c", "d", "e"];
const LOCKS = ["r", "s", "t", "u"];
const ASKS = ["o", "p", "q"];

/** A set of random runs under one config, with requests if it `asks`; the same each time. */
export function randomTraces(
  config: Partial<LockConfig>,
  firstSeed: number,
  runs: number,
  asks: boolean,
): Trace[] {
  const kinds = asks ? [...KINDS, ...REQUESTS] : KINDS;
  return Array.from({ length: runs }, (_, i) => randomTrace(config, firstSeed + i, kinds));
}

const EVENTS = 200;

/** One random run on a simulated clock, of as many events as {@linkcode EVENTS}. */
function randomTrace(config: Partial<LockConfig>, seed: number, kinds: readonly Kind[]): Trace {
  const recording = new Recording();
  const clock = new SimulatedClock();
  const engine = new Engine(recorded(lockMachine(config), recording.take), { clock });
  const choose = chooser(seed);
  while (recording.events < EVENTS) {
    const ms = choose([0, 0, 1, 5, 20]);
    if (choose([false, false, false, false, true])) {
      clock.jumpTo(clock.now() + ms);
      engine.dispatch({ type: "resume-listening" });
    } else clock.advanceSync(ms);
    engine.dispatch(randomCommand(choose, choose(kinds), engine.state));
  }
  return { name: `the run of seed ${seed}`, rows: recording.rows };
}

type Choose = <Option>(options: readonly Option[]) => Option;

function chooser(seed: number): Choose {
  const prng = seeded(seed);
  return (options) => options[nextInt(prng, options.length)]!;
}

const KINDS = [
  ...Array.from({ length: 10 }, () => "acquire" as const),
  ...Array.from({ length: 4 }, () => "acquire-all" as const),
  ...Array.from({ length: 5 }, () => "release" as const),
  ...["renew", "cancel-wait", "cancel-wait", "release-all", "define"] as const,
];

const REQUESTS = ["ask", "ask", "ask", "end-ask", "end-ask"] as const;

type Kind = (typeof KINDS | typeof REQUESTS)[number];

function randomCommand(choose: Choose, type: Kind, state: Readonly<LockState>): LockCommand {
  const owner = choose(OWNERS);
  const who = { agentId: owner, owner };
  const resourceId = choose(LOCKS);
  const terms = {
    priority: choose([-1, 0, 0, 1, 2]),
    timeoutMs: choose([0, 0, 15, 60]),
    leaseMs: choose([0, 0, 0, 10, 40]),
  };
  switch (type) {
    case "acquire":
      return { type, ...who, ...randomRequest(choose, resourceId), ...terms, wait: choose(YES) };
    case "acquire-all": {
      const ids = LOCKS.filter(() => choose([true, false]));
      const requests = [resourceId, ...ids.filter((id) => id !== resourceId)]
        .map((id) => randomRequest(choose, id));
      return { type, ...who, requests, ...terms };
    }
    case "release": {
      const held = state.locks.get(resourceId)?.holds.map(({ epoch }) => epoch) ?? [];
      return { type, ...who, resourceId, epoch: choose([0, 0, 1, ...held]) };
    }
    case "renew":
      return { type, ...who, resourceId, epoch: 0, leaseMs: choose([0, 5, 50]) };
    case "cancel-wait": {
      const waitId = choose([1, ...state.waits.keys()]);
      return { type, waitId, ...(waitId === 1 ? who : ownerOf(state, waitId)) };
    }
    case "release-all":
      return { type, ...who };
    case "define":
      return { type, resourceId, capacity: choose([1, 2, 3]) };
    case "ask": {
      const { priority } = terms;
      const toAgentId = choose(OWNERS.filter((each) => each !== owner));
      return { type, askId: choose(ASKS), agentId: owner, toAgentId, priority };
    }
    case "end-ask":
      return { type, askId: choose(ASKS) };
  }
}

const YES = [true, true, true, false];

function randomRequest(choose: Choose, resourceId: string): ResourceRequest {
  const mode = choose<LockMode>(["exclusive", "exclusive", "shared"]);
  return { resourceId, mode, units: mode === "shared" ? 1 : choose([1, 1, 2]) };
}

function ownerOf(state: Readonly<LockState>, waitId: number): { agentId: string; owner: string } {
  const { owner } = state.waits.get(waitId)!.owner;
  return { agentId: owner, owner };
}

/** The kept runs: each good one as it was recorded, and bad ones as changes of them. */
interface KeptTraces {
  readonly good: readonly { readonly name: string; readonly rows: readonly Row[] }[];
  readonly bad: readonly BadTrace[];
}

/** A good run with one change, and the row at which it must be noticed. */
interface BadTrace {
  readonly name: string;
  readonly of: string;
  /** The row that is left out, counted from 1. */
  readonly drop?: number;
  /** The row that changes its place with the next one. */
  readonly swap?: number;
  /** The row, the name of a field of it or of its event, and the wrong value. */
  readonly set?: readonly [row: number, name: string, value: unknown];
  readonly divergesAt: number;
}

const KEPT = new URL("../traces/locking.json", import.meta.url);

async function readKept(): Promise<KeptTraces> {
  return JSON.parse(await Deno.readTextFile(KEPT));
}

/** The kept good runs. */
export async function goodTraces(): Promise<readonly Trace[]> {
  return (await readKept()).good;
}

/** The kept bad runs. */
export async function badTraces(): Promise<readonly Trace[]> {
  const { good, bad } = await readKept();
  return bad.map((each) => {
    const rows = structuredClone(good.find(({ name }) => name === each.of)!.rows as Row[]);
    spoil(rows, each);
    return { name: each.name, rows, divergesAt: each.divergesAt };
  });
}

function spoil(rows: Row[], { drop, swap, set }: BadTrace): void {
  if (drop !== undefined) rows.splice(drop - 1, 1);
  if (swap !== undefined) rows.splice(swap - 1, 2, rows[swap]!, rows[swap - 1]!);
  if (set === undefined) return;
  const [place, name, value] = set;
  const row = rows[place - 1]!;
  const told = row.told as Row;
  if (name in told) told[name] = value;
  else row[name] = value;
}
