// What `cmake --install` puts where, for a prefix that is chosen only then.
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

// One at a time: cmake writes its list of files into the build directory.
CommandResult install_below(const TempDir& destination, const std::string& prefix) {
  const std::string build = std::filesystem::path(LOGQ_BIN_DIR).parent_path();
  return run_command({.argv = {"flock", build + "/install.lock", "cmake", "--install", build,
                               "--prefix", prefix, "--component", "runtime"},
                      .environment = {{"DESTDIR", destination.path()}},
                      .input = ""});
}

std::set<std::string> files_below(const std::string& directory) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_directory()) {
      files.insert(std::filesystem::relative(entry.path(), directory).string());
    }
  }
  return files;
}

TEST(InstalledFiles, AreWhereDebianLooksForThem) {
  const TempDir destination;

  const CommandResult installed = install_below(destination, "/usr");

  ASSERT_EQ(installed.status, 0) << installed.err;
  const std::set<std::string> files = files_below(destination.path() + "/usr");
  for (const char* file :
       {"bin/logq", "bin/logqd", "bin/logq-run", "bin/logq-cat", "bin/logq-svc",
        "lib/sysusers.d/logq.conf", "lib/tmpfiles.d/logq.conf", "lib/systemd/catalog/logqd.catalog",
        "lib/systemd/system/logqd.service", "lib/systemd/system/logqd.socket",
        "lib/systemd/user/logqd.service",
        "lib/systemd/system/systemd-journald@logq.service.d/50-logqd.conf",
        "share/logq/systemd/journald-namespace.conf",
        "share/logq/systemd/journald-replacement.conf", "share/doc/logq/migrating-from-journald.md",
        "share/man/man1/logq.1", "share/bash-completion/completions/logq",
        "share/zsh/site-functions/_logq", "share/fish/vendor_completions.d/logq.fish"}) {
    EXPECT_TRUE(files.contains(file)) << file;
  }
}

// That the machine's own collector is replaced is for its operator to say.
TEST(InstalledFiles, ReplaceNothingByThemselves) {
  const TempDir destination;

  ASSERT_EQ(install_below(destination, "/usr").status, 0);

  for (const std::string& file : files_below(destination.path())) {
    EXPECT_EQ(file.find("systemd-journald.service.d"), std::string::npos) << file;
    EXPECT_EQ(file.find("systemd-journald@.service.d"), std::string::npos) << file;
    EXPECT_EQ(file.find(".wants/"), std::string::npos) << file;
  }
}

TEST(InstalledFiles, UnitsNameTheProgramsThatWereInstalledWithThem) {
  const TempDir destination;

  ASSERT_EQ(install_below(destination, "/opt/logq").status, 0);

  const std::string units = destination.path() + "/opt/logq/lib/systemd/";
  for (const std::string unit : {"system/logqd.service", "user/logqd.service",
                                 "system/systemd-journald@logq.service.d/50-logqd.conf"}) {
    const std::string text = read_text_file(units + unit);
    EXPECT_NE(text.find("\nExecStart=/opt/logq/bin/logqd"), std::string::npos) << unit;
    EXPECT_NE(text.find("\nDocumentation=file:/opt/logq/share/doc/logq/"), std::string::npos)
        << unit;
    EXPECT_EQ(text.find("@LOGQ"), std::string::npos) << unit;
  }
}

}  // namespace
}  // namespace logq::test
