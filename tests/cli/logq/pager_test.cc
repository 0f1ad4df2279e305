// Which pager is started, with what in its environment, and what becomes of logq when it ends.
#include "logq/show/pager.h"

#include <unistd.h>

#include <map>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"
#include "written_journal.h"

namespace logq::test {
namespace {

using cli::PagerPlan;
using Variables = std::map<std::string, std::string>;
using Commands = std::vector<std::vector<std::string>>;

PagerPlan planned(const Variables& variables, bool jump_to_end = false, bool elevated = false) {
  const cli::Environment environment = [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  return cli::plan_pager(environment, jump_to_end, elevated, true);
}

TEST(PagerPlan, IsLessWithJournalctlsFlags) {
  EXPECT_EQ(planned({}).commands, (Commands{{"less"}, {"more"}}));
  EXPECT_EQ(planned({}).less_flags, "FRSXMK");
  EXPECT_EQ(planned({}, true).less_flags, "FRSXMK +G");
  EXPECT_EQ(planned({{"SYSTEMD_LESS", "R"}}).less_flags, "R");
  EXPECT_EQ(planned({}).less_charset, "utf-8");
}

TEST(PagerPlan, FollowsTheEnvironmentInOrder) {
  EXPECT_EQ(planned({{"PAGER", "most -x"}}).commands.front(),
            (std::vector<std::string>{"most", "-x"}));
  EXPECT_EQ(planned({{"PAGER", "a"}, {"SYSTEMD_PAGER", "b"}}).commands.front().front(), "b");
  EXPECT_EQ(planned({{"LOGQ_PAGER", "c"}, {"SYSTEMD_PAGER", "b"}}).commands.front().front(), "c");
}

TEST(PagerPlan, EmptyOrCatIsNone) {
  EXPECT_TRUE(planned({{"PAGER", ""}}).commands.empty());
  EXPECT_TRUE(planned({{"SYSTEMD_PAGER", " "}, {"PAGER", "less"}}).commands.empty());
  EXPECT_TRUE(planned({{"LOGQ_PAGER", "cat"}}).commands.empty());
}

TEST(PagerPlan, WithAnothersRightsOnlyLessInItsSecureModeIsTrusted) {
  const PagerPlan elevated = planned({{"PAGER", "most"}}, false, true);

  EXPECT_TRUE(elevated.secure);
  EXPECT_EQ(elevated.commands, Commands{{"less"}});
  EXPECT_FALSE(planned({{"SYSTEMD_PAGERSECURE", "0"}}, false, true).secure);
  EXPECT_TRUE(planned({{"SYSTEMD_PAGERSECURE", "1"}}).secure);
  EXPECT_EQ(planned({{"SYSTEMD_PAGERSECURE", "1"}, {"PAGER", "most"}}).commands.front().front(),
            "most");
}

TEST(PagerPlan, RightsLentByAnotherUserAreSeen) {
  const auto elevated = [](const Variables& variables) {
    return cli::is_elevated([&variables](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    });
  };
  const std::string own = std::to_string(::geteuid());
  const std::string other = std::to_string(::geteuid() + 1);

  EXPECT_FALSE(elevated({}));
  EXPECT_FALSE(elevated({{"SUDO_UID", own}}));
  EXPECT_TRUE(elevated({{"SUDO_UID", other}}));
  EXPECT_TRUE(elevated({{"PKEXEC_UID", other}}));
  EXPECT_TRUE(elevated({{"DOAS_USER", "somebody"}}));
}

TEST(PagerPlan, OnlyAnAnswerThatIsUnderstoodMakesTheChosenPagerSafe) {
  for (const char* const answer : {"", "perhaps"}) {
    const PagerPlan plan =
        planned({{"SYSTEMD_PAGERSECURE", answer}, {"PAGER", "most"}}, false, true);
    EXPECT_TRUE(plan.secure) << answer;
    EXPECT_EQ(plan.commands, Commands{{"less"}}) << answer;
  }
}

// script(1) gives logq a terminal; its output and exit status are logq's.
class PagerOnATerminal : public testing::Test {
 protected:
  void SetUp() override {
    if (run_command({{"script", "--version"}, {}, {}}).status != 0) {
      GTEST_SKIP() << "script is not installed";
    }
    for (int i = 0; i < 3; ++i)
      journal_.append("message " + std::to_string(i));
  }

  CommandResult on_terminal(const std::string& arguments, const Environment& environment) {
    std::string command =
        std::string(LOGQ_BIN_DIR) + "/logq -D " + journal_.directory() + " " + arguments;
    if (!search_path_.empty()) command = "PATH=" + search_path_ + " " + command;
    Environment all = {{"TERM", "xterm"}, {"NO_COLOR", "1"}, {"LC_ALL", "C.UTF-8"}};
    all.insert(all.end(), environment.begin(), environment.end());
    return run_command(
        {{"script", "-qec", command, journal_.directory() + "/typescript"}, all, {}});
  }

  WrittenJournal journal_;
  std::string search_path_;  // where logq finds pagers; empty: as the tests
};

TEST_F(PagerOnATerminal, GetsTheEntriesAndItsEnvironment) {
  const auto result = on_terminal(
      "-o cat", {{"LOGQ_PAGER", "sed -e s/message/paged/ -e 1iflags"}, {"SYSTEMD_LESS", "RS"}});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "flags\r\npaged 0\r\npaged 1\r\npaged 2\r\n");
}

TEST_F(PagerOnATerminal, ThatIsMissingIsReplacedByLess) {
  const TempDir programs;
  write_text_file(programs.path() + "/less", "#!/bin/sh\nexec /usr/bin/sed s/message/paged/\n");
  std::filesystem::permissions(programs.path() + "/less", std::filesystem::perms::owner_all);
  search_path_ = programs.path();

  const auto result = on_terminal("-o cat", {{"LOGQ_PAGER", "/nonexistent/pager"}});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "paged 0\r\npaged 1\r\npaged 2\r\n");
}

TEST_F(PagerOnATerminal, IsNotNeeded) {
  search_path_ = "/nonexistent";

  const auto result = on_terminal("-o cat", {{"LOGQ_PAGER", "/nonexistent/pager"}});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "message 0\r\nmessage 1\r\nmessage 2\r\n");
}

