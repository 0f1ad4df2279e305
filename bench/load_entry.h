// The entries that the ingest benchmark sends: 8 client fields, 3 of them unique, about 200 bytes.
// Header-only, shared by the sender and whoever wants to know the size of one.
#pragma once

#include <cstdint>
#include <string>

namespace logq::bench {

inline std::string load_message(std::uint64_t number) {
  return "GET /api/v1/orders/" + std::to_string(number) + " took " + std::to_string(number % 977) +
         " ms, answered from the cache";
}

// Appends one entry in the native protocol, without the empty line that would end it.
inline void append_native_entry(std::uint64_t number, std::string& out) {
  out += "MESSAGE=" + load_message(number) + "\n";
  out += "PRIORITY=6\nSYSLOG_IDENTIFIER=orders\nCODE_FILE=orders.cc\nCODE_LINE=117\n";
  out += "CODE_FUNC=handle_request\n";
  out += "REQUEST_ID=req-" + std::to_string(number) + "\n";
  out += "DURATION_USEC=" + std::to_string(number * 7919 % 1'000'003) + "\n";
}

}  // namespace logq::bench
