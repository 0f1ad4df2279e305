// A private directory for one test, removed with everything in it when the test ends.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace logq::test {

class TempDir {
 public:
  TempDir() : TempDir(std::filesystem::temp_directory_path()) {}
  // In memory where there is such a directory: for tests that make, sync or rewrite hundreds of
  // files, which on a disk is mostly waiting.
  static TempDir in_memory() {
    const std::filesystem::path memory = "/dev/shm";
    return TempDir(::access(memory.c_str(), W_OK) == 0 ? memory
                                                       : std::filesystem::temp_directory_path());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TempDir(const std::filesystem::path& parent)
      : path_((parent / "logq-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  }
  std::string path_;
};

}  // namespace logq::test
