/**
 * Small changes of the breaker machine and of its binding, each of which must change a graph.
 *
 * @module
 */

import { type CodeMutant, mutantsIn } from "../tool/subject.ts";

const mutant = mutantsIn("src/breakers/");

const BINDING = "spec/breakers/exploration.ts";

/** All of them. */
export const MUTANTS: readonly CodeMutant[] = [
  mutant(
    "a half-open breaker admits one probe too many",
    "probes",
    "request a 0",
    "state.ts",
    "const admits = probes < rules.halfOpenLimit;",
    "const admits = probes <= rules.halfOpenLimit;",
  ),
  mutant(
    "a late result counts",
    "operators",
    "settle a 0 1 0 success",
    "machine.ts",
    "if (epoch !== breaker.epoch) return count(step, breaker, command);",
    "if (epoch > breaker.epoch) return count(step, breaker, command);",
  ),
  mutant(
    "a result under an epoch that was never given brings its breaker up to date",
    "probes",
    "settle a 1 3 0 success",
    "machine.ts",
    "permit > state.lastPermit || epoch > state.epoch",
    "permit > state.lastPermit",
  ),
  mutant(
    "it takes one failure more to open a breaker",
    "operators",
    "settle a 0 1 0 failure",
    "machine.ts",
    "phase.failuresInRow >= rules.failureThreshold",
    "phase.failuresInRow > rules.failureThreshold",
  ),
  mutant(
    "a success does not end a row of failures",
    "operators",
    "settle a 0 1 0 success",
    "machine.ts",
    "phase.failuresInRow = failed ? phase.failuresInRow + 1 : 0;",
    "phase.failuresInRow += failed ? 1 : 0;",
  ),
  mutant(
    "the calls of a window are never too old",
    "times",
    "settle a 0 1 0 success",
    "window.ts",
    "for (let passed = first; passed <= slot; passed++) empty(kept, buckets[passed % BUCKETS]!);",
    "",
  ),
  mutant(
    "a window by count keeps the tally of calls that left it",
    "counts",
    "settle a 0 1 unmeasured failure",
    "window.ts",
    "if ((oldest & FAILED) !== 0) tally.failures--;",
    "",
  ),
  mutant(
    "a slow probe counts as a good one",
    "counts",
    "settle a 1 3 1 success",
    "machine.ts",
    'if (slow) return open(step, breaker, "slow-calls");',
    "",
  ),
  mutant(
    "a neutral probe stays in flight",
    "probes",
    "settle a 1 3 0 neutral",
    "machine.ts",
    'if (!dropProbe(phase, permit)) return refuse(step, command, "unknown-permit");',
    'if (command.outcome !== "neutral" && !dropProbe(phase, permit)) {\n' +
      '        return refuse(step, command, "unknown-permit");\n      }',
  ),
  mutant(
    "a probe that hangs opens the breaker as of now",
    "probes",
    "request a 0 = timed-out",
    "machine.ts",
    'open(step, breaker, "probe-timed-out", deadline);',
    'open(step, breaker, "probe-timed-out");',
  ),
  mutant(
    "the limit of a probe is that of the rules",
    "probes",
    "request a 1 = state-change",
    "machine.ts",
    "timeoutMs === 0 ? rules.probeTimeoutMs : timeoutMs",
    "timeoutMs < 0 ? timeoutMs : rules.probeTimeoutMs",
  ),
  mutant(
    "the open time does not become longer",
    "probes",
    "settle a 0 1 0 failure",
    "machine.ts",
    "breaker.openTimeMs * openTimeFactor",
    "breaker.rules.timeout",
  ),
  mutant(
    "a breaker that closes keeps its open time",
    "probes",
    "settle a 2 3 0 success",
    "machine.ts",
    "  breaker.openTimeMs = breaker.nextOpenMs = breaker.rules.timeout;\n  enter(",
    "  enter(",
  ),
  mutant(
    "a breaker that is held open can be forced",
    "operators",
    "force a closed",
    "machine.ts",
    'return isHeld(breaker) ? refuse(step, command, "held") : force(step, breaker, command.state);',
    "return force(step, breaker, command.state);",
  ),
  mutant(
    "a breaker is held open for its time only",
    "operators",
    "hold a x",
    "machine.ts",
    '{ state: "open", until: Infinity, heldFor: reason }',
    '{ state: "open", until: step.now + breaker.nextOpenMs, heldFor: reason }',
  ),
  mutant(
    "a reset keeps the epoch of a closed breaker",
    "operators",
    "reset a",
    "machine.ts",
    "breaker.epoch = breaker.countsSince = ++state.epoch;",
    "breaker.countsSince = breaker.epoch;",
  ),
  mutant(
    "other rules keep the failures that were counted",
    "rules",
    "define a strict",
    "machine.ts",
    '  if (breaker.phase.state === "closed") breaker.phase = closedPhase(rules);\n',
    "",
  ),
  mutant(
    "a breaker with failures is evicted before one without",
    "evictions",
    "define c plain",
    "state.ts",
    "return sound.first ?? failing.first;",
    "return failing.first ?? sound.first;",
  ),
  mutant(
    "a breaker without failures is used only once",
    "idle",
    "define b plain",
    "state.ts",
    "  breaker.usedAt = now;\n  leaveList(breaker);",
    '  if (breaker.phase.state === "closed" && breaker.list !== undefined) return;\n' +
      "  breaker.usedAt = now;\n  leaveList(breaker);",
  ),
  mutant(
    "idle breakers last longer",
    "idle",
    "define b plain",
    "machine.ts",
    "if (idle.usedAt + idleMs > step.now) return;",
    "if (idle.usedAt + idleMs >= step.now) return;",
  ),
  {
    name: "the binding mixes up failed and slow calls",
    graph: "counts",
    at: "settle a 0 1 unmeasured failure",
    file: BINDING,
    find: "failed: (call & 1) !== 0, slow: (call & 2) !== 0",
    replace: "failed: (call & 2) !== 0, slow: (call & 1) !== 0",
  },
  {
    name: "the binding has other bounds",
    graph: "probes",
    at: "request a 0",
    file: BINDING,
    find: "lastPermit < maxPermit",
    replace: "lastPermit <= maxPermit",
  },
];
