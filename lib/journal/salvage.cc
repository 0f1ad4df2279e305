#include "journal/salvage.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/io.h"
#include "base/try.h"
#include "journal/archive_name.h"
#include "journal/file_header.h"
#include "journal/file_names.h"
#include "journal/own_profile.h"
#include "journal/unclean_file.h"

namespace logq::journal {
namespace {

// Of one file. Each step back in time takes one; a clock that is set leaves some, and each costs a
// file's tables and waiting for the disk.
constexpr int kMaxArchives = 64;

std::string temporary_path(const std::string& path) {
  return path + ".salvage";
}

// Copies entries into archives beside the original; more than one only if the original's order or
// size do not fit one file.
class Rewriter {
 public:
  Rewriter(const std::string& path, const WriterOptions& options, const UncleanFile& file)
      : path_(path),
        file_(file),
        options_(options) {
    options_.machine_id = file.machine_id();
    options_.sequence.seqnum_id = file.seqnum_id();
    options_.max_size_bytes = std::min(std::max(file.size(), options.max_size_bytes), kFileSizeMax);
  }

  Result<void> add(const UncleanFile::Entry& entry) {
    if (!writer_) LOGQ_TRY(begin(entry));
    auto added = copy(entry);
    if (added || added.error().code != Errc::kFull) return added;
    LOGQ_TRY(finish());
    LOGQ_TRY(begin(entry));
    return copy(entry);
  }

  // Gives the archive its name. One of that name that holds as much is this one, from a salvage
  // that was interrupted before it could remove the original.
  Result<void> finish() {
    if (!writer_) return {};
    const JournalPath where = JournalPath::split(path_);
    const SequencePosition sequence = writer_->sequence();
    const ArchiveName name{where.base, sequence.seqnum_id, head_seqnum_,
                           writer_->head_realtime_usec()};
    const std::string target = where.directory + name.to_string();
    const auto existing = read_file_header(target);
    if (existing && existing->tail_entry_seqnum == sequence.tail_seqnum &&
        existing->n_entries >= writer_->n_entries()) {
      ::unlink(writer_->path().c_str());
      archive_path_ = target;
    } else {
      archive_path_ = LOGQ_TRY(writer_->archive());
    }
    writer_.reset();
    return {};
  }

  [[nodiscard]] const std::string& archive_path() const { return archive_path_; }

 private:
  Result<void> copy(const UncleanFile::Entry& entry) {
    return writer_->append_with_seqnum(entry.time, entry.seqnum, entry.payloads, entry.xor_hash);
  }
  Result<void> begin(const UncleanFile::Entry& entry) {
    if (++n_archives_ > kMaxArchives) {
      return fail(Error::corrupt(0, "times of entries run backwards again and again"));
    }
    ::unlink(temporary_path(path_).c_str());
    options_.sequence.tail_seqnum = entry.seqnum - 1;
    options_.tables = file_.table_sizes();
    head_seqnum_ = entry.seqnum;
    writer_ = LOGQ_TRY(FileWriter::create(temporary_path(path_), options_));
    return {};
  }

  std::string path_;
  const UncleanFile& file_;
  WriterOptions options_;
  std::unique_ptr<FileWriter> writer_;
  std::uint64_t head_seqnum_ = 0;
  int n_archives_ = 0;
  std::string archive_path_;
};

Result<void> rewrite(UncleanFile& file, Rewriter& rewriter, SalvageReport& report) {
  std::optional<Error> failed;
  // The walk goes on after an error: where the sequence ends must be known in any case.
  LOGQ_TRY(file.for_each_entry([&](const UncleanFile::Entry& entry) -> Result<void> {
    ++report.entries;
    report.sequence.tail_seqnum = entry.seqnum;
    report.tail_boot_id = entry.time.boot_id;
    if (failed) return {};
    const auto added = rewriter.add(entry);
    if (!added) failed = added.error();
    return {};
  }));
  if (failed) return fail(*failed);
  return rewriter.finish();
}

Result<void> remove_original(const std::string& path) {
  if (::unlink(path.c_str()) < 0) return fail(Error::system(errno, "unlink salvaged file"));
  return base::sync_parent_directory(path);
}

Result<SalvageReport> keep_original(const std::string& path, SalvageReport report, Error because) {
  remove_leftovers(path);
  report.path = LOGQ_TRY(set_aside(path));
  report.set_aside_because = because;
  return report;
}

}  // namespace

Result<SalvageReport> salvage(const std::string& path, const WriterOptions& options) {
  SalvageReport report;
  auto file = UncleanFile::open(path);
  if (!file) return keep_original(path, report, file.error());
  if (file->names_sequence()) report.sequence.seqnum_id = file->seqnum_id();
  report.claimed_tail_seqnum = file->claimed_tail_seqnum();
  report.tail_boot_id = file->claimed_boot_id();

  Rewriter rewriter(path, options, *file);
  const auto rewritten = rewrite(*file, rewriter, report);
  report.damaged = file->damaged_entries();
  report.complete = report.entries >= file->claimed_entries();
  if (report.entries == 0) report.sequence.tail_seqnum = report.claimed_tail_seqnum;
  if (!rewritten) return keep_original(path, report, rewritten.error());
  if (report.entries == 0 && (!report.complete || !file->is_readable())) {
    return keep_original(path, report, Error::corrupt(0, "no entry of the file can be read"));
  }
  report.path = rewriter.archive_path();
  if (report.damaged == 0 && file->is_readable()) {
    LOGQ_TRY(remove_original(path));
  } else {
    LOGQ_TRY(set_aside(path));
  }
  return report;
}

void remove_leftovers(const std::string& path) {
  for (const std::string& leftover :
       {path + ".new", temporary_path(path), temporary_path(path) + ".new"}) {
    ::unlink(leftover.c_str());
  }
}

}  // namespace logq::journal
