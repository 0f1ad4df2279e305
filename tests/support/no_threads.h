// NoThreads: a limit on threads, for as long as it lives.
#pragma once

#include <pthread.h>

#include <cstddef>

#include <gtest/gtest.h>

namespace logq::test {

// While it lives no thread can be started: there is no room for such a stack.
class NoThreads {
 public:
  NoThreads() {
    pthread_attr_t none;
    EXPECT_EQ(::pthread_getattr_default_np(&before_), 0);
    EXPECT_EQ(::pthread_attr_init(&none), 0);
    EXPECT_EQ(::pthread_attr_setstacksize(&none, std::size_t{1} << 48), 0);
    EXPECT_EQ(::pthread_setattr_default_np(&none), 0);
    ::pthread_attr_destroy(&none);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;
  ~NoThreads() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

}  // namespace logq::test
