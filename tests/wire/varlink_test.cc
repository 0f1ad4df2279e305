// Varlink messages: which calls and replies are understood, and which are none. What is a call was
// found out by asking systemd-journald 252 (tests/integration/control_differential_test.cc).
#include "wire/varlink.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

TEST(VarlinkCall, HasAMethodAndPerhapsParameters) {
  const std::string message = R"({"method":"a.b.C","parameters":{"x":1},"more":true})";
  const auto call = parse_varlink_call(message);

  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->method, "a.b.C");
  EXPECT_EQ(call->parameters->text(), "{\"x\":1}");
  EXPECT_TRUE(call->more);
  EXPECT_FALSE(call->one_way);
}

TEST(VarlinkCall, ParametersMayBeMissingOrNull) {
  for (const char* const message :
       {R"({"method":"m"})", R"({"method":"m","parameters":null})", " {\"method\":\"m\"}\n"})
    EXPECT_FALSE(parse_varlink_call(message)->parameters.has_value()) << message;
}

TEST(VarlinkCall, WhatIsNoneIsRefused) {
  for (const char* const message : {"",
                                    "garbage",
                                    "{}",
                                    "[]",
                                    "null",
                                    "1",
                                    R"({"method":1})",
                                    R"({"method":null})",
                                    R"({"parameters":{}})",
                                    R"({"error":"a.b.C"})",
                                    R"({"method":"m","extra":1})",
                                    R"({"method":"m","upgrade":true})",
                                    R"({"method":"m","method":"m"})",
                                    R"({"method":"m","parameters":[]})",
                                    R"({"method":"m","parameters":"x"})",
                                    R"({"method":"m","parameters":{},"parameters":{}})",
                                    R"({"method":"m","parameters":null,"parameters":{}})",
                                    R"({"method":"m","more":1})",
                                    R"({"method":"m","oneway":null})",
                                    R"({"method":"m","oneway":true,"more":true})",
                                    R"({"method":"m","more":true,"oneway":false})",
                                    R"({"method":"m"}x)"})
    EXPECT_FALSE(parse_varlink_call(message).has_value()) << message;
}

TEST(VarlinkCall, AFlagThatIsOffMayBeFollowedByAnother) {
  EXPECT_TRUE(parse_varlink_call(R"({"oneway":false,"more":true,"method":"m"})")->more);
  EXPECT_TRUE(parse_varlink_call(R"({"more":false,"oneway":true,"method":"m"})")->one_way);
}

TEST(VarlinkReply, WithoutAnErrorTheCallWasCarriedOut) {
  for (const char* const message : {"{}", "{\"parameters\":{}}", " { \"parameters\" : { } }"}) {
    const auto reply = parse_varlink_reply(message);
    ASSERT_TRUE(reply.has_value()) << message;
    EXPECT_EQ(reply->error, "") << message;
  }
}

TEST(VarlinkReply, NamesItsError) {
  const std::string message =
      R"({"parameters":{"error":"inner","list":[{"error":"x"}]},"error" : "org.varlink.X"})";
  const auto reply = parse_varlink_reply(message);

  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->error, "org.varlink.X");
  EXPECT_EQ(reply->parameters->member("error")->string(), "inner");
}

TEST(VarlinkReply, AnErrorInsideTheParametersIsNone) {
  EXPECT_EQ(parse_varlink_reply(R"({"parameters":{"error":"inner"}})")->error, "");
}

TEST(VarlinkReply, WhatIsNoneIsRefused) {
  for (const char* const message : {"", "x", "{", "[]", "{\"error", "{\"error\":}", "{\"error\":1}",
                                    "{\"error\":\"\"}", "{\"error\":\"unfinished}"})
    EXPECT_FALSE(parse_varlink_reply(message).has_value()) << message;
}

TEST(Varlink, MessagesEndInANul) {
  EXPECT_EQ(encode_varlink_reply(), std::string("{\"parameters\":{}}\0", 18));
  EXPECT_EQ(encode_varlink_call("a.b"),
            std::string("{\"method\":\"a.b\",\"parameters\":{}}\0", 33));
}

TEST(Varlink, ErrorsSayWhatTheyAreAbout) {
  EXPECT_STREQ(varlink_method_not_found("a\"\n").c_str(),
               R"({"error":"org.varlink.service.MethodNotFound","parameters":{"method":"a\"\n"}})");
  EXPECT_STREQ(
      varlink_invalid_parameter("p").c_str(),
      R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"p"}})");
  EXPECT_STREQ(varlink_permission_denied().c_str(),
               R"({"error":"org.varlink.service.PermissionDenied","parameters":{}})");
  EXPECT_STREQ(
      varlink_system_error(EIO).c_str(),
      R"({"error":"io.systemd.System","parameters":{"origin":"linux","errno":5,"errnoName":"EIO"}})");
}

TEST(Varlink, WhatIsEncodedIsUnderstood) {
  const std::string call = encode_varlink_call("a.b.C", "{\"x\":[1]}");
  const auto parsed = parse_varlink_call(std::string_view(call).substr(0, call.size() - 1));
  const std::string error = varlink_interface_not_found("i.j");
  const auto reply = parse_varlink_reply(std::string_view(error).substr(0, error.size() - 1));

  EXPECT_EQ(parsed->method, "a.b.C");
  EXPECT_EQ(parsed->parameters->text(), "{\"x\":[1]}");
  EXPECT_EQ(reply->error, "org.varlink.service.InterfaceNotFound");
  EXPECT_EQ(reply->parameters->member("interface")->string(), "i.j");
}

}  // namespace
}  // namespace logq::wire
