/**
 * Random commands after a time in which no command was received.
 *
 * @module
 */

import fc from "fast-check";
import type { ResumeListening } from "../../src/core/machine.ts";

/** After a restart, or after a gap that is long for some periods only. */
export const resumption: fc.Arbitrary<ResumeListening> = fc.record({
  type: fc.constant("resume-listening" as const),
  unheardMs: fc.constantFrom(0, 1, 2, 4, 10),
}, { requiredKeys: ["type"] });
