/**
 * Lockstep at work: `deno task demo`.
 *
 * @module
 */

import { runWorkflowDemo } from "./workflow.ts";

const isAsMeant = await runWorkflowDemo();
Deno.exit(isAsMeant ? 0 : 1);
