import { assert, assertEquals } from "@std/assert";
import { userInfo } from "node:os";
import { connectLocal } from "../../src/client/local/mod.ts";
import { helpOf } from "../../src/command/run_verb.ts";
import { VERBS } from "../../src/command/table.ts";
import { until } from "../server/driver.ts";
import { COMMAND, CommandDriver } from "./driver.ts";

Deno.test("an agent joins, claims, reserves and finishes by the command line, with a server that starts by itself", async () => {
  await using driver = new CommandDriver();
  const add = ["add", "auth-1", "First", "--files", "src/auth/**", "--input", '{"n":1}'];
  assertEquals((await driver.json(add)).status, "ready");
  assertEquals((await driver.json(["join", "writer", "--can", "ts,sql"])).agentId, "writer");
  const { claim } = await driver.json(["claim"]);
  assertEquals([claim.task.id, claim.task.input], ["auth-1", { n: 1 }]);
  const again = await driver.run(["claim"]);
  assertEquals(again.out.split("\n")[0], "auth-1 First");
  const held = await driver.run(["look", "paths:src/auth/**"]);
  assertEquals(held.out, "src/auth/** held by writer for auth-1\n");
  assertEquals((await driver.json(["done", "auth-1", "-m", "it works"])).summary, "it works");
  const none = await driver.run(["claim"]);
  assertEquals([none.code, none.out.split(".")[0]], [3, "Nothing is ready"]);
});

Deno.test("two agents need --as; the exit code says what was refused, and standard error who is in the way", async () => {
  await using driver = new CommandDriver();
  await driver.json(["join", "a"]);
  await driver.json(["join", "b"]);
  const unclear = await driver.run(["claim"]);
  assertEquals(unclear.code, 2);
  assert(unclear.err.includes("choose one with --as"), unclear.err);
  await driver.json(["reserve", "src/**", "--as", "a"]);
  const held = await driver.run(["reserve", "src/x.ts", "--as", "b"]);
  assertEquals(held.code, 3);
  assert(held.err.includes("src/** by a"), held.err);
  const other = await driver.run(["release", "src/**", "--as", "b"]);
  assertEquals(other.code, 4);
  assertEquals((await driver.json(["release", "--as", "a"])).released, ["paths:src/**"]);
  assertEquals((await driver.run(["reserve", "src/x.ts", "--as", "b"])).code, 0);
});

Deno.test("lock runs a command while it is held, and passes its exit code on", async () => {
  await using driver = new CommandDriver();
  const ran = await driver.run(["lock", "db", "--", "sh", "-c", "echo $LOCKSTEP_EPOCH; exit 7"]);
  assertEquals([ran.code, ran.out], [7, "1\n"]);
  const none = await driver.run(["lock", "db", "--", "/no/such/program"]);
  assertEquals(none.code, 2);
  assert(none.err.includes("cannot run /no/such/program"), none.err);
  assertEquals(
    (await driver.run(["look"])).out,
    "Nothing goes on. Add a task with: lockstep add ID TITLE\n",
  );
});

Deno.test("a lock is free once the process that held it was killed and its grace is over", async () => {
  await using driver = new CommandDriver();
  const server = driver.spawn(["serve", "--grace", "500ms"]);
  await server.stdout.getReader().read();
  const child = driver.spawn(["lock", "db", "--", "sleep", "3"]);
  await until(async () => (await driver.json(["look"])).locks.length === 1);
  child.kill("SIGKILL");
  const next = await driver.run(["lock", "db", "--wait", "20s", "--", "echo", "mine"]);
  assertEquals([next.code, next.out], [0, "mine\n"]);
  await driver.run(["stop"]);
  for (const each of [server, child]) {
    await each.status;
    await each.stdin.close().catch(() => {});
    await each.stderr.cancel();
  }
  await child.stdout.cancel();
});

