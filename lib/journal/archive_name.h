// The names journal files go by in a directory (docs/file-format.md, "Names"):
//   BASE.journal                                               the active file
//   BASE@SEQNUM_ID-HEAD_SEQNUM-HEAD_REALTIME.journal           archived
//   BASE@REALTIME-RANDOM.journal~                              set aside, unclean or damaged
// SEQNUM_ID has 32 hexadecimal digits, the other numbers 16. Pure text, no file is touched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/id128.h"

namespace logq::journal {

struct ArchiveName {
  std::string base;  // "system"
  Id128 seqnum_id;
  std::uint64_t head_seqnum = 0;
  std::uint64_t head_realtime_usec = 0;

  // Takes a file name without a directory; nothing when it is not an archive's.
  static std::optional<ArchiveName> parse(std::string_view file_name);
  [[nodiscard]] std::string to_string() const;
};

// When a file with a name of the third form was set aside; nothing when the name is another one.
[[nodiscard]] std::optional<std::uint64_t> parse_disposed_name(std::string_view file_name);

// `base@realtime-random.journal~`.
[[nodiscard]] std::string disposed_name(std::string_view base,
                                        std::uint64_t realtime_usec,
                                        std::uint64_t random);

}  // namespace logq::journal
