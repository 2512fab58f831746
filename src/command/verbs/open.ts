/**
 * `lockstep open`: opens the dashboard in a browser.
 *
 * @module
 */

import { userInfo } from "node:os";
import { openInBrowser } from "../../service/browser.ts";
import type { Context } from "../verb.ts";

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
  const isOpened = await openInBrowser(url);
  context.answer(
    link,
    isOpened ? "The dashboard opens in the browser." : `Open this link within a minute:\n${url}`,
  );
}

function nameOfUser(): string {
  try {
    return userInfo().username || "operator";
  } catch {
    return "operator"; // a user without a name
  }
}
