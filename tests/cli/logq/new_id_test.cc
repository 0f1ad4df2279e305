// --new-id128 prints what journalctl prints, but for the id.
#include "logq/new_id.h"

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/journalctl.h"

namespace logq::test {
namespace {

CommandResult run(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {program};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_command({argv, {{"SYSTEMD_COLORS", "0"}}, {}});
}

// `text` with the id of its second line taken out wherever its digits stand, in whatever groups.
std::string without_id(const std::string& text) {
  std::string masked;
  for (const char c : text) {
    const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    masked += is_digit ? 'x' : c;
  }
  return masked;
}

TEST(NewId, IsWrittenInEveryFormAsJournalctlDoes) {
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  const std::string logq = std::string(LOGQ_BIN_DIR) + "/logq";
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{}, {"-q"}, {"extra"}}) {
    std::vector<std::string> arguments = {"--new-id128"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandResult ours = run(logq, arguments);
    const CommandResult theirs = run("journalctl", arguments);

    EXPECT_EQ(ours.status, theirs.status);
    EXPECT_EQ(without_id(ours.out), without_id(theirs.out));
  }
}

TEST(NewId, IsTheSameInEveryForm) {
  const Id128 id = *Id128::parse("0123456789abcdef0123456789abcdef");

  const std::string text = cli::describe_new_id(id, cli::Colours(false));

  EXPECT_NE(text.find("\n0123456789abcdef0123456789abcdef\n"), std::string::npos);
  EXPECT_NE(text.find("\n01234567-89ab-cdef-0123-456789abcdef\n"), std::string::npos);
  EXPECT_NE(text.find("MAKE(01,23,45,67,89,ab,cd,ef,01,23,45,67,89,ab,cd,ef)\n"),
            std::string::npos);
}

TEST(NewId, IsAnotherOneEachTime) {
  const std::string logq = std::string(LOGQ_BIN_DIR) + "/logq";

  EXPECT_NE(run(logq, {"--new-id128"}).out, run(logq, {"--new-id128"}).out);
}

}  // namespace
}  // namespace logq::test
