// FilePeek: what a few small reads tell of an archived file. A page that is touched through a
// mapping costs its neighbours as well; of most of a thousand files only the header, the last entry
// and some hash buckets are asked for.
//
// Says what the file says: a caller that goes on through the mapping checks everything there again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/unique_fd.h"
#include "journal/file_hash.h"
#include "journal/object_reader.h"

namespace logq::journal {

enum class FileEnd { kFirst, kLast };

class FilePeek {
 public:
  // Of a file that does not change any more. Borrows the descriptor, which must be open for
  // anything to be told.
  FilePeek(const base::UniqueFd& file, const Header& header);

  [[nodiscard]] const Header& header() const { return header_; }
  // The first or last entry, if header and entry agree on it.
  [[nodiscard]] std::optional<EntryInfo> entry_at(FileEnd end) const;
  // False when no DATA object has this payload ("FIELD=value") for sure.
  [[nodiscard]] bool may_hold(std::string_view payload) const;

 private:
  [[nodiscard]] std::optional<FileOffset> offset_at(FileEnd end) const;
  [[nodiscard]] std::optional<FileOffset> slot(FileOffset array, std::uint64_t index) const;
  template <typename T>
  [[nodiscard]] bool read(FileOffset offset, T& object) const;

  const base::UniqueFd& file_;
  Header header_;
  FileHash hash_;
};

}  // namespace logq::journal
