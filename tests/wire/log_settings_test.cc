#include "wire/log_settings.h"

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using Fields = std::vector<std::string>;

TEST(ExtraFields, AreSystemdsBytes) {
  const std::string bytes = encode_extra_fields(Fields{"A=1", "B=x\ny"});

  EXPECT_EQ(bytes, std::string("\3\0\0\0\0\0\0\0A=1\5\0\0\0\0\0\0\0B=x\ny", 24));
  EXPECT_EQ(parse_extra_fields(bytes), (Fields{"A=1", "B=x\ny"}));
}

TEST(ExtraFields, EndWhereTheyAreMalformed) {
  const std::string first = encode_extra_fields(Fields{"A=1"});
  for (const std::string field : {"_A=1", "a=1", "A", "=1"}) {
    const std::string bytes = first + encode_extra_fields(Fields{field, "B=1"});
    EXPECT_EQ(parse_extra_fields(bytes), Fields{"A=1"}) << field;
  }
  for (std::size_t size = 0; size < first.size(); ++size)
    EXPECT_EQ(parse_extra_fields(std::string_view(first).substr(0, size)), Fields{}) << size;
  EXPECT_EQ(parse_extra_fields(std::string(8, '\xff') + "A=1"), Fields{});
}

}  // namespace
}  // namespace logq::wire
