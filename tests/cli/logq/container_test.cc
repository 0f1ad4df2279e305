// `-M NAME`: the journal of a container, found by what systemd-machined says of its leader.
#include "logq/source/container.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/private_logqd.h"
#include "written_journal.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

// A process that lives in another root directory until the end.
class Leader {
 public:
  explicit Leader(const std::string& root) : pid_(::fork()) {
    if (pid_ != 0) return;
    if (::chroot(root.c_str()) != 0 || ::chdir("/") != 0) ::_exit(1);
    for (;;)
      ::pause();
  }
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;
  ~Leader() {
    if (pid_ <= 0) return;
    signal_process(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool lives_in(const std::string& root) const {
    return wait_until([&] {
      std::error_code error;
      return fs::equivalent("/proc/" + std::to_string(pid_) + "/root", root, error);
    });
  }

 private:
  pid_t pid_;
};

class Container : public testing::Test {
 protected:
  void tell_of(const std::string& name, const std::string& text) const {
    write_text_file(machines_.path() + "/" + name, text);
  }
  [[nodiscard]] cli::Outcome<std::string> root_of(const std::string& name) const {
    return cli::container_root(name, machines_.path());
  }
  [[nodiscard]] std::string refusal(const std::string& name) const {
    const auto root = root_of(name);
    return root ? "found" : root.error().message;
  }

  // In a mount namespace, where systemd-machined's directory is one of the test, and so is that of
  // the machine's own collector. Status 125 where there can be none.
  [[nodiscard]] CommandResult run_on_host(std::vector<std::string> command,
                                          const std::string& runtime_dir) const {
    command.insert(
        command.begin(),
        {"unshare", "--mount", "sh", "-c",
         "mount -t tmpfs none /run && mkdir -p /run/systemd/machines /run/systemd/journal"
         " && mount --bind \"$0\" /run/systemd/machines"
         " && mount --bind \"$1\" /run/systemd/journal || exit 125; shift; exec \"$@\"",
         machines_.path(), runtime_dir});
    CommandResult result = run_command({command, {}, {}});
    if (result.err.starts_with("unshare")) result.status = 125;
    return result;
  }

  TempDir machines_;
};

TEST_F(Container, HasTheRootDirectoryOfItsLeader) {
  tell_of("box", "# This is private data. Do not parse.\nNAME=box\nCLASS=container\nLEADER=" +
                     std::to_string(::getpid()) + "\nLEADER_PIDFDID=1\n");

  const auto root = root_of("box");

  ASSERT_TRUE(root) << root.error().message;
  EXPECT_TRUE(fs::equivalent(*root, "/"));
}

TEST_F(Container, ThatDoesNotRunIsSaidToBeMissing) {
  EXPECT_EQ(refusal("box"), "-M box: no such machine is running");
  tell_of("gone", "CLASS=container\nLEADER=2147483647\n");
  EXPECT_TRUE(refusal("gone").starts_with("-M gone: ")) << refusal("gone");
}

TEST_F(Container, IsNoVirtualMachine) {
  tell_of("virtual", "CLASS=vm\nLEADER=1\n");

  EXPECT_TRUE(refusal("virtual").starts_with("-M virtual: not a container"));
}

TEST_F(Container, NeedsANameAndALeader) {
  for (const std::string name : {"../box", ".host", "a/b", "a\nb", "unit:a.scope", ""})
    EXPECT_TRUE(refusal(name).ends_with(": not the name of a machine")) << name;
  tell_of("box", "CLASS=container\nLEADER=../../etc\n");
  EXPECT_EQ(refusal("box"), "-M box: its leader is not known");
}

TEST_F(Container, HasItsJournalRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  WrittenJournal journal;
  journal.append("in the container");
  const TempDir root;
  const std::string machine = root.path() + "/var/log/journal/" + std::string(32, 'a');
  fs::create_directories(machine);
  fs::copy_file(journal.directory() + "/system.journal", machine + "/system.journal");
  const Leader leader(root.path());
  ASSERT_TRUE(leader.lives_in(root.path()));
  tell_of("box", "CLASS=container\nLEADER=" + std::to_string(leader.pid()) + "\n");

  const TempDir empty;
  const auto read = [&](const std::string& name) {
    return run_on_host({built_program("logq"), "-M", name, "-o", "cat", "-b"}, empty.path());
  };

  const CommandResult result = read("box");
  if (result.status == 125) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "in the container\n");
  EXPECT_EQ(read("other").err, "logq: -M other: no such machine is running\n");
}

// The collector that would get them is not the container's.
TEST_F(Container, IsGivenNoOrdersAsByJournalctl) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const PrivateLogqd logqd;
  tell_of("box", "CLASS=container\nLEADER=" + std::to_string(::getpid()) + "\n");
  const auto order = [&](const std::string& program, std::vector<std::string> options) {
    options.insert(options.begin(), program);
    return run_on_host(options, logqd.runtime_dir());
  };
  const CommandResult here = order(built_program("logq"), {"--sync"});
  if (here.status == 125) GTEST_SKIP() << here.err;
  ASSERT_EQ(here.status, 0) << here.err;

  for (const char* const option : {"--sync", "--rotate", "--flush", "--relinquish-var"}) {
    const CommandResult refused = order(built_program("logq"), {"-M", "box", option});
    EXPECT_EQ(refused.status, 1) << option;
    EXPECT_EQ(refused.err,
              "logq: -M box: commands to the collector of a container are not supported: give them"
              " in the container\n");
    if (!journalctl_installed()) continue;
    EXPECT_EQ(order("journalctl", {"-M", "box", option}).status, refused.status) << option;
  }
}

}  // namespace
}  // namespace logq::test
