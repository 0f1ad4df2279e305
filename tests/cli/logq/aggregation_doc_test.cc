// The commands of docs/aggregation.md are understood, and print what is shown there.
#include <gtest/gtest.h>

#include "docs/markdown.h"
#include "written_journal.h"

namespace logq::test {
namespace {

const std::string& page() {
  static const std::string text = read_text_file(LOGQ_SOURCE_DIR "/docs/aggregation.md");
  return text;
}

class AggregationDocument : public testing::Test {
 protected:
  AggregationDocument() {
    const auto append = [this](std::vector<std::string> fields) {
      journal_.append_fields(600'000'000, std::move(fields));
    };
    append({"MESSAGE=request", "UNIT=web", "PRIORITY=6", "TIME=10ms"});
    append({"MESSAGE=request", "UNIT=web", "PRIORITY=6", "TIME=250ms"});
    append({"MESSAGE=request", "UNIT=web", "PRIORITY=6", "TIME=1.2s"});
    append({"MESSAGE=out of memory", "UNIT=mail", "PRIORITY=3"});
    append({"MESSAGE=out of memory", "UNIT=mail", "PRIORITY=3"});
    append({"MESSAGE=nobody's", "PRIORITY=6"});
  }

  // By a shell, as it is written.
  [[nodiscard]] CommandResult typed(const std::string& command) const {
    const std::string script =
        "logq() { \"$LOGQ\" -D \"$DIRECTORY\" \"$@\"; }; jq() { cat; }; " + command;
    return run_command({{"sh", "-c", script},
                        {{"LOGQ", LOGQ_BIN_DIR "/logq"},
                         {"DIRECTORY", journal_.directory()},
                         {"TZ", "UTC"},
                         {"LC_ALL", "C.UTF-8"}},
                        {}});
  }

  WrittenJournal journal_;
};

TEST_F(AggregationDocument, HasTenQuestionsWhoseCommandsWork) {
  const std::size_t begin = page().find("## Ten questions");
  ASSERT_NE(begin, std::string::npos);
  int commands = 0;
  for (const auto& row : table_rows(page().substr(begin, page().find("\n## ", begin) - begin))) {
    ASSERT_EQ(row.size(), 2U);
    if (!row[1].starts_with('`')) continue;
    const CommandResult result = typed(row[1].substr(1, row[1].size() - 2));
    EXPECT_EQ(result.status, 0) << row[1];
    EXPECT_EQ(result.err, "") << row[1];
    ++commands;
  }
  EXPECT_EQ(commands, 10);
  for (const std::string& block : code_blocks(page(), "sh")) {
    const CommandResult result = typed(block);
    EXPECT_EQ(result.status, 0) << block;
    EXPECT_EQ(result.err, "") << block;
  }
}

TEST_F(AggregationDocument, ShowsWhatIsPrinted) {
  const std::vector<std::string> blocks = code_blocks(page(), "text");
  EXPECT_GE(blocks.size(), 4U);
  for (const std::string& block : blocks) {
    ASSERT_TRUE(block.starts_with("$ ")) << block;
    const std::size_t end = block.find('\n');
    EXPECT_EQ(typed(block.substr(2, end - 2)).out, block.substr(end + 1));
  }
}

}  // namespace
}  // namespace logq::test
