// docs/unit-files.md names every key of a service or socket that is honoured, and every other one
// that is known.
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "docs/markdown.h"
#include "supervise/ignored_keys.h"
#include "supervise/pending_keys.h"
#include "supervise/setting_kinds.h"

namespace logq::test {
namespace {

using namespace supervise;

std::string document() {
  return read_file(LOGQ_SOURCE_DIR "/docs/unit-files.md");
}

// The keys in the cells `KEY=` of a column of those tables whose first head cell begins so.
std::set<std::string> keys_in_column(const std::string& heading, std::size_t column) {
  std::set<std::string> keys;
  bool is_ours = false;
  for (const auto& row : table_rows(document())) {
    const bool is_heading =
        row[0].starts_with("key of ") || row[0].starts_with("read, not ") || row[0] == "subject";
    if (is_heading) is_ours = row[0].starts_with(heading);
    if (!is_ours || row.size() <= column) continue;
    const std::string& cell = row[column];
    for (std::size_t end = cell.find("=`"); end != std::string::npos;
         end = cell.find("=`", end + 2)) {
      const std::size_t begin = cell.rfind('`', end) + 1;
      keys.insert(cell.substr(begin, end - begin));
    }
  }
  return keys;
}

std::set<std::string> pending() {
  std::set<std::string> keys;
  for (const PendingKey& key : pending_keys())
    keys.emplace(key.key);
  return keys;
}

TEST(UnitFilesDocument, NamesEveryKeyThatIsReadAndNotActedOnYet) {
  EXPECT_EQ(keys_in_column("read, not ", 0), pending());
}

TEST(UnitFilesDocument, NamesEveryKeyThatIsHonouredAndNoOther) {
  std::set<std::string> honoured;
  for (const auto table : {unit_settings<ServiceUnit>(), run_settings(), kill_settings(),
                           execution_settings(), output_settings()}) {
    for (const Setting& setting : table)
      honoured.emplace(setting.key);
  }
  for (const auto& setting : socket_settings())
    honoured.emplace(setting.key);

  std::set<std::string> named = keys_in_column("key of ", 0);
  for (const std::string& key : pending())  // of some, targets and files are
    named.insert(key);
  EXPECT_EQ(named, honoured);
}

TEST(UnitFilesDocument, NamesEveryKeyThatIsNotHonouredUnderItsSubject) {
  std::set<std::string> ignored;
  const std::string text = document();
  for (const IgnoredKeys& group : ignored_keys()) {
    EXPECT_NE(text.find("| " + std::string(group.subject) + " |"), std::string::npos)
        << group.subject;
    for (const std::string_view key : split_blanks(group.keys))
      ignored.emplace(key);
  }
  std::erase_if(ignored, [](const std::string& key) {
    return key.starts_with("Condition") || key.starts_with("Assert");
  });

  std::set<std::string> named = keys_in_column("subject", 1);
  EXPECT_EQ(named.erase("Condition…") + named.erase("Assert…"), 2U);
  EXPECT_EQ(named, ignored);
}

}  // namespace
}  // namespace logq::test
