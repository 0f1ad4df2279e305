#include "query/text_append.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

std::string byte_size(std::uint64_t bytes) {
  std::string out;
  append_byte_size(bytes, out);
  return out;
}

TEST(ByteSize, IsAbbreviatedWithOneDecimalThatIsCut) {
  EXPECT_EQ(byte_size(0), "0B");
  EXPECT_EQ(byte_size(1023), "1023B");
  EXPECT_EQ(byte_size(1024), "1.0K");
  EXPECT_EQ(byte_size(1535), "1.4K");
  EXPECT_EQ(byte_size(70000), "68.3K");
  EXPECT_EQ(byte_size((1U << 20) - 1), "1023.9K");
  EXPECT_EQ(byte_size(1U << 20), "1.0M");
  EXPECT_EQ(byte_size(UINT64_MAX), "15.9E");
}

TEST(TextAppend, PadsNumbersInFront) {
  std::string out;
  append_padded(42, 6, '0', out);
  append_padded(7, 5, ' ', out);
  append_padded(1234567, 3, '0', out);

  EXPECT_EQ(out, "000042    71234567");
}

}  // namespace
}  // namespace logq::query
