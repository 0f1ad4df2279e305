// The conversation on the control socket without its socket: order, privileges, limits.
#include "collect/control_session.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/limits.h"
#include "support/varlink_peer.h"

namespace logq::collect {
namespace {

using test::varlink_call;
using testing::HasSubstr;

constexpr const char* kSessionDone = "{\"parameters\":{}}";
constexpr const char* kDenied =
    "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}";

// A session over deeds that only note what was asked for.
class Conversation : public ::testing::Test {
 protected:
  ControlMethods::Deeds deeds() {
    ControlMethods::Deeds deeds;
    deeds.synchronize = [this](auto done) { syncs_.push_back(std::move(done)); };
    deeds.rotate = [this] { return ++rotations_, rotate_result_; };
    deeds.flush = [this] { return ++flushes_, Result<void>(); };
    deeds.relinquish = [this] { return ++relinquished_, Result<void>(); };
    deeds.status = [] { return "{\"x\":1}"; };
    deeds.version = "1.2.3";
    deeds.in_namespace = in_namespace_;
    return deeds;
  }
  void begin(bool privileged = true) {
    methods_.emplace(deeds());
    session_.emplace(*methods_, privileged,
                     [this](std::string message) { session_->answered(std::move(message)); });
  }
  // What is said to these bytes, NULs as newlines, until an answer has to be waited for.
  std::string say(std::string_view bytes) {
    session_->received(bytes);
    return take_answers();
  }
  std::string take_answers() {
    std::string said;
    for (bool more = true; more;) {
      said += session_->output();
      session_->taken(session_->output().size());
      more = session_->has_call();
      if (more) session_->answer_call();
    }
    for (char& c : said)
      c = c == '\0' ? '\n' : c;
    return said;
  }
  std::string ask(std::string_view method, std::string_view parameters = "{}") {
    std::string answer = say(varlink_call(method, parameters));
    if (answer.ends_with('\n')) answer.pop_back();
    return answer;
  }

