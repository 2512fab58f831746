import { assert, assertEquals } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { OPERATIONS } from "../../src/server/operations/mod.ts";
import { JSON_LINES } from "../../src/server/operation.ts";
import { ServerDriver } from "./driver.ts";
import { VALID } from "./valid.ts";

interface Documented {
  readonly operationId: string;
  readonly requestBody?: unknown;
  readonly responses: Record<string, unknown>;
}

type Document = { readonly paths: Record<string, Record<string, Documented>> };

Deno.test("the OpenAPI document is valid, and names each operation once", async () => {
  await using driver = await ServerDriver.start();
  const { status, body } = await driver.call("GET", "/openapi.json", undefined, { token: "" });
  assertEquals(status, 200);
  const { valid, errors } = await new Validator().validate(body);
  assertEquals([valid, errors], [true, undefined]);
  const ids = Object.values((body as Document).paths)
    .flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(ids.toSorted(), Object.values(OPERATIONS).flat().map(({ id }) => id).toSorted());
});

/** What makes a call of an operation succeed, where its valid body alone does not. */
const PARAMETERS: Record<string, string> = {
  taskId: "t1",
  agentId: "a",
  resourceId: "db",
  kind: "task",
  id: "t1",
  key: "k",
  scheduleId: "s",
  topic: "news",
  messageId: "message-1",
};

Deno.test("each operation answers valid input as documented, and malformed input with a problem", async () => {
  await using driver = await ServerDriver.start();
  const { body: document } = await driver.call("GET", "/openapi.json");
  const operations = new Map(Object.values(OPERATIONS).flat().map((each) => [each.id, each]));
  const token = await driver.join("a");
  await driver.call("POST", "/v1/tasks", { id: "t1" });
  await driver.call("POST", "/v1/claims", {}, { token });
  await driver.call("POST", "/v1/locks/db", {}, { token });
  const succeeded = new Set<string>();
  for (const [path, methods] of Object.entries((document as Document).paths)) {
    for (const [method, { operationId, responses, requestBody }] of Object.entries(methods)) {
      if (["presence", "events", "stop", "removeAgent", "drainAgent"].includes(operationId)) {
        continue;
      }
      const operation = operations.get(operationId)!;
      const filled = path.replaceAll(
        /\{(\w+)\}/g,
        (_, name) => encodeURIComponent(PARAMETERS[name]!),
      );
      const given = operationId === "history" ? `${filled}?at=1` : filled;
      const as = operation.audience === "agent" ? token : driver.server.token;
      const answer = await driver.call(method.toUpperCase(), given, VALID[operationId], {
        token: as,
      });
      const shown = `${operationId} ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
      if (answer.status >= 400) {
        assertEquals(answer.type, "application/problem+json", shown);
        assert(answer.status < 500, shown);
      } else {
        assert(String(answer.status) in responses, shown);
        succeeded.add(operationId);
        const { reply } = operation;
        if (reply !== undefined && answer.status !== 202) {
          const check = TypeCompiler.Compile(reply);
          const lines = answer.type === JSON_LINES
            ? String(answer.body).trimEnd().split("\n").map((line) => JSON.parse(line))
            : [answer.body];
          assertEquals(
            lines.flatMap((line) => [...check.Errors(line)])
              .map(({ path, message }) => path + message),
            [],
            shown,
          );
        }
      }
      const malformed = await driver.call(
        method.toUpperCase(),
        `${given}${given.includes("?") ? "&" : "?"}surplus=1`,
        VALID[operationId],
        { token: as },
      );
      assertEquals([malformed.status, malformed.body.code], [400, "invalid-request"], operationId);
      if (requestBody !== undefined) {
        const wrong = await driver.call(method.toUpperCase(), given, [1], { token: as });
        assertEquals([wrong.status, wrong.type], [400, "application/problem+json"], operationId);
      }
    }
  }
  assert(
    succeeded.size >= 38,
    `${succeeded.size} of ${operations.size}: ${[...succeeded].join(" ")}`,
  );
});
