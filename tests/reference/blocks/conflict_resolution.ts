import { assertEquals } from "@std/assert";
import { EventBus, Logger } from "../../../mod.ts";

const eventBus = new EventBus();
const logger = new Logger();

// The block:
import { ConflictResolver, PriorityResolutionStrategy } from '../../../mod.ts';

const resolver = new ConflictResolver(logger, eventBus);

// Register custom strategy
resolver.registerStrategy(new PriorityResolutionStrategy());

// Report conflict
const conflict = await resolver.reportResourceConflict(
  'shared-file',
  ['agent1', 'agent2', 'agent3']
);

// Resolve using priority strategy
const resolution = await resolver.resolveConflict(
  conflict.id,
  'priority',
  { agentPriorities: new Map([['agent1', 10], ['agent2', 5]]) }
);

console.log(`Winner: ${resolution.winner}`); // agent1 (higher priority)

// What it must have done:
assertEquals(resolution.winner, "agent1");
assertEquals(resolution.losers, ["agent2", "agent3"]);
assertEquals(resolver.getStats().resolvedConflicts, 1);
