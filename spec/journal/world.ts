/**
 * Engines on one journal, of which each call, answer and delivery is a move of its own. What an engine
 * does in return is part of the move, as in an action of the specification.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { Engine } from "../../src/core/engine.ts";
import {
  AppendRefusedError,
  JournalError,
  JournalReplacedError,
  SessionExpiredError,
} from "../../src/core/errors.ts";
import {
  entriesOf,
  type JournalRecord,
  type Position,
  type SnapshotMeta,
  type StoredSnapshot,
} from "../../src/core/journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { type BeginSession, type EndSession, restoreChunks } from "../../src/core/replica.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { stateText } from "../tool/graphs.ts";
import { canonical } from "../tool/value.ts";
import { Connection, firstOf, readSome } from "./connection.ts";
import { type Grant, type Granted, granter, type GranterState } from "./granter.ts";
import type { JournalModel } from "./models.ts";

/** Something that happens: the name of its action, and the arguments. */
export type Move = readonly [action: string, ...numbers: number[]];

/** A record as the specification has it. */
interface Known {
  readonly session: number;
  readonly number: number;
  readonly commands: readonly number[];
}

/** The contents of a snapshot as the specification has them. */
interface Kept {
  readonly position: Position;
  readonly grants: readonly number[];
  readonly numbers: readonly number[];
}

interface Answer {
  readonly status: "none" | "sent" | "granted" | "refused" | "unknown" | "gone" | "expired";
  readonly epoch: number;
}

/** An engine and what is seen of it. */
class Host {
  phase: "new" | "opening" | "running" | "closing" | "ended" = "new";
  readonly clock = new SimulatedClock();
  readonly connection: Connection;
  readonly commandsOf: (record: JournalRecord) => number[];
  engine: Engine<GranterState, Grant, Granted, { grant: { epoch: number } }> | undefined;
  /** The commands that were not answered, in the order of sending, and those of the engine itself. */
  readonly waiting: number[] = [];
  /** The state that was stepped last, or restored. */
  grants: readonly number[] = [];
  /** The snapshot that is not stored yet. */
  saving: Kept | undefined;

  constructor(connection: Connection, commandsOf: (record: JournalRecord) => number[]) {
    this.connection = connection;
    this.commandsOf = commandsOf;
  }

  get lives(): boolean {
    return this.phase === "opening" || this.phase === "running" || this.phase === "closing";
  }

  /** The record in flight: the one that was offered last, while a caller of it waits. */
  get flight(): JournalRecord | undefined {
    const { offered } = this.connection;
    if (!this.lives || offered === undefined) return undefined;
    const waits = this.commandsOf(offered).some((command) =>
      command === 0 ? this.phase === "opening" : this.waiting.includes(command)
    );
    return waits ? offered : undefined;
  }

  /** The progress of the call of the record in flight. */
  get call(): "none" | "asked" | "stored" | "acknowledged" | "pausing" {
    if (this.flight === undefined) return "none";
    const { call } = this.connection;
    if (call === undefined) return this.#isAcknowledged ? "acknowledged" : "pausing";
    return call.position === undefined ? "asked" : "stored";
  }

  #isAcknowledged = false;

  /** Gives the engine the answer of its call. */
  answer(error?: unknown): void {
    const call = this.connection.call!;
    this.connection.call = undefined;
    this.#isAcknowledged = error === undefined;
    if (error === undefined) call.resolve(call.position!);
    else call.reject(error);
  }
}

/** Engines, a journal, callers, and their surroundings within the bounds of a model. */
export class World {
  readonly #model: JournalModel;
  readonly #journal: MemoryJournal;
  readonly #hosts: readonly Host[];
  readonly #answers: Answer[];
  readonly #stored: Known[] = [];
  readonly #opened: Position[] = [];
  /** By their texts, records that may still arrive. */
  readonly #late = new Map<string, JournalRecord>();
  #first: Position = 1;
  #forgetting: Position = 0;
  #snapshots: readonly Kept[] = [];
  #isDamaged = false;
  #faults = 0;
  #losses = 0;
  #saves = 0;

  private constructor(model: JournalModel) {
    this.#model = model;
    this.#journal = new MemoryJournal({ isShared: !model.fences });
    this.#answers = Array.from({ length: model.grants }, () => ({ status: "none", epoch: 0 }));
    this.#hosts = Array.from({ length: model.sessions }, () => this.#host());
  }

