import { assert, assertEquals } from "@std/assert";
import binding from "../../spec/breakers/binding.ts";
import { CALLS, MODELS, RULES } from "../../spec/breakers/models.ts";
import { TRACED } from "../../spec/breakers/traces.ts";
import { alphabetModule } from "../../spec/tool/alphabet.ts";
import { digestOf } from "../../spec/tool/digests.ts";
import { canonical } from "../../spec/tool/value.ts";
import type { BreakerRules } from "../../src/breakers/config.ts";

async function readSpec(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../spec/${path}`, import.meta.url));
}

for (const [name, graph] of binding.graphs) {
  Deno.test(`the graph of the breaker machine is the one that TLC found: ${name}`, async () => {
    const kept = JSON.parse(await readSpec(`graphs/breakers-${name}.json`));
    assert(kept.states > 200);
    assertEquals(await digestOf(await graph.explore()), kept);
  });

  Deno.test(`the named steps of the breakers' specification are up to date: ${name}`, async () => {
    const { alphabet } = graph;
    assertEquals(await readSpec(`gen/${alphabet.module}.tla`), alphabetModule(alphabet));
  });
}

Deno.test("the configurations of TLC have the bounds within which breakers are explored", async () => {
  const text = (value: unknown): string =>
    Array.isArray(value) ? `{${value.map(text).join(", ")}}` : JSON.stringify(value);
  for (const { name, rules: _, rulesAs, results: __, resultsAs, names, ...bounds } of MODELS) {
    const constants = Object.entries({ name: names, ...bounds }).map(([bound, value]) =>
      `  ${bound[0]!.toUpperCase()}${bound.slice(1)} = ${text(value)}`
    );
    constants.push(`  Rules <- ${rulesAs}`, `  Results <- ${resultsAs}`);
    for (const kind of ["graph", "safety"]) {
      const lines = (await readSpec(`breakers/cfg/${kind}-${name}.cfg`)).split("\n");
      for (const line of constants) assert(lines.includes(line), `${kind}-${name}: ${line}`);
    }
  }
});

/** Rules as the specification has them: shares are in percent, and retries are not modeled. */
function specified({ failureRate, slowCallRate, openTimeJitter, ...rules }: BreakerRules): unknown {
  const { retryShare: _, retriesPerSecond: __, retryBurst: ___, ...others } = rules;
  return {
    ...others,
    failurePercent: failureRate * 100,
    slowPercent: slowCallRate * 100,
    jitterPercent: openTimeJitter * 100,
  };
}

/** Evaluates the records of TLA+ that `name` stands for: only what these definitions use. */
function evaluate(module: string, name: string): unknown {
  const text = new RegExp(`^${name} == ([^]*?)\n(?=\\S|\n)`, "m").exec(module)![1]!;
  const names = /^[A-Z]\w+$/;
  const record = (source: string): unknown => {
    const except = /^\[(\w+) EXCEPT ([^]*)\]$/.exec(source);
    if (except !== null) {
      const changes = except[2]!.split(/,\s*/).map((part) => part.replace("!.", "").split(" = "));
      const values = changes.map(([field, value]) => [field, JSON.parse(value!)]);
      return { ...evaluate(module, except[1]!) as object, ...Object.fromEntries(values) };
    }
    if (names.test(source)) return evaluate(module, source);
    if (!source.startsWith("[")) return JSON.parse(source);
    const fields: [string, unknown][] = [];
    let depth = 0;
    let part = "";
    for (const char of source.slice(1, -1) + ",") {
      if (char === "[") depth++;
      if (char === "]") depth--;
      if (char !== "," || depth > 0) part += char;
      else {
        const [field, ...value] = part.split("|->");
        fields.push([field!.trim(), record(value.join("|->").trim())]);
        part = "";
      }
    }
    return Object.fromEntries(fields);
  };
  return record(text.trim());
}

Deno.test("the specification has the rules that breakers are explored and recorded under", async () => {
  const sets = [
    ...Object.entries(RULES).map(([name, rules]) => ["MCBreakers", name, rules] as const),
    ["BreakersTrace", "Traced", TRACED] as const,
  ];
  for (const [module, name, rules] of sets) {
    const expected = Object.entries(rules).map(([each, rule]) => [each, specified(rule)]);
    const found = evaluate(await readSpec(`breakers/${module}.tla`), name);
    assertEquals(canonical(found), canonical(Object.fromEntries(expected)), name);
  }
});

Deno.test("the specification has the calls whose results are tried", async () => {
  const module = await readSpec("breakers/MCBreakers.tla");
  for (const [name, calls] of Object.entries(CALLS)) {
    const written = calls.map((call) =>
      `<<${call.map((each) => each < 0 ? "Never" : each).join(", ")}>>`
    );
    assert(module.includes(`\n${name} == {${written.join(", ")}}\n`), name);
  }
});
