// Command lines that logq answers otherwise than journalctl 252, each with the reason. They are run
// like the others, and must differ: what has become equal is no exception any more.
#pragma once

#include "support/journal_sets.h"

namespace logq::test {

struct Difference {
  const char* invocation;
  SetKind set;
  const char* reason;
};

inline constexpr const char* kNoClock =
    "252 misses one boot of four where the clock was set, and takes the time when the clock was "
    "set "
    "for the beginning of others; the newest finds all";
inline constexpr const char* kBootsWithin =
    "252 finds no boot that lies within one of another machine; logq counts all, by their ends";

inline constexpr Difference kDifferences[] = {
    {"--list-boots", SetKind::kNoRtc, kNoClock},
    {"--list-boots -q", SetKind::kNoRtc, kNoClock},
    {"--list-boots --utc", SetKind::kNoRtc, kNoClock},
    {"--list-boots -r", SetKind::kNoRtc, kNoClock},
    {"--list-boots -o json", SetKind::kNoRtc, kNoClock},
    {"--list-boots -o json-pretty", SetKind::kNoRtc, kNoClock},
    {"--list-boots $TZ=America/New_York", SetKind::kNoRtc, kNoClock},
    {"$SYSTEMD_COLORS=1 --list-boots", SetKind::kNoRtc, kNoClock},
    {"--root={root} -b {boot:0}+1", SetKind::kMachine, kBootsWithin},
    {"--root={root} --list-boots", SetKind::kMachine, kBootsWithin},
    {"-D {root}/var/log/journal -b -1", SetKind::kMachine, kBootsWithin},
    {"--namespace=a/b", SetKind::kMachine,
     "what can be no name is refused instead of being looked for"},
    {"-m -k", SetKind::kMachine, "the newest means all boots by -k with -m, which 252 refuses"},
};

}  // namespace logq::test
