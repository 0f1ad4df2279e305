// Hand-made entries for the tests of output formats.
#pragma once

#include <string_view>
#include <vector>

#include "query/output_format.h"

namespace logq::test {

// 2023-11-14 22:13:20 UTC; borrows the payloads.
inline query::EntryView sample_entry(const std::vector<std::string_view>& payloads) {
  query::EntryView entry;
  entry.info.seqnum = 48;
  entry.info.realtime_usec = 1'700'000'000'000'000;
  entry.info.monotonic_usec = 5'000'000;
  entry.info.boot_id = *Id128::parse("11111111111111111111111111111111");
  entry.info.xor_hash = 0xaa71;
  entry.seqnum_id = *Id128::parse("98f13c7e48d14efdb325a22fe98af9cc");
  entry.payloads = payloads;
  return entry;
}

inline std::string formatted(query::OutputMode mode,
                             const std::vector<std::string_view>& payloads,
                             query::FormatOptions options = {}) {
  options.utc = true;
  std::string out;
  query::make_output_format(mode, options)->append(sample_entry(payloads), out);
  return out;
}

}  // namespace logq::test
