// The entries that the ingest benchmark sends: 8 client fields, 3 of them unique, about 200 bytes.
// Header-only, shared by the sender and whoever wants to know the size of one. For files with
// compressed payloads there is a ninth field, DETAIL, of some kilobytes.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>

namespace logq::bench {

inline std::string load_message(std::uint64_t number) {
  return "GET /api/v1/orders/" + std::to_string(number) + " took " + std::to_string(number % 977) +
         " ms, answered from the cache";
}

// Words and numbers that differ from entry to entry; zstd makes about a quarter of it.
inline void append_detail(std::uint64_t number, std::uint64_t bytes, std::string& out) {
  static constexpr const char* kWords[] = {"request ", "handler ",   "in ",     "frame ",
                                           "at ",      "orders.cc:", "retry ",  "cache ",
                                           "lookup ",  "timeout ",   "state ",  "pending ",
                                           "shard ",   "replica ",   "commit ", "rollback ",
                                           "thread ",  "waiting ",   "lock ",   "index ",
                                           "segment ", "offset ",    "read ",   "bytes "};
  std::uint64_t random = number + 1;
  const std::size_t end = out.size() + bytes;
  while (out.size() < end) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t high = random >> 33;
    if (high % 4 == 0) {
      out += std::to_string(high % 65'536) + " ";
    } else {
      out += kWords[high / 4 % std::size(kWords)];
    }
  }
}

// Appends one entry in the native protocol, without the empty line that would end it.
inline void append_native_entry(std::uint64_t number,
                                std::uint64_t detail_bytes,
                                std::string& out) {
  out += "MESSAGE=" + load_message(number) + "\n";
  out += "PRIORITY=6\nSYSLOG_IDENTIFIER=orders\nCODE_FILE=orders.cc\nCODE_LINE=117\n";
  out += "CODE_FUNC=handle_request\n";
  out += "REQUEST_ID=req-" + std::to_string(number) + "\n";
  out += "DURATION_USEC=" + std::to_string(number * 7919 % 1'000'003) + "\n";
  if (detail_bytes == 0) return;
  out += "DETAIL=";
  append_detail(number, detail_bytes, out);
  out += "\n";
}

}  // namespace logq::bench
