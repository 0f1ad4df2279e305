#include "wire/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using namespace std::string_view_literals;

bool is_printable(std::string_view bytes) {
  return is_printable_utf8(bytes, Newlines::kAllowed);
}

TEST(Utf8, TextOfEveryPlaneIsPrintable) {
  EXPECT_TRUE(is_printable(""));
  EXPECT_TRUE(is_printable("plain ~"));
  EXPECT_TRUE(is_printable("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  EXPECT_TRUE(is_printable("\xef\xbb\xbf"));  // byte order mark
  EXPECT_TRUE(is_printable("\xee\x80\x80"));  // private use
}

TEST(Utf8, ControlCharactersAreNotPrintableButTabIs) {
  EXPECT_TRUE(is_printable("a\tb"));
  for (const std::string_view text : {"\0"sv, "\x01"sv, "\r"sv, "\x1b[0m"sv, "\x7f"sv, "\x0b"sv}) {
    EXPECT_FALSE(is_printable(text));
  }
  EXPECT_FALSE(is_printable("\xc2\x80"));
  EXPECT_FALSE(is_printable("\xc2\x9f"));
  EXPECT_TRUE(is_printable("\xc2\xa0"));
}

TEST(Utf8, NewlinesArePrintableWhereAllowed) {
  EXPECT_TRUE(is_printable_utf8("a\nb", Newlines::kAllowed));
  EXPECT_FALSE(is_printable_utf8("a\nb", Newlines::kRefused));
}

TEST(Utf8, OneBadByteIsFoundAtEveryPlaceOfALongText) {
  for (const char bad : {'\0', '\x1f', '\x7f', '\x80', '\xff'}) {
    for (std::size_t at = 0; at < 24; ++at) {
      std::string text(24, ' ');
      ASSERT_TRUE(is_printable(text));
      text[at] = bad;
      EXPECT_FALSE(is_printable(text)) << at;
    }
  }
}

TEST(Utf8, EveryAsciiByteIsClassifiedTheSameInShortAndLongText) {
  for (int byte = 0; byte < 0x80; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const bool expected = (byte >= 0x20 && byte < 0x7f) || byte == '\t';
    EXPECT_EQ(is_printable_utf8(one, Newlines::kRefused), expected) << byte;
    EXPECT_EQ(is_printable_utf8("1234567" + one, Newlines::kRefused), expected) << byte;
  }
}

TEST(Utf8, MalformedSequencesAreInvalid) {
  for (const std::string_view text :
       {"\xff"sv, "\x80"sv, "\xc3"sv, "a\xe2\x82"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x80\x80"sv,
        "\xf0\x80\x80\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xf8\x88\x80\x80\x80"sv,
        "\xc3\x28"sv, "\xe2\x28\xa1"sv}) {
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_FALSE(is_printable(text));
  }
}

TEST(Utf8, NoncharactersAreValidButNotPrintable) {
  for (const std::string_view text :
       {"\xef\xbf\xbe"sv, "\xef\xbf\xbf"sv, "\xef\xb7\x90"sv, "\xef\xb7\xaf"sv,
        "\xf0\x9f\xbf\xbe"sv, "\xf4\x8f\xbf\xbf"sv}) {
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_FALSE(is_printable(text));
  }
  EXPECT_TRUE(is_printable("\xef\xb7\xb0"));
  EXPECT_TRUE(is_printable("\xf4\x8f\xbf\xbd"));
}

TEST(Utf8, EveryCodePointButSurrogatesIsValid) {
  for (unsigned code = 0x800; code < 0x10000; ++code) {
    const char bytes[] = {static_cast<char>(0xe0 | (code >> 12)),
                          static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
                          static_cast<char>(0x80 | (code & 0x3f))};
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    ASSERT_EQ(is_valid_utf8({bytes, 3}), !is_surrogate) << code;
  }
}

std::string hidden(std::string text, std::size_t from = 0) {
  hide_controls(text, from, '?');
  return text;
}

TEST(HideControls, LeavesTextAlone) {
  const std::string text = "tab\tline\nh\u00e9llo \u2713 \u65e5\u672c \U0001f600 \u00a0";

  EXPECT_EQ(hidden(text), text);
}

TEST(HideControls, PutsAQuestionMarkForEachByte) {
  EXPECT_EQ(hidden("\x1b[31mred\x7f\r\a"), "?[31mred???");
  EXPECT_EQ(hidden(std::string("nul\0end", 7)), "nul?end");
  EXPECT_EQ(hidden("\xc2\x9b"
                   "31m \xc2\x85"),
            "??31m ??");
}

TEST(HideControls, HidesWhatIsNoUtf8ButNotWhatFollows) {
  EXPECT_EQ(hidden("\x9b"
                   "31m"),
            "?31m");
  EXPECT_EQ(hidden("\xff\xfe"
                   "ok"),
            "??ok");
  EXPECT_EQ(hidden("\xe2\x9c"), "??");
  EXPECT_EQ(hidden("\xe2\u00e9"), "?\u00e9");
  EXPECT_EQ(hidden("\xe2\x1b[m"), "??[m");
}

TEST(HideControls, BeginsWhereItIsTold) {
  EXPECT_EQ(hidden("\x1b[1mours\x1b[0m", 4), "\x1b[1mours?[0m");
}

}  // namespace
}  // namespace logq::wire
