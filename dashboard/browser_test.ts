/// <reference lib="dom" />
/**
 * The dashboard in a real browser, against a real server with agents.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { LocalClient } from "../src/client/local/mod.ts";
import { startServer } from "../src/server/mod.ts";
import { findHome } from "../src/service/home.ts";
import { findChromium, startBrowser } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

const chromium = await findChromium();

/** The pages, with a text that each shows. */
const PAGES = [
  ["/", "Which currency do we show first?"],
  ["/agents", "margaret"],
  ["/agents/grace", "src/search/*.ts"],
  ["/tasks", "Polish the login page"],
  ["/tasks?status=failed", "Connection to db#.internal:# was refused"],
  ["/tasks?why=task%3Alogin-polish", 'It waits for "login-test"'],
  ["/plan", "31 tasks."],
  ["/locks", "deploy"],
  ["/files", "login/"],
  ["/messages", "Please review billing-review first"],
  ["/timeline", "dennis"],
  ["/charts", "Tasks per minute"],
] as const;

/** A tab, and what went wrong in it. */
interface Tab {
  readonly page: Page;
  readonly problems: string[];
}

/** Opens a tab of a browser that may see the dashboard. */
async function openTab(context: BrowserContext, origin: string): Promise<Tab> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) problems.push(`left the origin: ${request.url()}`);
  });
  return { page, problems };
}

/** Opens a browser that may see the dashboard of `demo`, with one tab. */
async function enter(browser: Browser, demo: Pick<Demo, "client" | "url">): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const tab = await openTab(context, demo.url);
  await tab.page.goto((await demo.client.openLink("ana")).url);
  await tab.page.waitForSelector("h1");
  return tab;
}

function test(name: string, body: (browser: Browser) => Promise<void>): void {
  Deno.test({
    name: chromium === undefined ? `${name} (skipped: Chromium is not installed)` : name,
    ignore: chromium === undefined,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser = await startBrowser(chromium!);
      try {
        await body(browser);
      } finally {
        await browser.close();
      }
    },
  });
}

test("every page shows what is there, without an error, and readable by all", async (browser) => {
  await using demo = await startDemo();
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 400, 2560]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
      const { page, problems } = await openTab(context, demo.url);
      await page.goto((await demo.client.openLink()).url);
      for (const [address, text] of PAGES) {
        await page.goto(demo.url + address);
        await page.getByText(text).first().waitFor({ timeout: 10_000 });
        const overflow = await page.evaluate(() =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth
        );
        assert(overflow <= 0, `${address} is ${overflow} px too wide at ${width}`);
        if (width === 2560) continue;
        await page.evaluate(axe.source.toString()).catch(() => {}); // a policy may forbid it
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
          const { violations } = await axe.run(document, { resultTypes: ["violations"] });
          return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
            .map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
        });
        assertEquals(violations, [], `${address} ${width} ${colorScheme}`);
      }
      assertEquals(problems, []);
      await context.close();
    }
  }
});

/** Presses a button, and answers the dialog. */
async function press(page: Page, label: string, text?: string): Promise<void> {
  const answered = page.waitForResponse((response) => response.request().method() !== "GET");
  await page.getByRole("button", { name: label }).first().click();
  const dialog = page.locator("dialog[open]");
  if (text !== undefined) await dialog.locator("[name=text]").fill(text);
  if (await dialog.count() > 0) await dialog.locator("button[type=submit]").click();
  await answered;
  await page.locator(".toast").first().waitFor();
  assertEquals(
    await page.locator(".toast.bad").count(),
    0,
    await page.locator(".toast").innerText(),
  );
}

