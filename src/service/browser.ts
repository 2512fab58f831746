/**
 * Opens addresses in a browser.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";

/** The program that opens an address, by platform. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Opens `url`; resolves with whether a program took it. */
export function openInBrowser(url: string): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(program!, [...args, url], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
    child.once("spawn", () =>
      setTimeout(() => {
        child.unref();
        resolve(true);
      }, 2_000));
  });
}
