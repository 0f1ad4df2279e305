// FileHash: the hash that one journal file stores for its payloads and field names: SipHash keyed
// with the file's id, or Jenkins' in files without the KEYED_HASH flag (before 246).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/jenkins.h"
#include "base/siphash.h"
#include "journal/format.h"

namespace logq::journal {

class FileHash {
 public:
  FileHash(bool keyed, const std::array<std::uint8_t, 16>& file_id)
      : siphash_(file_id),
        keyed_(keyed) {}
  explicit FileHash(const Header& header)
      : FileHash((header.incompatible_flags & kIncompatibleKeyedHash) != 0,
                 std::to_array(header.file_id)) {}

  [[nodiscard]] std::uint64_t operator()(std::string_view bytes) const {
    return keyed_ ? siphash_(bytes) : base::jenkins_hash64(bytes);
  }
  // The Jenkins hash of bytes that hash to `own`: what goes into an entry's xor_hash.
  [[nodiscard]] std::uint64_t xor_part(std::string_view bytes, std::uint64_t own) const {
    return keyed_ ? base::jenkins_hash64(bytes) : own;
  }

 private:
  base::SipHash24 siphash_;
  bool keyed_;
};

}  // namespace logq::journal
