#include "client/backend_choice.h"

#include <gtest/gtest.h>

namespace logq::client {
namespace {

constexpr FileIdentity kStream{9, 54328};
constexpr FileIdentity kOther{9, 54329};

class BackendChoiceTest : public testing::Test {
 protected:
  BackendChoiceTest() {
    environment_.search.uid = 7;
    environment_.standard_output = kOther;
    environment_.standard_error = kOther;
    environment_.answers = [this](const SocketCandidate& candidate) {
      asked_.push_back(candidate.path);
      return candidate.path == listening_;
    };
  }
  [[nodiscard]] Backend choice(const std::string& path = "") const {
    return choose_backend(path, environment_);
  }

  BackendEnvironment environment_;
  std::string listening_;
  std::vector<std::string> asked_;
};

TEST_F(BackendChoiceTest, ASocketThatIsNamedWinsEvenOnATerminal) {
  environment_.error_is_terminal = true;

  EXPECT_EQ(choice("/from/option"), Backend::kNative);
  environment_.search.logq_socket = "/from/environment";
  EXPECT_EQ(choice(), Backend::kNative);
  EXPECT_TRUE(asked_.empty());  // whether it answers is not asked: nothing else may be tried
}

TEST_F(BackendChoiceTest, ATerminalGetsLinesForPeopleEvenWhereACollectorAnswers) {
  environment_.error_is_terminal = true;
  listening_ = environment_.search.system_socket;

  EXPECT_EQ(choice(), Backend::kStderrHuman);
}

TEST_F(BackendChoiceTest, ATerminalThatIsTheJournalsStreamIsNone) {
  environment_.error_is_terminal = true;
  environment_.journal_stream = "9:54328";
  environment_.standard_error = kStream;

  EXPECT_EQ(choice(), Backend::kNative);
}

TEST_F(BackendChoiceTest, AServiceIsKnownByEitherOfItsOutputs) {
  environment_.journal_stream = "9:54328";
  EXPECT_EQ(choice(), Backend::kStdoutLines);

  environment_.standard_output = kStream;
  EXPECT_EQ(choice(), Backend::kNative);
  environment_.standard_output = std::nullopt;
  environment_.standard_error = kStream;
  EXPECT_EQ(choice(), Backend::kNative);
}

TEST_F(BackendChoiceTest, ACollectorThatAnswersAtAUsualSocketIsTaken) {
  listening_ = "/tmp/logq-7/socket";

  EXPECT_EQ(choice(), Backend::kNative);
  EXPECT_EQ(asked_,
            (std::vector<std::string>{"/run/systemd/journal/socket", "/tmp/logq-7/socket"}));
}

TEST_F(BackendChoiceTest, WithoutACollectorThereAreLinesOnStandardOutput) {
  EXPECT_EQ(choice(), Backend::kStdoutLines);
  environment_.standard_output = std::nullopt;
  EXPECT_EQ(choice(), Backend::kStdoutLines);
}

TEST_F(BackendChoiceTest, AMisshapenJournalStreamNamesNothing) {
  for (const char* text : {"", ":", "9", "9:", ":54328", "9:54328 ", " 9:54328", "A:B", "9:0x1",
                           "-9:54328", "9:54328:1", "9:99999999999999999999999"}) {
    EXPECT_EQ(parse_journal_stream(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_journal_stream("9:54328"), kStream);
}

}  // namespace
}  // namespace logq::client
