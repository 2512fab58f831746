/**
 * Reads streams: server-sent events, and lines.
 *
 * @module
 */

/** An event of a stream. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Yields the events of a stream; comments are left out. `reached` receives an id that comes without an
 * event: the last of those that were sent or not wanted.
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  reached: (id: string) => void = () => {},
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const block of partsOf(body, "\n\n")) {
    const fields = { id: "", event: "message", data: "" };
    for (const line of block.split("\n")) {
      const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
      if (name !== undefined) fields[name as keyof typeof fields] = value!;
    }
    if (fields.data !== "") yield fields;
    else if (fields.id !== "") reached(fields.id);
  }
}

/** Yields the lines of a stream; an end without a line break is left out. */
export function readLines(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  return partsOf(body, "\n");
}

async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  end: string,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const parts = rest.split(end);
    rest = parts.pop()!;
    yield* parts;
  }
}
