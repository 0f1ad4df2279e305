#include "query/where_parser.h"

#include <array>

#include <gtest/gtest.h>

#include "query/where_support.h"
#include "query/where_text.h"

namespace logq::query {
namespace {

using test::complaint;
using test::parsed;

std::string read_as(std::string_view text) {
  return parsed(text).to_text();
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

struct Reading {
  std::string_view text;
  std::string_view meaning;
};

TEST(WhereParser, ReadsComparisons) {
  constexpr std::array kReadings = {
      Reading{"A=1", "A = 1"},
      Reading{"A==1", "A = 1"},
      Reading{"  A\t!= \n1 ", "A != 1"},
      Reading{"A<1", "A < 1"},
      Reading{"A<=-1.5", "A <= -1.5"},
      Reading{"A>1", "A > 1"},
      Reading{"A>=4K", "A >= 4K"},
      Reading{"A=~x.*", "A =~ \"x.*\""},
      Reading{"A!~x", "A !~ x"},
      Reading{"A IN (1)", "A = 1"},
      Reading{"A in(1,foo , 'x y')", "A in (1, foo, \"x y\")"},
      Reading{"A Not In (1, 2)", "A not in (1, 2)"},
      Reading{"A not in (1)", "A != 1"},
      Reading{"HAS _SYSTEMD_UNIT", "has _SYSTEMD_UNIT"},
      Reading{"_SYSTEMD_UNIT=getty@tty1.service", "_SYSTEMD_UNIT = getty@tty1.service"},
      Reading{"_EXE=/usr/bin/a-b_c~1", "_EXE = /usr/bin/a-b_c~1"},
      Reading{"URL=/a?b&c|d", "URL = /a?b&c|d"},
      Reading{"'HAS' = 'and'", "\"HAS\" = \"and\""},
  };
  for (const Reading& reading : kReadings)
    EXPECT_EQ(read_as(reading.text), reading.meaning) << reading.text;
}

TEST(WhereParser, BindsNotBeforeAndBeforeOr) {
  constexpr std::array kReadings = {
      Reading{"A=1 or B=1 and C=1", "A = 1 or B = 1 and C = 1"},
      Reading{"A=1 or (B=1 and C=1)", "A = 1 or B = 1 and C = 1"},
      Reading{"(A=1 or B=1) and C=1", "(A = 1 or B = 1) and C = 1"},
      Reading{"not A=1 and B=1", "not A = 1 and B = 1"},
      Reading{"not (A=1 and B=1)", "not (A = 1 and B = 1)"},
      Reading{"!A=1&&B=1||C=1", "not A = 1 and B = 1 or C = 1"},
      Reading{"not not A=1", "not not A = 1"},
      Reading{"((A=1))", "A = 1"},
      Reading{"A=1 and (B=1 and (C=1 and D=1))", "A = 1 and B = 1 and C = 1 and D = 1"},
  };
  for (const Reading& reading : kReadings)
    EXPECT_EQ(read_as(reading.text), reading.meaning) << reading.text;
}

TEST(WhereParser, ReadsQuotes) {
  EXPECT_EQ(parsed(R"(A = "\"\\\n\t\r\x41\d\x4g")").leaves()[0].literals()[0].text(),
            "\"\\\n\t\rA\\d\\x4g");
  EXPECT_EQ(parsed(R"(A = '\n"\')").leaves()[0].literals()[0].text(), "\\n\"\\");
  EXPECT_EQ(parsed("A = ''").leaves()[0].literals()[0].text(), "");
}

TEST(WhereParser, WritesValuesSoThatTheyAreReadBack) {
  for (const std::string_view value :
       {"", "a b", "and", "HAS", "a*", "a=b", "\"", "\\", "\\n", "\n", "\x01\x7f", "\xff\xfe",
        "\xc3\xbc", "\xc2\x85", "(", "a,b", "x&&y", "'"}) {
    std::string text = "A = ";
    append_where_value(value, text);
    EXPECT_EQ(parsed(text).leaves()[0].literals()[0].text(), value) << text;
    EXPECT_EQ(read_as(text), text);
  }
}

TEST(WhereParser, SaysWhatItExpected) {
  constexpr std::array kComplaints = {
      Reading{"A", "expected =, !=, <, <=, >, >=, =~, !~ or \"in\""},
      Reading{"A ! B", "expected =, !=, <, <=, >, >=, =~, !~ or \"in\""},
      Reading{"A not B", "expected \"in\""},
      Reading{"A in 1", "expected ( and a list of values"},
      Reading{"A in ()", "expected a value"},
      Reading{"A in (1,)", "expected a value"},
      Reading{"A in (1 2)", "expected , or )"},
      Reading{"A = (1)", "expected a value"},
      Reading{"and A = 1", "expected the name of a field"},
      Reading{"has", "expected the name of a field"},
      Reading{"(A = 1", "there is no ) for this ("},
      Reading{"A = 1)", "there is no ( for this )"},
      Reading{"(A = 1 B", "expected \"and\", \"or\" or )"},
      Reading{"A = 'x", "the quotes that begin here do not end"},
      Reading{"A = \"x\\\"", "the quotes that begin here do not end"},
      Reading{"priority = 3", "no name of a field: these consist of A to Z, 0 to 9 and _"},
      Reading{"A = foo*", "no wildcard here: use =~ with a pattern, or quote the value"},
  };
  for (const Reading& wrong : kComplaints)
    EXPECT_EQ(first_line(complaint(wrong.text)), wrong.meaning) << wrong.text;
}

TEST(WhereParser, KnowsWhichFieldsAreNumbers) {
  EXPECT_TRUE(first_line(complaint("PRIORITY <= error")).starts_with("no log level"));
  EXPECT_TRUE(first_line(complaint("__REALTIME_TIMESTAMP > soon")).starts_with("no time"));
  EXPECT_TRUE(first_line(complaint("__MONOTONIC_TIMESTAMP > x")).starts_with("no time span"));
  EXPECT_EQ(first_line(complaint("__SEQNUM > x")), "no number, which __SEQNUM is");
  EXPECT_TRUE(first_line(complaint("__CURSOR = x")).starts_with("not a field that can be asked"));
  EXPECT_EQ(complaint("MESSAGE > x"), "");
}

TEST(WhereParser, BoundsWhatItTakes) {
  std::string leaves = "A=1";
  for (int i = 1; i < 64; ++i)
    leaves += " or A=1";
  EXPECT_EQ(complaint(leaves), "");
  EXPECT_EQ(first_line(complaint(leaves + " or A=1")), "more than 64 comparisons");

  const auto nested = [](std::size_t n) {
    return std::string(n, '(') + "A=1" + std::string(n, ')');
  };
  EXPECT_EQ(complaint(nested(kWhereNestingMax - 1)), "");
  EXPECT_EQ(first_line(complaint(nested(kWhereNestingMax))), "nested too deeply");
  EXPECT_EQ(first_line(complaint(std::string(100'000, '('))), "longer than 64 KiB");
  EXPECT_EQ(first_line(complaint(std::string(60'000, '!') + "A=1")), "nested too deeply");
}

}  // namespace
}  // namespace logq::query
