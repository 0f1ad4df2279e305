// The expressions of docs/where.md are understood, and its error is what is said.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "docs/markdown.h"
#include "query/where.h"

namespace logq::test {
namespace {

const std::string& page() {
  static const std::string text = read_file(LOGQ_SOURCE_DIR "/docs/where.md");
  return text;
}

TEST(WhereDocument, HasTenExamplesThatAreUnderstood) {
  const std::size_t begin = page().find("## Ten questions");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = page().substr(begin, page().find("\n## ", begin + 1) - begin);
  int examples = 0;
  for (const std::vector<std::string>& row : table_rows(section)) {
    ASSERT_EQ(row.size(), 2U);
    if (!row[1].starts_with('`')) continue;
    const std::string text = row[1].substr(1, row[1].size() - 2);
    const auto where = query::Where::parse(text, {});
    EXPECT_TRUE(where.has_value()) << query::describe_where_error(text, where.error());
    ++examples;
  }
  EXPECT_EQ(examples, 10);
}

TEST(WhereDocument, ShowsAnErrorAsItIsSaid) {
  const std::string text = "PRIORITY <= and _UID = 0";
  const auto where = query::Where::parse(text, {});
  ASSERT_FALSE(where.has_value());

  const std::vector<std::string> blocks = code_blocks(page(), "text");
  EXPECT_EQ(std::count(blocks.begin(), blocks.end(),
                       query::describe_where_error(text, where.error()) + "\n"),
            1);
}

}  // namespace
}  // namespace logq::test
