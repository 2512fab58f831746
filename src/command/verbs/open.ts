/**
 * `lockstep open`: opens the dashboard in a browser.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { userInfo } from "node:os";
import process from "node:process";
import type { Context } from "../verb.ts";

/** The program that opens an address, by platform. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** `lockstep open`. */
export async function open(context: Context): Promise<void> {
  context.need(0);
  const client = await context.client();
  const { url, until } = await client.openLink(nameOfUser());
  const link = { url, until };
  if (context.has("print") || context.json) {
    context.answer(link, url);
    return;
  }
  const isOpened = await openedBy(OPENERS[process.platform] ?? ["xdg-open"], url);
  context.answer(
    link,
    isOpened ? "The dashboard opens in the browser." : `Open this link within a minute:\n${url}`,
  );
}

/** Resolves with whether a program took the address. */
function openedBy([program, ...args]: readonly string[], url: string): Promise<boolean> {
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

function nameOfUser(): string {
  try {
    return userInfo().username || "operator";
  } catch {
    return "operator"; // a user without a name
  }
}
