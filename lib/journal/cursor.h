// Cursor: the name of one entry, in journalctl's text form
// `s=<seqnum_id>;i=<seqnum>;b=<boot_id>;m=<monotonic>;t=<realtime>;x=<xor_hash>`, numbers in hex.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "journal/object_reader.h"
#include "logq/id128.h"

namespace logq::journal {

struct Cursor {
  std::optional<Id128> seqnum_id;
  std::optional<std::uint64_t> seqnum;
  std::optional<Id128> boot_id;
  std::optional<std::uint64_t> monotonic_usec;
  std::optional<std::uint64_t> realtime_usec;
  std::optional<std::uint64_t> xor_hash;

  // Parts "k=value" between single semicolons. Unknown one-letter keys are ignored; of a key that
  // is given twice the last counts. Valid with (s, i), or (m, b), or t.
  static std::optional<Cursor> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
};

// The full cursor of an entry of the sequence `seqnum_id`.
[[nodiscard]] Cursor cursor_of(const Id128& seqnum_id, const EntryInfo& entry);

}  // namespace logq::journal
