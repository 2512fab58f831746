---- MODULE LockingSeeds ----
\* Generated from spec/locking/seeds.ts by deno task spec --write.
EXTENDS Integers, TLC

SeedUnits == [now |-> 0, epoch |-> 5, lastWait |-> 0, capacity |-> [r |-> 1, s |-> 2, t |-> 2], holds |-> [r |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 1, since |-> 0, wait |-> 0, leaseMs |-> 0]], s |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 2, since |-> 0, wait |-> 0, leaseMs |-> 0], b |-> [mode |-> "exclusive", units |-> 1, epoch |-> 3, since |-> 0, wait |-> 0, leaseMs |-> 0]], t |-> [c |-> [mode |-> "exclusive", units |-> 1, epoch |-> 4, since |-> 0, wait |-> 0, leaseMs |-> 0], d |-> [mode |-> "exclusive", units |-> 1, epoch |-> 5, since |-> 0, wait |-> 0, leaseMs |-> 0]]], queue |-> [r |-> <<>>, s |-> <<>>, t |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<>>]
CommandsUnits == {
  [do |-> "acquire", owner |-> "c", lock |-> "s", mode |-> "exclusive", units |-> 1, priority |-> -1, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "d", lock |-> "r", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "a", lock |-> "t", mode |-> "exclusive", units |-> 2, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "release", owner |-> "b", lock |-> "s", epoch |-> 0],
  [do |-> "release", owner |-> "c", lock |-> "t", epoch |-> 0]
}

SeedRings == [now |-> 0, epoch |-> 4, lastWait |-> 0, capacity |-> [r |-> 1, s |-> 1, t |-> 1, u |-> 1], holds |-> [r |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 1, since |-> 0, wait |-> 0, leaseMs |-> 0]], s |-> [b |-> [mode |-> "exclusive", units |-> 1, epoch |-> 2, since |-> 0, wait |-> 0, leaseMs |-> 0]], t |-> [c |-> [mode |-> "exclusive", units |-> 1, epoch |-> 3, since |-> 0, wait |-> 0, leaseMs |-> 0]], u |-> [d |-> [mode |-> "exclusive", units |-> 1, epoch |-> 4, since |-> 0, wait |-> 0, leaseMs |-> 0]]], queue |-> [r |-> <<>>, s |-> <<>>, t |-> <<>>, u |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<>>]
CommandsRings == {
  [do |-> "acquire", owner |-> "a", lock |-> "s", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "b", lock |-> "t", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "c", lock |-> "u", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "c", lock |-> "r", mode |-> "exclusive", units |-> 1, priority |-> 1, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "d", lock |-> "r", mode |-> "exclusive", units |-> 1, priority |-> -1, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE]
}

SeedLeases == [now |-> 0, epoch |-> 2, lastWait |-> 0, capacity |-> [r |-> 1, s |-> 1], holds |-> [r |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 1, since |-> 0, wait |-> 0, leaseMs |-> 2]], s |-> [b |-> [mode |-> "exclusive", units |-> 1, epoch |-> 2, since |-> 0, wait |-> 0, leaseMs |-> 0]]], queue |-> [r |-> <<>>, s |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<[at |-> 2, kind |-> "hold", id |-> 1]>>]
CommandsLeases == {
  [do |-> "acquire-all", owner |-> "c", requests |-> <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "s", mode |-> "exclusive", units |-> 1]>>, priority |-> 0, timeoutMs |-> 2, leaseMs |-> 2],
  [do |-> "acquire-all", owner |-> "b", requests |-> <<[lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, priority |-> 1, timeoutMs |-> 1, leaseMs |-> 1],
  [do |-> "renew", owner |-> "a", lock |-> "r", epoch |-> 0, leaseMs |-> 1],
  [do |-> "release", owner |-> "b", lock |-> "s", epoch |-> 0],
  [do |-> "tick", ms |-> 1],
  [do |-> "wake", ms |-> 1]
}

