/**
 * Lockstep at work: `deno task demo`.
 *
 * @module
 */

import { playScenes } from "./scenes.ts";
import { runWorkflowDemo } from "./workflow.ts";

const isAsMeant = await runWorkflowDemo() && await playScenes();
Deno.exit(isAsMeant ? 0 : 1);
