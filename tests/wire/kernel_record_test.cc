#include "wire/kernel_record.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  append_unescaped(text, out);
  return out;
}

std::vector<std::string> lines_of(std::string_view dictionary) {
  std::vector<std::string> lines;
  while (const auto line = next_dictionary_line(dictionary))
    lines.emplace_back(*line);
  return lines;
}

TEST(KernelRecord, TakesAWholeRecordApart) {
  const auto record = parse_kernel_record(
      "3,12805,41356456942,-,caller=T7;sd 0:0:0:0: [sda] lost\n SUBSYSTEM=scsi\n "
      "DEVICE=+scsi:0:0:0:0\n");

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->level(), 3);
  EXPECT_EQ(record->facility(), 0);
  EXPECT_EQ(record->sequence, 12805U);
  EXPECT_EQ(record->usec, 41356456942U);
  EXPECT_FALSE(record->is_fragment);
  EXPECT_EQ(record->text, "sd 0:0:0:0: [sda] lost");
  EXPECT_EQ(lines_of(record->dictionary),
            (std::vector<std::string>{"SUBSYSTEM=scsi", "DEVICE=+scsi:0:0:0:0"}));
}

TEST(KernelRecord, IsUnderstoodWithoutFlagsAndWithFlagsOfAFragment) {
  const auto old = parse_kernel_record("30,0,0;text;more\n");
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(old->facility(), 3);
  EXPECT_EQ(old->text, "text;more");

  const auto fragment = parse_kernel_record("6,1,2,c;\n");
  ASSERT_TRUE(fragment.has_value());
  EXPECT_TRUE(fragment->is_fragment);
  EXPECT_EQ(fragment->text, "");
  EXPECT_EQ(fragment->dictionary, "");
}

TEST(KernelRecord, IsRefusedWithoutItsNumbersOrTheEndOfItsText) {
  for (const char* text :
       {"", "\n", "6,1,2,-;text", "6,1,2,-\n", ",1,2,-;a\n", "6,,2,-;a\n", "6,1,,-;a\n",
        "-1,1,2,-;a\n", "1000,1,2,-;a\n", "6,-1,2,-;a\n", "6,1,x,-;a\n", "6,1;a\n", "6;a\n",
        "6,18446744073709551616,2,-;a\n", "<30>logqd[1]: a\n", "6 ,1,2,-;a\n"}) {
    EXPECT_FALSE(parse_kernel_record(text).has_value()) << text;
  }
}

TEST(KernelRecord, EndsItsDictionaryAtWhatIsNoLineOfIt) {
  EXPECT_EQ(lines_of(" A=1\nB=2\n C=3\n"), std::vector<std::string>{"A=1"});
  EXPECT_EQ(lines_of(" A=1\n B=2"), std::vector<std::string>{"A=1"});
  EXPECT_EQ(lines_of(" \n A\n"), (std::vector<std::string>{"", "A"}));
  EXPECT_TRUE(lines_of("").empty());
}

TEST(KernelRecord, GivesEscapedBytesBack) {
  EXPECT_EQ(unescaped(R"(a\x0ab\x5cx41 \xc3\xA4\xff)"), "a\nb\\x41 \xc3\xa4\xff");
  for (const char* as_it_is : {R"(\)", R"(\x)", R"(\x4)", R"(\x4g)", R"(\n)", R"(\x00)",
                               R"(\)"
                               R"(\)",
                               "", "plain"}) {
    EXPECT_EQ(unescaped(as_it_is), as_it_is);
  }
}

TEST(KernelRecord, NeverReadsBeyondACutRecord) {
  const std::string whole = "6,1,2,c;a\\x0a\\x5c\n A=1\\x20\n B=2\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string cut(whole.data(), size);  // its own allocation, which sanitizers watch
    const auto record = parse_kernel_record(cut);
    EXPECT_EQ(record.has_value(), size > whole.find('\n')) << size;
    if (!record.has_value()) continue;
    EXPECT_EQ(unescaped(record->text), "a\n\\");
    EXPECT_LE(lines_of(record->dictionary).size(), 2U);
  }
}

}  // namespace
}  // namespace logq::wire
