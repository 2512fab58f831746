/**
 * A real browser for tests and pictures.
 *
 * @module
 */

import { type Browser, chromium } from "playwright-core";

/** Where Chromium may be. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Returns the path of Chromium, or `undefined` when there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const name of NAMES) {
    const { success, stdout } = await new Deno.Command("sh", {
      args: ["-c", `command -v ${name}`],
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  }
  return undefined;
}

/** Starts it. */
export async function startBrowser(path: string): Promise<Browser> {
  return await chromium.launch({
    executablePath: path,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}
