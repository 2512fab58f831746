import { assertEquals } from "@std/assert";
import { EventBus, Logger, ResourceManager } from "../../../mod.ts";

const lines: string[] = [];
console.debug = (line) => lines.push(String(line));

// The block:
const logger = new Logger({ level: 'debug' });
const eventBus = new EventBus(true); // Enable debug mode

// This will log all coordination events and state changes

// What it must have done:
await using resources = new ResourceManager({}, eventBus, logger);
await resources.acquire("file", "agent1");
assertEquals(lines.some((line) => /resource:acquired.*file.*agent1/.test(line)), true, lines.join());
