/**
 * The thread of a journal: a write to a disk lasts for milliseconds, in which the main thread goes on.
 * This module runs in both: there it says where it is, here it answers calls.
 *
 * @module
 */

import {
  MessageChannel,
  type MessagePort,
  parentPort,
  Worker,
  workerData,
} from "node:worker_threads";
import { errorData } from "../../core/error_data.ts";
import type { Answer, Call, Taken } from "./protocol.ts";
import type { SnapshotterData } from "./snapshotter.ts";
import { RecordStore, type StoreOptions } from "./store.ts";

/** The data with which a thread is started. */
export interface ThreadData {
  /** Tells the thread of a journal from others that load this module. */
  readonly thread: "lockstep-journal";
  /** The options of its store. */
  readonly options: StoreOptions;
  /** The address of the module of the thread that takes a snapshot. */
  readonly snapshotter: string;
}

/** The address of this module. */
export const WORKER_URL: URL = new URL(import.meta.url);

/**
 * Has a thread of its own take a snapshot of the store of this one. Not started by the main thread, which
 * would stand still until it runs.
 */
class Snapshotter {
  readonly #module: string;
  readonly #serve: (port: MessagePort) => void;
  #worker: Worker | undefined;

  constructor(module: string, serve: (port: MessagePort) => void) {
    this.#module = module;
    this.#serve = serve;
  }

  async take(): Promise<Taken> {
    const { port1, port2 } = new MessageChannel();
    this.#serve(port1);
    const data: SnapshotterData = { thread: "lockstep-snapshotter", port: port2 };
    const worker = new Worker(new URL(this.#module), { workerData: data, transferList: [port2] });
    this.#worker = worker;
    const taken = await new Promise<Taken>((resolve) => {
      worker.on("message", resolve);
      worker.on("error", (error: unknown) => resolve({ problem: String(error) }));
      worker.on("exit", () => resolve({ problem: "its thread has ended" }));
    });
    await worker.terminate();
    return taken;
  }

  /** Ends the snapshot that is being taken, which is not complete then. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** Answers the calls of the main thread, and of the one that takes a snapshot. */
function serve(main: MessagePort, { options, snapshotter: module }: ThreadData): void {
  let store: RecordStore | undefined;
  const opened = () => store ??= new RecordStore(options);
  const answer = (call: Call): unknown => {
    switch (call.type) {
      case "open":
        return opened().begin(call.session);
      case "append":
        return opened().append(call.record);
      case "read":
        return opened().read(call.after, call.most);
      case "forget":
        return opened().forget(call.before);
      case "add-chunk":
        return opened().addChunk(call.position, call.index, call.chunk);
      case "complete-snapshot":
        return opened().completeSnapshot(call.meta);
      case "newest-snapshot":
        return opened().newestSnapshot(call.before);
      case "chunk":
        return opened().chunk(call.position, call.index);
      case "tail":
        return opened().tail;
      case "take-snapshot":
        return snapshotter.take();
      case "close":
        return snapshotter.close().then(() => store?.close());
    }
  };
  const listen = (port: MessagePort) =>
    port.on("message", async ({ id, call }: { id: number; call: Call }) => {
      let message: Answer;
      try {
        message = { id, value: await answer(call) };
      } catch (error) {
        const { from, to, pid, first } = error as Record<string, unknown>;
        message = { id, error: { ...errorData(error), from, to, pid, first } };
      }
      port.postMessage(message);
    });
  const snapshotter = new Snapshotter(module, listen);
  listen(main);
}

const data = workerData as ThreadData | null | undefined;
if (parentPort !== null && data?.thread === "lockstep-journal") serve(parentPort, data);
