// docs/configuration.md names every key that logqd knows, and no other.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collect/settings_table.h"
#include "docs/markdown.h"

namespace logq::test {
namespace {

std::string document() {
  return read_file(LOGQ_SOURCE_DIR "/docs/configuration.md");
}

TEST(ConfigurationDocument, NamesEveryKey) {
  const std::string text = document();
  for (const std::string& setting : collect::known_settings()) {
    const std::string key = "`" + setting.substr(setting.find(' ') + 1) + "=`";
    EXPECT_NE(text.find(key), std::string::npos) << key;
  }
}

TEST(ConfigurationDocument, HasNoOtherKeyInItsTables) {
  const std::vector<std::string> known = collect::known_settings();
  std::size_t rows = 0;
  std::string section;
  for (const std::string& line : lines_of(document())) {
    if (line.starts_with("| key of `[")) section = line.substr(10, line.find("`", 10) - 10);
    if (!line.starts_with("| `") || line.find("=` |") == std::string::npos) continue;
    ++rows;
    const std::string setting = section + " " + line.substr(3, line.find('=') - 3);
    EXPECT_NE(std::ranges::find(known, setting), known.end()) << setting;
  }
  EXPECT_GE(rows, 18U);
}

}  // namespace
}  // namespace logq::test
