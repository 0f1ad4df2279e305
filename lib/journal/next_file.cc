#include "journal/next_file.h"

#include <unistd.h>

#include <utility>

namespace logq::journal {
namespace {

constexpr auto kNextFileWithin = std::chrono::seconds(10);

}  // namespace

TableSizes tables_after(const FileWriter::Statistics& predecessor) {
  if (predecessor.used_bytes < predecessor.max_bytes / 2) return {};
  return TableSizes::for_counts(predecessor.n_data, predecessor.n_fields);
}

void NextFile::follow(std::uint64_t used, std::uint64_t max) {
  foresight_ = used < max ? Foresight(used, max, Foresight::Clock::now()) : Foresight();
}

void NextFile::look(const FileWriter::Statistics& active, const WriterOptions& options) {
  const auto left = foresight_.look(active.used_bytes, Foresight::Clock::now());
  const bool late_enough = active.used_bytes >= active.max_bytes / 4 * 3;
  if (!left || *left > kNextFileWithin || !late_enough || made_.is_asked()) return;
  WriterOptions wanted = options;
  wanted.tables = tables_after(active);
  made_.ask(worker_, [path = path_, wanted] { return FileWriter::prepare(path, wanted); });
}

std::unique_ptr<FileWriter> NextFile::take(const Id128& seqnum_id) {
  auto made = made_.take().made;
  if (!made) return nullptr;
  if ((*made)->sequence().seqnum_id == seqnum_id) return std::move(*made);
  ::unlink(path_.c_str());
  return nullptr;
}

void NextFile::discard() {
  if (made_.take().made) ::unlink(path_.c_str());
}

}  // namespace logq::journal
