// What replies of a Varlink service mean, also those that are none.
#include "logq/varlink_client.h"

#include <gtest/gtest.h>

namespace logq::cli {
namespace {

TEST(VarlinkReply, WithoutAnErrorTheCallWasCarriedOut) {
  for (const char* const reply : {"{}", "{\"parameters\":{}}", " { \"parameters\" : { } }"}) {
    const auto parsed = parse_varlink_reply(reply);
    ASSERT_TRUE(parsed.has_value()) << reply;
    EXPECT_FALSE(parsed->has_value()) << reply;
  }
}

TEST(VarlinkReply, NamesItsError) {
  const auto parsed = parse_varlink_reply(
      "{\"parameters\":{\"parameter\":\"error\"},\"error\" : \"org.varlink.service.X\"}");

  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, "org.varlink.service.X");
}

TEST(VarlinkReply, AnErrorInsideTheParametersIsNone) {
  const auto parsed =
      parse_varlink_reply("{\"parameters\":{\"error\":\"inner\",\"list\":[{\"error\":\"x\"}]}}");

  ASSERT_TRUE(parsed.has_value());
  EXPECT_FALSE(parsed->has_value());
}

TEST(VarlinkReply, ATextMayHoldQuotesAndBraces) {
  const auto parsed = parse_varlink_reply("{\"a\":\"}\\\"{\\\\\",\"error\":\"real\"}");

  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, "real");
}

TEST(VarlinkReply, WhatIsNoReplyIsRefused) {
  for (const char* const reply : {"", "x", "{", "[]", "{\"error", "{\"error\":}", "{\"error\":1}",
                                  "{\"error\":\"unfinished}"})
    EXPECT_FALSE(parse_varlink_reply(reply).has_value()) << reply;
}

TEST(VarlinkCall, NobodyThereIsAnError) {
  EXPECT_FALSE(call_varlink("/nonexistent/socket", "a.b.C", 1'000'000).has_value());
  EXPECT_FALSE(call_varlink("/" + std::string(200, 'x'), "a.b.C", 1'000'000).has_value());
}

}  // namespace
}  // namespace logq::cli
