#include "wire/stdout_stream.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using namespace std::string_view_literals;

// Feeds all lines of a header; the error when one is refused or the header stays incomplete.
Result<StreamHeader> decode(std::string_view text) {
  StreamHeaderDecoder decoder;
  while (const auto line = split_line(text, kStreamHeaderLineMax)) {
    text.remove_prefix(line->consumed);
    const Result<bool> complete = decoder.feed_line(line->text);
    if (!complete) return fail(complete.error());
    if (*complete) return decoder.header();
  }
  return fail(Error::make(Errc::kTruncated, "header incomplete"));
}

Result<StreamHeader> decode_priority(const std::string& line) {
  return decode("id\n\n" + line + "\n1\n0\n0\n0\n");
}

Result<StreamHeader> decode_boolean(const std::string& line) {
  return decode("id\n\n6\n" + line + "\n0\n0\n0\n");
}

TEST(StreamHeader, SurvivesARoundTrip) {
  const StreamHeader header{.identifier = "hello",
                            .unit_id = "hello.service",
                            .priority = 30,
                            .level_prefix = true,
                            .forward_to_syslog = false,
                            .forward_to_kmsg = true,
                            .forward_to_console = true};

  EXPECT_EQ(encode_stream_header(header), "hello\nhello.service\n30\n1\n0\n1\n1\n");
  EXPECT_EQ(decode(encode_stream_header(header)).value(), header);
}

TEST(StreamHeader, IsIncompleteUntilTheSeventhLine) {
  StreamHeaderDecoder decoder;
  for (const auto* line : {"id", "", "6", "1", "0", "0"}) {
    EXPECT_EQ(decoder.feed_line(line).value(), false);
  }
  EXPECT_EQ(decoder.feed_line("0").value(), true);
  EXPECT_EQ(decoder.feed_line("0").error().code, Errc::kInvalidArgument);
}

TEST(StreamHeader, WhitespaceAroundAValueDoesNotCount) {
  const StreamHeader header = decode("  my id \t\n \n\t6\r\n 1\n0 \n0\n0\n").value();

  EXPECT_EQ(header.identifier, "my id");
  EXPECT_EQ(header.unit_id, "");
  EXPECT_EQ(header.priority, 6);
}

TEST(StreamHeader, PriorityIsANumberOfAnyBase) {
  EXPECT_EQ(decode_priority("999")->priority, 999);
  EXPECT_EQ(decode_priority("+6")->priority, 6);
  EXPECT_EQ(decode_priority("-0")->priority, 0);
  EXPECT_EQ(decode_priority("0x10")->priority, 16);
  EXPECT_EQ(decode_priority("010")->priority, 8);
  EXPECT_EQ(decode_priority("0b11")->priority, 3);
  EXPECT_EQ(decode_priority("0O17")->priority, 15);
}

TEST(StreamHeader, OtherPrioritiesAreRefused) {
  for (const auto* line : {"1000", "-1", "abc", "", "6x", "09", "0x", "0b", "0b2", "+0b1", "- 1",
                           "0xffffffffffffffffff", "6 6"}) {
    const Result<StreamHeader> header = decode_priority(line);
    ASSERT_FALSE(header) << line;
    EXPECT_EQ(header.error().code, Errc::kCorrupt);
  }
}

TEST(StreamHeader, BooleansAreWordsInAnyCase) {
  for (const auto* line : {"1", "yes", "YES", "y", "true", "t", "oN"}) {
    EXPECT_TRUE(decode_boolean(line)->level_prefix) << line;
  }
  for (const auto* line : {"0", "no", "n", "false", "F", "off"}) {
    EXPECT_FALSE(decode_boolean(line)->level_prefix) << line;
  }
  for (const auto* line : {"", "2", "ja", "+1", "01"}) {
    EXPECT_FALSE(decode_boolean(line)) << line;
  }
}

TEST(StreamHeader, LinesHaveAtMost254BytesAndANewline) {
  const std::string rest = "\n\n6\n1\n0\n0\n0\n";
  EXPECT_EQ(decode(std::string(254, 'I') + rest)->identifier.size(), 254U);
  EXPECT_FALSE(decode(std::string(255, 'I') + rest));
  EXPECT_FALSE(decode("id" + std::string(253, ' ') + rest));
}

