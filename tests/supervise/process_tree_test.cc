#include "supervise/process_tree.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

class ProcessTree : public testing::Test {
 protected:
  void add(pid_t pid, const std::string& rest) {
    const std::string directory = proc_.path() + "/" + std::to_string(pid);
    std::filesystem::create_directory(directory);
    test::write_text_file(directory + "/stat", std::to_string(pid) + " " + rest);
  }
  std::vector<pid_t> below(pid_t root) {
    std::vector<pid_t> pids;
    for (const ProcessInfo& info : descendants_of(root, list_processes(proc_.path())))
      pids.push_back(info.pid);
    std::ranges::sort(pids);
    return pids;
  }

  test::TempDir proc_;
};

TEST_F(ProcessTree, FindsWhatDescendsFromAProcess) {
  add(10, "(init) S 1 10 10 0\n");
  add(11, "(service) S 10 11 11 0\n");
  add(12, "(worker) S 11 11 11 0\n");
  add(20, "(stranger) S 1 20 20 0\n");
  EXPECT_EQ(below(10), (std::vector<pid_t>{11, 12}));
  EXPECT_TRUE(is_descendant_of(10, 12, proc_.path()));
  EXPECT_FALSE(is_descendant_of(10, 20, proc_.path()));
  EXPECT_FALSE(is_descendant_of(10, 10, proc_.path()));
  EXPECT_FALSE(is_descendant_of(10, 99, proc_.path())) << "it has gone";
}

TEST_F(ProcessTree, ReadsTheParentBehindWhateverAProcessCallsItself) {
  add(11, "() S 1 (a b) S 10 11 11 0\n");
  add(12, "(evil) S 10 12 ) S 1 12 12 0\n");
  EXPECT_EQ(below(10), (std::vector<pid_t>{11}));
  EXPECT_TRUE(is_descendant_of(10, 11, proc_.path()));
  EXPECT_FALSE(is_descendant_of(10, 12, proc_.path()));
}

TEST_F(ProcessTree, EndsWhereParentsChangedIntoARing) {
  add(11, "(a) S 12 0 0 0\n");
  add(12, "(b) S 11 0 0 0\n");
  EXPECT_TRUE(below(10).empty());
  EXPECT_FALSE(is_descendant_of(10, 11, proc_.path()));
}

TEST_F(ProcessTree, LeavesZombiesOut) {
  add(11, "(done) Z 10 11 11 0\n");
  EXPECT_TRUE(below(10).empty());
}

}  // namespace
}  // namespace logq::supervise
