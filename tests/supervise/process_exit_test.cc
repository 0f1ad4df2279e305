#include "supervise/process_exit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Code = ProcessExit::Code;

TEST(ProcessExit, SpellsStatusesAsSystemdDoes) {
  EXPECT_EQ((ProcessExit{Code::kExited, 3}.status_text()), "3/NOTIMPLEMENTED");
  EXPECT_EQ((ProcessExit{Code::kExited, 203}.status_text()), "203/EXEC");
  EXPECT_EQ((ProcessExit{Code::kKilled, SIGKILL}.status_text()), "9/KILL");
  EXPECT_EQ((ProcessExit{Code::kExited, 42}.status_text()), "42");
}

TEST(ProcessExit, TermHupIntAndPipeAreCleanEndsOfAService) {
  for (const int number : {SIGTERM, SIGHUP, SIGINT, SIGPIPE}) {
    EXPECT_TRUE((ProcessExit{Code::kKilled, number}.is_clean())) << number;
  }
  EXPECT_TRUE((ProcessExit{Code::kExited, 0}.is_clean()));
  EXPECT_FALSE((ProcessExit{Code::kKilled, SIGKILL}.is_clean()));
  EXPECT_FALSE((ProcessExit{Code::kDumped, SIGTERM}.is_clean()));
  EXPECT_FALSE((ProcessExit{Code::kExited, 1}.is_clean()));
}

TEST(ProcessExit, NamesResultAndShellStatus) {
  EXPECT_EQ((ProcessExit{Code::kExited, 7}.result_name()), "exit-code");
  EXPECT_EQ((ProcessExit{Code::kKilled, SIGKILL}.result_name()), "signal");
  EXPECT_EQ((ProcessExit{Code::kDumped, SIGABRT}.result_name()), "core-dump");
  EXPECT_EQ((ProcessExit{Code::kExited, 7}.shell_status()), 7);
  EXPECT_EQ((ProcessExit{Code::kKilled, SIGKILL}.shell_status()), 137);
}

TEST(ProcessExit, IsTakenFromWaitStatus) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::raise(SIGUSR1);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);

  const ProcessExit exit = ProcessExit::from_wait_status(status);

  EXPECT_EQ(exit.code, Code::kKilled);
  EXPECT_EQ(exit.status, SIGUSR1);
}

}  // namespace
}  // namespace logq::supervise
