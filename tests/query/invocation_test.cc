#include "query/invocation.h"

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "support/temp_dir.h"

namespace logq::query {
namespace {

const std::string kFirst = "11111111111111111111111111111111";
const std::string kSecond = "22222222222222222222222222222222";

// Two runs of one unit, the second begun by an entry of the manager, and a run of another.
class InvocationTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = dir_.path() + "/system.journal";
    auto writer = journal::FileWriter::create(path, journal::WriterOptions{});
    std::uint64_t now = 1000;
    for (const auto& [unit, id] : std::vector<std::pair<std::string, std::string>>{
             {"_SYSTEMD_UNIT=a.service", "_SYSTEMD_INVOCATION_ID=" + kFirst},
             {"_SYSTEMD_UNIT=b.service", "_SYSTEMD_INVOCATION_ID=" + std::string(32, '3')},
             {"_SYSTEMD_UNIT=a.service", "_SYSTEMD_INVOCATION_ID=" + kFirst},
             {"_SYSTEMD_UNIT=a.service", "INVOCATION_ID=" + kSecond},
             {"_SYSTEMD_UNIT=a.service", "_SYSTEMD_INVOCATION_ID=" + kSecond},
             {"_SYSTEMD_UNIT=a.service", "_SYSTEMD_INVOCATION_ID=damaged"}}) {
      const std::vector<std::string_view> payloads = {unit, id};
      ++now;
      ASSERT_TRUE((*writer)->append({now, now, Id128::random()}, payloads).has_value());
    }
    (*writer)->publish();
    ASSERT_TRUE((*writer)->close().has_value());
    journal_ = std::move(*journal::Journal::open_files({path}));
    runs_ = list_invocations(*journal_, journal::Match::exactly("_SYSTEMD_UNIT=a.service"));
  }

  std::string selected(std::string_view text) const {
    const auto run = select_invocation(*parse_id_selector(text), runs_);
    if (!run) return "none";
    return *run ? (*run)->to_string() : "all";
  }

  test::TempDir dir_;
  std::unique_ptr<journal::Journal> journal_;
  std::vector<InvocationSpan> runs_;
};

TEST_F(InvocationTest, RunsAreListedOldestFirst) {
  ASSERT_EQ(runs_.size(), 2U);
  EXPECT_EQ(runs_[0].id.to_string(), kFirst);
  EXPECT_EQ(runs_[0].first_realtime_usec, 1001U);
  EXPECT_EQ(runs_[0].last_realtime_usec, 1003U);
  EXPECT_EQ(runs_[1].id.to_string(), kSecond);
  EXPECT_EQ(runs_[1].last_realtime_usec, 1005U);
}

TEST_F(InvocationTest, ARunIsChosenByPlaceAndById) {
  EXPECT_EQ(selected("0"), kSecond);
  EXPECT_EQ(selected("-1"), kFirst);
  EXPECT_EQ(selected("1"), kFirst);
  EXPECT_EQ(selected("-2"), "none");
  EXPECT_EQ(selected(kFirst + "+1"), kSecond);
  EXPECT_EQ(selected("all"), "all");
}

TEST_F(InvocationTest, AnIdAloneNeedsNoUnit) {
  const std::string unknown(32, 'f');

  EXPECT_EQ(selected(unknown), unknown);
  EXPECT_EQ(selected(unknown + "-1"), "none");
}

}  // namespace
}  // namespace logq::query
