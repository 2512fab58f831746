/** Spans of attempts, with a tracer that keeps them, and as Deno exports them. */

import { assert, assertEquals } from "@std/assert";
import { activeTracer, AttemptSpans, type Tracer } from "../../src/server/attempt_spans.ts";
import { LocalClient } from "../../src/client/local/mod.ts";
import { findHome } from "../../src/service/home.ts";
import { ServerDriver, until } from "./driver.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const COMMAND = new URL("../../src/command/mod.ts", import.meta.url).pathname;

interface Kept {
  readonly name: string;
  readonly startTime: number;
  readonly attributes: Record<string, string | number>;
  readonly parent: { traceId: string; spanId: string } | undefined;
  readonly isRoot: boolean;
  status?: { code: number; message?: string };
  endTime?: number;
}

/** A tracer that keeps the spans that were started. */
class KeepingTracer implements Tracer {
  readonly spans: Kept[] = [];

  startSpan(...[name, options, context]: Parameters<Tracer["startSpan"]>) {
    const { startTime, attributes, root = false } = options;
    const key = Symbol.for("OpenTelemetry Context Key SPAN");
    const found = (context as { getValue(key: symbol): unknown } | undefined)?.getValue(key);
    const parent = (found as { spanContext(): Kept["parent"] } | undefined)?.spanContext();
    const span: Kept = { name, startTime, attributes, parent, isRoot: root };
    this.spans.push(span);
    return {
      setStatus: (status: { code: number; message?: string }) => span.status = status,
      end: (endTime: number) => void (span.endTime = endTime),
    };
  }

  /** The spans as task, attempt, outcome and error. */
  get lines(): unknown[] {
    return this.spans.map(({ attributes, status }) => [
      ...[attributes["lockstep.task.id"], attributes["lockstep.attempt"]],
      ...[attributes["lockstep.outcome"], status?.message],
    ]);
  }
}

Deno.test("an attempt has a span from its start to its end, in the trace of its task", async () => {
  await using driver = await ServerDriver.start();
  const { manager } = driver.server;
  const tracer = new KeepingTracer();
  const spans = new AttemptSpans(manager, tracer);
  const agent = await driver.client().registerAgent({ id: "a" });
  const metadata = { traceparent: `00-${TRACE}-${SPAN}-01` };
  await manager.submit({ id: "t1", type: "build", metadata });
  const claim = (await agent.claim())!;
  assertEquals([tracer.spans.length, spans.size], [0, 1]);
  await claim.complete(1);
  await until(() => spans.size === 0);
  const { startedAt, completedAt } = manager.scheduler.getTask("t1")!;
  assertEquals(tracer.spans, [{
    name: "attempt",
    startTime: startedAt!,
    endTime: completedAt!,
    attributes: {
      "lockstep.task.id": "t1",
      "lockstep.task.type": "build",
      "lockstep.agent.id": "a",
      "lockstep.attempt": 1,
      "lockstep.epoch": claim.epoch,
      "lockstep.outcome": "completed",
    },
    parent: { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true } as Kept["parent"],
    isRoot: false,
  }]);
  spans.close();
  await agent[Symbol.asyncDispose]();
});

Deno.test("each attempt has a span of its own, which says how it ended", async () => {
  await using driver = await ServerDriver.start({
    config: { tasks: { maxRetries: 1, retryDelay: 1 } },
  });
  const { manager } = driver.server;
  const tracer = new KeepingTracer();
  const spans = new AttemptSpans(manager, tracer);
  const agent = await driver.client().registerAgent({ id: "a" }, undefined, { isPresent: false });
  await manager.submit({ id: "t1" });
  await (await agent.claim())!.fail(new Error("one"));
  await (await agent.claim())!.fail(new Error("two"));
  await manager.submit({ id: "t2" });
  await (await agent.claim())!.block("which?");
  await manager.answerTask("t2", "this");
  await (await agent.claim())!.release("not now");
  await agent.claim();
  await manager.cancelTask("t2");
  await manager.submit({ id: "t3" });
  await agent.claim();
  await manager.removeAgent("a", "it is gone");
  await until(() => spans.size === 0);
  assertEquals(tracer.lines, [
    ["t1", 1, "failed", "one"],
    ["t1", 2, "failed", "two"],
    ["t2", 1, "blocked", undefined],
    ["t2", 1, "requeued", undefined],
    ["t2", 1, "cancelled", undefined],
    ["t3", 1, "requeued", undefined],
  ]);
  assert(tracer.spans.every(({ isRoot, parent }) => isRoot && parent === undefined));
  spans.close();
  await agent.disconnect();
});

