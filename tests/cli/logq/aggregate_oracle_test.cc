// What is counted, beside a plain count of what stock journalctl, or for options of our own logq
// itself, exports with the same filters.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "counted_output.h"
#include "support/journal_sets.h"
#include "support/long_tests.h"
#include "written_journal.h"

namespace logq::test {
namespace {

using Arguments = std::vector<std::string>;

const JournalSet& shared_set(SetKind kind) {
  static std::map<SetKind, JournalSet> sets;
  const auto found = sets.find(kind);
  if (found != sets.end()) return found->second;
  return sets.emplace(kind, make_journal_set(kind)).first->second;
}

std::string at(const JournalSet& set, std::size_t percent) {
  const std::uint64_t usec = set.entries[(set.entries.size() - 1) * percent / 100].realtime_usec;
  return "@" + std::to_string(usec / 1'000'000);
}

// The number that so many percent are no larger than.
std::int64_t percentile(std::vector<std::int64_t> numbers, std::size_t percent) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t rank = (numbers.size() * percent + 99) / 100;
  return numbers[rank - 1];
}

class AggregateOracle : public testing::TestWithParam<SetKind> {
 protected:
  void SetUp() override {
    if (!set_.missing.empty()) GTEST_SKIP() << set_.missing;
    ASSERT_FALSE(set_.entries.empty());
  }

