#include "client/program_constants.h"

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace logq::client {
namespace {

constexpr const char* kNames[] = {"first", "second"};
char program_variable[] = "may change";

bool has(const void* address) {
  const auto constants = program_constants();
  const auto* const at = static_cast<const std::byte*>(address);
  return at >= constants.data() && at < constants.data() + constants.size();
}

TEST(ProgramConstants, HaveTheLiteralsOfTheProgram) {
  constexpr std::string_view kText = "a constant view";
  EXPECT_TRUE(has("a literal"));
  EXPECT_TRUE(has(kNames[1]));
  EXPECT_TRUE(has(kText.data()));
}

TEST(ProgramConstants, HaveNothingThatMayChangeOrGo) {
  static std::string short_text = "static, and kept inside";
  const char on_stack[] = "const, but gone when this returns";
  const auto on_heap = std::make_unique<std::string>("x");
  EXPECT_FALSE(has(program_variable));
  EXPECT_FALSE(has(&short_text));
  EXPECT_FALSE(has(on_stack));
  EXPECT_FALSE(has(on_heap->data()));
  EXPECT_FALSE(has(nullptr));
}

}  // namespace
}  // namespace logq::client
