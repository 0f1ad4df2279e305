// Checking a journal file from end to end, as `journalctl --verify` does: every object, every
// counter of the header, and that hash tables, entry arrays and entries agree. Stricter than 252,
// which does not look at: the chains of field names, the lists that lead from a field to its
// values, the xor_hash of entries (judged where it fits some entry of the file), the tail pointers
// of compact files, the hashes in items, the first entries of values, and objects beyond the end
// that the header announces. tests/journal/verify_checks_test.cc lists all checks.
//
// Takes every variant: regular and compact, Jenkins and keyed hashes, any compression, headers from
// 208 bytes on. Hostile files are welcome: nothing is followed unchecked, memory is some bytes per
// object, and time is bounded by what the file takes up on disk: 16 times that and 1 GiB may be
// looked at, holes included, and 64 times that and 8 GiB unpacked.
//
// Of sealed files the structure is checked (tags where they belong, numbered without a gap, epochs
// in order) but not the HMAC, which needs the verification key; journalctl without a key does not
// look at them at all. Compatible flags up to those of systemd 255 are known; 252 knows SEALED
// only and refuses the others.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "logq/result.h"

namespace logq::journal {

struct VerifyReport {
  // The first thing that is wrong, with its offset in the file; nothing when all is well.
  // kCorrupt, kTruncated, kTooLarge (too much to look at); kUnsupported for compatible flags that
  // nobody has told us about.
  std::optional<Error> failure;
  // What was seen, up to the failure.
  std::uint64_t n_objects = 0;
  std::uint64_t n_entries = 0;
  std::uint64_t n_tags = 0;
  bool sealed = false;
  // Somebody has it open to write, or did not close it.
  bool online = false;
  // Somebody wrote to it meanwhile (between looks counts), which may be all that is wrong.
  bool changed = false;
};

// Told now and then how much of the work is done, from 0 to 1.
using VerifyProgress = std::function<void(double fraction)>;

// Errors: kSystem, kInvalidArgument (it cannot be read at all), and what FileReader::open says of a
// header that is none. A file that is written to meanwhile is looked at again, up to three times in
// all, and may be found wanting all the same though it is not (`changed`). Thread-safe: several
// files may be verified at once. `work_bytes`: what payloads may unpack to, and eight times what
// may be looked at, besides what the space on disk allows; ten of the largest payloads there can
// be, of nothing but zeros, pass.
Result<VerifyReport> verify_file(const std::string& path,
                                 const VerifyProgress& progress = {},
                                 std::uint64_t work_bytes = std::uint64_t{8} << 30);

}  // namespace logq::journal
