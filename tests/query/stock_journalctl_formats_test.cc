// Every output format over the same journal as stock journalctl 252: the same bytes, but for
// support/journalctl_masks.h. Both run in a zone with a name and an offset.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/journal.h"
#include "query/awkward_stream.h"
#include "query/catalog.h"
#include "query/catalog_files.h"
#include "query/output_format.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/journalctl_masks.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

using query::FormatOptions;

// One way to call both: journalctl's arguments and environment, and what they mean.
struct Variant {
  std::string name;
  std::vector<std::string> arguments;
  Environment environment;
  FormatOptions options;
};

// The machine's own, which journalctl has no option to change.
std::shared_ptr<const query::Catalog> installed_catalog() {
  auto database = query::load_catalog_database(query::catalog_places(""));
  if (!database) return nullptr;
  const std::vector<std::string> languages = {""};
  return std::make_shared<const query::Catalog>(std::move(*database), languages);
}

std::vector<Variant> variants() {
  std::vector<Variant> all;
  all.push_back({"Plain", {}, {}, {}});
  all.push_back({"All", {"-a"}, {}, {.show_all = true}});
  all.push_back({"Utc", {"--utc"}, {}, {.utc = true}});
  all.push_back({"NoHostname", {"--no-hostname"}, {}, {.no_hostname = true}});
  for (const std::size_t columns : {24U, 40U, 80U, 200U}) {
    const std::string width = std::to_string(columns);
    all.push_back({"NoFull" + width,
                   {"--no-full"},
                   {{"COLUMNS", width}},
                   {.full = false, .columns = columns}});
  }
  all.push_back(
      {"NoFullAscii", {"--no-full"}, {{"LC_ALL", "C"}}, {.full = false, .unicode = false}});
  all.push_back({"Field", {"--output-fields=MESSAGE"}, {}, {.output_fields = {"MESSAGE"}}});
  all.push_back({"Colours16",
                 {},
                 {{"SYSTEMD_COLORS", "16"}, {"SYSTEMD_URLIFY", "0"}},
                 {.colours = true, .colour_depth = query::ColourDepth::k16}});
  all.push_back(
      {"Colours256", {}, {{"SYSTEMD_COLORS", "256"}, {"SYSTEMD_URLIFY", "0"}}, {.colours = true}});
  all.push_back({"ColoursNoFull",
                 {"--no-full"},
                 {{"SYSTEMD_COLORS", "1"}, {"SYSTEMD_URLIFY", "0"}},
                 {.full = false, .colours = true}});
  all.push_back({"Links", {}, {{"SYSTEMD_COLORS", "true"}}, {.colours = true, .hyperlinks = true}});
  all.push_back({"Explained", {"-x"}, {}, {.explain = true}});
  all.push_back({"ExplainedInColours",
                 {"-x", "-a"},
                 {{"SYSTEMD_COLORS", "true"}},
                 {.show_all = true, .colours = true, .hyperlinks = true, .explain = true}});
  const auto catalog = installed_catalog();
  for (Variant& variant : all)
    variant.options.catalog = catalog;
  return all;
}

std::string first_difference(const std::string& ours, const std::string& theirs) {
  std::size_t at = 0;
  while (at < ours.size() && at < theirs.size() && ours[at] == theirs[at])
    ++at;
  const std::size_t begin = at - std::min<std::size_t>(at, 60);
  return "byte " + std::to_string(at) +
         "\nlogq:       " + testing::PrintToString(ours.substr(std::min(begin, ours.size()), 160)) +
         "\njournalctl: " +
         testing::PrintToString(theirs.substr(std::min(begin, theirs.size()), 160));
}

