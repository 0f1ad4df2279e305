// `-i -`: a journal file on standard input, a regular file or through a pipe.
#include "logq/source/standard_input.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "command_line.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "written_journal.h"

namespace logq::test {
namespace {

const std::string kLogq = std::string(LOGQ_BIN_DIR) + "/logq";

class StandardInput : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 5; ++i)
      journal_.append("message " + std::to_string(i));
  }

  CommandResult shell(const std::string& command) const {
    return run_command({{"sh", "-c", command}, {{"FILE", file()}, {"LOGQ", kLogq}}, {}});
  }
  std::string file() const { return journal_.directory() + "/system.journal"; }

  WrittenJournal journal_;
  const std::string all_ = "message 0\nmessage 1\nmessage 2\nmessage 3\nmessage 4\n";
};

TEST_F(StandardInput, IsReadWhereItLies) {
  const auto result = shell("\"$LOGQ\" -i - -o cat <\"$FILE\"");

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, all_);
}

TEST_F(StandardInput, IsTheWholeFileThoughPartOfItWasRead) {
  EXPECT_EQ(shell("(head -c 100 >/dev/null; \"$LOGQ\" -i - -o cat) <\"$FILE\"").out, all_);
}

TEST_F(StandardInput, MayBeAPipe) {
  const auto result = shell("cat \"$FILE\" | \"$LOGQ\" --file=- -o cat -r -n 2");

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "message 4\nmessage 3\n");
}

TEST_F(StandardInput, IsShownAsJournalctlShowsIt) {
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  for (const std::string options : {"-o short-unix", "-n 2", "--list-boots", "--disk-usage",
                                    "-F MESSAGE", "-b -o cat", "-g 3"}) {
    const auto ours = shell("\"$LOGQ\" --no-pager -i - " + options + " <\"$FILE\"");
    const auto theirs = shell("journalctl --no-pager --file=- " + options + " <\"$FILE\"");

    EXPECT_EQ(ours.status, theirs.status) << options;
    if (options == "-F MESSAGE") continue;  // whose order is that of a hash table there
    EXPECT_EQ(ours.out, theirs.out) << options;
  }
}

TEST_F(StandardInput, IsGoodForReportsToo) {
  EXPECT_EQ(shell("\"$LOGQ\" -i - --verify <\"$FILE\"").status, 0);
  EXPECT_NE(shell("cat \"$FILE\" | \"$LOGQ\" -i - --header").out.find("File path: /proc/self/fd/0"),
            std::string::npos);
}

TEST_F(StandardInput, ThatIsNoJournalIsAFailure) {
  for (const char* const input : {"</dev/null", "<&-", "</etc/passwd", "</"}) {
    const auto result = shell(std::string("\"$LOGQ\" -i - ") + input);
    EXPECT_EQ(result.status, 1) << input;
    EXPECT_TRUE(result.err.starts_with("logq: ")) << input << result.err;
  }
}

TEST_F(StandardInput, ThatMayNotBeOpenedAgainIsCopied) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  std::filesystem::permissions(file(), std::filesystem::perms(0600));

  const auto result =
      shell("setpriv --reuid=65534 --regid=65534 --clear-groups \"$LOGQ\" -i - -o cat <\"$FILE\"");

  if (result.status == 126 || result.status == 127) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.out, all_) << result.err;
}

TEST_F(StandardInput, IsNotCombinedWithOtherSources) {
  for (const std::vector<std::string>& other : std::vector<std::vector<std::string>>{
           {"-D", "/x"}, {"-i", "/x"}, {"--root=/x"}, {"-M", "x"}}) {
    std::vector<std::string> arguments = {"-i", "-"};
    arguments.insert(arguments.end(), other.begin(), other.end());
    EXPECT_TRUE(cli::refused(arguments).starts_with("please specify at most one of"));
  }
  EXPECT_NE(cli::refused({"-f", "-i", "-"}), "accepted");
}

// The test's own standard input is put back when it ends.
class OwnInput : public testing::Test {
 protected:
  OwnInput() : before_(::dup(STDIN_FILENO)) {}
  ~OwnInput() override {
    if (before_.is_open()) ::dup2(before_.get(), STDIN_FILENO);
  }

  // More than a pipe has room for would need somebody who writes meanwhile.
  static void put_into_pipe(const std::string& bytes) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ::close(ends[1]);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
  }

  base::UniqueFd before_;
};

TEST_F(OwnInput, ThroughAPipeHasALimit) {
  put_into_pipe(std::string(5000, 'x'));
  const auto refused = cli::path_of_standard_input(4999);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("through a pipe"), std::string::npos);

  put_into_pipe(std::string(5000, 'x'));
  const auto path = cli::path_of_standard_input(5000);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(read_text_file(*path), std::string(5000, 'x'));
}

}  // namespace
}  // namespace logq::test
