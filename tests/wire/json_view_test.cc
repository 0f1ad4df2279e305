// JSON of strangers: what is taken, what is refused, and that looking into it finds what is there.
#include "wire/json_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using testing::ElementsAre;
using testing::Optional;

JsonView parsed(std::string_view text) {
  const auto view = JsonView::parse(text);
  EXPECT_TRUE(view.has_value()) << text;
  return view.has_value() ? *view : *JsonView::parse("null");
}

std::vector<std::string> names_of(const JsonView& object) {
  std::vector<std::string> names;
  JsonMembers members(object);
  while (auto member = members.next())
    names.push_back(member->name);
  return names;
}

TEST(JsonView, TakesEveryKindOfValue) {
  EXPECT_EQ(parsed(" null ").kind(), JsonView::Kind::kNull);
  EXPECT_EQ(parsed("true").boolean(), true);
  EXPECT_EQ(parsed("false").boolean(), false);
  EXPECT_EQ(parsed("\"x\"").string(), "x");
  EXPECT_EQ(parsed("[1, 2]").kind(), JsonView::Kind::kArray);
  EXPECT_EQ(parsed("{}").kind(), JsonView::Kind::kObject);
  for (const char* const number : {"0", "-0", "10", "-1.5", "1e5", "1E+5", "2.5e-3"})
    EXPECT_EQ(parsed(number).kind(), JsonView::Kind::kNumber) << number;
}

TEST(JsonView, RefusesWhatIsNoJson) {
  for (const char* const text :
       {"",       " ",        "-",       "1.",       "+1",        ".5",
        "0x10",   "01",       "1e",      "tru",      "true1",     "NaN",
        "\"\t\"", "\"\\x\"",  "\"a",     "\"\\\"",   "[1,]",      "[,]",
        "[1 2]",  "[1",       "{\"a\"}", "{\"a\":}", "{1:2}",     "{\"a\":1,}",
        "{,}",    "{\"a\":1", "1 2",     "{}x",      "'a'",       "\v1",
        "]",      "}",        "{]",      "[}",       "{\"a\":1]", "\xef\xbb\xbf{}"})
    EXPECT_FALSE(JsonView::parse(text).has_value()) << text;
}

TEST(JsonView, RefusesStringsThatAreNoText) {
  for (const char* const text :
       {"\"\\u0000\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83dx\"", "\"\\u00G9\"", "\"\\u12\"",
        "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\""})
    EXPECT_FALSE(JsonView::parse(text).has_value()) << text;
  EXPECT_FALSE(JsonView::parse(std::string_view("\"\0\"", 3)).has_value());
}

TEST(JsonView, DecodesEscapes) {
  EXPECT_EQ(parsed(R"("\"\\\/\b\f\n\r\t")").string(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(parsed(R"("\u0041\u00e9\u20AC\ud83d\ude00 end")").string(),
            "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 end");
}

TEST(JsonView, NumbersThatDoNotFitAreNone) {
  EXPECT_THAT(parsed("18446744073709551615").unsigned_integer(), Optional(UINT64_MAX));
  EXPECT_EQ(parsed("18446744073709551616").unsigned_integer(), std::nullopt);
  EXPECT_EQ(parsed("-1").unsigned_integer(), std::nullopt);
  EXPECT_EQ(parsed("1.5").unsigned_integer(), std::nullopt);
  EXPECT_THAT(parsed("1.5").number(), Optional(1.5));
  EXPECT_EQ(parsed("1e999").number(), std::nullopt);
  EXPECT_EQ(parsed("\"1\"").unsigned_integer(), std::nullopt);
}

TEST(JsonView, WalksOverMembersInTheirOrder) {
  const JsonView object =
      parsed(R"( { "b" : [ {"}":"]"} , 1 ] , "a\n" : {"x":{}} ,"b":2, "":null } )");

  EXPECT_THAT(names_of(object), ElementsAre("b", "a\n", "b", ""));
  EXPECT_EQ(object.member("b")->text(), R"([ {"}":"]"} , 1 ])");
  EXPECT_EQ(object.member("a\n")->member("x")->text(), "{}");
  EXPECT_FALSE(object.member("x").has_value());
  EXPECT_THAT(names_of(parsed("{}")), ElementsAre());
  EXPECT_THAT(names_of(parsed("[{\"a\":1}]")), ElementsAre());
}

TEST(JsonView, WalksOverElements) {
  const JsonView array = parsed(R"([ 1,"a,]" ,[2,[3]],{} ])");
  std::vector<std::string_view> texts;
  JsonElements elements(array);
  while (const auto element = elements.next())
    texts.push_back(element->text());

  EXPECT_THAT(texts, ElementsAre("1", "\"a,]\"", "[2,[3]]", "{}"));
  EXPECT_FALSE(JsonElements(parsed("[ ]")).next().has_value());
  EXPECT_FALSE(JsonElements(parsed("{\"a\":1}")).next().has_value());
}

TEST(JsonView, NestsAsDeepAsSystemdTakesIt) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };

  EXPECT_TRUE(JsonView::parse(nested(JsonView::kDepthMax + 1)).has_value());
  EXPECT_FALSE(JsonView::parse(nested(JsonView::kDepthMax + 2)).has_value());
  EXPECT_FALSE(JsonView::parse(std::string(1 << 20, '[')).has_value());
}

TEST(JsonView, EveryPrefixIsRefused) {
  const std::string whole = R"({"a":[1,true,null,"\u00e9\n"],"b":{"c":-1.5e3}})";
  ASSERT_TRUE(JsonView::parse(whole).has_value());

  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(JsonView::parse(std::string_view(whole).substr(0, size)).has_value()) << size;
}

}  // namespace
}  // namespace logq::wire
