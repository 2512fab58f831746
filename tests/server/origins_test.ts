import { assertEquals, assertRejects } from "@std/assert";
import { LockstepClient } from "../../src/client/mod.ts";
import { startServer } from "../../src/server/mod.ts";
import { ServerDriver } from "./driver.ts";

const APP = "https://app.example";

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"),
  );
}

/** Calls a server as the page of an origin does. */
async function call(
  driver: ServerDriver,
  origin: string | undefined,
  { method = "GET", path = "/v1/state", headers = {} }: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<Response> {
  const response = await fetch(driver.server.info.url + path, {
    method,
    headers: {
      ...(origin !== undefined && { origin }),
      ...(method !== "OPTIONS" && { authorization: `Bearer ${driver.server.token}` }),
      ...headers,
    },
  });
  await response.body?.cancel();
  return response;
}

const QUESTION = {
  method: "OPTIONS",
  headers: {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  },
};

Deno.test("the page of an allowed origin may ask, send and read, also what is refused", async () => {
  await using driver = await ServerDriver.start({ allowedOrigins: [APP, "http://localhost:3000"] });
  const asked = await call(driver, APP, QUESTION);
  assertEquals(asked.status, 204);
  const answer = headersOf(asked);
  assertEquals(answer["access-control-allow-origin"], APP);
  assertEquals(answer["access-control-allow-methods"], "GET, POST, PUT, PATCH, DELETE");
  assertEquals(answer["access-control-allow-headers"]!.startsWith("authorization, "), true);
  assertEquals(answer["access-control-allow-credentials"], undefined);
  assertEquals(answer["vary"], "origin");
  for (const path of ["/v1/state", "/v1/tasks/none", "/nothing", "/v1/events"]) {
    const response = await call(driver, APP, { path });
    assertEquals(headersOf(response)["access-control-allow-origin"], APP, path);
    assertEquals(
      headersOf(response)["access-control-expose-headers"]!.includes("retry-after"),
      true,
    );
  }
  const other = await call(driver, "http://localhost:3000");
  assertEquals(headersOf(other)["access-control-allow-origin"], "http://localhost:3000");
  const withoutToken = await call(driver, APP, { headers: { authorization: "" } });
  assertEquals(withoutToken.status, 401, "an origin is no token");
});

Deno.test("the cookie of a person is good for the pages of the server alone", async () => {
  await using driver = await ServerDriver.start({ allowedOrigins: [APP] });
  const { token, info } = driver.server;
  const { url } = await new LockstepClient({ url: info.url!, token }).openLink();
  const opened = await fetch(url, { redirect: "manual" });
  await opened.body?.cancel();
  const [cookie = ""] = opened.headers.get("set-cookie")!.split(";");
  const pause = async (origin: string) => {
    const headers = { origin, cookie, "content-type": "text/plain" };
    const response = await fetch(`${info.url}/v1/pause`, { method: "POST", headers, body: "{}" });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await pause(APP), 401);
  assertEquals(await pause(info.url!), 204);
});

Deno.test("a page of any other origin is refused, and told nothing", async () => {
  await using driver = await ServerDriver.start({ allowedOrigins: [APP] });
  const port = new URL(driver.server.info.url!).port;
  const others = [
    ...["http://app.example", "https://app.example:444", "https://app.example.evil.example"],
    ...["https://evil.example", "null", "", "*", `http://evil.example:${port}`, `${APP}/`],
  ];
  for (const origin of others) {
    for (const request of [{}, QUESTION]) {
      const response = await call(driver, origin, request);
      assertEquals(response.status, 403, origin);
      assertEquals(headersOf(response), { vary: "origin" }, origin);
    }
  }
  const program = await call(driver, undefined);
  assertEquals([program.status, headersOf(program)], [200, { vary: "origin" }]);
  const own = await call(driver, `http://127.0.0.1:${port}`);
  assertEquals(own.status, 200);
});

Deno.test("without allowed origins no page elsewhere is answered", async () => {
  await using driver = await ServerDriver.start();
  for (const request of [{}, QUESTION]) {
    const response = await call(driver, APP, request);
    assertEquals([response.status, headersOf(response)], [403, {}]);
  }
});

Deno.test("allowed origins must be origins", async () => {
  const home = { root: "/", folder: "/none", socket: "/none/s" };
  const wrong = [
    ...["*", "null", "", "app.example", "https://app.example/", "https://app.example/path"],
    ...["ftp://app.example", "https://APP.example", "https://app.example:443", 5],
  ];
  for (const origin of wrong) {
    const start = () => startServer(home, { allowedOrigins: [origin as string] });
    await assertRejects(start, TypeError, "allowedOrigins", String(origin));
  }
  await assertRejects(() => startServer(home, { allowedOrigins: APP as never }), TypeError);
});
