// The progress line on a terminal that is this process's standard error meanwhile.
#include "logq/progress_line.h"

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "common/run.h"
#include "support/test_terminal.h"

namespace logq::cli {
namespace {

class ProgressLineTest : public testing::Test {
 protected:
  ProgressLineTest() : own_(::dup(STDERR_FILENO)) {
    const base::UniqueFd terminal(
        ::open(terminal_.path().c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    ::dup2(terminal.get(), STDERR_FILENO);
  }
  ~ProgressLineTest() override { ::dup2(own_.get(), STDERR_FILENO); }

  test::TestTerminal terminal_;
  base::UniqueFd own_;
};

constexpr std::chrono::milliseconds kAtOnce{0};

TEST_F(ProgressLineTest, GivesWayToAnErrorLineAndComesBack) {
  ProgressLine line("reading", kAtOnce);

  line.update(0.25);
  print_error_line("a file is damaged");
  print_error_line("another one");
  line.update(0.5);

  const std::string text = terminal_.read();
  EXPECT_EQ(text,
            "\r\x1b[Kreading:  25%\r\x1b[Klogq: a file is damaged\n"
            "logq: another one\n\r\x1b[Kreading:  50%");
}

TEST_F(ProgressLineTest, LeavesErrorLinesAloneOnceItIsGone) {
  {
    ProgressLine line("reading", kAtOnce);
    line.update(0.25);
  }
  print_error_line("too late");

  EXPECT_EQ(terminal_.read(), "\r\x1b[Kreading:  25%\r\x1b[Klogq: too late\n");
}

TEST_F(ProgressLineTest, IsNotShownBeforeItsTime) {
  ProgressLine line("reading", std::chrono::hours(1));

  line.update(0.25);
  line.end();

  EXPECT_EQ(terminal_.read(), "");
}

}  // namespace
}  // namespace logq::cli
