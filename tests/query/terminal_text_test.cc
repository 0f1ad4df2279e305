#include "query/terminal_text.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

std::string stripped(std::string_view text) {
  std::string scratch;
  return std::string(strip_tabs_and_ansi(text, scratch));
}

TEST(TerminalText, PlainTextIsNotCopied) {
  std::string scratch;
  const std::string_view text = "plain\ntext";

  EXPECT_EQ(strip_tabs_and_ansi(text, scratch).data(), text.data());
}

TEST(TerminalText, TabsBecomeEightSpaces) {
  EXPECT_EQ(stripped("a\tb"), "a        b");
}

TEST(TerminalText, ColoursAndCommandsAreTakenOut) {
  EXPECT_EQ(stripped("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\alink\x1b]8;;\a"), "red link");
}

TEST(TerminalText, UnfinishedSequencesStay) {
  EXPECT_EQ(stripped("\x1b[12;"), "\x1b[12;");
  EXPECT_EQ(stripped("\x1b[2K"), "\x1b[2K");
  EXPECT_EQ(stripped("\x1b]0;title"), "\x1b]0;title");
  EXPECT_EQ(stripped("end\x1b"), "end\x1b");
}

TEST(TerminalText, WhatFollowsALoneEscapeIsNotLookedAt) {
  EXPECT_EQ(stripped("\x1b\t"), "\x1b\t");
  EXPECT_EQ(stripped("\x1b\x1b[31m"), "\x1b\x1b[31m");
}

TEST(TerminalText, CarriageReturnsAtTheEndOfALineAreDropped) {
  EXPECT_EQ(stripped("one\r\ntwo\r\r\nthree\r\r"), "one\ntwo\nthree");
  EXPECT_EQ(stripped("50%\r\r100%"), "50%\r\r100%");
}

TEST(TerminalText, IsFoundWhereverItStands) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\t';
      const std::string expected =
          std::string(at, 'x') + std::string(8, ' ') + std::string(size - at - 1, 'x');
      EXPECT_EQ(stripped(text), expected) << size << ", " << at;
    }
  }
}

TEST(TerminalText, OtherControlsAndBytesAboveAsciiStay) {
  const std::string text = "\x01\x1a\x1f ~\x7f\x80\x9f\xff\n end of it \xc3\xa9";

  EXPECT_EQ(stripped(text), text);
}

}  // namespace
}  // namespace logq::query
