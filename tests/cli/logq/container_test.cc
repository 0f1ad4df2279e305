// `-M NAME`: the journal of a container, found by what systemd-machined says of its leader.
#include "logq/source/container.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
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

// In a mount namespace, where systemd-machined's directory is one of the test.
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

  const auto read = [&](const std::string& name) {
    return run_command(
        {{"unshare", "--mount", "sh", "-c",
          "mount -t tmpfs none /run && mkdir -p /run/systemd/machines &&"
          " mount --bind \"$0\" /run/systemd/machines || exit 125; exec \"$@\"",
          machines_.path(), std::string(LOGQ_BIN_DIR) + "/logq", "-M", name, "-o", "cat", "-b"},
         {},
         {}});
  };

  const CommandResult result = read("box");
  if (result.status == 125 || result.err.starts_with("unshare")) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "in the container\n");
  EXPECT_EQ(read("other").err, "logq: -M other: no such machine is running\n");
}

}  // namespace
}  // namespace logq::test
