import { assert, assertEquals } from "@std/assert";
import binding from "../../spec/delivery/binding.ts";
import { MODELS } from "../../spec/delivery/models.ts";
import { TRACED } from "../../spec/delivery/traces.ts";
import { alphabetModule } from "../../spec/tool/alphabet.ts";
import { digestOf } from "../../spec/tool/digests.ts";
import type { MessageConfig } from "../../src/messages/config.ts";

async function readSpec(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../spec/${path}`, import.meta.url));
}

for (const [name, graph] of binding.graphs) {
  Deno.test(`the graph of the mailbox machine is the one that TLC found: ${name}`, async () => {
    const kept = JSON.parse(await readSpec(`graphs/delivery-${name}.json`));
    assert(kept.states > 200);
    assertEquals(await digestOf(await graph.explore()), kept);
  });

  Deno.test(`the named steps of the specification of delivery are up to date: ${name}`, async () => {
    const { alphabet } = graph;
    assertEquals(await readSpec(`gen/${alphabet.module}.tla`), alphabetModule(alphabet));
  });
}

/** The constants that stand for options, as configurations of TLC have them. */
function optionsOf(config: MessageConfig): string[] {
  const evicts = config.mailboxPolicy === "drop-oldest" ? "TRUE" : "FALSE";
  return [
    `Capacity = ${config.mailboxCapacity}`,
    `EvictsOldest = ${evicts}`,
    `MaxInFlight = ${config.maxInFlight}`,
    `MaxDeliveries = ${config.maxDeliveries}`,
    `RetryDelay = ${config.retryDelay}`,
    `MaxRetryDelay = ${config.maxRetryDelayMs}`,
    `DedupeWindow = ${config.dedupeWindow}`,
    `MaxDead = ${config.maxDeadLetters}`,
    `MaxRequests = ${config.maxRequests}`,
    `MaxReceivers = ${config.maxReceivers}`,
    `Unknown = "${config.unknownRecipients}"`,
  ];
}

Deno.test("the configurations of TLC have the bounds within which mailboxes are explored", async () => {
  for (const { name, config, maxEpoch, maxMessage, maxCalls, maxNow } of MODELS) {
    const constants = [
      ...optionsOf(config),
      `MaxEpoch = ${maxEpoch}`,
      `MaxMessage = ${maxMessage}`,
      `MaxCalls = ${maxCalls}`,
      `MaxNow = ${maxNow}`,
    ];
    for (const kind of ["graph", "safety"]) {
      const lines = (await readSpec(`delivery/cfg/${kind}-${name}.cfg`)).split("\n");
      for (const line of constants) assert(lines.includes(`  ${line}`), `${kind}-${name}: ${line}`);
    }
  }
  const lines = (await readSpec("delivery/cfg/trace.cfg")).split("\n");
  for (const line of optionsOf(TRACED)) assert(lines.includes(`  ${line}`), line);
});
