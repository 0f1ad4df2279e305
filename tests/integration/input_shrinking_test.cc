#include "integration/input_shrinking.h"

#include <gtest/gtest.h>

namespace logq::test {
namespace {

std::optional<std::size_t> first_with_both(const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool has_both = inputs[i].find('a') < inputs[i].find_last_of('z');
    if (has_both && inputs[i].find('z') != std::string::npos) return i;
  }
  return std::nullopt;
}

TEST(InputShrinking, LeavesWhatMakesTheDifference) {
  const std::string input = std::string(100, '.') + "a" + std::string(333, '.') + "z...";

  EXPECT_EQ(shrunk_input(input, first_with_both), "az");
}

TEST(InputShrinking, LeavesAloneWhatCannotBeSmaller) {
  EXPECT_EQ(shrunk_input("az", first_with_both), "az");
}

}  // namespace
}  // namespace logq::test