SeedTrios == [now |-> 0, epoch |-> 4, lastWait |-> 0, capacity |-> [r |-> 1, s |-> 1, t |-> 1], holds |-> [r |-> [a |-> [mode |-> "shared", units |-> 1, epoch |-> 1, since |-> 0, wait |-> 0, leaseMs |-> 0], c |-> [mode |-> "shared", units |-> 1, epoch |-> 2, since |-> 0, wait |-> 0, leaseMs |-> 0]], s |-> [b |-> [mode |-> "shared", units |-> 1, epoch |-> 3, since |-> 0, wait |-> 0, leaseMs |-> 0], c |-> [mode |-> "shared", units |-> 1, epoch |-> 4, since |-> 0, wait |-> 0, leaseMs |-> 0]], t |-> <<>>], queue |-> [r |-> <<>>, s |-> <<>>, t |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<>>]
CommandsTrios == {
  [do |-> "acquire-all", owner |-> "a", requests |-> <<[lock |-> "s", mode |-> "exclusive", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0],
  [do |-> "acquire-all", owner |-> "b", requests |-> <<[lock |-> "t", mode |-> "exclusive", units |-> 1], [lock |-> "r", mode |-> "exclusive", units |-> 1]>>, priority |-> 1, timeoutMs |-> 0, leaseMs |-> 0],
  [do |-> "acquire-all", owner |-> "c", requests |-> <<[lock |-> "r", mode |-> "shared", units |-> 1], [lock |-> "s", mode |-> "shared", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0],
  [do |-> "evict", lock |-> "s", owners |-> {"a", "c"}],
  [do |-> "revoke", lock |-> "r", epoch |-> 2],
  [do |-> "cancel-wait", owner |-> "a", wait |-> 1]
}

SeedAsks == [now |-> 0, epoch |-> 3, lastWait |-> 0, capacity |-> [r |-> 1, s |-> 3], holds |-> [r |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 1, since |-> 0, wait |-> 0, leaseMs |-> 0]], s |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 2, since |-> 0, wait |-> 0, leaseMs |-> 0], b |-> [mode |-> "exclusive", units |-> 1, epoch |-> 3, since |-> 0, wait |-> 0, leaseMs |-> 0]]], queue |-> [r |-> <<>>, s |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<>>]
CommandsAsks == {
  [do |-> "ask", id |-> "o", owner |-> "b", to |-> "a", priority |-> -1],
  [do |-> "ask", id |-> "p", owner |-> "a", to |-> "c", priority |-> 0],
  [do |-> "ask", id |-> "q", owner |-> "a", to |-> "b", priority |-> 1],
  [do |-> "ask", id |-> "q", owner |-> "c", to |-> "a", priority |-> 0],
  [do |-> "ask", id |-> "q", owner |-> "b", to |-> "d", priority |-> 0],
  [do |-> "acquire", owner |-> "b", lock |-> "r", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "c", lock |-> "s", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire", owner |-> "c", lock |-> "s", mode |-> "exclusive", units |-> 2, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "end-ask", id |-> "p"],
  [do |-> "release-all", owner |-> "a"]
}

SeedUndetected == [now |-> 0, epoch |-> 3, lastWait |-> 0, capacity |-> [r |-> 1, s |-> 1, t |-> 1], holds |-> [r |-> [a |-> [mode |-> "exclusive", units |-> 1, epoch |-> 1, since |-> 0, wait |-> 0, leaseMs |-> 0]], s |-> [b |-> [mode |-> "exclusive", units |-> 1, epoch |-> 2, since |-> 0, wait |-> 0, leaseMs |-> 0]], t |-> [c |-> [mode |-> "exclusive", units |-> 1, epoch |-> 3, since |-> 0, wait |-> 0, leaseMs |-> 0]]], queue |-> [r |-> <<>>, s |-> <<>>, t |-> <<>>], waits |-> <<>>, asks |-> <<>>, timers |-> <<>>]
CommandsUndetected == {
  [do |-> "acquire", owner |-> "a", lock |-> "s", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "acquire-all", owner |-> "b", requests |-> <<[lock |-> "r", mode |-> "exclusive", units |-> 1], [lock |-> "t", mode |-> "exclusive", units |-> 1]>>, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0],
  [do |-> "acquire", owner |-> "c", lock |-> "r", mode |-> "exclusive", units |-> 1, priority |-> 0, timeoutMs |-> 0, leaseMs |-> 0, wait |-> TRUE],
  [do |-> "ask", id |-> "p", owner |-> "a", to |-> "c", priority |-> 0],
  [do |-> "ask", id |-> "q", owner |-> "b", to |-> "a", priority |-> 0],
  [do |-> "evict", lock |-> "t", owners |-> {"b", "c"}],
  [do |-> "revoke", lock |-> "s", epoch |-> 2]
}
====