  /** Returns a world after `moves`. */
  static async after(model: JournalModel, moves: readonly Move[]): Promise<World> {
    const world = new World(model);
    for (const move of moves) await world.move(move);
    return world;
  }

  /** The state as the specification has it; see {@linkcode HIDDEN}. */
  get text(): string {
    const variables = {
      stored: this.#stored,
      first: this.#first,
      opened: this.#opened,
      late: new Set([...this.#late.values()].map((record) => this.#known(record))),
      snapshots: this.#snapshots,
      saving: this.#hosts.map(({ saving }) =>
        saving ?? { position: 0, grants: [], numbers: this.#hosts.map(() => 0) }
      ),
      forgetting: this.#forgetting,
      engines: this.#hosts.map((host) => this.#engineOf(host)),
      answers: this.#answers,
      faults: this.#faults,
      losses: this.#losses,
      saves: this.#saves,
    };
    return stateText(Object.entries(variables).map(([name, value]) => [name, canonical(value)]));
  }

  /** Whether the surroundings make a move: the guards of the specification's actions. */
  allows([action, s = 0, n = 0]: Move): boolean {
    const host = this.#hosts[s - 1]!;
    const { maxFaults, maxLosses, maxSaves, mayClose, mayCrash, mayRedeliver } = this.#model;
    const mayFail = this.#faults < maxFaults;
    const mayLose = this.#losses < maxLosses;
    const { lives = false, phase = "new", call = "none" } = host ?? {};
    const { connection } = host ?? {};
    const { after = 0, saving } = connection ?? {};
    switch (action) {
      case "open":
        return s === this.#opened.length + 1;
      case "open-damaged":
        return mayLose && s === this.#opened.length + 1 && this.#snapshots.length > 0;
      case "send":
        return phase === "running" && this.#answers.findIndex(isUnsent) === n - 1;
      case "expire":
        return mayFail && phase === "running" && s !== n && !host.waiting.some(isEnd) &&
          isLive(this.#numbersAt(connection!.after)[n - 1]!);
      case "handle":
        return call === "asked";
      case "refuse":
        return call === "asked" && mayFail;
      case "acknowledge":
        return call === "stored";
      case "lose":
        return (call === "asked" || call === "stored") && mayFail;
      case "arrive":
        return this.#lateOf(s, n) !== undefined;
      case "offer":
        return call === "pausing";
      case "deliver":
        return lives && after + 1 >= this.#first && after + n <= this.#stored.length;
      case "redeliver":
        return mayRedeliver && lives && this.#first <= n && n <= after;
      case "truncate":
        return lives && after + 1 < this.#first;
      case "close":
        return mayClose && phase === "running";
      case "crash":
        return mayCrash && lives;
      case "snapshot":
        return phase === "running" && saving === undefined && this.#saves < maxSaves;
      case "save":
        return saving !== undefined;
      case "lose-save":
        return saving !== undefined && mayLose;
      case "forget":
        return this.#forgetting > 0;
      default:
        throw new Error(`Cannot move: ${action} must be an action`);
    }
  }

  /** Makes a move, and lets the engines do all that follows at once. */
  async move(move: Move): Promise<void> {
    this.#make(move);
    await turn();
    await this.#look();
  }

  #make([action, s = 0, n = 0]: Move): void {
    const host = this.#hosts[s - 1]!;
    const { connection } = host ?? {};
    switch (action) {
      case "open":
        return this.#open(host);
      case "open-damaged":
        this.#losses++;
        this.#isDamaged = true;
        return this.#open(host);
      case "send":
        return this.#send(host, n);
      case "expire":
        this.#faults++;
        return this.#expire(host, n);
      case "handle":
        return this.#handle(host);
      case "refuse":
        this.#faults++;
        return this.#refuse(host);
      case "acknowledge":
        return host.answer();
      case "lose":
        this.#faults++;
        this.#leave(host);
        return host.answer(new Error("The connection was lost"));
      case "arrive":
        return this.#arrive(s, n);
      case "offer":
        return host.clock.advanceSync(host.clock.next - host.clock.now());
      case "deliver":
        return connection.deliver(connection.after, n);
      case "redeliver":
        return connection.deliver(n - 1, 1);
      case "truncate":
        return connection.deliver(connection.after, 1);
      case "close":
        host.phase = "closing";
        return void host.engine!.close();
      case "crash":
        return this.#crash(host);
      case "snapshot":
        this.#saves++;
        return void host.engine!.snapshot().catch(ignore);
      case "save":
        return this.#save(host);
      case "lose-save":
        this.#losses++;
        connection.saving!.reject(new Error("The connection was lost"));
        connection.saving = undefined;
        return;
      case "forget":
        void this.#journal.forget(this.#forgetting);
        this.#forgetting = 0;
        return;
    }
  }

  /** Refuses a call. What its engine sent by itself is over then, unless an earlier call may have stored it. */
  #refuse(host: Host): void {
    const ends = this.#commandsOf(host.connection.call!.record).filter(isEnd);
    if (host.engine!.stalled === undefined) {
      for (const end of ends) host.waiting.splice(host.waiting.indexOf(end), 1);
    }
    host.answer(new AppendRefusedError("The disk is full"));
  }

  /** Looks at what can only be read with a promise. */
  async #look(): Promise<void> {
    this.#isDamaged = false;
    const last = await this.#journal.tail();
    while (this.#stored.length < last) {
      const [record] = await readSome(this.#journal, this.#stored.length, 1);
      this.#stored.push(this.#known(record!));
    }
    this.#first = await firstOf(this.#journal);
    const snapshots: Kept[] = [];
    let found = await this.#journal.snapshots.newest();
    while (found !== undefined) {
      snapshots.push(await this.#kept(found));
      found = await this.#journal.snapshots.newest(found.meta.position);
    }
    this.#snapshots = snapshots;
    for (const host of this.#hosts) {
      const { saving, after } = host.connection;
      const taken = this.#stored.slice(0, after).flatMap(({ commands }) => commands);
      const ended = host.waiting.findIndex((command) => isEnd(command) && taken.includes(command));
      if (ended >= 0) host.waiting.splice(ended, 1);
      host.saving = saving &&
        await this.#kept({ ...saving, chunks: ReadableStream.from(saving.bytes) });
    }
  }

  #host(): Host {
    const host: Host = new Host(
      new Connection(this.#journal, {
        isClosing: () => host.phase === "closing",
        isDamaged: () => this.#isDamaged,
        forget: (before) => {
          if (!host.lives || before <= this.#first) return;
          this.#forgetting = Math.max(this.#forgetting, before);
        },
        restored: (snapshot: StoredSnapshot) => {
          host.grants = this.#snapshots.find(({ position }) => position === snapshot.meta.position)!
            .grants;
        },
      }),
      (record) => this.#known(record).commands as number[],
    );
    return host;
  }

  #open(host: Host): void {
    const { clock, connection: journal } = host;
    const machine: typeof granter = {
      ...granter,
      step(state, command, now, events) {
        host.grants = state.grants;
        return granter.step(state, command, now, events);
      },
    };
    const { maxUnstored, savers } = this.#model;
    const engine = new Engine(machine, { clock, journal, maxUnstored, logger: silentLogger });
    host.engine = engine;
    host.phase = "opening";
    this.#opened.push(this.#stored.length);
    engine.observe(["grant:given"], ({ to }) => {
      const mayAsk = host.phase === "running" && journal.saving === undefined;
      if (mayAsk && savers.includes(to)) void engine.snapshot().catch(ignore);
    });
    engine.whenStopped(() => host.phase = "ended");
    engine.open().then(() => host.phase = "running", () => host.phase = "ended");
  }

