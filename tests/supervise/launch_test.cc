#include "supervise/launch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "supervise/collector_stream.h"
#include "support/child_process.h"
#include "support/stream_listener.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using test::StreamListener;
using test::TempDir;

LaunchPlan shell(const std::string& script) {
  return {.argv = {"sh", "-c", script},
          .standard_output = {},
          .standard_error = {},
          .invocation = *Id128::parse("0123456789abcdef0123456789abcdef")};
}

// What a program writes to its stream, header included.
std::string output_of(LaunchPlan plan, Launched& launched) {
  TempDir directory;
  StreamListener listener(directory.path() + "/stdout");
  {
    const auto connection = connect_stream({{listener.path(), false}});
    plan.standard_output = {connection.fd.get(), "HEADER\n"};
    plan.standard_error = {connection.fd.get(), "NOT USED\n"};
    launched = *launch_child(plan);
    ::waitpid(launched.pid, nullptr, 0);
  }
  return StreamListener::read(listener.accept().get());
}

TEST(LaunchChild, OutputAndErrorAreTheStreamBehindOneHeader) {
  Launched launched;
  EXPECT_EQ(output_of(shell("echo out; echo err >&2"), launched), "HEADER\nout\nerr\n");
  EXPECT_FALSE(launched.failure);
}

TEST(LaunchChild, LeadsASessionWithoutInput) {
  Launched launched;
  const std::string text =
      output_of(shell("cut -d' ' -f1,5,6 /proc/self/stat >/dev/null; cut -d' ' -f6 /proc/$$/stat;"
                      "readlink /proc/self/fd/0"),
                launched);
  EXPECT_EQ(text, "HEADER\n" + std::to_string(launched.pid) + "\n/dev/null\n");
}

TEST(LaunchChild, TellsTheProgramItsStreamRunAndPid) {
  Launched launched;
  const std::string text = output_of(
      shell("echo $INVOCATION_ID $SYSTEMD_EXEC_PID; test $JOURNAL_STREAM = $(stat -Lc %d:%i "
            "/proc/$$/fd/1) && echo same"),
      launched);
  EXPECT_EQ(text, "HEADER\n0123456789abcdef0123456789abcdef " + std::to_string(launched.pid) +
                      "\nsame\n");
}

TEST(LaunchChild, HasDefaultSignalsButIgnoresBrokenPipes) {
  Launched launched;
  const std::string text = output_of(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status"), launched);
  EXPECT_EQ(text, "HEADER\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\n");
}

TEST(LaunchChild, ReportsAMissingProgramAndOneThatIsNone) {
  LaunchPlan plan = shell("");
  plan.argv = {"/nonexistent/program"};
  auto launched = launch_child(plan);
  ASSERT_TRUE(launched && launched->failure);
  EXPECT_EQ(launched->failure->sys_errno, ENOENT);
  EXPECT_EQ(exit_status_of(*launched->failure), 127);

  plan.argv = {"/"};
  launched = launch_child(plan);
  ASSERT_TRUE(launched && launched->failure);
  EXPECT_EQ(launched->failure->sys_errno, EACCES);
  EXPECT_EQ(exit_status_of(*launched->failure), 126);
}

TEST(LaunchChild, WaitsWithTheProgramForWhatMustComeFirst) {
  TempDir directory;
  const std::string mark = directory.path() + "/mark";
  bool was_running = false;

  const auto launched = launch_child(shell("touch " + mark), [&] {
    was_running = test::wait_until([&] { return ::access(mark.c_str(), F_OK) == 0; },
                                   std::chrono::milliseconds(100));
  });

  ASSERT_TRUE(launched && !launched->failure);
  ::waitpid(launched->pid, nullptr, 0);
  EXPECT_FALSE(was_running);
  EXPECT_EQ(::access(mark.c_str(), F_OK), 0);
}

TEST(LaunchChild, DoesNotAnnounceAProgramThatIsNotThere) {
  ::setenv("PATH", "/usr/bin:/bin", 1);  // a directory that may not be read is another error
  LaunchPlan plan = shell("");
  plan.argv = {"no-such-program-anywhere"};
  bool announced = false;

  const auto launched = launch_child(plan, [&] { announced = true; });

  ASSERT_TRUE(launched && launched->failure);
  EXPECT_EQ(exit_status_of(*launched->failure), 127);
  EXPECT_FALSE(announced);
}

}  // namespace
}  // namespace logq::supervise
