// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Sequences of API calls as plain values: decoded from bytes, written and read as text.
///
/// One operation a line; `#` starts a comment line, an empty line ends a sequence. A transcript has
/// the result behind each operation, after ` = `; who reads operations skips it:
///
///     manual e0 set = ok
///     auto e1 = ok
///     semaphore s0 2 5 fifo = ok
///     source c0 = ok
///     register r0 c0 set e1 = ok
///     wait_any e1 s0 e0 poll token c0 = index 1
///     cancel c0 = true; ran r0 (ok)
///
/// Names: a letter and a number, e: events, s: semaphores, t: waitable timers, c: sources, k: kept
/// tokens, r: registrations. A TOKEN is a source (its token), a kept token, `none` or `canceled`.
/// MS is in milliseconds of a virtual clock. It moves only in a wait that sleeps and in `advance`,
/// and of two deadlines in one millisecond the one given first comes first.
///
///     manual E [set]     auto E [set]     timer T     source C     timed C MS
///     semaphore S COUNT MAX barging|fifo
///     linked C TOKEN...               one to three parents
///     token K TOKEN                   keeps a copy of a token; K is overwritten
///     destroy NAME                    of a registration: its destructor, then the name is free
///     set E    reset E    pulse E     the last: set(), then reset()
///     is_set E|T    release S N    count S
///     arm T MS [every MS]    disarm T
///     handle E|S|T|TOKEN              exports the handle
///     ready E|S|T|TOKEN               whether it is readable; exports it if need be
///     try E|S|T                       try_wait(), try_acquire()
///     wait E|S|T TIME [token TOKEN | return TOKEN]
///     wait_any ITEM... TIME [token TOKEN | return TOKEN]
///     wait_all ITEM... TIME [token TOKEN | return TOKEN]
///     signal_and_wait E|S E|S|T ever token C
///     sleep TIME [token TOKEN | return TOKEN]
///     cancel C    cancel_after C MS    try_reset C
///     is_canceled TOKEN    can_be_canceled TOKEN    reason TOKEN    origin TOKEN    expires TOKEN
///     check TOKEN                     throw_if_cancellation_requested()
///     register R TOKEN ACTION         what R held before is unregistered afterwards
///     unregister R    dispose R    detach R    holds R     dispose: unregister_and_wait()
///     advance MS                      lets so much time pass
///     nothing    throw                what a callback may do besides
///
///     ITEM: E, S, T; TOKEN (an element; not in wait_all); throw:TOKEN; handle:E, handle:S, ...
///           (an os_handle of the exported handle)
///     TIME: poll (a deadline that has passed), for MS (at least 1), or ever; the last with
///           `token C` or `return C` only: if it lasts, another thread cancels C 100 ms later
///     ACTION: an operation that does not block (no TIME but poll, no advance) and neither makes
///           nor destroys E, S or T; it may be a register in its turn
///
/// Results:
///
///     ok              done; a wait: was satisfied
///     true, false     what the call returned
///     NUMBER          the count before (release), the count, expires: the millisecond, from the
///                     beginning of the sequence
///     index I         the position of what satisfied it; of an object listed twice, the first
///     timed_out       the wait; also the reason of a token whose deadline passed
///     canceled TOKEN  the wait or check was ended by this of its token arguments
///     requested       the reason of a token that was canceled by cancel()
///     never           expires
///     NAME, none      the origin: the name that its source was made with; no reason
///     refused         std::invalid_argument or semaphore_full: nothing has changed
///     threw, threw N  what the callback threw left the register; cancel: N callbacks threw
///     absent, exists  nothing was done: an operand does not exist, what is to be made does
///
/// then, if callbacks ran meanwhile on whatever thread, `; ran R (RESULT), R (RESULT)...` in the
/// order in which they began, and `; handled N` if N exceptions went to the callback error handler.
/// A timer that is due when an operation ends fires before the operation counts as ended.
namespace fuzz {

enum class verb : unsigned char {
  manual,
  automatic,
  timer,
  source,
  timed,
  semaphore,
  linked,
  token,
  destroy,
  set,
  reset,
  pulse,
  is_set,
  release,
  count,
  arm,
  disarm,
  handle,
  ready,
  try_wait,
  wait,
  wait_any,
  wait_all,
  signal_and_wait,
  sleep,
  cancel,
  cancel_after,
  try_reset,
  is_canceled,
  can_be_canceled,
  reason,
  origin,
  expires,
  check,
  enroll,  // "register" is a keyword
  unregister,
  dispose,
  detach,
  holds,
  advance,
  nothing,
  raise,  // "throw" is another
};

/// A letter and a number; '0' stands for the token none, '1' for canceled, ' ' for nothing.
struct name {
  char kind = ' ';
  unsigned char number = 0;
  friend bool operator==(const name&, const name&) = default;
};

enum class item_role : unsigned char { element, throw_on, handle };

struct item {
  name what;
  item_role role = item_role::element;
  friend bool operator==(const item&, const item&) = default;
};

enum class ending : unsigned char { none, throws, returns };  // the token behind a wait

/// How many milliseconds a wait lasts, besides numbers above zero.
inline constexpr int poll = 0;
inline constexpr int ever = -1;

/// How long a wait without end lasts before another thread cancels its token.
inline constexpr int patience = 100;

struct operation {
  verb what = verb::nothing;
  name on;                  // what it makes or is about
  std::vector<item> items;  // of a wait; the parents of a linked source; the token of a register
  int number = 0;           // a count, a duration
  int second = 0;           // the maximum, the period; 1 for an event that is made set
  bool is_fifo = false;
  ending end = ending::none;
  name token;                     // of the ending
  std::vector<operation> action;  // of a callback: one
  friend bool operator==(const operation&, const operation&) = default;
};

using sequence = std::vector<operation>;

/// What may be generated: everything, or what .NET has too. Portable sequences neither use time nor
/// handles of events, lists or sources that end, and callbacks of linked sources touch no token.
enum class profile { everything, portable };

/// Every string of bytes is a sequence; longer strings make longer ones.
sequence from_bytes(std::span<const std::byte> bytes, profile what);

/// What has to exist for the operation to do anything. Whether the verb makes what it is about, and
/// whether it may block.
std::vector<name> operands(const operation& o);
bool makes(verb v);
bool is_wait(verb v);

std::string to_text(name n);
std::string to_text(const operation& o);
std::string to_text(const sequence& s);

/// Reads one operation or sequence. Throws: std::invalid_argument that quotes the line.
operation read_operation(std::string_view line);
sequence read_sequence(std::string_view text);

}  // namespace fuzz
