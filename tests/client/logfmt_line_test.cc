#include "client/logfmt_line.h"

#include <gtest/gtest.h>

namespace logq::client {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kLogged = 1'795'340'303'123'456;  // 2026-11-22 09:38:23.123456

std::string line_of(const Entry& entry) {
  EncodeMemory memory;
  encode_logfmt_line(entry, kLogged, memory);
  return memory.bytes;
}

Entry logfmt_entry(std::string_view message, std::span<const Field> fields = {}) {
  Entry entry;
  entry.message = message;
  entry.fields = fields;
  return entry;
}

TEST(LogfmtLine, BeginsWithTimeLevelAndMessage) {
  EXPECT_EQ(line_of(logfmt_entry("started")),
            "time=2026-11-22T09:38:23.123456Z level=info msg=started\n");
}

TEST(LogfmtLine, CarriesAllFieldsUnderLowerCaseNames) {
  const Field fields[] = {field("USER_ID", 42), field("RATIO", 0.5),
                          field("PATH", "/srv/my files")};
  Entry entry = logfmt_entry("user logged in", fields);
  entry.identifier = "shop";
  entry.code_file = "src/shop.cc";
  entry.code_line = 7;
  entry.code_function = "void f(int)";
  entry.thread_id = 9;

  EXPECT_EQ(line_of(entry),
            "time=2026-11-22T09:38:23.123456Z level=info msg=\"user logged in\" "
            "syslog_identifier=shop code_file=src/shop.cc code_line=7 code_func=\"void f(int)\" "
            "tid=9 user_id=42 ratio=0.5 path=\"/srv/my files\"\n");
}

TEST(LogfmtLine, SaysWhenTheEntryWasLoggedWhereItKnows) {
  Entry entry = logfmt_entry("late");
  entry.realtime_usec = 1;

  EXPECT_EQ(line_of(entry), "time=1970-01-01T00:00:00.000001Z level=info msg=late\n");
}

TEST(LogfmtLine, EveryPriorityHasItsLevel) {
  std::string levels;
  for (std::uint8_t priority = 0; priority < 8; ++priority) {
    Entry entry = logfmt_entry("");
    entry.priority = static_cast<Priority>(priority);
    const std::string line = line_of(entry);
    const auto begin = line.find("level=") + 6;
    levels += line.substr(begin, line.find(' ', begin) - begin) + " ";
  }

  EXPECT_EQ(levels, "emergency alert critical error warning notice info debug ");
}

TEST(LogfmtLine, IsOneLineWhateverTheMessageIs) {
  const std::string line = line_of(logfmt_entry("two\nlines \"quoted\" \\ \0\xff"sv));

  EXPECT_EQ(line.substr(line.find("msg=")), R"(msg="two\nlines \"quoted\" \\ \u0000\ufffd")"
                                            "\n");
}

TEST(LogfmtLine, FieldsCannotBeTakenForTheLinesOwn) {
  const Field fields[] = {field("TIME", 1), field("LEVEL", 2), field("MSG", 3)};
  const std::string line = line_of(logfmt_entry("", fields));

  EXPECT_EQ(line.substr(line.find("msg=")), "msg=\"\" x_time=1 x_level=2 x_msg=3\n");
}

TEST(LogfmtLine, ANameGivenTwiceIsThereTwice) {
  const Field fields[] = {field("N", 1), field("N", 2)};
  const std::string line = line_of(logfmt_entry("m", fields));

  EXPECT_EQ(line.substr(line.find("msg=")), "msg=m n=1 n=2\n");
}

}  // namespace
}  // namespace logq::client
