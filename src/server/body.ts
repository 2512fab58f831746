/**
 * Reads the bodies of requests, within limits.
 *
 * @module
 */

import { RequestError } from "../service/problem.ts";

/** The deepest nesting of a body: what stores it recurses. */
const DEEPEST = 200;

/**
 * Reads a body of JSON; `undefined` for an empty one that `mayBeEmpty`.
 *
 * @throws {RequestError} when it is too large, too deep, or no JSON
 */
export async function readJson(
  request: Request,
  maxBytes: number,
  mayBeEmpty: boolean,
): Promise<unknown> {
  const text = await readText(request, maxBytes);
  if (text === "" && mayBeEmpty) return undefined;
  if (depthOf(text) > DEEPEST) throw malformed(400, `it may be nested ${DEEPEST} deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(400, "it must be JSON");
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const length = request.headers.get("content-length");
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
  if (length !== null) return decoded(await request.bytes()); // it has no more than it says
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return decoded(bytes);
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw malformed(400, "it must be UTF-8");
  }
}

/** Returns how deep the brackets of a JSON text are nested. */
function depthOf(text: string): number {
  if (text.length < DEEPEST) return 0; // it has no room for more
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "{" || token === "[") deepest = Math.max(deepest, ++depth);
    else if (token === "}" || token === "]") depth--;
  }
  return deepest;
}

function tooLarge(maxBytes: number): RequestError {
  return malformed(413, `it must have at most ${maxBytes} bytes`, { maxBytes });
}

function malformed(status: number, rule: string, data: object = {}): RequestError {
  return new RequestError(status, "invalid-body", `Cannot read the body: ${rule}`, data);
}
