// FileMapping: a journal file mapped read-only, as long as it is now and with room to grow.
//
// A file that a writer holds open is mapped with address space to spare; when it outgrows that, it
// is mapped anew and the old mapping stays, so views are valid until the FileMapping is destroyed.
//
// Truncating a file below what its reader has seen raises SIGBUS on access. Journal writers only
// cut off what was never part of the file; a program that reads files it does not trust to stay so
// installs a handler of its own (libraries must not).
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_region.h"
#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::journal {

// What identifies a file whatever its name is.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

class FileMapping {
 public:
  enum class Growth { kFinished, kGrowing };

  // Errors: kSystem, kInvalidArgument (not a regular file), kTruncated (shorter than any header).
  static Result<FileMapping> open(const std::string& path);

  // Reserves address space for a file that is still written to.
  Result<void> expect(Growth growth);
  // The file will not change any more: its descriptor is given back unless its number is low, so
  // that more files can be read than a process may have open. The mapping stays.
  void close_spare_descriptor();
  // Reads from the file itself, as long as it has its descriptor. False unless all of `bytes` were
  // read.
  [[nodiscard]] bool read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
  // Of the file itself; closed once it has been given back.
  [[nodiscard]] const base::UniqueFd& descriptor() const { return fd_; }
  // Looks at the size of the file again, while it has its descriptor. A file that became shorter
  // ends where it ends now.
  Result<void> refresh();

  [[nodiscard]] const std::byte* bytes() const { return regions_.back().data(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // What it took up on disk when it was opened.
  [[nodiscard]] std::uint64_t allocated_bytes() const { return allocated_bytes_; }
  [[nodiscard]] FileIdentity identity() const { return identity_; }

 private:
  FileMapping() = default;
  Result<void> map(std::uint64_t bytes);

  base::UniqueFd fd_;
  FileIdentity identity_;
  std::uint64_t size_ = 0;
  std::uint64_t allocated_bytes_ = 0;
  std::vector<base::MappedRegion> regions_;  // the last one is in use
};

}  // namespace logq::journal
