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

TEST_F(FilterTest, NamesOfFilesDropTheUidOfCoreDumps) {
  store({"A=1"});
  Filter filter;
  filter.units = {"a.service"};

  const auto match = build_match(filter, *journal_, {.named_source = true});

  EXPECT_NE(match_text(*match).find("(MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 & "
                                    "COREDUMP_UNIT=a.service)"),
            std::string::npos);
}

TEST_F(FilterTest, KernelFacilitiesAndRunsAreConditionsToo) {
  store({"A=1"});
  Filter filter;
  filter.kernel = true;
  filter.facilities = {0, 4};
  filter.invocations = {*Id128::parse("11111111111111111111111111111111")};

  EXPECT_EQ(built(filter),
            "(_TRANSPORT=kernel & "
            "(_SYSTEMD_INVOCATION_ID=11111111111111111111111111111111 | "
            "OBJECT_SYSTEMD_INVOCATION_ID=11111111111111111111111111111111 | "
            "INVOCATION_ID=11111111111111111111111111111111 | "
            "USER_INVOCATION_ID=11111111111111111111111111111111) & "
            "(SYSLOG_FACILITY=0 | SYSLOG_FACILITY=4))");
}

TEST_F(FilterTest, ExcludedIdentifiersAreNoMatch) {
  store({"A=1"});
  Filter filter;
  filter.excluded_identifiers = {"a", "b"};

  EXPECT_EQ(built(filter), "all");
  EXPECT_TRUE(is_excluded(filter, "b"));
  EXPECT_FALSE(is_excluded(filter, "c"));
  EXPECT_FALSE(is_excluded(filter, std::nullopt));
}

TEST_F(FilterTest, MistakesAreWordedAsByJournalctl) {
  store({"A=1"});
  Filter unknown;
  unknown.units = {"x*"};
  Filter term;
  term.units = {"a"};
  term.terms = {"A=1", "foo"};

  EXPECT_EQ(describe_filter_error(unknown, build_match(unknown, *journal_, {}).error()),
            "Failed to add filter for units: No data available");
  EXPECT_EQ(describe_filter_error(term, build_match(term, *journal_, {}).error()),
            "Failed to add match 'foo': Invalid argument");
}

TEST_F(FilterTest, ABareNameIsAService) {
  store({"A=1"});
  Filter filter;
  filter.units = {"hello"};

  EXPECT_NE(built(filter).find("_SYSTEMD_UNIT=hello.service"), std::string::npos);
}

}  // namespace
}  // namespace logq::query
