// Files and directories that cannot be read: one line that names them, exit status 1.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "support/awkward_entries.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

CommandResult run_logq(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(LOGQ_BIN_DIR) + "/logq");
  return run_command({std::move(arguments), {}, {}});
}

void expect_one_line(const std::string& text, const std::string& name) {
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_TRUE(text.starts_with("logq: " + name)) << text;
}

class BadInput : public testing::Test {
 protected:
  // A real journal, or a skipped test.
  std::string real_journal(const std::string& name) {
    const std::string path = dir_.path() + "/" + name;
    return make_journal(path, awkward_export()) ? path : "";
  }

  TempDir dir_;
};

TEST_F(BadInput, AMissingDirectoryIsNamed) {
  const auto result = run_logq({"-D", dir_.path() + "/missing"});

  EXPECT_EQ(result.status, 1);
  expect_one_line(result.err, dir_.path() + "/missing: ");
}

TEST_F(BadInput, AFileThatIsADirectoryIsNamed) {
  const auto result = run_logq({"--file=" + dir_.path()});

  EXPECT_EQ(result.status, 1);
  expect_one_line(result.err, dir_.path() + ": ");
}

TEST_F(BadInput, GarbageIsNamed) {
  const std::string path = dir_.path() + "/system.journal";
  write_text_file(path, std::string(5000, 'x'));

  for (const auto& source : {"--file=" + path, "--directory=" + dir_.path()}) {
    const auto result = run_logq({source, "-q"});
    EXPECT_EQ(result.status, 1) << source;
    EXPECT_EQ(result.out, "");
    expect_one_line(result.err, path + ": ");
  }
}

TEST_F(BadInput, ANameCannotCommandTheTerminal) {
  write_text_file(dir_.path() + "/bad\x1b[2J\n.journal", std::string(5000, 'x'));

  for (const char* const command : {"-n1", "--verify"}) {
    const auto result = run_logq({"-D", dir_.path(), command});
    EXPECT_NE(result.err.find("/bad [2J .journal"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos) << result.err;
  }
}

TEST_F(BadInput, AnEmptyFileIsNamed) {
  const std::string path = dir_.path() + "/system.journal";
  write_text_file(path, "");

  const auto result = run_logq({"--file=" + path});

  EXPECT_EQ(result.status, 1);
  expect_one_line(result.err, path + ": ");
}

TEST_F(BadInput, ATruncatedFileIsNamedAtEveryLength) {
  const std::string path = real_journal("system.journal");
  if (path.empty()) GTEST_SKIP() << "systemd-journal-remote is not installed";
  for (std::uintmax_t size = std::filesystem::file_size(path) / 2; size > 0; size = size * 3 / 5) {
    std::filesystem::resize_file(path, size);
    const auto result = run_logq({"--file=" + path, "-q"});
    EXPECT_EQ(result.status, 1) << size;
    expect_one_line(result.err, path + ": ");
  }
}

TEST_F(BadInput, OneBadFileOfADirectoryHidesNoOther) {
  if (real_journal("system.journal").empty()) GTEST_SKIP() << "no systemd-journal-remote";
  write_text_file(dir_.path() + "/bad.journal", std::string(5000, 'x'));

  const auto result = run_logq({"-D", dir_.path(), "-n", "1", "-o", "cat"});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "another machine 3\n");
  expect_one_line(result.err, dir_.path() + "/bad.journal: ");
}

TEST_F(BadInput, AnUnreadableDirectoryIsNamed) {
  const std::string closed = dir_.path() + "/closed";
  ASSERT_EQ(::mkdir(closed.c_str(), 0), 0);
  std::vector<std::string> argv = {std::string(LOGQ_BIN_DIR) + "/logq", "-D", closed};
  if (::geteuid() == 0) {
    // Root may read everything; become nobody, who must at least get to the directory.
    ASSERT_EQ(::chmod(dir_.path().c_str(), 0755), 0);
    argv.insert(argv.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  }

  const auto result = run_command({argv, {}, {}});

  if (result.status == 126 || result.status == 127) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.status, 1);
  expect_one_line(result.err, closed + ": ");
}

TEST_F(BadInput, AFullDiskIsAFailure) {
  const std::string path = real_journal("system.journal");
  if (path.empty()) GTEST_SKIP() << "systemd-journal-remote is not installed";
  const std::string command = std::string(LOGQ_BIN_DIR) + "/logq --file=" + path + " >/dev/full";

  const auto result = run_command({{"sh", "-c", command}, {}, {}});

  EXPECT_EQ(result.status, 1);
  expect_one_line(result.err, "write: ");
}

}  // namespace
}  // namespace logq::test
