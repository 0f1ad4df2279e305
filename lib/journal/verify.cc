#include "journal/verify.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <tuple>

#include "base/try.h"
#include "journal/file_mapping.h"
#include "journal/header.h"
#include "journal/verify_pass.h"

namespace logq::journal {
namespace {

constexpr std::uint32_t kCompatibleKnown =
    kCompatibleSealed | kCompatibleTailEntryBootId | kCompatibleSealedContinuous;

// A reader is bounded per entry and shows what it unpacks, but a check of a few megabytes must not
// take hours: neither with payloads that unpack to terabytes, per byte on disk, ...
constexpr std::uint64_t kUnpackPerByte = 64;
// ... nor with terabytes of holes: a gigabyte of them takes seconds to look at. Archives have holes
// where arrays end, and file systems that compress have fewer bytes on disk than in the file.
constexpr std::uint64_t kLookPerByte = 16;
constexpr std::uint64_t kUnpackPerLook = 8;  // of what is free for any file

// What the header claims, before anything is looked up by it.
Result<void> verify_header(const Header& header, std::uint64_t file_size) {
  const std::uint32_t flags = load(header.compatible_flags);
  if ((flags & ~kCompatibleKnown) != 0) {
    return fail(Error::make(Errc::kUnsupported, "file has compatible flags unknown to us"));
  }
  if (std::any_of(std::begin(header.reserved), std::end(header.reserved),
                  [](std::uint8_t byte) { return byte != 0; })) {
    return fail(Error::corrupt(offsetof(Header, reserved), "reserved bytes are not zero"));
  }
  const std::uint64_t header_size = load(header.header_size);
  constexpr std::size_t kTagsEnd = offsetof(Header, n_entry_arrays) + sizeof(Le64);
  if ((flags & kCompatibleSealed) != 0 && header_size < kTagsEnd) {
    return fail(Error::corrupt(offsetof(Header, header_size), "sealed file has too old a header"));
  }
  const std::uint64_t arena = load(header.arena_size);
  if (arena > file_size || file_size - arena < header_size) {
    return fail(Error::truncated(file_size, "file is shorter than its header says"));
  }
  const FileOffset tail = load(header.tail_object_offset);
  if (tail > header_size + arena || tail % 8 != 0) {
    return fail(Error::corrupt(offsetof(Header, tail_object_offset), "last object is misplaced"));
  }
  if (load(header.data_hash_table_offset) % 8 != 0 ||
      load(header.field_hash_table_offset) % 8 != 0 || load(header.entry_array_offset) % 8 != 0) {
    return fail(Error::corrupt(0, "header names an offset that is not 8-aligned"));
  }
  return {};
}

Result<void> verify_all(Verification& verification, std::uint64_t file_size) {
  LOGQ_TRY(verify_header(verification.header, file_size));
  LOGQ_TRY(verify_objects(verification));
  LOGQ_TRY(verify_index(verification));
  return verify_xor_hashes(verification);
}

// A writer that appends all the time is faster than we are; one that pauses is not.
constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kPause{50};

// Tells by what a writer changes with every entry whether there is one.
class WriterTrace {
 public:
  // Whether it has written since the last header that was noted.
  bool note(const Header& header) {
    const Counts now{load(header.n_objects), load(header.n_entries), header.state};
    const bool moved = last_ && *last_ != now;
    last_ = now;
    return moved;
  }

 private:
  using Counts = std::tuple<std::uint64_t, std::uint64_t, FileState>;
  std::optional<Counts> last_;
};

Result<VerifyReport> verify_once(const std::string& path,
                                 const VerifyProgress& progress,
                                 std::uint64_t work_bytes,
                                 WriterTrace& writer) {
  const FileMapping mapping = LOGQ_TRY(FileMapping::open(path));
  const ObjectReader whole(mapping.bytes(), mapping.size(), false);
  LOGQ_TRY(check_header(whole));
  Verification verification;
  verification.header = header_snapshot(*LOGQ_TRY(whole.at<Header>(0)));
  const Header& header = verification.header;
  verification.report.changed = writer.note(header);
  const std::uint64_t end = load(header.header_size) + load(header.arena_size);
  verification.objects =
      ObjectReader(mapping.bytes(), std::min(end, mapping.size()), verification.compact());
  const std::uint64_t on_disk = std::min(mapping.size(), mapping.allocated_bytes());
  verification.unpack_bytes = work_bytes + kUnpackPerByte * on_disk;
  verification.look_bytes = work_bytes / kUnpackPerLook + kLookPerByte * on_disk;
  verification.progress = progress;
  verification.report.sealed = (load(header.compatible_flags) & kCompatibleSealed) != 0;
  verification.report.online = header.state == FileState::kOnline;
  const auto done = verify_all(verification, mapping.size());
  if (!done) verification.report.failure = done.error();
  if (writer.note(header_snapshot(*LOGQ_TRY(whole.at<Header>(0)))))
    verification.report.changed = true;
  return verification.report;
}

}  // namespace

Result<VerifyReport> verify_file(const std::string& path,
                                 const VerifyProgress& progress,
                                 std::uint64_t work_bytes) {
  VerifyReport report;
  WriterTrace writer;
  bool changed = false;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    report = LOGQ_TRY(verify_once(path, progress, work_bytes, writer));
    changed = changed || report.changed;
    if (!report.failure) break;
    if (report.changed) continue;
    // Perhaps its writer was interrupted in the middle of an entry.
    if (!report.online || attempt + 1 == kAttempts) break;
    std::this_thread::sleep_for(kPause);
  }
  if (report.failure) report.changed = changed;  // which may have been half an entry each time
  if (progress) progress(1.0);
  return report;
}

}  // namespace logq::journal
