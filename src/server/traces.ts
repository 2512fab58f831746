/**
 * Trace contexts of the W3C, as requests carry them to what they leave behind.
 *
 * @module
 */

/** A `traceparent` header: version, trace, span and flags; neither id is all zeros. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Returns a task or a message with the trace context of the request in its metadata, so that its agent
 * can go on with the trace. The caller's own metadata comes first.
 */
export function traced<Kept extends { metadata?: unknown }>(kept: Kept, headers: Headers): Kept {
  const traceparent = headers.get("traceparent");
  if (traceparent === null || !TRACEPARENT.test(traceparent)) return kept;
  const { metadata = {} } = kept;
  const isPlain = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata);
  return isPlain ? { ...kept, metadata: { traceparent, ...metadata } } : kept;
}

/** The span that something was submitted or sent in. */
export interface Trace {
  /** The trace. */
  readonly traceId: string;
  /** The span of it. */
  readonly spanId: string;
  /** Whether the trace is recorded. */
  readonly isSampled: boolean;
}

/** Returns the trace context in `metadata`; `undefined` without a valid one. */
export function traceOf(metadata: unknown): Trace | undefined {
  const { traceparent } = (metadata ?? {}) as { traceparent?: unknown };
  const found = typeof traceparent === "string" ? TRACEPARENT.exec(traceparent) : null;
  if (found === null) return undefined;
  const [, traceId, spanId, flags] = found;
  return { traceId: traceId!, spanId: spanId!, isSampled: Number.parseInt(flags!, 16) % 2 === 1 };
}
