/** `lockstep log`, `lockstep replay` and `lockstep journal`, on the journal of a run. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { parseCommandLine } from "../../src/cli/args.ts";
import { JOURNAL_HELP } from "../../src/cli/journal_args.ts";
import { UsageError } from "../../src/cli/problems.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { SqliteJournal } from "../../src/journal/sqlite/mod.ts";
import { Workspace } from "./lockstep.ts";

const WORKFLOW = `agents: { one: }
tasks:
  a: { run: echo, locks: [db] }
  b: { run: exit 3, needs: a, locks: [db], retries: 1 }
`;

Deno.test("log prints the events of a journal, all or those about something", async () => {
  using here = new Workspace();
  await here.run(WORKFLOW, "--journal", "j");
  const all = (await here.lockstep(["log", "j"])).stdout.trimEnd().split("\n");
  const json = (await here.lockstep(["log", "j", "--json"])).stdout.trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(json.map(({ sequence }) => sequence), all.map((_, i) => i));
  assertEquals(all.map((line) => line.trim().split(" ")[0]), json.map(({ place }) => place));
  for (const [i, { event, description }] of json.entries()) {
    assertMatch(all[i]!, /^ +\d+:\d+ \d\d:\d\d:\d\d\.\d{3} +#\d+ [a-z]+:[a-z-]+ +\S/);
    assertStringIncludes(all[i]!, event.type);
    assert(all[i]!.endsWith(description));
  }
  const lines = async (...filter: string[]) =>
    (await here.lockstep(["log", "j", ...filter])).stdout.split("\n").slice(0, -1);
  const ofTask = await lines("--task", "b");
  assertEquals(ofTask.filter((line) => line.includes("task:started")).length, 2);
  assert(ofTask.every((line) => all.includes(line) && line.includes("b")));
  assert((await lines("--agent=one")).some((line) => line.includes("agent:spawned")));
  const ofLock = await lines("--resource", "db");
  assertEquals(ofLock.filter((line) => line.includes("resource:acquired")).length, 3);
  assertEquals(await lines("--task", "nothing"), []);
});

Deno.test("replay prints the tasks, agents and locks of a moment", async () => {
  using here = new Workspace();
  await here.run(WORKFLOW, "--journal", "j");
  const { stdout } = await here.lockstep(["log", "j", "--json", "--task", "b"]);
  const started = stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
    .find(({ event }) => event.type === "task:started");
  for (const at of [started.place, new Date(started.at).toISOString()]) {
    const text = (await here.lockstep(["replay", "j", "--at", at])).stdout;
    assertMatch(text, /^a +completed +– +1$/m);
    assertMatch(text, /^b +running +one +1$/m);
    assertMatch(text, /^one +alive +b$/m);
    assertMatch(text, /^db +b +–$/m);
  }
  const position = started.place.split(":")[0];
  const json = JSON.parse(
    (await here.lockstep(["replay", "j", "--at", position, "--json"])).stdout,
  );
  assertEquals(json.place.split(":")[0], position);
  assertEquals(json.tasks.map(({ id, status }: Record<string, string>) => [id, status]), [
    ["a", "completed"],
    ["b", "running"],
  ]);
  const end = (await here.lockstep(["replay", "j"])).stdout;
  assertMatch(end, /^b +failed +– +2 +exit 3$/m);
  const start = (await here.lockstep(["replay", "j", "--at=0"])).stdout;
  assertEquals(start, "the beginning (after 0:0, 0 events)\n");
  const { code, stderr } = await here.lockstep(["replay", "j", "--at=999"]);
  assertEquals(code, 2);
  assertMatch(stderr, /position must be from 0 to \d+, got 999/);
});

Deno.test("journal check says what there is, and exits with 1 when something is damaged", async () => {
  using here = new Workspace();
  const locks = async () => {
    const journal = new SqliteJournal(`${here.path}/j`);
    const manager = new ResourceManager({}, undefined, undefined, { journal });
    await manager.initialize();
    return manager;
  };
  const manager = await locks();
  const busy = await here.lockstep(["journal", "check", "j"]);
  assertEquals(busy.code, 2);
  assertMatch(busy.stderr, /^lockstep: Cannot open the journal in j: process \d+ has it open\n$/);
  for (let i = 0; i < 3; i++) {
    await manager.acquire(`l${i}`, "a");
    await manager.performMaintenance();
  }
  await manager.acquire("last", "a");
  await manager.shutdown();
  const check = () => here.lockstep(["journal", "check", "j"]);
  const whole = await check();
  assertEquals([whole.code, whole.stderr], [0, ""]);
  assertMatch(
    whole.stdout,
    /^records {4}3, positions 6 to 8, \d+ bytes: each has its checksum\nsnapshot {3}position 5, locks 1, .+: has its digest\nsnapshot {3}position 7, locks 1, .+: has its digest\n$/,
  );
  const change = (statement: string) => {
    const database = new DatabaseSync(`${here.path}/j/journal.sqlite`);
    database.exec(statement);
    database.close();
  };
  change("UPDATE snapshots SET digest = 'x' WHERE position = 7");
  const snapshot = await check();
  assertEquals(snapshot.code, 1);
  assertMatch(snapshot.stdout, /^snapshot {3}position 7, .*: damaged$/m);
  change("UPDATE records SET number = 99 WHERE position = 8");
  const record = await check();
  assertEquals([record.code, record.stderr], [1, ""]);
  assertMatch(record.stdout, /^damaged: .*the records 8 to 8 are damaged/);
  const none = await here.lockstep(["journal", "check", "nowhere"]);
  assertEquals([none.code, none.stderr, here.has("nowhere")], [
    2,
    'lockstep: cannot read the journal in "nowhere": there is none\n',
    false,
  ]);
});

Deno.test("a run goes on in a folder that its export was imported into", async () => {
  using here = new Workspace();
  await here.run(WORKFLOW, "--journal", "j");
  const before = await here.lockstep(["log", "j"]);
  const exported = await here.lockstep(["journal", "export", "j"]);
  const imported = await here.lockstep(["journal", "import", "k"], exported.stdout);
  assertEquals([imported.code, imported.stderr], [0, ""]);
  assertEquals((await here.lockstep(["log", "k"])).stdout, before.stdout);
  assertEquals((await here.lockstep(["journal", "export", "k"])).stdout, exported.stdout);
  const resumed = await here.lockstep(["run", "--resume", "k"]);
  assertEquals(resumed.code, 1);
  assertMatch(resumed.stdout, /^✗ b +failed .* exit 3$/m);
  const again = await here.lockstep(["journal", "import", "k"], exported.stdout);
  assertEquals([again.code, again.stderr], [
    2,
    'lockstep: Cannot import a journal: "k" must be empty\n',
  ]);
  const cut = exported.stdout.split("\n").slice(0, 3).join("\n");
  const refused = await here.lockstep(["journal", "import", "l"], cut);
  assertEquals(refused.code, 2);
  assertMatch(
    refused.stderr,
    /^lockstep: Cannot import a journal: line 4 must be the record at po/,
  );
  assertEquals([...Deno.readDirSync(here.path)].map(({ name }) => name).sort(), [
    "j",
    "k",
    "w.yaml",
  ]);
});

Deno.test("command lines about journals are checked", () => {
  const complaints: [string, string][] = [
    ["log", "log must be given a DIR, got none"],
    ["log a b", 'log must be given one DIR, got also "b"'],
    ["log a --tsak x", 'unknown option "--tsak"; did you mean "--task"?'],
    ["replay a --at soon", "--at must be a position, a place such as 17:0, or a time such as"],
    ["journal", "journal must be given one of check, export, import, got none"],
    ["journal chekc a", 'got "chekc"; did you mean "check"?'],
    ["journal check", "journal check must be given a DIR, got none"],
    [
      "run --resume j w.yaml",
      '--resume must not come with a FILE: the folder has it, got "w.yaml"',
    ],
    [
      "run --resume j --only a",
      "--only must not come with --resume, which goes on with the run as",
    ],
    ["run w.yaml --journal j --dry-run", "--journal must not come with --dry-run: it runs nothing"],
    ["run w.yaml --journal=", '--journal must be a folder, got ""'],
    ["run --resume=", '--resume must be a folder, got ""'],
  ];
  for (const [line, complaint] of complaints) {
    let message = "";
    try {
      parseCommandLine(line.split(" "));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      message = error.message;
    }
    assertStringIncludes(message, complaint);
  }
  assertEquals(parseCommandLine(["replay", "j", "--at", "17:2"]), {
    command: "replay",
    folder: "j",
    at: { position: 17, index: 2 },
    json: false,
    dashboard: false,
    print: false,
  });
  for (const topic of ["log", "replay", "journal"] as const) {
    assertEquals(parseCommandLine(["help", topic]), { command: "help", topic });
    assertEquals(parseCommandLine([topic, "--help"]), { command: "help", topic });
    assertStringIncludes(JOURNAL_HELP[topic], `Usage: lockstep ${topic}`);
  }
});
