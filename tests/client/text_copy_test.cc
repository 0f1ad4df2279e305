#include "client/text_copy.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::client {
namespace {

TEST(TextCopy, CopiesTextsOfAllSizesAndNothingElse) {
  for (std::size_t size = 0; size < 100; ++size) {
    std::vector<char> text(size);  // with nothing around it that may be read
    for (std::size_t i = 0; i < size; ++i)
      text[i] = static_cast<char>(i * 7 + 11 + (i % 2 == 0 ? 128 : 0));
    const std::string original(text.begin(), text.end());
    const bool has_newline = original.find('\n') != std::string::npos;
    std::string copy(size + 2, '#');

    EXPECT_EQ(copy_text(text.data(), size, copy.data() + 1), has_newline) << size;
    EXPECT_EQ(copy, '#' + original + '#') << size;

    std::string bytes(size + 2, '#');
    internal::copy_bytes(text.data(), size, bytes.data() + 1);
    EXPECT_EQ(bytes, '#' + original + '#') << size;
  }
}

TEST(TextCopy, FindsANewlineAtAnyPlaceAndNothingLikeIt) {
  for (std::size_t size = 1; size < 70; ++size) {
    std::string copy(size, '\0');
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(copy_text(text.data(), size, copy.data()), byte == '\n') << size << ' ' << at;
      }
    }
  }
}

// Of which a carry between bytes could make one.
TEST(TextCopy, TellsANewlineFromItsNeighbours) {
  for (const char* const text : {"\x0b\x0b\x0b\x0b", "\x09\x0b\x09\x0b\x09\x0b\x09\x0b",
                                 "\x8a\x0b\x8a\x0b", "\x0b\x8a\x0b\x8a\x0b\x8a\x0b\x8a"}) {
    std::string copy(8, '\0');
    EXPECT_FALSE(copy_text(text, std::strlen(text), copy.data()));
  }
}

}  // namespace
}  // namespace logq::client
