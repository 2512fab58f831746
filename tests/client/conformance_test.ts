import { assertEquals } from "@std/assert";
import { CoordinationManager } from "../../mod.ts";
import { ServerDriver, SILENT } from "../server/driver.ts";
import { scenario } from "./scenario.ts";

async function inProcess(): Promise<unknown[]> {
  const manager = new CoordinationManager({ logger: SILENT, retryDelay: 1 });
  try {
    return await scenario(manager);
  } finally {
    await manager.shutdown({ graceMs: 0 });
  }
}

for (const door of ["port", "socket"] as const) {
  Deno.test(`a client through the ${door} answers as a manager in this process does`, async () => {
    await using driver = await ServerDriver.start({ config: { retryDelay: 1 } });
    const client = door === "port" ? driver.client() : driver.local();
    assertEquals(await scenario(client), await inProcess());
  });
}
