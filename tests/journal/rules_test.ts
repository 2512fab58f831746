/**
 * The rules of an engine on a journal. Each is broken on purpose, and a simulation has to find it.
 */

import { assert, assertEquals } from "@std/assert";
import { simulateEngines } from "../../src/testing/mod.ts";
import { MUTANTS } from "../testing/mutants.ts";
import { find } from "../testing/plant.ts";

/** A rule, and the bugs that break it, each with the check that finds it. */
interface Rule {
  readonly rule: string;
  readonly bugs: Readonly<Record<string, string>>;
}

const RULES: readonly Rule[] = [
  {
    rule:
      "it steps only what the journal delivers, and answers its own calls by session and number",
    bugs: {
      "an engine steps its own commands at once, and not in the order of the journal":
        "AnsweredIsStored",
      "a record of another engine answers the calls of this one": "AnsweredIsStored",
      "data that JSON can't hold is written as something else": "OnlyJsonIsStored",
    },
  },
  {
    rule: "it offers the same record again until the outcome is known",
    bugs: {
      "an append that was stored without an answer counts as refused": "EveryCallEnds",
      "a record of unknown outcome is a new one when it is offered again": "Starts",
    },
  },
  {
    rule: "it leaves out what it has seen, and halts at a gap",
    bugs: {
      "a record that is delivered to an engine twice is stepped twice": "EqualReplicas",
      "an engine goes on behind a record that it was not given": "GapHalts",
    },
  },
  {
    rule: "its time is that of the journal, and never goes back",
    bugs: {
      "time goes back to the clock of another engine": "StepsInTime",
      "time starts at the wall time, also where the journal is ahead": "EveryCallEnds",
    },
  },
  {
    rule: "sessions are members: one that is silent is ended, and changes nothing from then on",
    bugs: {
      "what a session appends after its end is stepped": "OnlySilentEnd",
      "a session is ended although it has appended since it was found silent": "OnlySilentEnd",
      "an engine whose session was ended goes on": "SilentStops",
      "a session is ended after one renewal of another engine": "OnlySilentEnd",
      "an engine never ends the session of another one": "SilentStops",
    },
  },
  {
    rule: "any engine fires timers, and early or late ticks of others change nothing",
    bugs: {
      "timers fire five milliseconds early": "StepsInTime",
      "an engine leaves the timers to the one that set them": "TimersFire",
    },
  },
  {
    rule: "a barrier waits for all that was acknowledged before",
    bugs: { "a barrier does not wait for what it has to read": "BarrierIsFresh" },
  },
  {
    rule: "it stops where records were forgotten that it has not read",
    bugs: {
      "an engine whose records were forgotten tries to read them again and again": "TruncatedStops",
    },
  },
  {
    rule: "a bounded number of commands waits",
    bugs: { "one command more than allowed waits to be stored": "GatheringIsBounded" },
  },
  {
    rule: "a command that breaks the machine stops every engine there, and a start leaves it out",
    bugs: {
      "an engine whose machine broke reads on": "PoisonStops",
      "a start steps the command that broke the machine": "Starts",
      "a manager whose machine broke is healthy": "HealthSaysBroken",
    },
  },
  {
    rule: "a shutdown writes nothing that has to be undone",
    bugs: {
      "a shutdown ends what waits by commands in the journal": "ShutdownWritesNoEnd",
      "a shutdown drains the scheduler in the journal": "ShutdownWritesNoEnd",
    },
  },
];

for (const { rule, bugs } of RULES) {
  for (const [name, expected] of Object.entries(bugs)) {
    Deno.test(`of the rule that ${rule}: the simulation finds that ${name}`, async () => {
      const finding = await find(MUTANTS.find((mutant) => mutant.name === name)!);
      assertEquals(finding.rule.split(":")[0], expected);
    });
  }
}

Deno.test("engines that share a journal agree, whatever happens to their processes", async () => {
  const faults = new Set<string>();
  for (let seed = 1; seed <= 100; seed++) {
    const report = await simulateEngines({ seed });
    assertEquals(report.broken, undefined, `seed ${seed}`);
    assert(report.outcomes.get("ok")! > 0);
    for (const fault of report.faults.keys()) faults.add(fault);
  }
  assertEquals([...faults].sort(), [
    ...["crash", "expiry", "gap", "late end", "poison", "restart", "truncation"],
  ]);
});

Deno.test("the same seed makes the same calls of engines, which end in the same ways", async () => {
  assertEquals(await simulateEngines({ seed: 9 }), await simulateEngines({ seed: 9 }));
});
