#include "logq/search/search_scan.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/value_scan.h"
#include "logq/end_request.h"
#include "logq/search/batch_threads.h"
#include "logq/search/entry_search.h"

namespace logq::cli {
namespace {

using journal::FileInfo;
using journal::FileOffset;
using journal::FileReader;

// The last hits may be among so many entries, and then nothing else is worth a look.
constexpr std::uint64_t kEntriesBeforeScan = 20'000;

bool tells_boots(const Options& options) {
  return !options.display.quiet && !options.source.merge;
}

class SearchScan {
 public:
  SearchScan(const Options& options, ReadingProgress& progress);

  std::optional<std::vector<FileOffset>> operator()(FileReader& file);

 private:
  [[nodiscard]] bool is_worth_it(const FileInfo& info);
  [[nodiscard]] bool covers_most(const FileInfo& info) const;

  const Options& options_;
  ReadingProgress& progress_;
  const std::string field_;
  std::vector<journal::ValueTest> tests_;
  std::uint64_t n_entries_ = 0;  // of the files so far
};

SearchScan::SearchScan(const Options& options, ReadingProgress& progress)
    : options_(options),
      progress_(progress),
      field_(options.grep.fields.empty() ? "MESSAGE" : options.grep.fields.front()) {
  const std::size_t threads = threads_of_machine();
  for (std::size_t i = 0; i < threads; ++i) {
    auto search = std::make_shared<EntrySearch>(std::move(*EntrySearch::create(options)));
    tests_.emplace_back([search = std::move(search)](std::string_view value) {
      return !end_requested() && search->may_want(value);
    });
  }
}

bool SearchScan::is_worth_it(const FileInfo& info) {
  const std::uint64_t before = std::exchange(n_entries_, n_entries_ + info.n_entries);
  if (options_.display.lines && before < kEntriesBeforeScan) return false;
  return covers_most(info);
}

// Whether most of a file's time lies in the range of -S and -U. Of a file beside it no entry is
// looked at.
bool SearchScan::covers_most(const FileInfo& info) const {
  const std::uint64_t head = info.head_entry_realtime_usec;
  const std::uint64_t tail = info.tail_entry_realtime_usec;
  const std::uint64_t since = options_.range.since_usec.value_or(0);
  const std::uint64_t until =
      options_.range.until_usec.value_or(std::numeric_limits<std::uint64_t>::max());
  const std::uint64_t from = std::max(head, since);
  const std::uint64_t to = std::min(tail, until);
  return from <= to && to - from >= (tail - std::min(head, tail)) / 2;
}

// The first entry of the file that is no older than this, by halves, as a reader seeks it.
FileOffset first_since(FileReader& file, std::uint64_t since_usec) {
  const journal::EntryList entries = file.all_entries();
  std::uint64_t low = 0;
  std::uint64_t high = entries.size();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto offset = entries.at(middle);
    const auto entry = offset ? file.read_entry(*offset) : Result<journal::EntryInfo>{};
    const bool is_older = offset && entry && entry->realtime_usec < since_usec;
    is_older ? low = middle + 1 : high = middle;
  }
  return entries.at(low).value_or(0);
}

// The first entry of each boot in the file from `start` on, before which its name is told. Nothing
// where boots overlap, or an entry does not say of which it is.
std::optional<std::vector<FileOffset>> first_of_boots(FileReader& file, FileOffset start) {
  struct Boot {
    FileOffset first = 0;
    FileOffset last = 0;
  };
  std::vector<Boot> boots;
  std::uint64_t n_entries = 0;
  file.for_each_value("_BOOT_ID", [&](std::string_view payload) {
    const journal::EntryList entries = file.entries_with(payload);
    n_entries += entries.size();
    const auto first = entries.first_from(start);
    const auto last = entries.last_until(std::numeric_limits<FileOffset>::max());
    if (first && last) boots.push_back({*first, *last});
    return true;
  });
  if (n_entries != file.info().n_entries) return std::nullopt;
  std::sort(boots.begin(), boots.end(),
            [](const Boot& a, const Boot& b) { return a.first < b.first; });
  std::vector<FileOffset> firsts;
  for (std::size_t i = 0; i < boots.size(); ++i) {
    if (i > 0 && boots[i].first < boots[i - 1].last) return std::nullopt;
    firsts.push_back(boots[i].first);
  }
  return firsts;
}

std::vector<FileOffset> merged(const std::vector<FileOffset>& a, const std::vector<FileOffset>& b) {
  std::vector<FileOffset> both;
  both.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

std::optional<std::vector<FileOffset>> SearchScan::operator()(FileReader& file) {
  // Files without a hit are gone through one after the other, and nobody else looks meanwhile.
  if (end_requested()) return std::vector<FileOffset>{};
  if (!is_worth_it(file.info())) return std::nullopt;
  progress_.show(file.info().head_entry_realtime_usec);
  auto entries = journal::scan_values(file, field_, tests_);
  if (!entries || !tells_boots(options_)) return entries;
  const auto since = options_.range.since_usec;
  const auto firsts = first_of_boots(file, since ? first_since(file, *since) : 0);
  if (!firsts) return std::nullopt;
  return merged(*entries, *firsts);
}

// Whether the entries to look at are those with certain values of one field.
bool can_scan(const GrepOptions& grep) {
  return grep.is_asked() && !grep.invert && !grep.has_context() && !grep.all_fields &&
         grep.fields.size() <= 1;
}

// The time that the files of one sequence are of.
struct SequenceTimes {
  Id128 seqnum_id;
  std::uint64_t head_usec = 0;
  std::uint64_t tail_usec = 0;
};

std::vector<SequenceTimes> times_of_sequences(const std::vector<FileReader*>& files) {
  std::vector<SequenceTimes> sequences;
  for (const FileReader* file : files) {
    const FileInfo& info = file->info();
    if (info.n_entries == 0) continue;
    const std::uint64_t head = info.head_entry_realtime_usec;
    const std::uint64_t tail = info.tail_entry_realtime_usec;
    const auto known = std::find_if(
        sequences.begin(), sequences.end(),
        [&info](const SequenceTimes& times) { return times.seqnum_id == info.seqnum_id; });
    if (known == sequences.end()) {
      sequences.push_back({info.seqnum_id, head, tail});
    } else {
      known->head_usec = std::min(known->head_usec, head);
      known->tail_usec = std::max(known->tail_usec, tail);
    }
  }
  return sequences;
}

// Whether boots follow one another, so that a change from one to the next is seen at the first
// entries of boots. In one sequence they do; several machines run at the same time, and a machine
// without a clock that is kept has several boots at what it takes for the same time. A cursor may
// stand anywhere.
bool boots_come_in_turn(const Options& options, journal::Journal& journal) {
  if (options.range.cursor || options.range.after_cursor) return false;
  std::vector<SequenceTimes> sequences = times_of_sequences(journal.files());
  std::sort(sequences.begin(), sequences.end(),
            [](const auto& one, const auto& other) { return one.head_usec < other.head_usec; });
  for (std::size_t i = 1; i < sequences.size(); ++i) {
    if (sequences[i].head_usec <= sequences[i - 1].tail_usec) return false;
  }
  return true;
}

}  // namespace

journal::Narrowing search_narrowing(const Options& options,
                                    journal::Journal& journal,
                                    ReadingProgress& progress) {
  // A cursor is that of the last entry looked at, whatever it says.
  const bool keeps_cursor = options.display.show_cursor || !options.range.cursor_file.empty();
  if (!can_scan(options.grep) || options.display.follow || keeps_cursor) return {};
  if (tells_boots(options) && !boots_come_in_turn(options, journal)) return {};
  return [scan = std::make_shared<SearchScan>(options, progress)](FileReader& file) {
    return (*scan)(file);
  };
}

}  // namespace logq::cli