TEST_F(PagerOnATerminal, ThatEndsEarlyIsNoError) {
  for (int i = 0; i < 3000; ++i)
    journal_.append(std::string(200, 'x'));

  const auto result = on_terminal("-o cat", {{"LOGQ_PAGER", "head -n1"}});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "message 0\r\n");
}

TEST_F(PagerOnATerminal, IsNotStartedWhenNotWanted) {
  const Environment pager = {{"LOGQ_PAGER", "sed s/message/paged/"}};

  EXPECT_EQ(on_terminal("-o cat -n 1 --no-pager", pager).out, "message 2\r\n");
  EXPECT_EQ(on_terminal("-o cat -n 1", {{"LOGQ_PAGER", ""}}).out, "message 2\r\n");
  EXPECT_EQ(on_terminal("-o cat -n 1", {pager[0], {"TERM", "dumb"}}).out, "message 2\r\n");
  EXPECT_EQ(journal_.logq({"-o", "cat", "-n", "1"}, pager).out, "message 2\n");
}

TEST_F(PagerOnATerminal, HidesNoFailure) {
  const auto result = on_terminal("-u nothing-of-this-name*", {{"LOGQ_PAGER", "sed s/a/a/"}});

  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(result.out.starts_with("logq: ")) << result.out;
}

// A line that the pager did not know of would be written across its screen.
TEST_F(PagerOnATerminal, GetsRemarksThatComeWhileItIsOpen) {
  for (int i = 0; i < 3000; ++i)
    journal_.append(std::string(200, 'x') + std::to_string(i));
  const std::string path = journal_.directory() + "/system.journal";
  const std::size_t late = read_text_file(path).find("xxx2500");
  ASSERT_NE(late, std::string::npos);
  const base::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  const std::string nothing(40, '\0');  // over the middle of the object's header
  const auto where = static_cast<off_t>(late - 270);
  ASSERT_EQ(::pwrite(file.get(), nothing.data(), nothing.size(), where), 40);

  const auto result = on_terminal("-o cat", {{"LOGQ_PAGER", "sed s/^/paged:/"}});

  EXPECT_NE(result.out.find("\npaged:logq: " + path), std::string::npos);
  EXPECT_EQ(result.out.find("\nlogq: "), std::string::npos);
}

TEST_F(PagerOnATerminal, ColoursAreForTerminalsOrWhoAsks) {
  journal_.append_fields(1, {"MESSAGE=alarm", "PRIORITY=1"});

  EXPECT_NE(on_terminal("-n 1 --no-pager", {{"NO_COLOR", ""}}).out.find("\x1b["),
            std::string::npos);
  EXPECT_EQ(on_terminal("-n 1 --no-pager", {}).out.find("\x1b["), std::string::npos);
  EXPECT_EQ(journal_.logq({"-n", "1"}).out.find("\x1b["), std::string::npos);
  EXPECT_NE(journal_.logq({"-n", "1"}, {{"SYSTEMD_COLORS", "1"}}).out.find("\x1b["),
            std::string::npos);
}

}  // namespace
}  // namespace logq::test
