/**
 * The thread of a journal: a write to a disk lasts for milliseconds, in which the main thread goes on.
 * This module runs in both: there it says where it is, here it answers calls.
 *
 * @module
 */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { errorData } from "../../core/error_data.ts";
import type { Answer, Call } from "./protocol.ts";
import { RecordStore, type StoreOptions } from "./store.ts";

/** The data with which a thread is started. */
export interface ThreadData {
  /** Tells the thread of a journal from others that load this module. */
  readonly thread: "lockstep-journal";
  /** The options of its store. */
  readonly options: StoreOptions;
}

/** The address of this module. */
export const WORKER_URL: URL = new URL(import.meta.url);

/** Answers the calls of the main thread. */
function serve(main: MessagePort, options: StoreOptions): void {
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
      case "connect":
        return void listen(call.port);
      case "close":
        return store?.close();
    }
  };
  const listen = (port: MessagePort) =>
    port.on("message", ({ id, call }: { id: number; call: Call }) => {
      let message: Answer;
      try {
        message = { id, value: answer(call) };
      } catch (error) {
        const { from, to, pid, first } = error as Record<string, unknown>;
        message = { id, error: { ...errorData(error), from, to, pid, first } };
      }
      port.postMessage(message);
    });
  listen(main);
}

const data = workerData as ThreadData | null | undefined;
if (parentPort !== null && data?.thread === "lockstep-journal") serve(parentPort, data.options);
