// Spans as text: parse_time_span, format_time_span and systemd-analyze must agree on all of these.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/quantity.h"
#include "base/systemd_analyze.h"

namespace logq::base {
namespace {

const std::vector<std::string> kTexts = {"0",
                                         "1",
                                         "90",
                                         "5s",
                                         "5 s",
                                         "5sec",
                                         "5second",
                                         "5seconds",
                                         "5m",
                                         "5min",
                                         "5minute",
                                         "5minutes",
                                         "5mins",
                                         "5h",
                                         "5hr",
                                         "5hrs",
                                         "5hour",
                                         "5hours",
                                         "5d",
                                         "5day",
                                         "5days",
                                         "5w",
                                         "5week",
                                         "5weeks",
                                         "5M",
                                         "5month",
                                         "5months",
                                         "5y",
                                         "5year",
                                         "5years",
                                         "5yr",
                                         "5ms",
                                         "5msec",
                                         "5us",
                                         "5usec",
                                         "5\u00b5s",
                                         "5\u03bcs",
                                         "5ns",
                                         "5nsec",
                                         "5S",
                                         "5H",
                                         "5D",
                                         "5Min",
                                         "1s 500ms",
                                         "1s500ms",
                                         "2h30min",
                                         "1y 12month",
                                         "55s500ms",
                                         "300ms20s 5day",
                                         "1 s 1 m",
                                         "5m5",
                                         "5 5",
                                         "5+5",
                                         "5 +5",
                                         "+5",
                                         "+ 5",
                                         "-5",
                                         "5-5",
                                         "-0",
                                         "5 -5",
                                         "1.5h",
                                         "1.5",
                                         ".5s",
                                         ".5",
                                         "0.5",
                                         "1.",
                                         "1.s",
                                         "1..5",
                                         "1.5.5",
                                         "1.5 .5",
                                         "1.5s.5",
                                         "1.-5",
                                         "1.+5",
                                         "1. 5",
                                         "1.3333333month",
                                         "0.0000001s",
                                         "1.23456789s",
                                         "0.1us",
                                         "1.9us",
                                         "0.99999999999999999999999y",
                                         "66s300ms",
                                         "59.9s",
                                         "1.000001s",
                                         "60s",
                                         "59999999us",
                                         "infinity",
                                         " infinity ",
                                         "infinity5",
                                         "Infinity",
                                         "inf",
                                         "5s infinity",
                                         "",
                                         " ",
                                         "  5s  ",
                                         "\t5s\n",
                                         "5s\r",
                                         "soon",
                                         "s",
                                         "5 fortnights",
                                         "5x",
                                         "x5",
                                         "0x10",
                                         "1e3",
                                         "99999999999999y",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "18446744073709551615us",
                                         "9223372036854775808us",
                                         "9223372036854775807us",
                                         "18446744073709s",
                                         "18446744073710s",
                                         "584542y",
                                         "584543y",
                                         "18446744073709.551614s",
                                         "18446744073709.551615s",
                                         "18446744073708s 999999us",
                                         "5,5",
                                         "5;",
                                         "5s,",
                                         "1w2d3h4min5s6ms7us",
                                         "123456789ms",
                                         "1d 1ms",
                                         "1min 1us",
                                         "0s",
                                         "0 0",
                                         "00005s"};

void expect_alike(const std::vector<std::string>& texts) {
  const auto theirs = test::analyzed_spans(texts);
  for (const std::string& text : texts) {
    const auto ours = parse_time_span(text);
    const auto their = theirs.find(text);
    EXPECT_EQ(ours.has_value(), their != theirs.end()) << '"' << text << '"';
    if (!ours || their == theirs.end()) continue;
    EXPECT_EQ(*ours, their->second.usec) << '"' << text << '"';
    EXPECT_EQ(format_time_span(*ours), their->second.printed) << '"' << text << '"';
  }
}

TEST(SystemdSpans, AreReadAndPrintedAlike) {
  if (const auto why = test::systemd_analyze_unavailable()) GTEST_SKIP() << *why;

  // One at a time: it stops at the first bad one.
  for (const std::string& text : kTexts)
    expect_alike({text});
}

TEST(SystemdSpans, OfAllMagnitudesAreReadAndPrintedAlike) {
  if (const auto why = test::systemd_analyze_unavailable()) GTEST_SKIP() << *why;
  std::mt19937_64 random(20261121);
  std::vector<std::string> texts;
  for (int bits = 1; bits < 63; ++bits) {
    for (int i = 0; i < 8; ++i) {
      texts.push_back(std::to_string(random() >> (64 - bits)) + "us");
    }
  }

  expect_alike(texts);

  for (const std::string& text : texts) {
    const auto usec = parse_time_span(text);
    EXPECT_EQ(parse_time_span(format_time_span(*usec)), usec) << text;
  }
}

}  // namespace
}  // namespace logq::base
