#include "client/escaped_text.h"

#include <gtest/gtest.h>

namespace logq::client {
namespace {

using namespace std::string_view_literals;

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(text, out);
  return out;
}

std::string quoted(std::string_view text, Escapes escapes) {
  std::string out = "a";
  append_quoted(text, escapes, out);
  return out.substr(1);
}

TEST(EscapedText, PrintableTextStaysAsItIs) {
  EXPECT_EQ(escaped("a \"b\" = \\ \tüñ €😀"), "a \"b\" = \\ \tüñ €😀");
  EXPECT_EQ(quoted("/srv/ü:8080?a&b", Escapes::kJson), "/srv/ü:8080?a&b");
  EXPECT_EQ(quoted("/srv/ü:8080?a&b", Escapes::kBytes), "/srv/ü:8080?a&b");
}

TEST(EscapedText, NothingThatCommandsATerminalIsLeft) {
  EXPECT_EQ(escaped("\x1b[2J\r\b\x07\x7f\0\n"sv), R"(\x1b[2J\r\x08\x07\x7f\x00\n)");
  EXPECT_EQ(escaped("\xc2\x9b"
                    "31m"),
            R"(\xc2\x9b31m)");  // CSI as one character
  EXPECT_EQ(escaped("\x9b"
                    "31m"),
            R"(\x9b31m)");  // and as the byte of old terminals
}

TEST(EscapedText, WhatIsNoUtf8IsShownByteByByte) {
  EXPECT_EQ(escaped("a\xff\xc3(\xe2\x82"), R"(a\xff\xc3(\xe2\x82)");
}

TEST(EscapedText, QuotesWhatCouldBeTakenForSomethingElse) {
  EXPECT_EQ(quoted("", Escapes::kJson), R"("")");
  EXPECT_EQ(quoted("a b", Escapes::kJson), R"("a b")");
  EXPECT_EQ(quoted("a=b", Escapes::kJson), R"("a=b")");
  EXPECT_EQ(quoted("a\"b", Escapes::kJson), R"("a\"b")");
  EXPECT_EQ(quoted("a\\b", Escapes::kJson), R"("a\\b")");
}

TEST(EscapedText, ParsersOfLogfmtGetTheEscapesOfJson) {
  EXPECT_EQ(quoted("\n\r\t\0\x1b\x7f\xc2\x85"sv, Escapes::kJson),
            R"("\n\r\t\u0000\u001b\u007f\u0085")");
  EXPECT_EQ(quoted("a\xff"
                   "b\xe2\x82",
                   Escapes::kJson),
            R"("a\ufffdb\ufffd\ufffd")");
}

TEST(EscapedText, PeopleGetEveryByte) {
  EXPECT_EQ(quoted("\n\x1b\xff\xc2\x85", Escapes::kBytes), R"("\n\x1b\xff\xc2\x85")");
}

}  // namespace
}  // namespace logq::client
