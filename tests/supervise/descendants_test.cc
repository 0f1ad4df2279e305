#include "supervise/descendants.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using Pids = std::vector<pid_t>;

bool everybody(pid_t /*child*/) {
  return true;
}

Pids pids(const std::vector<Descendant>& found) {
  Pids all;
  for (const Descendant& one : found)
    all.push_back(one.info.pid);
  return all;
}

// --- of a /proc that is made up ---

class DescendantsTest : public testing::Test {
 protected:
  void add(pid_t pid, pid_t parent, const std::vector<std::string>& lists, char state = 'S') {
    const std::string own = proc_.path() + "/" + std::to_string(pid);
    pid_t thread = pid;
    for (const std::string& list : lists) {
      const std::string directory = own + "/task/" + std::to_string(thread++);
      std::filesystem::create_directories(directory);
      test::write_text_file(directory + "/children", list);
    }
    test::write_text_file(own + "/stat", std::to_string(pid) + " (x) " + state + " " +
                                             std::to_string(parent) + " 1 1 0\n");
  }
  test::TempDir proc_;
};

TEST_F(DescendantsTest, AreThoseOfEachThreadBelowTheChildrenThatAreWanted) {
  add(10, 1, {"30 11 20 "});
  add(11, 10, {"", "14 12 "});
  add(12, 11, {""}, 'Z');
  add(14, 11, {"9 "});
  add(9, 14, {""});
  add(20, 10, {"21 "});
  add(21, 20, {""});
  add(30, 10, {""});

  const auto found = find_descendants(
                         10, [](pid_t child) { return child != 20; }, proc_.path())
                         .value();

  EXPECT_EQ(pids(found), (Pids{9, 11, 12, 14, 30}));
  EXPECT_EQ(found[0].child.pid, 11);
  EXPECT_EQ(found[4].child.pid, 30);
  EXPECT_TRUE(found[2].info.is_zombie);
}

TEST_F(DescendantsTest, AreNotKnownWhereTheKernelHasNoSuchLists) {
  add(10, 1, {});
  add(11, 10, {});
  EXPECT_FALSE(find_descendants(10, everybody, proc_.path()).has_value());
}

TEST_F(DescendantsTest, EndWhereListsChangedIntoARing) {
  add(10, 1, {"11 "});
  add(11, 10, {"12 "});
  add(12, 11, {"11 "});
  EXPECT_EQ(pids(find_descendants(10, everybody, proc_.path()).value()), (Pids{11, 12}));
}

TEST_F(DescendantsTest, AreNotKnownWhileTheyNeverStayTheSame) {
  add(10, 1, {"11 12 "});
  add(11, 10, {""});
  add(12, 10, {""});
  int session = 100;
  const auto change = [&](pid_t child) {
    test::write_text_file(proc_.path() + "/11/stat",
                          "11 (x) S 10 11 " + std::to_string(++session) + " 0\n");
    return child == 11;
  };
  EXPECT_FALSE(find_descendants(10, change, proc_.path()).has_value());
}

TEST_F(DescendantsTest, WhoComesToTheRootWhileOthersAreReadIsFound) {
  add(10, 1, {"11 "});
  add(11, 10, {"12 "});
  add(12, 11, {""});
  int asked = 0;
  // 12 has left its parent when that is looked at for the first time.
  const auto move = [&](pid_t child) {
    if (++asked == 1) {
      add(11, 10, {""});
      add(12, 10, {""});
      test::write_text_file(proc_.path() + "/10/task/10/children", "11 12 ");
    }
    return child != 0;
  };
  EXPECT_EQ(pids(find_descendants(10, move, proc_.path()).value()), (Pids{11, 12}));
}

// --- of real processes ---

// Families that fork, lose their parents and end all the time, beside one process that stays at the
// end of a chain.
[[noreturn]] void churn() {
  for (;;) {
    const pid_t first = ::fork();
    if (first == 0) {
      if (::fork() == 0) ::usleep(300);  // an orphan, most of its life
      ::_exit(0);
    }
    ::waitpid(first, nullptr, 0);
  }
}

[[noreturn]] void stay(int depth, int tell) {
  if (depth > 0) {
    if (::fork() == 0) stay(depth - 1, tell);
  } else {
    const pid_t self = ::getpid();
    if (::write(tell, &self, sizeof self) != sizeof self) ::_exit(1);
  }
  for (;;)
    ::pause();
}

pid_t run(const std::function<void()>& what) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  what();
  ::_exit(0);
}

// All that came from us; some of it goes on making more.
void end_everybody() {
  pid_t ended = 0;
  while ((ended = ::waitpid(-1, nullptr, WNOHANG)) >= 0) {
    if (ended > 0) continue;
    for (const ProcessInfo& info : list_processes())
      if (info.parent == ::getpid()) test::signal_process(info.pid, SIGKILL);
  }
}

TEST(Descendants, WhoStaysIsFoundEachTimeWhileOthersComeAndGo) {
  if (!find_descendants(::getpid(), everybody)) GTEST_SKIP() << "no CONFIG_PROC_CHILDREN";
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_GT(run([&] {
              for (int i = 0; i < 3; ++i)
                if (::fork() == 0) churn();
              stay(4, ends[1]);
            }),
            0);
  pid_t last = 0;
  ASSERT_EQ(::read(ends[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
  int known = 0;
  int missed = 0;
  for (int i = 0; i < 100; ++i) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const auto found = find_descendants(::getpid(), everybody);
    if (!found) continue;
    ++known;
    if (std::ranges::find(*found, last, [](const Descendant& one) { return one.info.pid; }) ==
        found->end())
      ++missed;
  }
  end_everybody();
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(missed, 0) << "of " << known;
}

}  // namespace
}  // namespace logq::supervise
