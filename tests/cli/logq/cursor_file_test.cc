// The file of --cursor-file, and reading on from it.
#include "logq/show/cursor_file.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "support/temp_dir.h"
#include "written_journal.h"

namespace logq::test {
namespace {

class CursorFile : public testing::Test {
 protected:
  std::string read_on(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-o", "cat", "--cursor-file=" + path_});
    const CommandResult result = journal_.logq(std::move(more));
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }

  WrittenJournal journal_;
  const std::string path_ = journal_.directory() + "/cursor";
};

TEST_F(CursorFile, RemembersWhereReadingEnded) {
  journal_.append("one");
  journal_.append("two");

  EXPECT_EQ(read_on(), "one\ntwo\n");
  EXPECT_EQ(read_on(), "");
  journal_.append("three");
  EXPECT_EQ(read_on(), "three\n");
}

TEST_F(CursorFile, CutsAPieceAtATime) {
  for (const char* const message : {"one", "two", "three"})
    journal_.append(message);

  EXPECT_EQ(read_on({"-n", "+2"}), "one\ntwo\n");
  EXPECT_EQ(read_on({"-n", "+2"}), "three\n");
}

TEST_F(CursorFile, LosesNothingAtAnUpperLimitInTime) {
  journal_.append("early");
  const std::string limit = "@" + std::to_string(journal_.last_usec() / 1'000'000 + 1);
  for (int i = 0; i < 3; ++i)
    journal_.append_after(2'000'000, "late " + std::to_string(i));

  EXPECT_EQ(read_on({"-U", limit}), "early\n");
  EXPECT_EQ(read_on(), "late 0\nlate 1\nlate 2\n");
}

TEST_F(CursorFile, IsReplacedWholeAndReadableByOthers) {
  journal_.append("one");
  read_on();

  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644U);
  EXPECT_TRUE(read_text_file(path_).starts_with("s="));
}

TEST_F(CursorFile, IsAsPrivateAsTheUserWants) {
  journal_.append("one");
  std::string command = "umask 077; exec \"$0\" \"$@\"";
  std::vector<std::string> argv = {"sh", "-c", command};
  const std::vector<std::string> logq = journal_.command({"--cursor-file=" + path_});
  argv.insert(argv.end(), logq.begin(), logq.end());
  ASSERT_EQ(run_command({argv, {}, {}}).status, 0);

  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(CursorFile, NonsenseInItIsAFailureThatShowsIt) {
  journal_.append("one");
  write_text_file(path_, "nonsense\n");

  const CommandResult result = journal_.logq({"--cursor-file=" + path_});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "logq: failed to seek to cursor: not a cursor: 'nonsense'\n");
}

TEST(CursorFileOfAPipe, IsWrittenToAndNotReplaced) {
  const TempDir dir;
  const std::string path = dir.path() + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const base::UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));

  ASSERT_TRUE(cli::write_cursor_file(path, "s=1").has_value());

  EXPECT_EQ(base::read_all(reader.get(), 100).value_or(""), "s=1\n");
}

}  // namespace
}  // namespace logq::test
