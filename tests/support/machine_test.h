// MachineTest: the base of suites whose tests share one booted machine.
#pragma once

#include <exception>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "support/booted_systemd.h"

namespace logq::test {

class MachineTest : public testing::Test {
 protected:
  // For the SetUpTestSuite() of a suite. That the machine does not come up fails each test; that
  // there can be none here skips all of them.
  static void boot(const BootedSystemd::Furnish& furnish = {}) {
    if (!BootedSystemd::unavailable().empty()) return;
    try {
      machine_ = std::make_unique<BootedSystemd>(furnish);
    } catch (const std::exception& error) {
      trouble_ = error.what();
    }
  }
  static void TearDownTestSuite() { machine_.reset(); }

  void SetUp() override {
    if (const std::string why = BootedSystemd::unavailable(); !why.empty()) GTEST_SKIP() << why;
    ASSERT_NE(machine_, nullptr) << trouble_;
  }

  static inline std::unique_ptr<BootedSystemd> machine_;
  static inline std::string trouble_;
};

}  // namespace logq::test