class StockJournalctlFormats : public testing::TestWithParam<std::string_view> {
 protected:
  static void SetUpTestSuite() {
    if (!journalctl_installed() || ::access(kJournalRemote, X_OK) != 0) return;
    ::setenv("TZ", "Europe/Berlin", 1);
    ::tzset();
    directory_ = new TempDir;
    const auto made = run_command({{kJournalRemote, "-o", path(), "-"}, {}, awkward_stream()});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  void SetUp() override {
    if (directory_ == nullptr)
      GTEST_SKIP() << kNoJournalctl << ", or systemd-journal-remote is not";
  }

  static std::string mode() { return std::string(GetParam()); }
  static std::string path() { return directory_->path() + "/awkward.journal"; }

  static std::string theirs(Variant variant) {
    // Their short-iso times are one column narrower.
    if (GetParam().starts_with("short-iso")) variant.options.columns -= 1;
    Command command{{"journalctl", "-q", "--no-pager", "--file=" + path(), "-o", mode()}, {}, {}};
    command.argv.insert(command.argv.end(), variant.arguments.begin(), variant.arguments.end());
    command.environment = {{"LC_ALL", "C.UTF-8"},
                           {"COLUMNS", std::to_string(variant.options.columns)}};
    for (const auto& [name, value] : variant.environment) {
      if (name != "COLUMNS") command.environment.emplace_back(name, value);
    }
    return masked(variant, run_command(command).out);
  }

  static std::string masked(const Variant& variant, const std::string& out) {
    std::vector<std::string> arguments = {"-o", mode()};
    arguments.insert(arguments.end(), variant.arguments.begin(), variant.arguments.end());
    return masked_output(arguments, out);
  }

  // All entries, or those whose message contains `sought`, with that marked.
  static std::string ours(const FormatOptions& options, std::string_view sought = {}) {
    const auto journal = journal::Journal::open_files({path()});
    const auto format = query::make_output_format(*query::parse_output_mode(GetParam()), options);
    std::string out;
    std::vector<std::string_view> payloads;
    (*journal)->seek_head();
    while ((*journal)->next()) {
      payloads.clear();
      (*journal)->for_each_payload([&](std::string_view payload) {
        const std::string_view name = payload.substr(0, payload.find('='));
        if (format->wants(name)) payloads.push_back(payload);
        return true;
      });
      query::EntryView entry{(*journal)->entry(), (*journal)->file_info().seqnum_id, payloads};
      if (!sought.empty() && !mark(sought, entry)) continue;
      format->append(entry, out);
    }
    return out;
  }

  static bool mark(std::string_view sought, query::EntryView& entry) {
    constexpr std::string_view kMessage = "MESSAGE=";
    for (const std::string_view payload : entry.payloads) {
      if (!payload.starts_with(kMessage)) continue;
      const std::size_t begin = payload.substr(kMessage.size()).find(sought);
      if (begin == std::string_view::npos) return false;
      entry.highlight = query::TextSpan{begin, begin + sought.size()};
      return true;
    }
    return false;
  }

  static constexpr const char* kJournalRemote = "/lib/systemd/systemd-journal-remote";
  static TempDir* directory_;
};

TempDir* StockJournalctlFormats::directory_ = nullptr;

TEST_P(StockJournalctlFormats, PrintTheSameBytes) {
  for (const Variant& variant : variants()) {
    const std::string expected = theirs(variant);
    const std::string actual = masked(variant, ours(variant.options));

    EXPECT_GT(expected.size(), 1000U) << variant.name;
    EXPECT_TRUE(actual == expected) << variant.name << ", " << first_difference(actual, expected);
  }
}

TEST_P(StockJournalctlFormats, MarkWhatWasSought) {
  for (Variant variant : variants()) {
    if (!variant.options.colours) continue;
    variant.arguments.insert(variant.arguments.end(), {"-g", "needle"});
    const std::string expected = theirs(variant);
    const std::string actual = masked(variant, ours(variant.options, "needle"));

    EXPECT_GT(expected.size(), 1000U) << variant.name;
    EXPECT_TRUE(actual == expected) << variant.name << ", " << first_difference(actual, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes,
                         StockJournalctlFormats,
                         testing::ValuesIn(query::output_mode_names().begin(),
                                           query::output_mode_names().end()),
                         [](const auto& instance) {
                           std::string name(instance.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace logq::test
