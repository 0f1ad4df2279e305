#include "query/wide_character.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(WideCharacter, LatinGreekAndSymbolsTakeOneCell) {
  EXPECT_FALSE(is_wide_character('a'));
  EXPECT_FALSE(is_wide_character(0xe9));
  EXPECT_FALSE(is_wide_character(0x10ff));
  EXPECT_FALSE(is_wide_character(0x4dc0));
}

TEST(WideCharacter, HangulHanAndEmojiTakeTwo) {
  EXPECT_TRUE(is_wide_character(0x1100));
  EXPECT_TRUE(is_wide_character(0x115f));
  EXPECT_TRUE(is_wide_character(0x6f22));
  EXPECT_TRUE(is_wide_character(0x1f567));
  EXPECT_TRUE(is_wide_character(0x20000));
}

TEST(WideCharacter, BordersBelongToTheirRange) {
  EXPECT_FALSE(is_wide_character(0x1160));
  EXPECT_FALSE(is_wide_character(0x2e9a));
  EXPECT_TRUE(is_wide_character(0x2e9b));
  EXPECT_FALSE(is_wide_character(0x1f568));
  EXPECT_FALSE(is_wide_character(0x3fffe));
}

}  // namespace
}  // namespace logq::query
