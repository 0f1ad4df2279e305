#include "supervise/service_process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "base/io.h"
#include "supervise/collector_stream.h"
#include "support/child_process.h"
#include "support/stream_listener.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;
using test::StreamListener;
using test::TempDir;

class ServiceProcess : public testing::Test {
 protected:
  ProcessPlan shell(const std::string& script) {
    ProcessPlan plan;
    plan.program = "sh";
    plan.argv = {"sh", "-c", script};
    plan.environment = {"PATH=/usr/bin:/bin", "INVOCATION_ID=0123456789abcdef0123456789abcdef"};
    plan.settings = &settings_;
    return plan;
  }
  // What a program writes to its stream, behind the header.
  std::string output_of(ProcessPlan plan) {
    TempDir directory;
    StreamListener listener(directory.path() + "/stdout");
    {
      const auto connection = connect_stream({{listener.path(), false}});
      plan.standard_output = {connection.fd.get(), "HEADER\n"};
      if (plan.standard_error.fd < 0) plan.standard_error = {connection.fd.get(), "NOT USED\n"};
      const auto process = start_process(plan);
      EXPECT_TRUE(process.has_value());
      pid_ = process->pid;
      failure_ = process->failure;
      if (!failure_) {
        release_process(*process);
        failure_ = outcome_of(*process);
      }
      ::waitpid(pid_, &status_, 0);
    }
    const std::string text = StreamListener::read(listener.accept().get());
    EXPECT_TRUE(text.starts_with("HEADER\n")) << text;
    return text.substr(std::min<std::size_t>(text.size(), 7));
  }
  // The step that fails, and the status the process ends with.
  std::string failure_of(const ProcessPlan& plan) {
    output_of(plan);
    if (!failure_) return "none";
    EXPECT_EQ(WEXITSTATUS(status_), failure_->exit_status);
    return std::string(failure_->step) + " " + std::to_string(failure_->exit_status) + " " +
           std::to_string(failure_->sys_errno);
  }

  ExecutionSettings settings_;
  pid_t pid_ = -1;
  int status_ = 0;
  std::optional<ProcessFailure> failure_;
};

TEST_F(ServiceProcess, OutputAndErrorAreTheStreamBehindOneHeader) {
  EXPECT_EQ(output_of(shell("echo out; echo err >&2")), "out\nerr\n");
  EXPECT_FALSE(failure_);
}

TEST_F(ServiceProcess, LeadsASessionWithoutInput) {
  const std::string text =
      output_of(shell("cut -d' ' -f6 /proc/$$/stat; readlink /proc/self/fd/0"));
  EXPECT_EQ(text, std::to_string(pid_) + "\n/dev/null\n");
}

TEST_F(ServiceProcess, TellsTheProgramItsStreamRunAndPid) {
  const std::string text = output_of(
      shell("echo $INVOCATION_ID $SYSTEMD_EXEC_PID; test $JOURNAL_STREAM = $(stat -Lc %d:%i "
            "/proc/$$/fd/1) && echo same"));
  EXPECT_EQ(text, "0123456789abcdef0123456789abcdef " + std::to_string(pid_) + "\nsame\n");
}