Deno.test("an attempt that goes on over a restart has one span, from its start", async () => {
  await using driver = await ServerDriver.start();
  const first = new AttemptSpans(driver.server.manager, new KeepingTracer());
  const client = driver.local();
  const agent = await client.registerAgent({ id: "a" });
  await driver.server.manager.submit({ id: "t1" });
  const claim = (await agent.claim())!;
  first.close();
  await driver.restart();
  const tracer = new KeepingTracer();
  const second = new AttemptSpans(driver.server.manager, tracer);
  assertEquals(second.size, 1);
  await claim.complete(1);
  await until(() => second.size === 0);
  assertEquals(tracer.lines, [["t1", 1, "completed", undefined]]);
  const { startedAt } = driver.server.manager.scheduler.getTask("t1")!;
  assertEquals(tracer.spans[0]!.startTime, startedAt);
  second.close();
  await agent[Symbol.asyncDispose]();
});

Deno.test("an attempt in a trace that is not recorded has no span", async () => {
  await using driver = await ServerDriver.start();
  const tracer = new KeepingTracer();
  const spans = new AttemptSpans(driver.server.manager, tracer);
  const agent = await driver.client().registerAgent({ id: "a" });
  const metadata = { traceparent: `00-${TRACE}-${SPAN}-00` };
  await driver.server.manager.submit({ id: "t1", metadata });
  await (await agent.claim())!.complete(1);
  await until(() => spans.size === 0);
  assertEquals(tracer.spans, []);
  spans.close();
  await agent[Symbol.asyncDispose]();
});

Deno.test("there is no tracer unless Deno exports spans", () => {
  assertEquals(activeTracer(), undefined);
});

Deno.test("a server with OTEL_DENO=true exports the spans of attempts", async () => {
  type Value = { stringValue?: string };
  type Span = { name: string; traceId: string; parentSpanId?: string; attributes: Attribute[] };
  type Attribute = { key: string; value: Value };
  const spans: Span[] = [];
  await using collector = Deno.serve({ port: 0, onListen() {} }, async (request) => {
    const body = await request.json();
    for (const { scopeSpans } of body.resourceSpans ?? []) {
      for (const each of scopeSpans) spans.push(...each.spans);
    }
    return new Response("{}", { headers: { "content-type": "application/json" } });
  });
  const folder = Deno.makeTempDirSync({ prefix: "lockstep-otel-" });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--quiet", "--unstable-no-legacy-abort", COMMAND],
      ...["serve", "--dir", folder],
    ],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "50",
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const home = findHome({ dir: folder, create: true });
    using client = new LocalClient(home, { retryMs: 20_000 });
    const agent = await client.registerAgent({ id: "a" });
    await client.submit({ id: "t1", metadata: { traceparent: `00-${TRACE}-${SPAN}-01` } });
    await (await agent.claim())!.complete(1);
    await until(() => spans.some(({ name }) => name === "attempt"), 30_000);
    const { traceId, parentSpanId, attributes } = spans.find(({ name }) => name === "attempt")!;
    assertEquals([traceId, parentSpanId], [TRACE, SPAN]);
    const outcome = attributes.find(({ key }) => key === "lockstep.outcome");
    assertEquals(outcome?.value.stringValue, "completed");
    await agent[Symbol.asyncDispose]();
  } finally {
    child.kill("SIGTERM");
    await child.status;
    Deno.removeSync(folder, { recursive: true });
  }
});