test("an operator acts: each action asks first if it destroys, and is done", async (browser) => {
  await using demo = await startDemo();
  const { client } = demo;
  const { page, problems } = await enter(browser, demo);
  const status = async (id: string) => (await client.getTask(id))!.status;

  await press(page, "Answer", "euros");
  assertEquals((await client.getTask("search-sketch"))!.answer, "euros");
  await press(page, "Accept");
  assertEquals(await status("logo"), "completed");
  await press(page, "Pause", "lunch");
  await page.getByText("lunch").first().waitFor();
  await press(page, "Resume");
  await press(page, "Add task", "Write the manual");
  const { tasks } = await client.listTasks({ limit: 1_000 });
  assert(tasks.some(({ description }) => description === "Write the manual"));

  await page.goto(`${demo.url}/tasks?status=failed`);
  await press(page, "Retry all", "yes");
  await page.getByText("4 of 4").waitFor();
  assert(["ready", "waiting"].includes(await status("import-0")));

  const why = async (id: string) => {
    await page.goto(`${demo.url}/tasks?why=task%3A${id}`);
    await page.locator(".drawer .facts").waitFor();
  };
  await why("alerts-sketch");
  await press(page, "Priority", "77");
  assertEquals((await client.getTask("alerts-sketch"))!.priority, 77);
  await why("release");
  await press(page, "Cancel task", "not this year");
  assertEquals(await status("release"), "cancelled");
  await why("export-read");
  await press(page, "Reassign", "linus");
  assertEquals((await client.getTask("export-read"))!.assignedAgent, "linus");

  await page.goto(`${demo.url}/locks?text=deploy`);
  await page.getByText("margaret").first().waitFor();
  await press(page, "Release", "grace has forgotten it");
  await page.locator("tr", { hasText: "deploy" }).getByRole("link", { name: "margaret" }).waitFor();
  const holders = demo.server.manager.resources.holdersOf("deploy");
  assertEquals(holders.map(({ agentId }) => agentId), ["margaret"]);
  await page.goto(demo.url);
  await page.getByText('operator ana: revoke "deploy"').first().waitFor();

  await page.goto(`${demo.url}/agents/linus`);
  await press(page, "Cordon", "slow");
  await press(page, "Uncordon");
  await press(page, "Send message", "please hurry");
  await page.getByText("please hurry").first().waitFor();
  await press(page, "Remove", "its machine is off");
  await page.getByText("Cannot explain").waitFor();
  assert(problems.splice(0).every((problem) => problem.includes("404")), "its page is gone");
  await page.goto(`${demo.url}/agents`);
  await page.getByText("margaret").first().waitFor();
  assertEquals(await page.getByText("linus").count(), 0);

  // Nothing is done when the question is answered with no.
  await why("alerts-read");
  await page.getByRole("button", { name: "Cancel task" }).click();
  await page.getByRole("button", { name: "Keep" }).click();
  assertEquals(await status("alerts-read"), "running");
  assertEquals(problems, []);
});

test("the bar goes to any moment and back, on every page, and nothing can be done there", async (browser) => {
  await using demo = await startDemo();
  const { page, problems } = await enter(browser, demo);
  const before = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await demo.client.submit({ id: "later", description: "Came later" });
  await page.goto(`${demo.url}/tasks?at=${before}`);
  await page.getByText("Polish the login page").waitFor();
  assertEquals(await page.getByText("Came later").count(), 0);
  assertEquals(await page.locator(".time.past").count(), 1);
  for (
    const name of ["Now", "Agents", "Plan", "Locks", "Files", "Messages", "Timeline", "Metrics"]
  ) {
    await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await page.locator(".loading").waitFor({ state: "detached" });
    assertEquals(new URL(page.url()).searchParams.get("at"), String(before), name);
    assertEquals(await page.locator(".tools button:not([aria-pressed])").count(), 0, name);
  }
  await page.keyboard.press("[");
  await page.waitForURL((url) => Number(url.searchParams.get("at")) < before);
  await page.keyboard.press("n");
  await page.waitForURL((url) => !url.searchParams.has("at"));
  await page.keyboard.press("3");
  await page.getByText("Came later").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("later");
  await page.waitForURL((url) => url.searchParams.get("text") === "later");
  assertEquals(problems, []);
});

