// A terminal of the test's own: what is written to path() can be read by the test.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace logq::test {

class TestTerminal {
 public:
  TestTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    if (master_ < 0 || ::grantpt(master_) < 0 || ::unlockpt(master_) < 0) {
      throw std::runtime_error("no pseudo terminals here");
    }
    path_ = ::ptsname(master_);
    slave_ =
        ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);  // else reads fail between writers
    termios settings{};
    ::tcgetattr(slave_, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(slave_, TCSANOW, &settings);
  }
  TestTerminal(const TestTerminal&) = delete;
  TestTerminal& operator=(const TestTerminal&) = delete;
  ~TestTerminal() {
    ::close(slave_);
    ::close(master_);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  // What has been written since the last call.
  [[nodiscard]] std::string read() const {
    std::string text;
    std::array<char, 4096> bytes{};
    while (true) {
      const ssize_t size = ::read(master_, bytes.data(), bytes.size());
      if (size <= 0) return text;
      text.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  int master_;
  int slave_ = -1;
  std::string path_;
};

}  // namespace logq::test