  bool in_namespace_ = false;
  Result<void> rotate_result_;
  std::vector<std::function<void(const Result<void>&)>> syncs_;
  int rotations_ = 0;
  int flushes_ = 0;
  int relinquished_ = 0;
  std::optional<ControlMethods> methods_;
  std::optional<ControlSession> session_;
};

TEST_F(Conversation, DeedsAreDoneAndAnswered) {
  begin();

  EXPECT_EQ(ask("io.systemd.Journal.Rotate"), kSessionDone);
  EXPECT_EQ(ask("io.systemd.Journal.FlushToVar"), kSessionDone);
  EXPECT_EQ(ask("io.systemd.Journal.RelinquishVar"), kSessionDone);
  EXPECT_EQ(ask("io.logq.Collector.Status"), "{\"parameters\":{\"x\":1}}");
  EXPECT_EQ(rotations_, 1);
  EXPECT_EQ(flushes_, 1);
  EXPECT_EQ(relinquished_, 1);
}

TEST_F(Conversation, ASyncIsAnsweredWhenItIsDoneAndNothingBefore) {
  begin();
  const std::string sync = varlink_call("io.systemd.Journal.Synchronize");

  EXPECT_EQ(say(sync + varlink_call("io.systemd.Journal.Rotate")), "");
  EXPECT_FALSE(session_->wants_input());
  EXPECT_EQ(rotations_, 0);
  ASSERT_EQ(syncs_.size(), 1U);
  syncs_[0]({});

  EXPECT_EQ(take_answers(), std::string(kSessionDone) + "\n" + kSessionDone + "\n");
  EXPECT_EQ(rotations_, 1);
}

TEST_F(Conversation, AFailedDeedSaysWhy) {
  begin();
  rotate_result_ = fail(Error::system(ENOSPC, "fallocate"));

  EXPECT_THAT(ask("io.systemd.Journal.Rotate"), HasSubstr("\"errno\":28,\"errnoName\":\"ENOSPC\""));
  EXPECT_EQ(ask("io.systemd.Journal.Synchronize"), "");
  syncs_[0](fail(Error::make(Errc::kCorrupt, "file")));
  EXPECT_THAT(take_answers(), HasSubstr("\"error\":\"io.systemd.System\""));
}

TEST_F(Conversation, StrangersMaySyncAndLook) {
  begin(false);

  EXPECT_EQ(ask("io.systemd.Journal.Rotate"), kDenied);
  EXPECT_EQ(ask("io.systemd.Journal.FlushToVar"), kDenied);
  EXPECT_EQ(ask("io.systemd.Journal.RelinquishVar"), kDenied);
  EXPECT_EQ(ask("io.systemd.Journal.Synchronize", "{\"offline\":true}"), kDenied);
  EXPECT_EQ(rotations_ + flushes_ + relinquished_, 0);
  EXPECT_TRUE(syncs_.empty());
  EXPECT_EQ(ask("io.logq.Collector.Status"), "{\"parameters\":{\"x\":1}}");
  EXPECT_EQ(ask("io.systemd.Journal.Synchronize", "{\"offline\":false}"), "");
  EXPECT_EQ(syncs_.size(), 1U);
}

TEST_F(Conversation, ANamespaceHasNothingToFlush) {
  in_namespace_ = true;
  begin();

  for (const char* const method : {"FlushToVar", "RelinquishVar"})
    EXPECT_EQ(ask(std::string("io.systemd.Journal.") + method),
              "{\"error\":\"io.systemd.Journal.NotSupportedByNamespaces\",\"parameters\":{}}");
  EXPECT_EQ(flushes_ + relinquished_, 0);
  EXPECT_EQ(ask("io.systemd.Journal.Rotate"), kSessionDone);
}

TEST_F(Conversation, UnknownParametersAndMethodsAreNamed) {
  begin();

  for (const char* const method :
       {"io.systemd.Journal.Rotate", "io.systemd.Journal.Synchronize",
        "io.systemd.Journal.FlushToVar", "io.logq.Collector.Status", "org.varlink.service.GetInfo",
        "org.varlink.service.GetInterfaceDescription"})
    EXPECT_EQ(ask(method, "{\"x\":1,\"y\":2}"),
              "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":"
              "\"x\"}}")
        << method;
  EXPECT_THAT(ask("io.systemd.Journal.Nope"), HasSubstr("service.MethodNotFound"));
  EXPECT_EQ(rotations_, 0);
}

TEST_F(Conversation, DescribesItsInterfaces) {
  begin();

  const std::string info = ask("org.varlink.service.GetInfo");
  EXPECT_THAT(info, HasSubstr("\"version\":\"1.2.3\""));
  for (const char* const name :
       {"io.systemd.Journal", "io.logq.Collector", "org.varlink.service"}) {
    EXPECT_THAT(info, HasSubstr(name));
    EXPECT_THAT(ask("org.varlink.service.GetInterfaceDescription",
                    "{\"interface\":\"" + std::string(name) + "\"}"),
                HasSubstr(std::string("\\ninterface ") + name + "\\n"));
  }
  EXPECT_THAT(ask("org.varlink.service.GetInterfaceDescription", "{\"interface\":\"a.b\"}"),
              HasSubstr("service.InterfaceNotFound"));
  EXPECT_THAT(ask("org.varlink.service.GetInterfaceDescription"), HasSubstr("InvalidParameter"));
}

TEST_F(Conversation, OneWayCallsAreDoneWithoutAnAnswer) {
  begin();
  const std::string rotate(R"({"method":"io.systemd.Journal.Rotate","oneway":true})");
  const std::string nope(R"({"method":"a.b.C","oneway":true})");

  EXPECT_EQ(say(rotate + '\0' + nope + '\0' + varlink_call("io.systemd.Journal.Rotate")),
            std::string(kSessionDone) + "\n");
  EXPECT_EQ(rotations_, 2);
}

TEST_F(Conversation, CallsMayComeInPieces) {
  begin();

  std::string said;
  for (const char c : varlink_call("io.systemd.Journal.Rotate"))
    said += say({&c, 1});

  EXPECT_EQ(said, std::string(kSessionDone) + "\n");
}

TEST_F(Conversation, AnswersWhatCameBeforeGarbageAndIsOver) {
  begin();

  EXPECT_EQ(say(varlink_call("io.systemd.Journal.Rotate") + std::string("garbage\0", 8) +
                varlink_call("io.systemd.Journal.Rotate")),
            std::string(kSessionDone) + "\n");
  EXPECT_TRUE(session_->is_over());
  EXPECT_EQ(rotations_, 1);
}

TEST_F(Conversation, ACallWithoutAnEndIsGivenUpAtTheLimit) {
  begin();
  const std::string chunk(4096, 'x');

  for (std::size_t sent = 0; sent < kControlMessageMax; sent += chunk.size()) {
    ASSERT_TRUE(session_->wants_input()) << sent;
    session_->received(chunk);
  }
  session_->received("x");

  EXPECT_TRUE(session_->is_over());
}

TEST_F(Conversation, WhoSendsNoMoreIsStillAnswered) {
  begin();
  session_->received(varlink_call("io.systemd.Journal.Rotate") + "{\"me");
  session_->input_ended();

  EXPECT_FALSE(session_->is_over());
  EXPECT_EQ(take_answers(), std::string(kSessionDone) + "\n");
  EXPECT_TRUE(session_->is_over());
}

TEST_F(Conversation, NothingIsLookedAtWhileAnAnswerWaitsToBeSent) {
  begin();
  session_->received(varlink_call("io.systemd.Journal.Rotate") +
                     varlink_call("io.systemd.Journal.Rotate"));
  session_->answer_call();

  EXPECT_FALSE(session_->has_call());
  EXPECT_FALSE(session_->wants_input());
  EXPECT_EQ(rotations_, 1);
}

}  // namespace
}  // namespace logq::collect
