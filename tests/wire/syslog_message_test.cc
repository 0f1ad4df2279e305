#include "wire/syslog_message.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using namespace std::string_literals;

TEST(SyslogMessage, TakesAWholeMessageApart) {
  const SyslogMessage message =
      parse_syslog_message("<34>Oct 11 22:14:15 su[4711]: 'su root' failed");

  EXPECT_EQ(message.level(), 2);
  EXPECT_EQ(message.facility(), 4);
  EXPECT_EQ(message.timestamp, "Oct 11 22:14:15 ");
  EXPECT_EQ(message.identifier, "su");
  EXPECT_EQ(message.pid, "4711");
  EXPECT_EQ(message.text, "'su root' failed");
  EXPECT_FALSE(message.keep_raw);
}

TEST(SyslogMessage, IsUserInfoWithoutAPriority) {
  const SyslogMessage message = parse_syslog_message("hello there");

  EXPECT_EQ(message.facility(), 1);
  EXPECT_EQ(message.level(), 6);
  EXPECT_EQ(message.text, "hello there");
  EXPECT_FALSE(message.identifier.has_value());
  EXPECT_FALSE(message.pid.has_value());
}

TEST(SyslogMessage, TakesOneToThreeDigitsOfPriority) {
  EXPECT_EQ(parse_syslog_message("<7>a").priority, 7);
  EXPECT_EQ(parse_syslog_message("<34>a").priority, 34);
  EXPECT_EQ(parse_syslog_message("<300>a").facility(), 37);
  for (const char* text : {"<>a", "<1234>a", "<a>b", "<1", "< 1>a", "<-1>a"}) {
    const SyslogMessage message = parse_syslog_message(text);
    EXPECT_EQ(message.priority, 14) << text;
    EXPECT_EQ(message.text, text);
  }
}

TEST(SyslogMessage, KeepsTheWholeDatagramWhereItSaysMore) {
  const std::string complete = "<6>Oct 11 22:14:15 a: b";

  EXPECT_FALSE(parse_syslog_message(complete).keep_raw);
  EXPECT_TRUE(parse_syslog_message(complete + "\n").keep_raw);
  EXPECT_TRUE(parse_syslog_message(" " + complete).keep_raw);
  EXPECT_TRUE(parse_syslog_message(complete + "\0c"s).keep_raw);
  EXPECT_TRUE(parse_syslog_message("<6>a: b").keep_raw);
}

TEST(SyslogMessage, TakesATimestampOfTheExactShapeOnly) {
  EXPECT_EQ(parse_syslog_message("Feb  3  4: 5: 6 a").timestamp, "Feb  3  4: 5: 6 ");
  for (const char* text : {"Oct 11 22:14:15", "Oct 1 22:14:15 a", "Oct 11 22:14:15.5 a",
                           "10t 11 22:14:15 a", "Oct 11 22-14-15 a", "2003-10-11T22:14:15Z a"}) {
    EXPECT_TRUE(parse_syslog_message(text).timestamp.empty()) << text;
    EXPECT_EQ(parse_syslog_message(text).text, text);
  }
}

TEST(SyslogMessage, NothingButWhitespaceIsAnEmptyText) {
  for (const std::string_view text : {"", " ", "\n", " \t\r\n"}) {
    const SyslogMessage message = parse_syslog_message(text);
    EXPECT_EQ(message.text, "");
    EXPECT_TRUE(message.keep_raw);
  }
}

TEST(SyslogMessage, TheFirstWordIsAnIdentifierWhenItEndsInAColon) {
  EXPECT_EQ(parse_syslog_message("tag: text").identifier, "tag");
  EXPECT_EQ(parse_syslog_message("tag:  text").text, " text");
  EXPECT_FALSE(parse_syslog_message("two words: text").identifier.has_value());
  EXPECT_FALSE(parse_syslog_message("tag:text").identifier.has_value());
}

TEST(SyslogMessage, StaysWithinAnyPrefixOfADatagram) {
  const std::string whole = " <191>Oct 11 22:14:15 name[1]: text\0more \n"s;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string_view datagram = std::string_view(whole).substr(0, size);
    const SyslogMessage message = parse_syslog_message(datagram);
    const bool inside = message.text.empty() || (message.text.data() >= datagram.data() &&
                                                 message.text.data() + message.text.size() <=
                                                     datagram.data() + datagram.size());
    EXPECT_TRUE(inside) << size;
    EXPECT_LE(message.timestamp.size() + message.text.size(), size);
  }
}

}  // namespace
}  // namespace logq::wire
