#include "support/stock_journald.h"

#include <gtest/gtest.h>

#include "support/child_process.h"

namespace logq::test {
namespace {

TEST(StockJournald, StoresWhatSystemdCatSendsAndReadsItBack) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  const CommandResult sent =
      run_command({.argv = {"unshare", "-m", "sh", "-c",
                            "mount -t tmpfs none /run && mkdir /run/systemd &&"
                            " ln -s \"$1\" /run/systemd/journal &&"
                            " echo hello | systemd-cat -t me -p err",
                            "sh", journald.runtime_dir()},
                   .environment = {},
                   .input = {}});
  ASSERT_EQ(sent.status, 0) << sent.err;

  const auto entries = journald.entries({"SYSLOG_IDENTIFIER=me"});

  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].at("MESSAGE"), "hello");
  EXPECT_EQ(entries[0].at("PRIORITY"), "3");
}

TEST(ParseExport, TakesTextAndBinaryFieldsAndSeveralEntries) {
  const std::string text("A=1\nB\n\3\0\0\0\0\0\0\0x\ny\n\nA=2\n\n", 24);

  const auto entries = parse_export(text);

  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0], (JournalFields{{"A", "1"}, {"B", "x\ny"}}));
  EXPECT_EQ(entries[1], (JournalFields{{"A", "2"}}));
}

}  // namespace
}  // namespace logq::test
