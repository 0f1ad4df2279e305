#include "query/filter.h"

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "query/match_text.h"
#include "support/temp_dir.h"

namespace logq::query {
namespace {

using test::match_text;

// A journal with one entry for each payload.
class FilterTest : public testing::Test {
 protected:
  void store(std::initializer_list<std::string_view> payloads) {
    const std::string path = dir_.path() + "/system.journal";
    auto writer = journal::FileWriter::create(path, journal::WriterOptions{});
    ASSERT_TRUE(writer.has_value());
    std::uint64_t now = 1'700'000'000'000'000;
    const Id128 boot = Id128::random();
    for (const std::string_view payload : payloads) {
      ++now;
      ASSERT_TRUE((*writer)->append({now, now, boot}, std::span(&payload, 1)).has_value());
    }
    (*writer)->publish();
    ASSERT_TRUE((*writer)->close().has_value());
    journal_ = std::move(*journal::Journal::open_files({path}));
  }

  std::string built(const Filter& filter) {
    const auto match = build_match(filter, *journal_, {});
    return match ? match_text(*match) : match.error().message();
  }

  test::TempDir dir_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(FilterTest, AnEmptyFilterWantsEverything) {
  store({"A=1"});

  EXPECT_EQ(built({}), "all");
}

TEST_F(FilterTest, OptionsAreJoinedByAnd) {
  store({"A=1"});
  Filter filter;
  filter.identifiers = {"a", "b"};
  filter.priorities = PriorityRange{0, 1};
  filter.terms = {"F=1", "+", "G=2"};

  EXPECT_EQ(built(filter),
            "((SYSLOG_IDENTIFIER=a | SYSLOG_IDENTIFIER=b) & (PRIORITY=0 | PRIORITY=1) & "
            "(F=1 | G=2))");
}

TEST_F(FilterTest, AGlobFindsTheUnitsThatOccur) {
  store({"_SYSTEMD_UNIT=foo@1.service", "UNIT=foo@2.service", "_SYSTEMD_UNIT=bar.service"});
  Filter filter;
  filter.units = {"foo@*"};

  const std::string match = built(filter);

  EXPECT_NE(match.find("_SYSTEMD_UNIT=foo@1.service"), std::string::npos);
  EXPECT_NE(match.find("_SYSTEMD_UNIT=foo@2.service"), std::string::npos);
  EXPECT_EQ(match.find("bar.service"), std::string::npos);
}

TEST_F(FilterTest, AGlobThatFindsNothingIsNotEverything) {
  store({"_SYSTEMD_UNIT=bar.service"});
  Filter filter;
  filter.units = {"foo@*"};

  EXPECT_EQ(built(filter), "no unit matches");
}

TEST_F(FilterTest, ABareNameIsAService) {
  store({"A=1"});
  Filter filter;
  filter.units = {"hello"};

  EXPECT_NE(built(filter).find("_SYSTEMD_UNIT=hello.service"), std::string::npos);
}

}  // namespace
}  // namespace logq::query
