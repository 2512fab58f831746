/** Values that a handler may throw and that are hard to look at. */

/** A revoked proxy: whatever is asked of it throws. */
function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function refuse(): never {
  throw new Error("no trap may be sprung");
}

/** An error of which each property throws when it is read. */
function unreadable(): Error {
  const error = new Error("never read");
  for (const name of ["name", "message", "stack", "cause", "code", "retryAfterMs"]) {
    Object.defineProperty(error, name, { get: refuse });
  }
  return error;
}

/** An error that causes itself. */
function ownCause(): Error {
  const error = new Error("again");
  error.cause = error;
  return error;
}

/** By name, what is thrown. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  "an error whose properties throw": unreadable,
  "a proxy whose traps throw": () =>
    new Proxy(new Error("hidden"), {
      get: refuse,
      has: refuse,
      ownKeys: refuse,
      getPrototypeOf: refuse,
      getOwnPropertyDescriptor: refuse,
    }),
  "a revoked proxy": revoked,
  "a frozen object": () => Object.freeze({ status: 503, body: Object.freeze(["busy"]) }),
  "an error that causes itself": ownCause,
  "an error whose name and message are objects": () =>
    Object.assign(new Error("m"), { name: 7, message: { deep: true } }),
  "an object without a prototype": () => Object.create(null),
  "an object whose toString throws": () => ({ toString: refuse }),
  "a thenable": () => ({ then: refuse }),
  "null": () => null,
  "undefined": () => undefined,
  "a symbol": () => Symbol("s"),
  "a bigint": () => 7n,
  "a function": () => refuse,
  "NaN": () => NaN,
};
