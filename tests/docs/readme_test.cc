// README.md's C++ examples are code that is compiled: they equal examples/readme_*.cc between the
// marks `// README begin` and `// README end`.
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

class ReadmeExample : public testing::TestWithParam<const char*> {};

TEST_P(ReadmeExample, IsCodeThatIsCompiled) {
  const std::string readme = read_file(LOGQ_SOURCE_DIR "/README.md");
  const std::string example = read_file(std::string(LOGQ_SOURCE_DIR "/examples/") + GetParam());

  const std::string code = between_marks(example);

  ASSERT_FALSE(code.empty()) << GetParam() << " lacks its README marks";
  EXPECT_THAT(code_blocks(readme, "cpp"), testing::Contains(code));
}

INSTANTIATE_TEST_SUITE_P(Readme,
                         ReadmeExample,
                         testing::Values("readme_spdlog.cc",
                                         "readme_write_journal.cc",
                                         "readme_read_journal.cc"));

}  // namespace
}  // namespace logq::test
