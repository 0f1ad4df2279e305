// README.md's spdlog example is code that is compiled: it equals examples/readme_spdlog.cc between
// the marks `// README begin` and `// README end`.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docs/markdown.h"

namespace logq::test {
namespace {

std::string between_marks(const std::string& source) {
  std::string marked;
  bool inside = false;
  for (const std::string& line : lines_of(source)) {
    if (line.find("// README end") != std::string::npos) inside = false;
    if (inside) marked += line + "\n";
    if (line.find("// README begin") != std::string::npos) inside = true;
  }
  return marked;
}

TEST(Readme, ShowsTheSpdlogExampleThatIsCompiled) {
  const std::string readme = read_file(LOGQ_SOURCE_DIR "/README.md");
  const std::string example = read_file(LOGQ_SOURCE_DIR "/examples/readme_spdlog.cc");
  if (readme.empty()) GTEST_SKIP() << "README.md is not written yet";
  if (example.empty()) GTEST_SKIP() << "examples/readme_spdlog.cc is not written yet";

  const std::string code = between_marks(example);

  ASSERT_FALSE(code.empty()) << "examples/readme_spdlog.cc lacks its README marks";
  EXPECT_THAT(code_blocks(readme, "cpp"), testing::Contains(code));
}

}  // namespace
}  // namespace logq::test
