import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { Refusal } from "../../src/core/machine.ts";
import { versionOf } from "../../src/conflicts/views.ts";
import { Conflicts, lines } from "./driver.ts";

Deno.test("C4-second-reader-evicts-the-first: the first commit wins, however many have read", () => {
  const conflicts = new Conflicts();
  assertEquals(lines(conflicts.read("r", "a")), ["version:read a 0"]);
  assertEquals(lines(conflicts.read("r", "b")), ["version:read b 0"]);
  assertEquals(lines(conflicts.commit("r", "a", 0)), ["version:committed a 1"]);
  assertEquals(lines(conflicts.commit("r", "b", 0)), ["refused commit-version: stale-version, 1"]);
  assertEquals(lines(conflicts.commit("r", "b", 1)), ["version:committed b 2"]);
});

Deno.test("a version counts at commit whether or not its reading was evicted", () => {
  const conflicts = new Conflicts();
  assertEquals(lines(conflicts.commit("r", "a", 0)), ["version:committed a 1"]);
  conflicts.read("r", "b");
  conflicts.do({ type: "forget-readers", before: 1 });
  assertEquals(lines(conflicts.commit("r", "b", 1)), ["version:committed b 2"]);
});

Deno.test("readings end by release, by commit and by age", () => {
  const conflicts = new Conflicts();
  const release = { type: "release-version", resourceId: "r", agentId: "a" } as const;
  conflicts.read("r", "a");
  assertEquals(lines(conflicts.do(release)), ["version:released a 0"]);
  assertEquals(lines(conflicts.do(release)), ["refused release-version: not-reader, 0"]);
  conflicts.read("r", "a");
  conflicts.commit("r", "a", 0);
  assertEquals(conflicts.state.readings.size, 0);
  conflicts.now = 5;
  conflicts.read("r", "a");
  conflicts.now = 7;
  conflicts.read("r", "b");
  conflicts.now = 9;
  conflicts.read("r", "a");
  assertEquals(conflicts.do({ type: "forget-readers", before: 9 }), [
    { type: "version:forgotten", count: 1, before: 9 },
  ]);
  assertEquals([...conflicts.state.readings.values()].map(({ agentId }) => agentId), ["a"]);
});

Deno.test("a resource without readings and changes leaves nothing behind", () => {
  const conflicts = new Conflicts();
  conflicts.read("r", "a");
  conflicts.do({ type: "release-version", resourceId: "r", agentId: "a" });
  assertEquals(conflicts.state.versions.size, 0);
});

Deno.test("a resource at the version of evicted ones is evicted, too", () => {
  const conflicts = new Conflicts({ maxIdleVersions: 1, maxReadings: 1 });
  conflicts.commit("forgotten", "a", 0);
  conflicts.read("late", "a");
  conflicts.commit("r", "a", 0);
  conflicts.read("r", "a");
  assertEquals(conflicts.state.versionFloor, 1);
  conflicts.commit("late", "a", 0);
  assertEquals([conflicts.state.idleVersions.size, conflicts.state.versions.has("late")], [
    0,
    false,
  ]);
  checkTables(conflicts);
});

Deno.test("commands on versions are answered by the newest version", () => {
  const conflicts = new Conflicts();
  const [resourceId, agentId] = ["r", "a"];
  const commit = { type: "commit-version", resourceId, agentId, expectedVersion: 0 } as const;
  assertEquals(conflicts.ask({ type: "read-version", resourceId, agentId }), { version: 0 });
  assertEquals(conflicts.ask(commit), { version: 1 });
  const refused = { resourceId, agentId, version: 1, command: "commit-version" } as const;
  assertEquals(
    conflicts.ask(commit),
    new Refusal({ type: "version:refused", reason: "stale-version", ...refused }),
  );
  conflicts.read(resourceId, agentId);
  assertEquals(conflicts.ask({ type: "release-version", resourceId, agentId }), { version: 1 });
  conflicts.read(resourceId, agentId);
  assertEquals(conflicts.ask({ type: "forget-readers", before: 1 }), { count: 1 });
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
function run(conflicts: Conflicts, script: readonly Change[], mayForget: boolean): void {
  const commits = new Map<string, number>();
  const seen = new Map<string, { version: number; commits: number }>();
  let newest = new Map<string, number>();
  for (const { resource, agent, what } of script) {
    conflicts.now++;
    const id = `r${resource}`;
    const known = seen.get(id + agent);
    const done = commits.get(id) ?? 0;
    if (what === "read") {
      conflicts.read(id, agent);
      seen.set(id + agent, { version: versionOf(conflicts.state, id), commits: done });
    } else if (what === "commit" && known !== undefined) {
      const counts = conflicts.commit(id, agent, known.version)[0]!.type === "version:committed";
      if (counts) commits.set(id, done + 1);
      if (counts) assertEquals(known.commits, done, "only a change of the newest version counts");
      else if (!mayForget) assertGreater(done, known.commits, "the newest version must count");
    } else if (what === "release") {
      conflicts.do({ type: "release-version", resourceId: id, agentId: agent });
    } else if (what === "forget") {
      conflicts.do({ type: "forget-readers", before: conflicts.now - 5 });
    }
    const versions = new Map(
      Array.from({ length: 10 }, (_, i) => [`r${i}`, i]).map(
        ([name]) => [name as string, versionOf(conflicts.state, name as string)],
      ),
    );
    for (const [name, version] of versions) assert(version >= (newest.get(name) ?? 0));
    newest = versions;
    checkTables(conflicts);
  }
}

function checkTables({ state }: Conflicts): void {
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
  fc.assert(fc.property(changes, (script) => run(new Conflicts(), script, false)), { numRuns: 60 });
});

Deno.test("a change of an old version never counts, whatever was evicted", () => {
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 4 }), (script, most) => {
      run(new Conflicts({ maxIdleVersions: most, maxReadings: most }), script, true);
    }),
    { numRuns: 100 },
  );
});
