import { assertEquals, assertRejects } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { MessageRouterConfig } from "../../src/messages/config.ts";
import { UnknownRecipientError } from "../../src/messages/errors.ts";
import { MessageRouter } from "../../src/messages/message_router.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { MessageDriver } from "./driver.ts";

interface Watched {
  readonly router: MessageRouter;
  readonly clock: SimulatedClock;
  readonly warnings: string[];
  readonly misaddressed: string[];
}

function watched(config: MessageRouterConfig = {}): Watched {
  const clock = new SimulatedClock(1_000);
  const bus = new EventBus(false, { logger: silentLogger, clock });
  const warnings: string[] = [];
  const ignore = () => {};
  const warn = (line: string) => void warnings.push(line);
  const logger = { debug: ignore, info: ignore, warn, error: ignore };
  const router = new MessageRouter(config, bus, logger, { clock });
  const misaddressed: string[] = [];
  bus.on("message:misaddressed", ({ to }) => void misaddressed.push(to));
  return { router, clock, warnings, misaddressed };
}

Deno.test("M9-typo-sent-to-nobody: a message to a name that no agent has had is reported", async () => {
  const { router, clock, warnings, misaddressed } = watched();
  await router.registerAgent("reviewer");
  for (let i = 0; i < 3; i++) await router.send("writer", "reviewr", i);
  assertEquals(misaddressed, ["reviewr"]);
  const { healthy, metrics } = await router.getHealthStatus();
  assertEquals([healthy, metrics["unknownRecipients"]], [true, 1]); // it may come soon
  const { summary } = router.explain("message-1");
  assertEquals(summary.endsWith('that name; did you mean "reviewer"?'), true, summary);
  assertEquals(warnings, []);
  await clock.advance(1_000);
  await router.send("writer", "reviewr", 3);
  await clock.advance(10_000);
  const { error } = await router.getHealthStatus();
  assertEquals(error, 'messages wait for the name "reviewr", which no agent has had');
  assertEquals(warnings, [
    'Messages wait for "reviewr", and no agent has had that name; did you mean "reviewer"?',
  ]);
  await router.shutdown();
});

Deno.test("an agent that comes soon after a message to it is not warned of", async () => {
  const { router, clock, warnings } = watched();
  await router.send("writer", "reviewer", 1);
  router.subscribe("reviewer", () => {});
  await clock.advance(1_000);
  await router.send("reviewer", "writer", 2); // it has sent, so it is an agent
  await clock.advance(1_000);
  assertEquals([warnings, (await router.getHealthStatus()).error], [[], undefined]);
  await router.shutdown();
});

Deno.test("a router that is closed soon warns at once", async () => {
  const { router, clock, warnings } = watched();
  await router.send("writer", "nobody", 1);
  await router.shutdown();
  assertEquals([warnings.length, clock.pending], [1, 0]);
});

Deno.test('unknownRecipients: "refuse" refuses the message, and names near names', async () => {
  const { router } = watched({ unknownRecipients: "refuse" });
  await router.registerAgent("reviewer");
  const error = await assertRejects(
    () => router.send("writer", "Reviewr", 1),
    UnknownRecipientError,
    'Cannot send a message from "writer" to "Reviewr": an agent must have had the name of the ' +
      'recipient; did you mean "reviewer"?',
  );
  assertEquals([error.code, error.to, error.near], ["unknown-recipient", "Reviewr", ["reviewer"]]);
  await assertRejects(
    () => router.sendWithResponse("writer", "__proto__", 1),
    UnknownRecipientError,
  );
  await router.send("writer", "writer", 1); // a sender is an agent
  assertEquals(await router.send("writer", "reviewer", 1), "message-2");
  await router.shutdown();
});

Deno.test('unknownRecipients: "allow" reports nothing', async () => {
  const { router, clock, warnings, misaddressed } = watched({ unknownRecipients: "allow" });
  await router.send("writer", "nobody", 1);
  await clock.advance(1_000);
  assertEquals([warnings, misaddressed], [[], []]);
  assertEquals((await router.getHealthStatus()).healthy, true);
  await router.shutdown();
});

Deno.test("each way to be an agent makes a name known, and the oldest names are forgotten", () => {
  const driver = new MessageDriver({ unknownRecipients: "refuse", maxKnownNames: 4 });
  driver.do({ type: "open-mailbox", agentId: "opened" });
  driver.attach("attached", "h");
  driver.do({ type: "subscribe-topic", agentId: "subscribed", topic: "t" });
  driver.receive("received");
  driver.send("sender", "opened", 1);
  assertEquals([...driver.state.names], ["attached", "subscribed", "received", "sender"]);
  for (const to of ["opened", "attached", "subscribed", "received", "sender"]) {
    assertEquals(driver.send("x", to, 1)[0]?.type, "message:sent", to);
  }
});
