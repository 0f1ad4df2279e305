#include "wire/export_format.h"

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using namespace std::string_view_literals;

std::string exported(std::string_view payload) {
  std::string out;
  encode_export_field(payload, out);
  return out;
}

TEST(ExportFormat, PrintableValueIsOneLine) {
  EXPECT_EQ(exported("MESSAGE=hello"), "MESSAGE=hello\n");
  EXPECT_EQ(exported("MESSAGE="), "MESSAGE=\n");
  EXPECT_EQ(exported("A=b=c\t\xc3\xa4"), "A=b=c\t\xc3\xa4\n");
}

TEST(ExportFormat, ValueWithANewlineIsBinary) {
  EXPECT_EQ(exported("MESSAGE=a\nb"), "MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n"sv);
}

TEST(ExportFormat, ControlCharactersAndBadUtf8AreBinary) {
  EXPECT_EQ(exported("A=\x7f"), "A\n\x01\0\0\0\0\0\0\0\x7f\n"sv);
  EXPECT_EQ(exported("A=\xc2\x80"), "A\n\x02\0\0\0\0\0\0\0\xc2\x80\n"sv);
  EXPECT_EQ(exported("A=\xff"), "A\n\x01\0\0\0\0\0\0\0\xff\n"sv);
  EXPECT_EQ(exported("A=\0"sv), "A\n\x01\0\0\0\0\0\0\0\0\n"sv);
}

TEST(ExportFormat, DamagedPayloadWithoutEqualsSignStaysInBounds) {
  EXPECT_EQ(exported("BAD"), "BAD\n");
  EXPECT_EQ(exported("BAD\x01"), "BAD\x01\n\0\0\0\0\0\0\0\0\n"sv);
  EXPECT_EQ(exported(""), "\n");
}

}  // namespace
}  // namespace logq::wire