  [[nodiscard]] CommandResult run(const std::string& program,
                                  const Arguments& filters,
                                  const Arguments& more) const {
    Arguments argv = {program, "-D", directory_, "-q", "--no-pager"};
    argv.insert(argv.end(), filters.begin(), filters.end());
    argv.insert(argv.end(), more.begin(), more.end());
    return run_command({argv, {{"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}}, {}});
  }
  [[nodiscard]] CommandResult logq(const Arguments& filters, const Arguments& more) const {
    return run(std::string(LOGQ_BIN_DIR) + "/logq", filters, more);
  }
  [[nodiscard]] std::vector<ExportedEntry> peer_entries(const Arguments& filters) const {
    return read_export(run("journalctl", filters, {"-o", "export"}).out);
  }

  // Those that stock journalctl 252 has as well.
  [[nodiscard]] std::vector<Arguments> filters() const {
    return {{},
            {"-p", "warning"},
            {"-b", "all"},
            {"-b", set_.entries.front().boot_id},
            {"-u", "*.service"},
            {"-g", "e", "-b", "all"},
            {"-g", "nothing has this text"},
            {"-S", at(set_, 30), "-U", at(set_, 70)},
            {"-U", at(set_, 50), "-p", "info"},
            {"PRIORITY=6"},
            {"_TRANSPORT=journal", "+", "_TRANSPORT=syslog"}};
  }

  // All, but of the set that is much the largest every third from `first` on; under --long all.
  [[nodiscard]] static std::vector<Arguments> some(const std::vector<Arguments>& all,
                                                   std::size_t first) {
    if (GetParam() != SetKind::kNoRtc || rounds(0, 1) > 0) return all;
    std::vector<Arguments> chosen;
    for (std::size_t i = first; i < all.size(); i += 3)
      chosen.push_back(all[i]);
    return chosen;
  }

  void expect_counts(const Arguments& filters, const std::vector<ExportedEntry>& entries) {
    const std::string text = testing::PrintToString(filters);
    EXPECT_EQ(logq(filters, {"--count"}).out, std::to_string(entries.size()) + "\n") << text;
    for (const Arguments& fields :
         {Arguments{"PRIORITY"}, Arguments{"_SYSTEMD_UNIT"}, Arguments{"MESSAGE"},
          Arguments{"SYSLOG_IDENTIFIER", "PRIORITY"}, Arguments{"_HOSTNAME", "NO_SUCH_FIELD"}}) {
      std::string names = fields[0];
      if (fields.size() > 1) names += "," + fields[1];
      const auto rows = read_json_rows(logq(filters, {"--count-by=" + names, "-o", "json"}).out);
      EXPECT_EQ(counts_told(rows, fields), count_plainly(entries, fields)) << text << " " << names;
      const auto count = [](const JsonRow& row) { return std::stoull(*row.at("count")); };
      EXPECT_TRUE(std::is_sorted(
          rows.begin(), rows.end(),
          [&](const JsonRow& one, const JsonRow& other) { return count(one) > count(other); }));
    }
  }

  void expect_histogram(const Arguments& filters, const std::vector<ExportedEntry>& entries) {
    constexpr std::uint64_t kHour = 3'600'000'000;
    std::map<std::uint64_t, std::uint64_t> expected;
    for (const ExportedEntry& entry : entries) {
      const std::uint64_t time = std::stoull(entry.find("__REALTIME_TIMESTAMP")->second);
      ++expected[time / kHour * kHour];
    }
    for (const char* option : {"--histogram=1h", "--histogram"}) {
      std::map<std::uint64_t, std::uint64_t> told;
      std::uint64_t sum = 0;
      for (const JsonRow& row : read_json_rows(logq(filters, {option, "-o", "json"}).out)) {
        const std::uint64_t count = std::stoull(*row.at("count"));
        if (count > 0) told[std::stoull(*row.at("realtime_usec"))] = count;
        sum += count;
      }
      EXPECT_EQ(sum, entries.size()) << option << testing::PrintToString(filters);
      if (std::string(option) == "--histogram") continue;
      EXPECT_EQ(told, expected) << testing::PrintToString(filters);
    }
  }

  void expect_stats(const std::string& field, const std::vector<ExportedEntry>& entries) {
    std::vector<std::int64_t> numbers;
    for (const auto& [values, count] : count_plainly(entries, {field})) {
      const bool is_number =
          values[0] && values[0]->find_last_not_of("-0123456789") == std::string::npos;
      if (!is_number || values[0]->empty()) continue;
      numbers.insert(numbers.end(), count, std::stoll(*values[0]));
    }
    const auto rows = read_json_rows(logq({}, {"--stats=" + field, "-o", "json"}).out);
    if (numbers.empty()) {
      EXPECT_TRUE(rows.empty());
      return;
    }
    ASSERT_EQ(rows.size(), 1U) << field;
    std::int64_t sum = 0;
    for (const std::int64_t number : numbers)
      sum += number;
    const auto text = [](std::int64_t number) { return JsonCell(std::to_string(number)); };
    EXPECT_EQ(rows[0], (JsonRow{{"field", field},
                                {"unit", {}},
                                {"count", std::to_string(numbers.size())},
                                {"min", text(*std::min_element(numbers.begin(), numbers.end()))},
                                {"p50", text(percentile(numbers, 50))},
                                {"p90", text(percentile(numbers, 90))},
                                {"p99", text(percentile(numbers, 99))},
                                {"max", text(*std::max_element(numbers.begin(), numbers.end()))},
                                {"sum", text(sum)}}))
        << field;
  }

  const JournalSet& set_ = shared_set(GetParam());
  // By the lists of a damaged file journalctl finds less than we do.
  std::string directory_ = set_.intact.empty() ? set_.directory : set_.intact;
};

TEST_P(AggregateOracle, GroupsAreThoseOfAPlainCountOfWhatJournalctlShows) {
  for (const Arguments& filters : some(filters(), 0))
    expect_counts(filters, peer_entries(filters));
}

TEST_P(AggregateOracle, HistogramsAreThoseOfAPlainCountOfWhatJournalctlShows) {
  for (const Arguments& filters : some(filters(), 1))
    expect_histogram(filters, peer_entries(filters));
}

TEST_P(AggregateOracle, NumbersAreSummarisedAsByAPlainCount) {
  const auto entries = peer_entries({});
  for (const char* field : {"PRIORITY", "_UID", "_PID", "NO_SUCH_FIELD"})
    expect_stats(field, entries);
}

TEST_P(AggregateOracle, FiltersOfOurOwnAreThoseOfWhatIsShown) {
  directory_ = set_.directory;
  const std::vector<Arguments> all = {{},
                                      {"-u", "*.service"},
                                      {"--where", "PRIORITY <= warning or not has _SYSTEMD_UNIT"},
                                      {"--where", "MESSAGE =~ '[aeiou]{2}' and PRIORITY != 3"},
                                      {"--where", "PRIORITY = 6", "-g", "e"}};
  for (const Arguments& filters : some(all, 2)) {
    const auto shown = read_export(logq(filters, {"-o", "export"}).out);
    expect_counts(filters, shown);
    expect_histogram(filters, shown);
  }
}

// The short formats leave these entries out, export does not, as with journalctl.
TEST_P(AggregateOracle, IdentifiersAreLeftOutAsInTheUsualFormat) {
  auto shown = read_export(logq({}, {"-o", "export"}).out);
  std::erase_if(shown, [](const ExportedEntry& entry) {
    const auto [first, last] = entry.equal_range("SYSLOG_IDENTIFIER");
    return first != last && (first->second == "kernel" || first->second == "app");
  });
  expect_counts({"-T", "kernel", "-T", "app"}, shown);
  expect_histogram({"-T", "kernel", "-T", "app"}, shown);
}

INSTANTIATE_TEST_SUITE_P(Sets, AggregateOracle, testing::ValuesIn(kAllSets), [](const auto& set) {
  return std::string(set_name(set.param));
});

}  // namespace
}  // namespace logq::test
