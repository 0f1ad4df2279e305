// docs/logging-guide.md lists every option of the client's public headers with its default.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docs/markdown.h"
#include "support/text_pattern.h"

namespace logq::test {
namespace {

struct Option {
  std::string name;
  std::string initializer;
};

// The members of a struct of a public header, each with what it is initialised with.
std::vector<Option> options_of(const std::string& header, const std::string& name) {
  const std::string text = read_file(LOGQ_SOURCE_DIR "/lib/include/logq/" + header);
  const std::size_t begin = text.find("struct " + name + " {");
  if (begin == std::string::npos) return {};
  const std::string body = text.substr(begin, text.find("\n};", begin) - begin);
  static const TextPattern member(R"(\n  [\w:<> ]+ (\w+)(?:\{| = )([^;]*?)\}?;)");
  std::vector<Option> options;
  for (const auto& match : member.all_in(body))
    options.push_back({match[1], match[2]});
  return options;
}

// An initialiser as the page says it.
std::string in_words(const Option& option) {
  const std::string& text = option.initializer;
  if (text.empty()) return option.name == "async" ? "none" : "empty";
  if (text.starts_with("std::size_t{256} << 10")) return "256 KiB";
  if (option.name == "priorities") return "see header";
  if (const auto colons = text.rfind("::"); colons != std::string::npos)
    return "`" + text.substr(colons + 2) + "`";
  const bool is_number = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return is_number && option.name != "fd" ? text + " ms" : "`" + text + "`";
}

// Rows of the table whose head names the struct, "name default".
std::vector<std::string> rows_for(const std::string& name) {
  std::vector<std::string> rows;
  bool inside = false;
  for (const auto& cells : table_rows(read_file(LOGQ_SOURCE_DIR "/docs/logging-guide.md"))) {
    if (cells.size() > 1 && cells[1] == "default")
      inside = cells[0].find("`" + name + "`") != std::string::npos;
    else if (inside && cells.size() == 3)
      rows.push_back(cells[0] + " " + cells[1]);
  }
  return rows;
}

void expect_rows(const std::string& header, const std::string& name) {
  const std::vector<Option> options = options_of(header, name);
  EXPECT_FALSE(options.empty()) << name;
  std::vector<std::string> expected;
  for (const Option& option : options)
    expected.push_back("`" + option.name + "` " + in_words(option));
  EXPECT_THAT(rows_for(name), testing::IsSupersetOf(expected)) << name;
}

TEST(LoggingGuide, ListsEveryOptionWithItsDefault) {
  expect_rows("logger.h", "LoggerOptions");
  expect_rows("logger.h", "AsyncOptions");
  expect_rows("spdlog_sink.h", "SpdlogSinkOptions");
  expect_rows("transport.h", "NativeOptions");
  expect_rows("transport.h", "StreamOptions");
}

TEST(LoggingGuide, ListsNoOptionThatThereIsNot) {
  EXPECT_EQ(rows_for("LoggerOptions").size(), options_of("logger.h", "LoggerOptions").size());
  EXPECT_EQ(rows_for("AsyncOptions").size(), options_of("logger.h", "AsyncOptions").size());
  EXPECT_EQ(rows_for("SpdlogSinkOptions").size(),
            options_of("spdlog_sink.h", "SpdlogSinkOptions").size());
}

}  // namespace
}  // namespace logq::test
