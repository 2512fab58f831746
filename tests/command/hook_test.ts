import { assert, assertEquals } from "@std/assert";
import { CommandDriver } from "./driver.ts";

async function repository(driver: CommandDriver): Promise<void> {
  const { code, err } = await driver.sh(
    "git init -q -b main . && mkdir -p src/auth docs && echo 1 > src/auth/a.ts && echo 1 > docs/d.md && " +
      "echo 1 > 'odd [x]{y} é.txt' && git add . && git commit -q -m one && git worktree add -q ../$(basename $PWD)-two",
  );
  assertEquals(code, 0, err);
}

Deno.test("agents in two worktrees: a commit of what the other has reserved is refused until it is released", async () => {
  await using driver = new CommandDriver();
  await repository(driver);
  const two = `${driver.folder}-two`;
  try {
    await driver.json(["join", "one"]);
    await driver.json(["join", "two"], { cwd: two });
    assertEquals((await driver.run(["hook", "install", "git"])).code, 0);
    assertEquals((await driver.run(["hook", "check", "git"], { cwd: two })).code, 0);
    await driver.json(["reserve", "src/auth/**", "odd [[]x[]][{]y[}] é.txt"]);

    const refused = await driver.sh("echo 2 > src/auth/a.ts && git commit -qam two", two);
    assertEquals(refused.code, 1);
    assert(
      refused.err.includes("src/auth/**  held by one") || refused.err.includes("held by one"),
      refused.err,
    );
    const below = await driver.sh("cd src/auth && git commit -qam two", two);
    assertEquals(below.code, 1);
    for (
      const change of [
        "git mv src/auth/a.ts docs/moved.ts",
        "git rm -q src/auth/a.ts",
        "echo 2 > 'odd [x]{y} é.txt' && git add .",
      ]
    ) {
      await driver.sh("git reset -q --hard", two);
      const { code } = await driver.sh(`${change} && git commit -qm change`, two);
      assertEquals(code, 1, change);
    }
    await driver.sh("git reset -q --hard", two);
    const free = await driver.sh("echo 2 > docs/d.md && git commit -qam docs", two);
    assertEquals(free.code, 0, free.err);
    const own = await driver.sh("echo 3 > src/auth/a.ts && git commit -qam own");
    assertEquals(own.code, 0, own.err);

    await driver.json(["release"]);
    const after = await driver.sh("echo 2 > src/auth/a.ts && git commit -qam two", two);
    assertEquals(after.code, 0, after.err);
  } finally {
    await Deno.remove(two, { recursive: true });
  }
});

Deno.test("an agent may edit and commit the files that are reserved for its task", async () => {
  await using driver = new CommandDriver();
  await repository(driver);
  const two = `${driver.folder}-two`;
  try {
    await driver.json(["join", "one"]);
    await driver.json(["join", "two"], { cwd: two });
    await driver.json(["hook", "install", "git"]);
    await driver.json(["add", "t1", "--files", "src/auth/**"]);
    await driver.json(["claim"]);
    const others = await driver.sh("echo 2 > src/auth/a.ts && git commit -qam two", two);
    assertEquals(others.code, 1);
    assert(others.err.includes("held by one for task t1"), others.err);
    const own = await driver.sh("echo 3 > src/auth/a.ts && git commit -qam own");
    assertEquals(own.code, 0, own.err);
    const call = JSON.stringify({
      cwd: driver.folder,
      tool_input: { file_path: `${driver.folder}/src/auth/a.ts` },
    });
    const edit = (cwd: string) => driver.run(["hook", "run", "claude-code"], { cwd, stdin: call });
    assertEquals((await edit(driver.folder)).code, 0);
    assertEquals((await edit(two)).code, 2);
  } finally {
    await Deno.remove(two, { recursive: true });
  }
});

Deno.test("when no server runs a commit is allowed, warned about or blocked, as the hook was installed", async () => {
  await using driver = new CommandDriver();
  await repository(driver);
  for (
    const [down, code, text] of [["allow", 0, ""], ["warn", 0, "not checked"], [
      "block",
      1,
      "cannot check",
    ]] as const
  ) {
    await driver.run(["hook", "install", "git", "--down", down]);
    await driver.run(["stop"]);
    const ran = await driver.sh(`echo ${down} > docs/d.md && git commit -qam ${down}`);
    assertEquals(ran.code, code, down);
    assert(text === "" ? !ran.err.includes("lockstep:") : ran.err.includes(text), ran.err);
  }
  await Deno.remove(`${driver.folder}-two`, { recursive: true });
});

Deno.test("a hook that is there is kept, and is what is left when ours is removed", async () => {
  await using driver = new CommandDriver();
  await repository(driver);
  const path = `${driver.folder}/.git/hooks/pre-commit`;
  await Deno.writeTextFile(path, "#!/bin/sh\necho theirs >&2\nexit 0\n", { mode: 0o755 });
  for (let times = 0; times < 2; times++) await driver.run(["hook", "install", "git"]);
  const text = await Deno.readTextFile(path);
  assertEquals(text.split("# lockstep begin").length, 2);
  const ran = await driver.sh("echo 2 > docs/d.md && git commit -qam two");
  assert(ran.err.includes("theirs"), ran.err);
  await driver.run(["hook", "remove", "git"]);
  assertEquals(await Deno.readTextFile(path), "#!/bin/sh\necho theirs >&2\nexit 0\n");
  assertEquals((await driver.run(["hook", "check", "git"])).code, 1);
  await Deno.remove(`${driver.folder}-two`, { recursive: true });
});

Deno.test("the hook of a coding agent refuses an edit of what others have reserved, and no other one", async () => {
  await using driver = new CommandDriver();
  await repository(driver);
  await driver.json(["join", "one"]);
  await driver.json(["reserve", "src/**", "--as", "one"]);
  assertEquals((await driver.run(["hook", "install", "claude-code"])).code, 0);
  const settings = JSON.parse(
    await Deno.readTextFile(`${driver.folder}/.claude/settings.local.json`),
  );
  const [{ matcher, hooks: [{ command }] }] = settings.hooks.PreToolUse;
  assertEquals(matcher, "Edit|MultiEdit|Write|NotebookEdit");
  const two = `${driver.folder}-two`;
  await driver.json(["join", "two"], { cwd: two });
  const edit = async (path: string) => {
    const call = { cwd: two, tool_name: "Edit", tool_input: { file_path: path } };
    await Deno.writeTextFile(`${two}/call.json`, JSON.stringify(call));
    return await driver.sh(`${command} < call.json`, two);
  };
  const refused = await edit(`${two}/src/auth/new.ts`);
  assertEquals(refused.code, 2);
  assert(refused.err.includes("src/**  held by one"), refused.err);
  assertEquals((await edit("src/x.ts")).code, 2);
  assertEquals((await edit(`${two}/docs/d.md`)).code, 0);
  assertEquals((await edit("/tmp/elsewhere.ts")).code, 0);
  await driver.run(["hook", "remove", "claude-code"]);
  const left = JSON.parse(await Deno.readTextFile(`${driver.folder}/.claude/settings.local.json`));
  assertEquals(left.hooks.PreToolUse, []);
  await Deno.remove(two, { recursive: true });
});
