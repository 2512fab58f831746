/**
 * The MCP server of the tools, by the official SDK.
 *
 * @module
 */

import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { VERSION } from "../service/version.ts";
import type { Desk } from "./desk.ts";
import { runTool, TOOLS } from "./tools.ts";

/** What a model reads before it calls a tool. */
const INSTRUCTIONS =
  "Coordinates agents that work on one repository. Call join, then claim, reserve files before you edit them, and finish with done.";

/** Makes a server whose tools work at `desk`. */
export function mcpServer(desk: Desk): McpServer {
  const server = new McpServer(
    { name: "lockstep", version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  for (const tool of TOOLS) {
    const { name, description, annotations } = tool;
    const inputSchema = fromJsonSchema(tool.inputSchema as Parameters<typeof fromJsonSchema>[0]);
    server.registerTool(
      name,
      { description, inputSchema, ...(annotations !== undefined && { annotations }) },
      async (args: unknown) => {
        const { text, isError = false } = await runTool(tool, desk, args);
        return { content: [{ type: "text" as const, text }], isError };
      },
    );
  }
  return server;
}
