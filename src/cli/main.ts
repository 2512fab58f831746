/**
 * The `lockstep` command.
 *
 * @module
 */

import { main } from "./command.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
