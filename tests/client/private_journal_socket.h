// A collector's socket at the path that libsystemd has built in, for a process of its own.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include <gtest/gtest.h>

#include "client/datagram_server.h"

namespace logq::test {

// Runs `body(server)` in a child that has a /run of its own. Skips the test where that is not
// allowed; the child's failures are the test's.
template <typename Body>
void with_private_journal_socket(const Body& body) {
  constexpr int kNotPermitted = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) < 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0 ||
        ::mount("tmpfs", "/run", "tmpfs", 0, "size=16m") < 0) {
      ::_exit(kNotPermitted);
    }
    ::unsetenv("LOGQ_SOCKET");
    std::filesystem::create_directories("/run/systemd/journal");
    DatagramServer server("/run/systemd/journal/socket");
    body(server);
    std::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotPermitted)
    GTEST_SKIP() << "needs a mount namespace";
  EXPECT_EQ(status, 0);
}

}  // namespace logq::test
