import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { versionOf } from "../../src/conflicts/versions.ts";
import { Bench, lines } from "./bench.ts";

Deno.test("C4-second-reader-evicts-the-first: whoever commits first wins, however many have read", () => {
  const bench = new Bench();
  assertEquals(lines(bench.read("r", "a")), ["version:read a 0"]);
  assertEquals(lines(bench.read("r", "b")), ["version:read b 0"]);
  assertEquals(lines(bench.commit("r", "a", 0)), ["version:committed a 1"]);
  assertEquals(lines(bench.commit("r", "b", 0)), ["refused commit-version: stale-version, 1"]);
  assertEquals(lines(bench.commit("r", "b", 1)), ["version:committed b 2"]);
});

Deno.test("a version counts at commit whether or not its reading is remembered", () => {
  const bench = new Bench();
  assertEquals(lines(bench.commit("r", "a", 0)), ["version:committed a 1"]);
  bench.read("r", "b");
  bench.do({ type: "forget-readers", before: 1 });
  assertEquals(lines(bench.commit("r", "b", 1)), ["version:committed b 2"]);
});

Deno.test("readings end by release, by commit and by age", () => {
  const bench = new Bench();
  const release = { type: "release-version", resourceId: "r", agentId: "a" } as const;
  bench.read("r", "a");
  assertEquals(lines(bench.do(release)), ["version:released a 0"]);
  assertEquals(lines(bench.do(release)), ["refused release-version: not-reader, 0"]);
  bench.read("r", "a");
  bench.commit("r", "a", 0);
  assertEquals(bench.state.readings.size, 0);
  bench.now = 5;
  bench.read("r", "a");
  bench.now = 7;
  bench.read("r", "b");
  bench.now = 9;
  bench.read("r", "a");
  assertEquals(bench.do({ type: "forget-readers", before: 9 }), [
    { type: "version:forgotten", count: 1, before: 9 },
  ]);
  assertEquals([...bench.state.readings.values()].map(({ agentId }) => agentId), ["a"]);
});

Deno.test("what nobody reads or has changed leaves nothing behind", () => {
  const bench = new Bench();
  bench.read("r", "a");
  bench.do({ type: "release-version", resourceId: "r", agentId: "a" });
  assertEquals(bench.state.versions.size, 0);
});

Deno.test("a resource that has come up to the version of those that are forgotten is forgotten, too", () => {
  const bench = new Bench({ maxIdleVersions: 1, maxReadings: 1 });
  bench.commit("forgotten", "a", 0);
  bench.read("late", "a");
  bench.commit("r", "a", 0);
  bench.read("r", "a");
  assertEquals(bench.state.versionFloor, 1);
  bench.commit("late", "a", 0);
  assertEquals([bench.state.idleVersions.size, bench.state.versions.has("late")], [0, false]);
  checkTables(bench);
});

interface Change {
  readonly resource: number;
  readonly agent: string;
  readonly what: "read" | "commit" | "release" | "forget";
}

const changes = fc.array(
  fc.record<Change>({
    resource: fc.nat(9),
    agent: fc.constantFrom("a", "b", "__proto__"),
    what: fc.constantFrom("read", "read", "commit", "commit", "release", "forget"),
  }),
  { maxLength: 100, size: "max" },
);

/** Runs changes whose authors expect what they last saw; `twin` counts the commits of each resource. */
function run(bench: Bench, script: readonly Change[], mayForget: boolean): void {
  const commits = new Map<string, number>();
  const seen = new Map<string, { version: number; commits: number }>();
  let newest = new Map<string, number>();
  for (const { resource, agent, what } of script) {
    bench.now++;
    const id = `r${resource}`;
    const known = seen.get(id + agent);
    const done = commits.get(id) ?? 0;
    if (what === "read") {
      bench.read(id, agent);
      seen.set(id + agent, { version: versionOf(bench.state, id), commits: done });
    } else if (what === "commit" && known !== undefined) {
      const counts = bench.commit(id, agent, known.version)[0]!.type === "version:committed";
      if (counts) commits.set(id, done + 1);
      if (counts) assertEquals(known.commits, done, "only a change of the newest version counts");
      else if (!mayForget) assertGreater(done, known.commits, "the newest version must count");
    } else if (what === "release") {
      bench.do({ type: "release-version", resourceId: id, agentId: agent });
    } else if (what === "forget") {
      bench.do({ type: "forget-readers", before: bench.now - 5 });
    }
    const versions = new Map(
      Array.from({ length: 10 }, (_, i) => [`r${i}`, i]).map(
        ([name]) => [name as string, versionOf(bench.state, name as string)],
      ),
    );
    for (const [name, version] of versions) assert(version >= (newest.get(name) ?? 0));
    newest = versions;
    checkTables(bench);
  }
}

function checkTables({ state }: Bench): void {
  const { versions, idleVersions, readings, config } = state;
  assert(idleVersions.size <= config.maxIdleVersions);
  assert(readings.size <= config.maxReadings);
  for (const versioned of versions.values()) {
    const readers = [...readings.values()].filter((each) => each.versioned === versioned).length;
    assertEquals(versioned.readers, readers);
    assertEquals(idleVersions.has(versioned.resourceId), readers === 0);
  }
  for (const { versioned } of readings.values()) {
    assertEquals(versions.get(versioned.resourceId), versioned);
  }
}

Deno.test("a change counts if, and only if, it is of the newest version", () => {
  fc.assert(fc.property(changes, (script) => run(new Bench(), script, false)), { numRuns: 60 });
});

Deno.test("a change of an old version never counts, whatever was forgotten", () => {
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 4 }), (script, most) => {
      run(new Bench({ maxIdleVersions: most, maxReadings: most }), script, true);
    }),
    { numRuns: 100 },
  );
});
