// Stock journalctl on files that a test has made: the judge of whether they are journal files.
//
// It is pointed at files or directories of the test and never sees the host's journal. Without
// journalctl a test skips itself: `if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;`
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace logq::test {

inline constexpr const char* kNoJournalctl = "journalctl is not installed";

struct JournalctlResult {
  int status = -1;  // exit status, or 128 + signal
  std::string out;  // standard output; messages of --verify included
};

inline std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// Runs journalctl with these arguments; `-q --no-pager` and the C locale in UTC are added.
inline JournalctlResult journalctl(std::initializer_list<std::string_view> arguments) {
  std::string command = "LC_ALL=C TZ=UTC journalctl -q --no-pager";
  for (const std::string_view argument : arguments)
    command += " " + shell_quoted(argument);
  command += " 2>&1";
  JournalctlResult result;
  FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return result;
  std::array<char, 65536> chunk{};
  for (std::size_t n = 0; (n = ::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    result.out.append(chunk.data(), n);
  }
  const int status = ::pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

inline bool journalctl_installed() {
  static const bool installed = ::system("command -v journalctl >/dev/null 2>&1") == 0;
  return installed;
}

// Whether `--verify` passes one file; what it says is in `out`.
inline JournalctlResult verify_file(const std::string& path) {
  return journalctl({"--verify", "--file", path});
}

// The same for all journal files of a directory. Unlike `-D DIR`, which leaves out what it cannot
// open, this fails for a file that is no journal at all.
inline JournalctlResult verify_directory(const std::string& directory) {
  return journalctl({"--verify", "--file", directory + "/*.journal"});
}

}  // namespace logq::test