TEST_F(ServiceProcess, HasDefaultSignalsButIgnoresBrokenPipesWhereItIsToldTo) {
  const std::string script = "grep -E '^Sig(Blk|Ign)' /proc/self/status";
  EXPECT_EQ(output_of(shell(script)), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\n");
  settings_.ignores_sigpipe = false;
  EXPECT_EQ(output_of(shell(script)), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ServiceProcess, EndsWithSystemdsStatusForTheStepThatFailed) {
  ProcessPlan plan = shell("");
  plan.program = "/nonexistent/program";
  EXPECT_EQ(failure_of(plan), "EXEC 203 " + std::to_string(ENOENT));
  plan.program = "/";
  EXPECT_EQ(failure_of(plan), "EXEC 203 " + std::to_string(EACCES));
  plan.program = "no-such-program-anywhere";
  EXPECT_EQ(failure_of(plan), "EXEC 203 " + std::to_string(ENOENT));

  settings_.working_directory = "/nonexistent";
  EXPECT_EQ(failure_of(shell("")), "CHDIR 200 " + std::to_string(ENOENT));
  settings_.may_lack_working_directory = true;
  EXPECT_EQ(failure_of(shell("")), "none");
  settings_.user = "no-such-user";
  EXPECT_EQ(failure_of(shell("")), "USER 217 " + std::to_string(ESRCH));
  settings_.user.clear();
  settings_.group = "no-such-group";
  EXPECT_EQ(failure_of(shell("")), "GROUP 216 " + std::to_string(ESRCH));
}

TEST_F(ServiceProcess, TellsOfAFileThatIsNoProgramAfterItsRelease) {
  TempDir directory;
  const std::string path = directory.path() + "/program";
  ASSERT_TRUE(base::replace_file(path,
                                 "\x7f"
                                 "ELF but no more",
                                 0755));
  ProcessPlan plan = shell("");
  plan.program = path;
  EXPECT_EQ(failure_of(plan), "EXEC 203 " + std::to_string(ENOEXEC));
}

TEST_F(ServiceProcess, ReadsTheCredentialsOfOthersWhenItIsReleased) {
  TempDir directory;
  ProcessPlan plan = shell("cat " + directory.path() + "/credentials/key");
  plan.credentials_directory = directory.path() + "/credentials";
  settings_.credentials = {{"key", directory.path() + "/fifo"}};
  EXPECT_EQ(failure_of(plan), "CREDENTIALS 243 " + std::to_string(ENOENT));

  // Nobody writes to it before the process is released.
  ASSERT_EQ(::mkfifo((directory.path() + "/fifo").c_str(), 0600), 0);
  std::thread writer([&] { test::write_text_file(directory.path() + "/fifo", "secret\n"); });
  EXPECT_EQ(output_of(plan), "secret\n");
  writer.join();
}

TEST_F(ServiceProcess, WaitsWithTheProgramForItsRelease) {
  TempDir directory;
  const std::string mark = directory.path() + "/mark";
  const auto process = start_process(shell("touch " + mark));
  ASSERT_TRUE(process && !process->failure);
  EXPECT_FALSE(test::wait_until([&] { return ::access(mark.c_str(), F_OK) == 0; }, 100ms));
  release_process(*process);
  EXPECT_FALSE(outcome_of(*process));
  ::waitpid(process->pid, nullptr, 0);
  EXPECT_EQ(::access(mark.c_str(), F_OK), 0);
}

TEST_F(ServiceProcess, EndsWhereNobodyWillReleaseIt) {
  auto process = start_process(shell("sleep 1000"));
  ASSERT_TRUE(process.has_value());
  process->control.reset();
  int status = 0;
  EXPECT_EQ(::waitpid(process->pid, &status, 0), process->pid);
}

TEST_F(ServiceProcess, HasTheLimitsTheMaskAndTheDirectoryOfItsSettings) {
  settings_.limits = {{RLIMIT_NOFILE, 99, 100}, {RLIMIT_CORE, 0, 0}};
  settings_.umask = 0077;
  settings_.working_directory = "/usr";
  settings_.nice = 5;
  settings_.oom_score_adjust = 200;
  EXPECT_EQ(
      output_of(shell("ulimit -n; ulimit -c; umask; pwd; nice; cat /proc/self/oom_score_adj")),
      "99\n0\n0077\n/usr\n5\n200\n");
}

// As root in most containers: without one capability, while it lives.
class WithoutCapability {
 public:
  explicit WithoutCapability(unsigned capability) {
    ::syscall(SYS_capget, &header_, before_.data());
    auto without = before_;
    without.at(capability / 32).effective &= ~(1U << (capability % 32));
    ::syscall(SYS_capset, &header_, without.data());
  }
  WithoutCapability(const WithoutCapability&) = delete;
  WithoutCapability& operator=(const WithoutCapability&) = delete;
  ~WithoutCapability() { ::syscall(SYS_capset, &header_, before_.data()); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> before_{};
};

TEST_F(ServiceProcess, RunsWithTheOomScoreItHasWhereThatMayNotBeLowered) {
  const std::string own = base::read_small_file("/proc/self/oom_score_adj").value_or("?");
  const WithoutCapability unprivileged(CAP_SYS_RESOURCE);
  settings_.oom_score_adjust = -1000;

  EXPECT_EQ(output_of(shell("cat /proc/self/oom_score_adj")), own);
  EXPECT_FALSE(failure_);
}

TEST_F(ServiceProcess, RunsAsItsUserWithThatOnesGroups) {
  if (::geteuid() != 0) GTEST_SKIP() << "another user's process needs root";
  settings_.user = "nobody";
  settings_.has_no_new_privileges = true;
  EXPECT_EQ(output_of(shell("id -un; id -Gn; grep -E '^(NoNewPrivs|CapEff)' /proc/self/status")),
            "nobody\nnogroup\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
  ProcessPlan plan = shell("id -un");
  plan.privileges = ExecCommand::Privileges::kFull;
  EXPECT_EQ(output_of(plan), "root\n");
}

TEST_F(ServiceProcess, KeepsAmbientCapabilitiesAndLosesUnboundOnes) {
  if (::geteuid() != 0) GTEST_SKIP() << "capabilities are root's";
  constexpr std::uint64_t kNetBindService = std::uint64_t{1} << 10;
  settings_.user = "nobody";
  settings_.capability_bounding_set = kNetBindService;
  settings_.ambient_capabilities = kNetBindService;
  EXPECT_EQ(output_of(shell("grep -E '^Cap(Eff|Bnd|Amb)' /proc/self/status")),
            "CapEff:\t0000000000000400\nCapBnd:\t0000000000000400\nCapAmb:\t0000000000000400\n");
}

TEST_F(ServiceProcess, SaysThatItIsReadyAtADescriptorBehindThePassedOnes) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const base::UniqueFd ours(ends[0]);
  base::UniqueFd theirs(ends[1]);
  ProcessPlan plan = shell("");
  plan.readiness = theirs.get();
  // Each of the numbers that are in use meanwhile has its turn.
  for (int place = 4; place < 20; ++place) {
    plan.descriptors = {ours.get()};
    plan.ready_descriptor = place;
    plan.argv[2] = "echo ready >/proc/$$/fd/" + std::to_string(place) + "; echo fine";
    EXPECT_EQ(output_of(plan), "fine\n") << place;
  }
  plan.ready_descriptor = 3;
  EXPECT_EQ(failure_of(plan), "FDS 202 " + std::to_string(EBUSY));
  theirs.reset();
  EXPECT_EQ(base::read_all(ours.get(), 1000)->size(), 16 * std::string_view("ready\n").size());
}

TEST_F(ServiceProcess, FindsItsDescriptorsFromThreeOn) {
  TempDir directory;
  ASSERT_TRUE(base::replace_file(directory.path() + "/a", "first", 0644));
  ASSERT_TRUE(base::replace_file(directory.path() + "/b", "second", 0644));
  const auto first = base::open_file(directory.path() + "/a", O_RDONLY);
  const auto second = base::open_file(directory.path() + "/b", O_RDONLY);
  ASSERT_TRUE(first && second);
  ProcessPlan plan = shell(
      "cat <&3; cat <&4; test $LISTEN_PID = $$ && echo ' mine'; n=0;"
      "for fd in /proc/$$/fd/*; do test -e $fd && n=$((n + 1)); done; echo $n");
  plan.descriptors = {first->get(), second->get()};
  // 0 to 4: nothing of ours is among them.
  EXPECT_EQ(output_of(plan), "firstsecond mine\n5\n");
}

}  // namespace
}  // namespace logq::supervise
