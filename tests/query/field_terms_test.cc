#include "query/field_terms.h"

#include <vector>

#include <gtest/gtest.h>

#include "query/match_text.h"

namespace logq::query {
namespace {

using test::match_text;

std::string parsed(const std::vector<std::string>& terms) {
  const auto match = parse_field_terms(terms);
  return match ? match_text(*match) : match.error().message();
}

TEST(FieldTerms, NoTermsMeanEverything) {
  EXPECT_EQ(parsed({}), "all");
}

TEST(FieldTerms, ValuesOfOneFieldAreAlternativesAndFieldsMustAllMatch) {
  EXPECT_EQ(parsed({"A=1", "B=x", "A=2"}), "((A=1 | A=2) & B=x)");
}

TEST(FieldTerms, PlusSeparatesAlternativeGroups) {
  EXPECT_EQ(parsed({"A=1", "B=x", "+", "A=2"}), "((A=1 & B=x) | A=2)");
}

TEST(FieldTerms, AValueMayBeEmptyAndContainAnything) {
  EXPECT_EQ(parsed({"A="}), "A=");
  EXPECT_EQ(parsed({"A=b=c \n"}), "A=b=c \n");
}

TEST(FieldTerms, RefusesAPlusThatSeparatesNothing) {
  for (const std::vector<std::string>& terms : std::vector<std::vector<std::string>>{
           {"+"}, {"A=1", "+"}, {"+", "A=1"}, {"A=1", "+", "+", "B=2"}})
    EXPECT_EQ(parsed(terms), "\"+\" can only be used between terms");
}

TEST(FieldTerms, NamesTheTermThatIsNone) {
  for (const char* const bad : {"FOO", "foo=bar", "=x", "A B=1", "__CURSOR=x", ""}) {
    const auto match = parse_field_terms(std::vector<std::string>{"A=1", bad});
    ASSERT_FALSE(match.has_value()) << bad;
    EXPECT_EQ(match.error().offset, 1U) << bad;
  }
}

}  // namespace
}  // namespace logq::query
