// The C++ and Python examples of README.md and docs/logging-guide.md are code that is compiled and
// run: each equals a part of a file in examples/ between marks, `// README begin` and
// `// README end` or `// guide begin` and `// guide end`, without what all its lines are indented
// by.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docs/markdown.h"

namespace logq::test {
namespace {

struct Document {
  std::string path;
  std::string mark;
  std::string language;
  std::string extension;  // of the examples
};

void PrintTo(const Document& document, std::ostream* out) {
  *out << document.path << ", " << document.language;
}

std::string without_indentation(const std::vector<std::string>& lines) {
  std::size_t indentation = std::string::npos;
  for (const std::string& line : lines)
    indentation = std::min(indentation, line.find_first_not_of(' '));
  std::string text;
  for (const std::string& line : lines)
    text += (line.empty() ? "" : line.substr(indentation)) + "\n";
  return text;
}

std::vector<std::string> marked_parts(const std::string& source, const std::string& mark) {
  std::vector<std::string> parts;
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : lines_of(source)) {
    if (line.ends_with(" " + mark + " end")) {
      parts.push_back(without_indentation(lines));
      lines.clear();
      inside = false;
    }
    if (inside) lines.push_back(line);
    if (line.ends_with(" " + mark + " begin")) inside = true;
  }
  return parts;
}

std::vector<std::string> examples_for(const Document& document) {
  std::vector<std::string> parts;
  namespace fs = std::filesystem;
  for (const auto& entry : fs::recursive_directory_iterator(LOGQ_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != document.extension) continue;
    for (std::string& part : marked_parts(read_file(entry.path()), document.mark))
      parts.push_back(std::move(part));
  }
  return parts;
}

class DocumentedCode : public testing::TestWithParam<Document> {};

TEST_P(DocumentedCode, IsCodeThatIsCompiled) {
  const std::string text = read_file(LOGQ_SOURCE_DIR "/" + GetParam().path);

  const std::vector<std::string> blocks = code_blocks(text, GetParam().language);

  EXPECT_FALSE(blocks.empty());
  EXPECT_THAT(blocks, testing::UnorderedElementsAreArray(examples_for(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(
    Documents,
    DocumentedCode,
    testing::Values(Document{"README.md", "README", "cpp", ".cc"},
                    Document{"docs/logging-guide.md", "guide", "cpp", ".cc"},
                    Document{"docs/logging-adapters.md", "adapters", "cpp", ".cc"},
                    Document{"docs/logging-adapters.md", "adapters", "python", ".py"}));

// The lines of one file that the other does not have.
std::vector<std::string> lines_only_in(const std::string& text, const std::string& other) {
  std::vector<std::string> only;
  const std::vector<std::string> others = lines_of(other);
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with("//") && std::ranges::find(others, line) == others.end())
      only.push_back(line);
  }
  return only;
}

// What the two documents tell users of spdlog's own sink to change is all there is to change.
TEST(DocumentedChange, OfSinksIsTwoLinesOfAProgramThatIsCompiledBeforeAndAfter) {
  const std::string before = read_file(LOGQ_SOURCE_DIR "/examples/guide/sink_before.cc");
  const std::string after = read_file(LOGQ_SOURCE_DIR "/examples/guide/sink_after.cc");
  std::string change;
  for (const std::string& line : lines_only_in(before, after))
    change += "-" + line + "\n";
  for (const std::string& line : lines_only_in(after, before))
    change += "+" + line + "\n";

  EXPECT_EQ(std::ranges::count(change, '\n'), 4) << change;
  for (const char* document : {"/README.md", "/docs/logging-adapters.md"}) {
    const auto blocks = code_blocks(read_file(std::string(LOGQ_SOURCE_DIR) + document), "diff");
    EXPECT_THAT(blocks, testing::Contains(change)) << document;
  }
}

}  // namespace
}  // namespace logq::test
