#include "query/text_append.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(TextAppend, PadsNumbersInFront) {
  std::string out;
  append_padded(42, 6, '0', out);
  append_padded(7, 5, ' ', out);
  append_padded(1234567, 3, '0', out);

  EXPECT_EQ(out, "000042    71234567");
}

}  // namespace
}  // namespace logq::query
