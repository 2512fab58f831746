/**
 * The thread that takes a snapshot: a second replica reads the journal, and writes its state, while the
 * main thread goes on. That imports this module, too, for its address.
 *
 * @module
 */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import {
  entriesOf,
  type Position,
  type SnapshotMeta,
  type StoredRecord,
} from "../../core/journal.ts";
import { type BeginSession, chunksOf, Replica, restoreChunks } from "../../core/replica.ts";
import { machineNamed } from "../machines.ts";
import type { Answer, Call, Taken } from "./protocol.ts";

/** The data with which the thread is started. */
export interface SnapshotterData {
  /** Tells this thread from others that load the module. */
  readonly thread: "lockstep-snapshotter";
  /** Leads to the store. */
  readonly port: MessagePort;
}

/** The address of this module. */
export const SNAPSHOTTER_URL: URL = new URL(import.meta.url);

/** Calls a store in another thread. */
class Store {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (answer: Answer) => {
      const receive = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      receive?.(answer);
    });
  }

  async call(call: Call): Promise<unknown> {
    const id = ++this.#calls;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#port.postMessage({ id, call });
    });
    if (answer.error !== undefined) throw new Error(answer.error.message);
    return (answer as { value: unknown }).value;
  }

  async *chunks(position: Position): AsyncGenerator<Uint8Array, void, undefined> {
    for (let index = 0;; index++) {
      const chunk = await this.call({ type: "chunk", position, index });
      if (chunk === undefined) return;
      yield chunk as Uint8Array;
    }
  }
}

async function take(store: Store): Promise<Taken> {
  const tail = await store.call({ type: "tail" }) as Position;
  const read = (after: Position) =>
    store.call({ type: "read", after, most: PAGE }) as Promise<StoredRecord[]>;
  const newest = await store.call({ type: "newest-snapshot", before: Infinity }) as
    | SnapshotMeta
    | undefined;
  let records = await read(newest?.position ?? 0);
  const name = newest?.machine ?? (entriesOf(records[0]!)[0]!.command as BeginSession).machine;
  const machine = machineNamed(name);
  if (machine === undefined) return {};
  const replica = new Replica(machine);
  if (newest !== undefined) await restoreChunks(replica, newest, store.chunks(newest.position));
  for (; records.length > 0 && replica.position < tail; records = await read(replica.position)) {
    for (const record of records) replica.take(record);
  }
  const { meta, lines } = replica.snapshot(replica.sequence);
  const { position } = meta;
  if (position === newest?.position) return { position };
  let index = 0;
  for (const chunk of chunksOf(lines)) {
    await store.call({ type: "add-chunk", position, index: index++, chunk });
  }
  await store.call({ type: "complete-snapshot", meta });
  if (newest !== undefined) await store.call({ type: "forget", before: newest.position + 1 });
  return { position };
}

async function run(data: SnapshotterData): Promise<void> {
  let taken: Taken;
  try {
    taken = await take(new Store(data.port));
  } catch (error) {
    taken = { problem: String(error) };
  }
  parentPort!.postMessage(taken);
}

const data = workerData as SnapshotterData | null | undefined;
if (parentPort !== null && data?.thread === "lockstep-snapshotter") void run(data);

/** The number of records that are read at a time. */
const PAGE = 100;