  #send(host: Host, command: number): void {
    this.#answers[command - 1] = { status: "sent", epoch: 0 };
    host.waiting.push(command);
    host.engine!.send({ type: "grant", to: command }, (answer, error) => {
      if (!host.waiting.includes(command)) return; // its process is gone
      host.waiting.splice(host.waiting.indexOf(command), 1);
      this.#answers[command - 1] = error === undefined
        ? { status: "granted", epoch: (answer as { epoch: number }).epoch }
        : { status: statusOf(error), epoch: 0 };
    });
  }

  #expire(host: Host, session: number): void {
    host.waiting.push(endOf(session, this.#numbersAt(host.connection.after)[session - 1]!));
    host.engine!.endSession(this.#hosts[session - 1]!.connection.session!);
  }

  #handle(host: Host): void {
    const call = host.connection.call!;
    this.#journal.append(call.record).then(
      (position) => call.position = position,
      (error) => host.answer(error),
    );
  }

  /** Leaves a call under way, of which its engine gets no answer. */
  #leave({ call, connection }: Host): void {
    if (call !== "asked") return;
    const { record } = connection.call!;
    this.#late.set(canonical(this.#known(record)), record);
  }

  #lateOf(session: number, number: number): [key: string, record: JournalRecord] | undefined {
    return [...this.#late].find(([, record]) => {
      const known = this.#known(record);
      return known.session === session && known.number === number;
    });
  }

  #arrive(session: number, number: number): void {
    const [key, record] = this.#lateOf(session, number)!;
    this.#late.delete(key);
    void this.#journal.append(record).catch(ignore);
  }

  #save({ connection }: Host): void {
    const { meta, bytes, resolve } = connection.saving!;
    connection.saving = undefined;
    void this.#journal.snapshots.save(meta, ReadableStream.from(bytes)).then(resolve);
  }

  /** Ends the process of an engine, and with it its callers. */
  #crash(host: Host): void {
    this.#leave(host);
    host.phase = "ended";
    for (const command of host.waiting.splice(0)) {
      this.#answers[command - 1] = { status: "gone", epoch: 0 };
    }
  }

  #engineOf(host: Host) {
    const { phase, lives, flight, engine, connection: { isLast } } = host;
    const commands = flight === undefined ? [] : host.commandsOf(flight);
    return {
      phase,
      position: lives ? engine!.position : 0,
      grants: lives ? host.grants : [],
      gathering: lives ? host.waiting.filter((command) => !commands.includes(command)) : [],
      flight: {
        number: flight?.number ?? 0,
        commands,
        call: host.call,
        doubt: lives && engine!.stalled !== undefined,
        last: flight !== undefined && isLast,
      },
    };
  }

  #known(record: JournalRecord): Known {
    const { session, number } = record;
    return { session: this.#sessionOf(session), number, commands: this.#commandsOf(record) };
  }

  /** By session, the number of its last record up to `position`; {@linkcode OVER} once it was ended. */
  #numbersAt(position: Position): number[] {
    const numbers = this.#hosts.map(() => 0);
    for (const { session, number, commands } of this.#stored.slice(0, position)) {
      if (numbers[session - 1] === OVER) continue;
      numbers[session - 1] = number;
      numbers.forEach((last, i) => {
        if (commands.includes(endOf(i + 1, last))) numbers[i] = OVER;
      });
    }
    return numbers;
  }

  /** 0 begins a session. */
  #commandsOf(record: JournalRecord): number[] {
    return entriesOf<Grant | EndSession | BeginSession>(record).map(({ command }) => {
      if (command.type === "grant") return command.to;
      if (command.type === "begin-session") return 0;
      return endOf(this.#sessionOf(command.session), command.number);
    });
  }

  #sessionOf(name: string): number {
    return this.#hosts.findIndex(({ connection }) => connection.session === name) + 1;
  }

  async #kept({ meta, chunks }: StoredSnapshot): Promise<Kept> {
    const numbers = this.#hosts.map(() => 0);
    let grants: readonly number[] = [];
    const restore = (_: SnapshotMeta, contents: unknown) => {
      const { state, sessions } = contents as {
        state: GranterState;
        sessions: ReadonlyMap<string, number>;
      };
      grants = state.grants;
      for (const [name, number] of sessions) {
        numbers[this.#sessionOf(name) - 1] = Math.min(number, OVER);
      }
    };
    await restoreChunks({ position: 0, restore, take: ignore }, meta, chunks);
    return { position: meta.position, grants, numbers };
  }
}

/** Variables of the specification that nothing outside of an engine shows. */
export const HIDDEN: readonly string[] = ["numbers"];

/** The number of the last record of a session that is over. */
const OVER = 99;

/** The command that ends a session which has appended nothing behind its record `number`. */
function endOf(session: number, number: number): number {
  return -(10 * session + number);
}

function isEnd(command: number): boolean {
  return command < 0;
}

function isLive(number: number): boolean {
  return number > 0 && number < OVER;
}

/** What the caller knows of a command whose call ended with `error`. */
function statusOf(error: unknown): Answer["status"] {
  if (error instanceof SessionExpiredError) return "expired";
  const isRefused = error instanceof JournalError || error instanceof JournalReplacedError;
  return isRefused ? "refused" : "unknown";
}

function isUnsent({ status }: Answer): boolean {
  return status === "none";
}

function ignore(): void {}

/** Resolves once all promises have settled that need no time to pass. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