Deno.test("log prints what has happened, from the server or from its folder", async () => {
  await using driver = new CommandDriver();
  const none = await driver.run(["log"]);
  assertEquals([none.code, none.out], [3, ""]);
  assert(none.err.includes("nothing has happened in"), none.err);
  await driver.json(["join", "a"]);
  await driver.json(["add", "t1", "one"]);
  await driver.json(["claim", "--as", "a"]);
  await driver.json(["done", "t1", "--as", "a", "-m", "it is\ndone"]);
  await driver.json(["reserve", "src/**", "--as", "a"]);
  const filters = [
    ...[[], ["--task", "t1"], ["--agent", "a"], ["--resource=paths:src/**"], ["--task", "t2"]],
    ["--task", "t1", "--json"],
  ];
  const fromServer = [];
  for (const filter of filters) fromServer.push(await driver.run(["log", ...filter]));
  const [all, ofTask, ofAgent, ofPaths, ofNone, json] = fromServer.map(({ out }) => out);
  assert(/^ +\d+:\d+ [\d:.]+ +#\d+ task:completed +\S/m.test(all!), all);
  assert(ofTask!.split("\n").every((line) => all!.includes(line)));
  assert(ofTask!.includes("task:started") && !ofTask!.includes("src/**"), ofTask);
  assert(ofAgent!.includes("agent:spawned") && ofAgent!.includes("task:started"), ofAgent);
  assert(/resource:acquired.*src/.test(ofPaths!) && !ofPaths!.includes("t1"), ofPaths);
  assertEquals(ofNone, "");
  const lines = json!.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(ofTask!.split("\n").length - 1, lines.length);
  assert(lines.some(({ event }) => event.type === "task:completed"));
  const { code } = await driver.run(["stop"]);
  assertEquals(code, 0);
  // A stop writes nothing, and no verb here starts a server.
  for (const i of [0, filters.length - 1]) {
    const filter = filters[i]!;
    assertEquals(await driver.run(["log", ...filter]), fromServer[i]);
    assertEquals(await driver.run(["log", ".lockstep/journal", ...filter]), fromServer[i]);
  }
  assertEquals((await driver.run(["status"])).code, 5);
  assertEquals((await driver.run(["log", "a", "b"])).code, 2);
});

Deno.test("messages go between agents and people", async () => {
  await using driver = new CommandDriver();
  await driver.json(["join", "a"]);
  await driver.json(["send", "a", "hello"]);
  const inbox = await driver.run(["inbox", "--as", "a"]);
  assert(inbox.out.startsWith("human: hello"), inbox.out);
  assertEquals((await driver.run(["inbox", "--as", "a"])).code, 3);
  await driver.json(["send", "human", "done", "--as", "a"]);
  assert((await driver.run(["inbox"])).out.startsWith("a: done"));
});

Deno.test("people answer, approve, reject, cancel and retry", async () => {
  await using driver = new CommandDriver();
  await driver.json(["join", "a"]);
  await driver.json(["add", "t1", "--approval"]);
  await driver.json(["claim"]);
  await driver.json(["block", "t1", "-m", "which one?"]);
  assert(
    (await driver.run(["look"])).out.includes("t1  (a)  asks: which one?") ||
      (await driver.run(["look"])).out.includes("asks: which one?"),
  );
  await driver.json(["answer", "t1", "that one"]);
  assert((await driver.run(["claim"])).out.includes("the answer: that one"));
  await driver.json(["done", "t1", "--result", "42"]);
  assertEquals((await driver.json(["reject", "t1", "-m", "no tests"])).status, "backing-off");
  await driver.json(["claim", "--wait", "10s"]);
  await driver.json(["done", "t1", "--result", "43"]);
  const approved = await driver.json(["approve", "t1"]);
  assertEquals([approved.status, approved.output], ["completed", 43]);
  await driver.json(["add", "t2"]);
  assertEquals((await driver.json(["cancel", "t2"])).status, "cancelled");
  assertEquals((await driver.json(["retry", "t2"])).status, "ready");
  using client = connectLocal({ dir: driver.folder });
  const acted: unknown[] = [];
  for await (const { payload } of client.events({ after: 0, types: ["operator:acted"] })) {
    const { by, command, subjectId } = payload;
    acted.push([by, command, subjectId]);
    if (command === "retry") break;
  }
  const { username } = userInfo();
  assertEquals(acted, [ // the event of join has the number 0
    [username, "submit", "t1"],
    [username, "answer-question", "t1"],
    [username, "review", "t1"],
    [username, "review", "t1"],
    [username, "submit", "t2"],
    [username, "cancel", "t2"],
    [username, "retry", "t2"],
  ]);
});

Deno.test("an agent reserves more for the task that it has, beside the files of that", async () => {
  await using driver = new CommandDriver();
  await driver.json(["join", "a", "--can", "sql"]);
  await driver.json(["join", "a"]);
  await driver.json(["add", "t1", "--files", "src/**", "--requires", "sql"]);
  await driver.json(["claim"]);
  const inside = await driver.json(["reserve", "src/x.ts"]);
  assertEquals(inside.taskId, "t1");
  const { out } = await driver.run(["reserve", "docs/a.md"]);
  assertEquals(out, "docs/a.md reserved for a until t1 is done.\n");
  await driver.json(["join", "b"]);
  const beside = ["reserve", "docs/*.md", "--as", "b"];
  assertEquals((await driver.run(beside)).code, 3);
  await driver.json(["release", "docs/a.md", "--as", "a"]);
  assertEquals((await driver.run(beside)).code, 0);
  await driver.json(["done", "t1", "--as", "a"]);
  assertEquals((await driver.run(["reserve", "src/x.ts", "--as", "b"])).code, 0);
});

Deno.test("without a server, --no-start, status and stop say so with exit code 5", async () => {
  await using driver = new CommandDriver();
  for (const args of [["status"], ["stop"], ["look", "--no-start"]]) {
    const { code, out, err } = await driver.run(args);
    assertEquals(code, 5, args.join(" "));
    assert(`${out}${err}`.includes("No server"), out + err);
  }
});

Deno.test("each verb has a help with its usage and an example", () => {
  for (const [name, verb] of VERBS) {
    const help = helpOf(verb);
    assert(help.includes(`Usage: lockstep ${name}`) && help.includes(`$ `), name);
    assert(help.split("\n").every((line) => line.length <= 110), name);
  }
});

Deno.test("a first look at a fresh folder finds nothing wrong, and says what comes next", async () => {
  await using driver = new CommandDriver();
  const said = async (...args: string[]) => {
    const { code, out, err } = await driver.run(args);
    return [code, `${out}${err}`] as const;
  };
  const [none, status] = await said("status");
  assert(none === 5 && status.includes("The next command that needs one starts it."), status);
  const [fresh, before] = await said("doctor");
  assertEquals(fresh, 0, before);
  assert(before.includes("note a server answers: none runs"), before);
  await driver.json(["add", "t1", "one", "--requires", "typescript", "--approval"]);
  const [waits, doctor] = await said("doctor");
  assertEquals(waits, 0, doctor);
  assert(/^note .*no agent has joined yet: lockstep join NAME$/m.test(doctor), doctor);
  await driver.json(["join", "a"]);
  const [nothing, claim] = await said("claim");
  assertEquals(nothing, 3);
  assert(claim.includes('Nothing that a can do is ready:\n  t1: No agent can "typescript"'), claim);
  await driver.json(["add", "t2", "--needs", "t1"]);
  const [, one] = await said("claim", "t2");
  assert(one.includes('  t2: It waits for "t1"'), one);
  const [ill, problem] = await said("doctor");
  assertEquals(ill, 1, problem);
  await driver.json(["join", "b", "--can", "typescript"]);
  await driver.json(["claim", "--as", "b"]);
  const [, done] = await said("done", "t1", "--as", "b");
  assert(done.includes("waits for a person: lockstep approve t1"), done);
  assert((await said("claim", "--as", "b"))[1].includes("Nothing is ready. Wait for"));
  assertEquals(await said("send", "a", "hi"), [0, "Sent to a.\n"]);
  assertEquals(await said("send", "human", "hi", "--as", "a"), [0, "Sent to human.\n"]);
  assert((await said("send", "nobody", "hi"))[1].includes("which has not joined"));
});

Deno.test("a reader that goes away ends watch; a full disk is reported", async () => {
  await using driver = new CommandDriver();
  await driver.json(["add", "t1"]);
  const command = `"${Deno.execPath()}" run -A --no-check --quiet ${COMMAND}`;
  const watched = await driver.sh(
    `(for i in 1 2 3 4 5 6; do sleep 0.3; ${command} add n$i >/dev/null; done) & ${command} watch --after 0 | head -n 2; wait`,
  );
  assertEquals([watched.code, watched.out.trim().split("\n").length], [0, 2]);
  const full = await driver.sh(`${command} look > /dev/full`);
  assertEquals(full.code, 1);
  assert(full.err.includes("cannot write to standard output"), full.err);
});

Deno.test("wrong command lines end with 2 and say what is wrong", async () => {
  await using driver = new CommandDriver();
  const cases: [string[], string][] = [
    [["add"], "add must be given ID [TITLE]"],
    [["add", "x", "--priorty", "1"], 'unknown option "--priorty"; did you mean "--priority"?'],
    [["add", "x", "--priority", "high"], "--priority must be an integer"],
    [["add", "x", "--input", "{"], "--input must be JSON"],
    [["claim", "--wait", "soon"], "--wait must be a duration"],
    [["lock", "db"], "lock must be given a command behind --"],
    [["hook", "install", "emacs"], 'hook must be for git or claude-code, got "emacs"'],
    [["hook", "instal", "git"], 'got "instal"; did you mean "install"?'],
    [["hook", "install"], 'install|check|remove git|claude-code, got "install"'],
    [["completions", "tcsh"], "completions must be for bash, zsh or fish"],
    [["plan", "none.md"], 'cannot read "none.md"'],
    [["clam"], 'unknown command "clam"; did you mean "claim"?'],
    [["--json"], 'unknown option "--json"'],
  ];
  await Promise.all(cases.map(async ([args, text]) => {
    const { code, err } = await driver.run(args);
    assertEquals(code, 2, err);
    assert(err.includes(text), err);
  }));
});

Deno.test("completions are scripts that the shell accepts", async () => {
  await using driver = new CommandDriver();
  const { out } = await driver.run(["completions", "bash"]);
  await Deno.writeTextFile(`${driver.folder}/c.bash`, out);
  const checked = await driver.sh("bash -n c.bash && bash -c '. ./c.bash; complete -p lockstep'");
  assertEquals(checked.code, 0, checked.err);
  const complete = (command: string, start: string) =>
    `bash -c '. ./c.bash; COMP_WORDS=(lockstep ${command} ${start}); COMP_CWORD=2; _lockstep; echo "\${COMPREPLY[*]}"'`;
  for (
    const [command, start, found] of [["replay", "--d", "--dashboard"], ["open", "--p", "--print"]]
  ) {
    assertEquals((await driver.sh(complete(command!, start!))).out.trim(), found);
  }
});
