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

}  // namespace
}  // namespace logq::query
