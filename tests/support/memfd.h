// Memfds as clients pass them.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

#include <gtest/gtest.h>

#include "base/unique_fd.h"

namespace logq::test {

inline constexpr int kAllSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

inline base::UniqueFd make_memfd(std::string_view text, int seals = kAllSeals) {
  base::UniqueFd fd(::memfd_create("journal-data", MFD_ALLOW_SEALING | MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), std::ssize(text));
  EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, seals), 0);
  return fd;
}

}  // namespace logq::test