test("a link works once, and a browser without one sees nothing", async (browser) => {
  await using demo = await startDemo();
  const { url } = await demo.client.openLink("ana");
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(url);
  await page.getByText("Needs a person").waitFor();
  const [cookie] = await first.cookies();
  assertEquals([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
  const second = await (await browser.newContext()).newPage();
  assertEquals((await second.goto(url))?.status(), 403);
  await second.goto(demo.url);
  await second.getByText("This browser has no access").waitFor();
  const response = await fetch(`${demo.url}/v1/pages/now`, {
    headers: { cookie: `${cookie!.name}=${cookie!.value.slice(0, -2)}xx` },
  });
  assertEquals(response.status, 401);
  await response.body?.cancel();
});

/** Texts that would do harm if they were taken for anything but text. */
const HOSTILE = [
  '<img src=x onerror="document.title=1">',
  "<script>document.title=2</script>",
  "${1+1}{{1+1}}",
  "\u202egnp.exe",
  "nul\u0000byte",
  "a/../../b?c#d",
  "__proto__",
  "x".repeat(10_000),
] as const;

test("hostile names and payloads are shown as text, in every field", async (browser) => {
  await using demo = await startDemo();
  const { client } = demo;
  const titles: string[] = [];
  for (const [i, text] of HOSTILE.entries()) {
    const name = text.slice(0, 200).replaceAll("\u0000", "0");
    const agent = await client.registerAgent(
      { id: `${name}${i}`, name: text, type: text, capabilities: [name], metadata: { text } },
      undefined,
      { isPresent: false },
    );
    const id = `${name}-task${i}`;
    await client.submit({
      id,
      description: text,
      type: text,
      input: text,
      priority: 900,
      retries: 0,
    });
    const claim = await agent.claim({ waitMs: 0, taskId: id });
    await claim?.progress(text);
    await claim?.note(text.slice(0, 2_000));
    await agent.acquire(`${name}-lock`);
    await agent.acquirePaths([`${name.replaceAll(/[^\w<>=]/g, "_")}/**`]);
    await agent.send("ada", text);
    if (i % 3 === 0) await claim?.fail(new Error(text));
    else if (i % 3 === 1) await claim?.block(text);
    else await claim?.complete(text);
  }
  const { page, problems } = await enter(browser, demo);
  for (const [address] of PAGES) {
    await page.goto(demo.url + address);
    await page.locator(".loading").waitFor({ state: "detached" });
    await page.waitForTimeout(100);
    titles.push(await page.title());
    const overflow = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth
    );
    assert(overflow <= 0, `${address}: ${overflow}`);
    assertEquals(await page.locator("img, main script").count(), 0, address);
    assert(!(await page.locator("body").innerText()).includes("\u202e"), address);
  }
  assert(titles.every((title) => !/^\d$/.test(title)), titles.join());
  const odd = `${HOSTILE[0]}-task0`;
  await page.goto(`${demo.url}/tasks?why=${encodeURIComponent(`task:${odd}`)}`);
  await page.locator(".drawer .facts").waitFor();
  assertEquals(problems, []);
});

test("eight tabs stay live over a restart of the server", async (browser) => {
  const dir = Deno.makeTempDirSync();
  const home = findHome({ dir, create: true });
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  let server = await startServer(home, { logger: quiet });
  const port = Number(new URL(server.info.url!).port);
  const client = new LocalClient(home);
  try {
    const context = await browser.newContext();
    const tabs: Page[] = [];
    const first = await context.newPage();
    await first.goto((await client.openLink()).url);
    for (let i = 0; i < 8; i++) {
      const page = i === 0 ? first : await context.newPage();
      await page.goto(`${server.info.url}/tasks`);
      await page.getByText("There are no tasks").waitFor();
      tabs.push(page);
    }
    const seen = async (text: string) => {
      for (const page of tabs) {
        await page.bringToFront();
        await page.getByText(text).first().waitFor({ timeout: 15_000 });
      }
    };
    await client.submit({ id: "one", description: "Before the restart" });
    await seen("Before the restart");
    await server.close();
    for (const page of tabs.slice(0, 2)) {
      await page.bringToFront();
      await page.getByText("offline, trying again").waitFor({ timeout: 15_000 });
    }
    server = await startServer(home, { logger: quiet, port });
    await client.submit({ id: "two", description: "After the restart" });
    await seen("After the restart");
  } finally {
    client.close();
    await server.close();
    await Deno.remove(dir, { recursive: true });
  }
});

test("a plan of a thousand tasks is drawn, moved, zoomed and folded", async (browser) => {
  await using demo = await startDemo();
  const { client } = demo;
  for (let i = 0; i < 1_000; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => {
      const n = i + j;
      const dependencies = n < 50 ? [] : [`n${n - 50}`, `n${n - 50 - n % 7 * (n > 100 ? 1 : 0)}`];
      return client.submit({ id: `n${n}`, dependencies: [...new Set(dependencies)] });
    }));
  }
  const { page, problems } = await enter(browser, demo);
  await page.goto(`${demo.url}/plan?root=n0`);
  await page.locator(".node").first().waitFor();
  const group = page.locator(".canvas svg > g");
  const before = await group.getAttribute("transform");
  await page.locator(".canvas").focus();
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  const after = await group.getAttribute("transform");
  assert(before !== after);
  const box = (await page.locator(".canvas").boundingBox())!;
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 260, { steps: 5 });
  await page.mouse.up();
  assert(await group.getAttribute("transform") !== after);
  await page.locator(".node", { hasText: "n1" }).first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".drawer").waitFor();
  assertEquals(problems, []);
});
