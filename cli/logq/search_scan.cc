#include "logq/search_scan.h"

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
#include "logq/batch_threads.h"
#include "logq/end_request.h"
#include "logq/entry_search.h"

namespace logq::cli {
namespace {

using journal::FileInfo;
using journal::FileOffset;
using journal::FileReader;

// The last hits may be among so many entries, and then nothing else is worth a look.
constexpr std::uint64_t kEntriesBeforeScan = 20'000;

class SearchScan {
 public:
  SearchScan(const Options& options, ReadingProgress& progress);

  std::optional<std::vector<FileOffset>> operator()(FileReader& file);

 private:
  [[nodiscard]] bool is_worth_it(const FileInfo& info);
  [[nodiscard]] bool covers_most(const FileInfo& info) const;
  [[nodiscard]] bool tells_boots() const {
    return !options_.display.quiet && !options_.source.merge;
  }

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
    // Once the end is requested what is left is gone through without a search.
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

// The first entry of each boot in the file, before which its name is told. Nothing where boots
// overlap, or an entry does not say of which it is.
std::optional<std::vector<FileOffset>> first_of_boots(FileReader& file) {
  struct Boot {
    FileOffset first = 0;
    FileOffset last = 0;
  };
  std::vector<Boot> boots;
  std::uint64_t n_entries = 0;
  file.for_each_value("_BOOT_ID", [&](std::string_view payload) {
    const journal::EntryList entries = file.entries_with(payload);
    n_entries += entries.size();
    const auto first = entries.first_from(0);
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
  if (end_requested()) return std::vector<FileOffset>{};
  if (!is_worth_it(file.info())) return std::nullopt;
  progress_.show(file.info().head_entry_realtime_usec);
  auto entries = journal::scan_values(file, field_, tests_);
  if (!entries || !tells_boots()) return entries;
  const auto firsts = first_of_boots(file);
  if (!firsts) return std::nullopt;
  return merged(*entries, *firsts);
}

// Whether the entries to look at are those with certain values of one field.
bool can_scan(const GrepOptions& grep) {
  return grep.is_asked() && !grep.invert && !grep.has_context() && !grep.all_fields &&
         grep.fields.size() <= 1;
}

}  // namespace

journal::Narrowing search_narrowing(const Options& options, ReadingProgress& progress) {
  // A cursor is that of the last entry looked at, whatever it says.
  const bool keeps_cursor = options.display.show_cursor || !options.range.cursor_file.empty();
  if (!can_scan(options.grep) || options.display.follow || keeps_cursor) return {};
  return [scan = std::make_shared<SearchScan>(options, progress)](FileReader& file) {
    return (*scan)(file);
  };
}

}  // namespace logq::cli
