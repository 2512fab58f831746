/**
 * A client of the counter, as façades have one.
 *
 * @module
 */

import { MachineClient, type MachineHost } from "../../src/core/client.ts";
import { ClosedError } from "../../src/core/errors.ts";
import type { Refusal } from "../../src/core/machine.ts";
import type { CounterAnswers, CounterCommand, CounterEvent, CounterState } from "./counter.ts";

export type CounterHost = MachineHost<CounterState, CounterCommand, CounterEvent, CounterAnswers>;

/** The error for a refused command. */
export class NegativeError extends Error {
  readonly by: number;

  constructor(by: number) {
    super(`Cannot add ${by}`);
    this.by = by;
  }
}

/** Records the totals that it observes, and why it stopped. */
export class CounterClient
  extends MachineClient<CounterState, CounterCommand, CounterEvent, CounterAnswers> {
  readonly totals: number[] = [];
  readonly ends: unknown[] = [];

  constructor(host: CounterHost) {
    super(host);
    this.listen(["counter:added"], ({ total }) => this.totals.push(total));
  }

  close(): void {
    this.stop(new ClosedError("go on", "the counter"));
  }

  protected override errorOf(_refusal: Refusal, command: CounterCommand): Error {
    return new NegativeError(command.type === "add" ? command.by : 0);
  }

  protected override end(error: unknown): void {
    this.ends.push(error);
  }
}

export const ONE: CounterCommand = { type: "add", by: 1 };