TEST(StreamHeader, NulInALineIsRefused) {
  StreamHeaderDecoder decoder;
  EXPECT_FALSE(decoder.feed_line("a\0b"sv));
}

TEST(SplitLine, EndsAtANewlineOrNul) {
  const StreamLine newline = split_line("ab\ncd", 100).value();
  EXPECT_EQ(newline.text, "ab");
  EXPECT_EQ(newline.line_break, LineBreak::kNewline);
  EXPECT_EQ(newline.consumed, 3U);

  const StreamLine nul = split_line("a\0b\n"sv, 100).value();
  EXPECT_EQ(nul.text, "a");
  EXPECT_EQ(nul.line_break, LineBreak::kNul);
  EXPECT_EQ(nul.consumed, 2U);
}

TEST(SplitLine, WaitsForMoreWhileNothingEndsTheLine) {
  EXPECT_FALSE(split_line("", 100));
  EXPECT_FALSE(split_line("partial", 100));
  EXPECT_FALSE(split_line(std::string(99, 'x'), 100));
}

TEST(SplitLine, LongLineIsCutAtLineMaxAndItsNewlineIsALineOfItsOwn) {
  const std::string buffer = std::string(100, 'x') + "\n";

  const StreamLine cut = split_line(buffer, 100).value();

  EXPECT_EQ(cut.text, std::string(100, 'x'));
  EXPECT_EQ(cut.line_break, LineBreak::kLineMax);
  EXPECT_EQ(cut.consumed, 100U);
  EXPECT_EQ(split_line(buffer.substr(100), 100)->text, "");
}

TEST(SplitLine, LineWhoseNewlineFitsLineMaxIsWhole) {
  const StreamLine line = split_line(std::string(99, 'x') + "\n", 100).value();

  EXPECT_EQ(line.text.size(), 99U);
  EXPECT_EQ(line.line_break, LineBreak::kNewline);
}

TEST(LineBreak, HasJournaldsNames) {
  EXPECT_EQ(line_break_name(LineBreak::kNewline), "");
  EXPECT_EQ(line_break_name(LineBreak::kNul), "nul");
  EXPECT_EQ(line_break_name(LineBreak::kLineMax), "line-max");
  EXPECT_EQ(line_break_name(LineBreak::kPidChange), "pid-change");
  EXPECT_EQ(line_break_name(LineBreak::kEof), "eof");
}

TEST(InterpretLine, TrailingWhitespaceIsStrippedAndLeadingKept) {
  const StreamHeader header;
  EXPECT_EQ(interpret_line("  lead trail \t\r\n", header).message, "  lead trail");
  EXPECT_EQ(interpret_line("vt\x0b", header).message, "vt\x0b");
  EXPECT_EQ(interpret_line("nbsp\xc2\xa0", header).message, "nbsp\xc2\xa0");
}

TEST(InterpretLine, LineOfOnlyWhitespaceIsKeptAndAnEmptyOneIsNot) {
  const StreamHeader header;
  EXPECT_EQ(interpret_line("  ", header).message, "  ");
  EXPECT_EQ(interpret_line("\r", header).message, "\r");
  EXPECT_EQ(interpret_line("", header).message, "");
}

TEST(InterpretLine, LevelOfThePrefixReplacesThatOfTheStreamAndKeepsItsFacility) {
  const StreamHeader header{.identifier = {}, .unit_id = {}, .priority = 30, .level_prefix = true};

  EXPECT_EQ(interpret_line("plain", header).priority, 30);
  EXPECT_EQ(interpret_line("<5>hi", header).priority, 29);
  EXPECT_EQ(interpret_line("<5>hi", header).message, "hi");
  EXPECT_EQ(interpret_line("<5>   ", header).message, "");
}

TEST(InterpretLine, PrefixIsTextWhereTheStreamHasNone) {
  const StreamHeader header;
  EXPECT_EQ(interpret_line("<5>hi", header).message, "<5>hi");
  EXPECT_EQ(interpret_line("<5>hi", header).priority, 6);
}

}  // namespace
}  // namespace logq::wire
