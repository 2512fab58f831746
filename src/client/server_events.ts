/**
 * Reads server-sent events.
 *
 * @module
 */

/** An event of a stream. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Yields the events of a stream; comments are left out. */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = { id: "", event: "message", data: "" };
      for (const line of block.split("\n")) {
        const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
        if (name !== undefined) fields[name as keyof typeof fields] = value!;
      }
      if (fields.data !== "") yield fields;
    }
  }
}
