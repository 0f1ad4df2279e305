#include "wire/json.h"

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using namespace std::string_view_literals;

std::string json_value(std::string_view value) {
  std::string out;
  encode_json_value(value, out);
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  encode_json_string(text, out);
  return out;
}

TEST(Json, PrintableTextIsAString) {
  EXPECT_EQ(json_value("plain"), R"("plain")");
  EXPECT_EQ(json_value(""), R"("")");
  EXPECT_EQ(json_value("\xc3\xa4"), "\"\xc3\xa4\"");
}

TEST(Json, QuotesBackslashesTabsAndNewlinesAreEscapedAndSlashesAreNot) {
  EXPECT_EQ(json_value("q\"b\\s/"), R"("q\"b\\s/")");
  EXPECT_EQ(json_value("tab\there\nnext"), R"("tab\there\nnext")");
  EXPECT_EQ(json_value("<&>'"), R"("<&>'")");
}

TEST(Json, UnprintableBytesMakeAnArrayOfNumbers) {
  EXPECT_EQ(json_value("cr\rx"), "[99,114,13,120]");
  EXPECT_EQ(json_value("a\0b"sv), "[97,0,98]");
  EXPECT_EQ(json_value("\xff"), "[255]");
  EXPECT_EQ(json_value("\x1b[0m"), "[27,91,48,109]");
  EXPECT_EQ(json_value(","), R"(",")");
}

TEST(Json, ControlCharactersOfAStringHaveShortOrNumericEscapes) {
  EXPECT_EQ(json_string("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(json_string("\x01\x1f\0"sv), R"("\u0001\u001f\u0000")");
  EXPECT_EQ(json_string("\x7f"), "\"\x7f\"");
}

TEST(Json, WhatNeedsAnEscapeIsFoundWhereverItStands) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'"', '\\'}) {
        std::string text(size, 'x');
        text[at] = c;
        std::string expected = "\"" + text + "\"";
        expected.insert(at + 1, "\\");
        EXPECT_EQ(json_string(text), expected) << size << ", " << at;
      }
    }
  }
  EXPECT_EQ(json_string("!#[]~ \xc3\xa9\xf0\x9f\x98\x80"), "\"!#[]~ \xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST(Json, PlainTextIsWhatIsPrintedAsItIs) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        const bool is_ascii = byte < 0x80;
        const bool is_plain = is_ascii && json_value(text) == "\"" + text + "\"";
        EXPECT_EQ(is_plain_json_text(text), is_plain) << size << ", " << at << ", " << byte;
      }
    }
  }
  EXPECT_TRUE(is_plain_json_text(""));
}

TEST(Json, OutputIsAppended) {
  std::string out = "{\"A\":";
  encode_json_value("b", out);
  EXPECT_EQ(out, R"({"A":"b")");
}

}  // namespace
}  // namespace logq::wire
