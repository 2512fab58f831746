/** One-time links, and the cookies of browsers that opened one. */

import { assert, assertEquals } from "@std/assert";
import { ServerDriver } from "./driver.ts";

/** Opens a link, and returns the cookie that the browser gets. */
async function cookieOf(driver: ServerDriver): Promise<string> {
  const { body } = await driver.call("POST", "/v1/links", { name: "ana" });
  const response = await fetch(body.url, { redirect: "manual" });
  await response.body?.cancel();
  assertEquals(response.status, 303);
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

Deno.test("a browser keeps the dashboards of two servers apart: cookies know no ports", async () => {
  await using one = await ServerDriver.start();
  await using two = await ServerDriver.start();
  const cookies = [await cookieOf(one), await cookieOf(two)];
  const names = cookies.map((cookie) => cookie.split("=")[0]!);
  assert(names[0] !== names[1], names[0]); // or the second would replace the first
  const headers = { cookie: cookies.join("; ") };
  for (const { server } of [one, two]) {
    const response = await fetch(`${server.info.url}/v1/pages/now`, { headers });
    await response.body?.cancel();
    assertEquals(response.status, 200);
  }
});
