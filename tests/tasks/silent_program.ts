/** A program that awaits no result. */

import { CoordinationManager } from "../../mod.ts";

await using manager = new CoordinationManager({ maxRetries: 0 });
await manager.registerAgent({ id: "x" }, (task) => {
  if (task.id === "fails") throw new Error("boom");
});
await manager.submit({ id: "fails" });
await manager.submit({ id: "stays", requires: ["gpu"] });
