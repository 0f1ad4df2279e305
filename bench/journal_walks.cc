#include "journal_walks.h"

#include <fcntl.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include <systemd/sd-journal.h>

#include "base/io.h"
#include "base/mapped_region.h"
#include "journal/journal.h"

namespace logq::bench {
namespace {

using journal::Journal;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "journal_bench: %s\n", why.c_str());
  std::exit(1);
}

std::unique_ptr<Journal> open_with_logq(const Paths& paths) {
  auto journal = Journal::open_files(paths);
  if (!journal) give_up(journal.error().message());
  (*journal)->seek_head();
  return std::move(*journal);
}

struct CloseJournal {
  void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using SdJournal = std::unique_ptr<sd_journal, CloseJournal>;

SdJournal open_with_libsystemd(const Paths& paths) {
  std::vector<const char*> names;
  names.reserve(paths.size() + 1);
  for (const std::string& path : paths)
    names.push_back(path.c_str());
  names.push_back(nullptr);
  sd_journal* journal = nullptr;
  if (sd_journal_open_files(&journal, names.data(), 0) < 0) {
    give_up("libsystemd cannot open the files");
  }
  sd_journal_set_data_threshold(journal, 0);  // whole payloads
  return SdJournal(journal);
}

void mix(std::uint64_t value, Answer& answer) {
  answer.digest = (answer.digest ^ value) * 0x100000001b3ULL;
}

void mix(std::string_view payload, Answer& answer) {
  answer.payload_bytes += payload.size();
  mix(std::hash<std::string_view>{}(payload), answer);
}

std::uint64_t walk(Journal& journal, std::uint64_t most) {
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < most && journal.next(); ++i) {
    for (const std::string_view payload : journal.payloads())
      bytes += payload.size();
  }
  return bytes;
}

std::uint64_t walk(sd_journal* journal, std::uint64_t most) {
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < most && sd_journal_next(journal) > 0; ++i) {
    const void* data = nullptr;
    std::size_t size = 0;
    while (sd_journal_enumerate_available_data(journal, &data, &size) > 0)
      bytes += size;
  }
  return bytes;
}

std::uint64_t step(Journal& journal, std::uint64_t most) {
  std::uint64_t entries = 0;
  while (entries < most && journal.next())
    ++entries;
  return entries;
}

std::uint64_t step(sd_journal* journal, std::uint64_t most) {
  std::uint64_t entries = 0;
  while (entries < most && sd_journal_next(journal) > 0)
    ++entries;
  return entries;
}

}  // namespace

Answer answer_of_logq(const Paths& paths) {
  const std::unique_ptr<Journal> journal = open_with_logq(paths);
  Answer answer;
  for (; journal->next(); ++answer.entries) {
    mix(journal->entry().realtime_usec, answer);
    for (const std::string_view payload : journal->payloads())
      mix(payload, answer);
  }
  return answer;
}

Answer answer_of_libsystemd(const Paths& paths) {
  const SdJournal journal = open_with_libsystemd(paths);
  Answer answer;
  for (; sd_journal_next(journal.get()) > 0; ++answer.entries) {
    std::uint64_t realtime_usec = 0;
    sd_journal_get_realtime_usec(journal.get(), &realtime_usec);
    mix(realtime_usec, answer);
    const void* data = nullptr;
    std::size_t size = 0;
    while (sd_journal_enumerate_available_data(journal.get(), &data, &size) > 0)
      mix(std::string_view(static_cast<const char*>(data), size), answer);
  }
  return answer;
}

std::uint64_t walk_logq(const Paths& paths, std::uint64_t most) {
  return walk(*open_with_logq(paths), most);
}

std::uint64_t walk_libsystemd(const Paths& paths, std::uint64_t most) {
  return walk(open_with_libsystemd(paths).get(), most);
}

std::uint64_t step_logq(const Paths& paths, std::uint64_t most) {
  return step(*open_with_logq(paths), most);
}

std::uint64_t step_libsystemd(const Paths& paths, std::uint64_t most) {
  return step(open_with_libsystemd(paths).get(), most);
}

struct OpenReaders::Impl {
  std::unique_ptr<Journal> journal;
  SdJournal sd_journal;
};

OpenReaders::OpenReaders(const Paths& paths)
    : impl_(new Impl{open_with_logq(paths), open_with_libsystemd(paths)}) {
  if (walk_logq() != walk_libsystemd()) give_up("the two readers disagree");
}

OpenReaders::~OpenReaders() = default;

std::uint64_t OpenReaders::walk_logq() {
  impl_->journal->seek_head();
  return walk(*impl_->journal, kAllEntries);
}

std::uint64_t OpenReaders::walk_libsystemd() {
  sd_journal_seek_head(impl_->sd_journal.get());
  return walk(impl_->sd_journal.get(), kAllEntries);
}

std::uint64_t OpenReaders::step_logq() {
  impl_->journal->seek_head();
  return step(*impl_->journal, kAllEntries);
}

std::uint64_t OpenReaders::step_libsystemd() {
  sd_journal_seek_head(impl_->sd_journal.get());
  return step(impl_->sd_journal.get(), kAllEntries);
}

std::uint64_t touch_pages(const Paths& paths) {
  constexpr std::size_t kPage = 4096;
  std::uint64_t sum = 0;
  for (const std::string& path : paths) {
    auto file = base::open_file(path, O_RDONLY);
    if (!file) give_up(file.error().message());
    const std::size_t size = std::filesystem::file_size(path);
    const auto region =
        base::MappedRegion::map_file(file->get(), size, base::MappedRegion::Access::kReadOnly);
    if (!region) give_up(region.error().message());
    for (std::size_t at = 0; at < size; at += kPage)
      sum += std::to_integer<std::uint64_t>(region->data()[at]);
  }
  return sum;
}

}  // namespace logq::bench
