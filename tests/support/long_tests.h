// How long a test of random moments goes on: `./dev test --long` sets LOGQ_LONG_TESTS.
#pragma once

#include <cstdlib>

namespace logq::test {

// `usual` in the default suite, `lengthy` under --long.
inline int rounds(int usual, int lengthy) {
  const char* wanted = std::getenv("LOGQ_LONG_TESTS");
  return wanted != nullptr && *wanted != '\0' ? lengthy : usual;
}

}  // namespace logq::test
