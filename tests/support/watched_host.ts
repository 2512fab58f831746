/**
 * A host that writes down what passes between a client and its machine, so that a law about the
 * client can compare what the calls of its façade came to with what the machine said.
 *
 * @module
 */

import type { MachineHost } from "../../src/core/client.ts";
import type { Dispatcher } from "../../src/core/dispatcher.ts";
import type { Engine } from "../../src/core/engine.ts";
import type { Named } from "../../src/core/machine.ts";

/** A command that the client sent, and what came of it. */
export interface Sent<Command> {
  readonly command: Command;
  /** The answer or refusal, once it was stepped. */
  answer: unknown;
  /** The error because of which it was not stepped. */
  error: unknown;
}

/** A host for one client that takes no plain steps. Waits of the keeper are counted in `holds`. */
export class WatchedHost<State, Command extends Named, Event extends Named, Answers>
  implements MachineHost<State, Command, Event, Answers> {
  /** The commands of the client, in the order in which it sent them. */
  readonly sent: Sent<Command>[] = [];
  /** The number of callers for which the client keeps the process alive. */
  holds = 0;
  readonly dispatcher: Dispatcher<Command, Event, Answers>;
  readonly state: () => Readonly<State>;

  constructor(engine: Engine<State, Command, Event, Answers>) {
    const note = (command: Named): Sent<Command> => {
      const sent = { command: command as Command, answer: undefined, error: undefined };
      this.sent.push(sent);
      return sent;
    };
    this.state = () => engine.state;
    this.dispatcher = {
      clock: engine.clock,
      synchronous: engine.synchronous,
      stalled: engine.stalled,
      send: (command, reply) => {
        const sent = note(command);
        engine.send(command, (answer, error) => {
          sent.answer = answer;
          sent.error = error;
          reply(answer, error);
        });
      },
      dispatch: (command) => {
        const sent = note(command);
        const answer = engine.dispatch(command);
        sent.answer = answer;
        return answer;
      },
      hold: () => {
        this.holds++;
        engine.hold();
      },
      release: () => {
        this.holds--;
        engine.release();
      },
      observe: (types, observer) => engine.observe(types, observer),
      whenStopped: (listener) => engine.whenStopped(listener),
    };
  }
}

/** An `AbortController` whose signal counts its listeners. */
export class CountingController extends AbortController {
  /** The number of listeners that were added and not removed. */
  listeners = 0;

  constructor() {
    super();
    const { signal } = this;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      this.listeners++;
      add.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      this.listeners--;
      remove.apply(signal, given);
    };
  }
}

/** What a call came to. */
export interface Settled {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Notes what `promise` comes to, and returns a function that says so: `undefined` while it waits. */
export function watch(promise: Promise<unknown>): () => Settled | undefined {
  let settled: Settled | undefined;
  promise.then((value) => settled = { value }, (error) => settled = { error });
  return () => settled;
}
