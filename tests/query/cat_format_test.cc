#include "query/cat_format.h"

#include <gtest/gtest.h>

#include "query/sample_entry.h"

namespace logq::test {
namespace {

using query::OutputMode;

TEST(CatFormat, PrintsTheFirstMessageByteForByte) {
  EXPECT_EQ(formatted(OutputMode::kCat, {"A=1", "MESSAGE=\x1b\xff\n", "MESSAGE=2"}),
            "\x1b\xff\n\n");
  EXPECT_EQ(formatted(OutputMode::kCat, {"A=1"}), "");
}

TEST(CatFormat, PrintsTheFieldsAskedForInThatOrder) {
  EXPECT_EQ(formatted(OutputMode::kCat, {"A=1", "MESSAGE=m", "B=2"},
                      {.output_fields = {"B", "MESSAGE", "NONE"}}),
            "2\nm\n");
}

TEST(CatFormat, PrintsTheFirstLineOnlyWhenAskedTo) {
  EXPECT_EQ(formatted(OutputMode::kCat, {"MESSAGE=a\nb"}, {.truncate_newline = true}), "a\n");
}

TEST(CatFormat, MarksWhatWasFoundInTheColourOfThePriority) {
  query::FormatOptions options;
  options.colours = true;
  const std::vector<std::string_view> payloads = {"PRIORITY=3", "MESSAGE=a needle"};
  query::EntryView entry = sample_entry(payloads);
  entry.highlight = query::TextSpan{2, 8};
  std::string out;

  query::make_output_format(OutputMode::kCat, options)->append(entry, out);

  EXPECT_EQ(out, "\x1b[0;1;31ma \x1b[0;1;39mneedle\x1b[0;1;31m\x1b[0m\n");
}

TEST(CatFormat, WantsNoMoreThanItPrints) {
  const auto plain = query::make_output_format(OutputMode::kCat, {});
  const auto coloured = query::make_output_format(OutputMode::kCat, {.colours = true});

  EXPECT_TRUE(plain->wants("MESSAGE"));
  EXPECT_FALSE(plain->wants("PRIORITY"));
  EXPECT_TRUE(coloured->wants("PRIORITY"));
}

}  // namespace
}  // namespace logq::test
