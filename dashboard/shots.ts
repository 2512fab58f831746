/**
 * `deno task shots`: makes a picture of each page, at two widths, in dark and light. Those for the guide
 * go to `docs/pictures`, the others to `build/shots`.
 *
 * @module
 */

import { findChromium, startBrowser } from "./browser.ts";
import { startDemo } from "./demo.ts";

const PAGES = [
  ["now", "/"],
  ["agents", "/agents"],
  ["agent", "/agents/grace"],
  ["tasks", "/tasks"],
  ["failures", "/tasks?status=failed"],
  ["why", "/tasks?why=task%3Alogin-polish"],
  ["plan", "/plan"],
  ["locks", "/locks"],
  ["files", "/files"],
  ["messages", "/messages"],
  ["timeline", "/timeline?minutes=1"],
  ["metrics", "/charts"],
] as const;

/** The pictures of the guide: wide and light. */
const IN_GUIDE: ReadonlySet<string> = new Set(["now", "why", "plan", "locks", "timeline"]);

const ROOT = new URL("../", import.meta.url).pathname;
const path = await findChromium();
if (path === undefined) {
  console.error("Chromium is not installed");
  Deno.exit(1);
}
await using demo = await startDemo();
const browser = await startBrowser(path);
Deno.mkdirSync(`${ROOT}build/shots`, { recursive: true });
Deno.mkdirSync(`${ROOT}docs/pictures`, { recursive: true });
const only = Deno.args;
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 400]) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: width === 400 ? 860 : 800 },
    });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(message.text()));
    page.on("pageerror", (error) => console.error(error.stack));
    await page.goto((await demo.client.openLink("shots")).url);
    for (const [name, address] of PAGES) {
      if (only.length > 0 && !only.includes(name)) continue;
      await page.goto(demo.url + address);
      await page.waitForSelector(".page h1");
      await page.waitForSelector(".loading", { state: "detached" });
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${ROOT}build/shots/${name}-${width}-${colorScheme}.png` });
      if (width === 1280 && colorScheme === "light" && IN_GUIDE.has(name)) {
        await page.screenshot({ path: `${ROOT}docs/pictures/${name}.png` });
      }
    }
    await context.close();
  }
}
await browser.close();
