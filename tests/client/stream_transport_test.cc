#include "client/stream_transport.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "client/fake_transport.h"
#include "client/fallback_transport.h"
#include "logq/logger.h"
#include "support/test_terminal.h"

namespace logq::client {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

Entry printed_entry(std::string_view message) {
  Entry entry;
  entry.message = message;
  return entry;
}

class StreamTransportTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }
  Logger logger(LineFormat format) {
    return Logger({.identifier = "app"},
                  make_stream_transport({.fd = writer_.get(), .format = format, .max_block = 5ms}));
  }
  std::string read_once() {
    std::string text(65536, '\0');
    const ssize_t size = ::read(reader_.get(), text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

  base::UniqueFd reader_;
  base::UniqueFd writer_;
};

TEST_F(StreamTransportTest, PrefixesEveryLineOfAMessage) {
  logger(LineFormat::kLevelPrefix).error("first\nsecond\n\nlast");

  EXPECT_EQ(read_once(), "<3>first\n<3>second\n<3>\n<3>last\n");
}

TEST_F(StreamTransportTest, AppendsFieldsQuotedWhereNeeded) {
  logger(LineFormat::kLevelPrefix)
      .info("m", field("PLAIN", 42), field("SPACED", "a b"), field("EMPTY", ""),
            field("ODD", "q\"\\\n\x01"sv));

  EXPECT_EQ(read_once(), "<6>m PLAIN=42 SPACED=\"a b\" EMPTY=\"\" ODD=\"q\\\"\\\\\\n\\x01\"\n");
}

TEST_F(StreamTransportTest, ANulDoesNotCutALine) {
  logger(LineFormat::kLevelPrefix).info("a\0b"sv);

  EXPECT_EQ(read_once(), "<6>a\\0b\n");
}

TEST_F(StreamTransportTest, WritesOneJsonObjectPerEntry) {
  logger(LineFormat::kJson).info("two\nlines", field("N", 1), field("RAW", "\xff"), field("N", 2));

  const std::string line = read_once();
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find(R"({"MESSAGE":"two\nlines","PRIORITY":"6","SYSLOG_IDENTIFIER":"app")"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find(R"("N":["1","2"])"), std::string::npos) << line;
  EXPECT_EQ(line.find("255") != std::string::npos, true) << line;
}

TEST_F(StreamTransportTest, WritesLogfmtWithTheTimeOfTheCall) {
  logger(LineFormat::kLogfmt).info("m", field("USER_ID", 42));

  const std::string line = read_once();
  EXPECT_TRUE(line.starts_with("time=20")) << line;
  EXPECT_NE(line.find("Z level=info msg=m syslog_identifier=app code_file="), std::string::npos);
  EXPECT_TRUE(line.ends_with(" user_id=42\n")) << line;
}

TEST_F(StreamTransportTest, PeopleHaveNoColoursInAPipe) {
  logger(LineFormat::kHuman).error("m", field("N", 1));

  const std::string line = read_once();
  EXPECT_TRUE(line.ends_with(" error  app: m N=1\n")) << line;
  EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
}

TEST(StreamTransport, PeopleHaveColoursOnATerminalUnlessTheyWantNone) {
  const test::TestTerminal terminal;
  const base::UniqueFd fd(::open(terminal.path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const auto text = [&] {
    Logger({.identifier = "app"},
           make_stream_transport({.fd = fd.get(), .format = LineFormat::kHuman}))
        .error("m");
    return terminal.read();
  };
  ::setenv("TERM", "xterm", 1);
  ::setenv("NO_COLOR", "", 1);
  EXPECT_NE(text().find("\x1b[1;31merror"), std::string::npos);

  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(text().find('\x1b'), std::string::npos);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  EXPECT_EQ(text().find('\x1b'), std::string::npos);
}

TEST_F(StreamTransportTest, AReaderThatDoesNotReadCostsAtMostThePolicysTime) {
  const Logger log = logger(LineFormat::kLevelPrefix);
  const std::string text(1000, 'x');

  SendStatus status = SendStatus::kSent;
  for (int i = 0; i < 1000 && status == SendStatus::kSent; ++i)
    status = log.info(text);

  EXPECT_EQ(status, SendStatus::kFull);
}

TEST_F(StreamTransportTest, AnEntryAfterATornOneBeginsOnItsOwnLine) {
  const Logger log = logger(LineFormat::kLevelPrefix);
  ASSERT_EQ(log.info(std::string(100'000, 'x')), SendStatus::kFull);  // a pipe holds 64 KiB
  read_once();

  ASSERT_EQ(log.info("whole"), SendStatus::kSent);

  EXPECT_EQ(read_once(),
            "\n<6>whole\n<4>1 message dropped MESSAGE_ID=4d1c0f3b9e624a558b7a21c6e0935d18 "
            "N_DROPPED=1 N_DROPPED_FULL=1 N_DROPPED_NO_COLLECTOR=0 "
            "N_DROPPED_TOO_LARGE=0 N_DROPPED_FAILED=0\n");
}

TEST_F(StreamTransportTest, ABrokenPipeIsAStatusAndNotASignal) {
  const Logger log = logger(LineFormat::kLevelPrefix);
  reader_.reset();

  EXPECT_EQ(log.info("x"), SendStatus::kNoCollector);
}

TEST_F(StreamTransportTest, AForkWhileAnotherThreadWritesLeavesTheChildATurn) {
  StreamTransport transport({.fd = writer_.get(), .max_block = 10s});
  constexpr std::size_t kSize = 300'000;  // far more than a pipe holds: the thread keeps its turn
  std::thread writer([&] {
    const std::string text(kSize - 4, 'x');
    transport.send(printed_entry(text));
  });
  std::size_t taken = read_once().size();

  const pid_t child = ::fork();
  if (child == 0) {
    while (taken < kSize)  // the parent's thread has its place; its turn is not in this process
      taken += read_once().size();
    ::_exit(transport.send(printed_entry("of the child")).status == SendStatus::kSent ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  writer.join();

  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_once(), "<6>of the child\n");
}

TEST_F(StreamTransportTest, KeepsWritingToItsOwnDuplicate) {
  const Logger log = logger(LineFormat::kLevelPrefix);
  writer_.reset();

  EXPECT_EQ(log.info("x"), SendStatus::kSent);
  EXPECT_EQ(read_once(), "<6>x\n");
}

TEST(FallbackTransport, ExplainsOnceAndThenWritesWhatTheCollectorCannotTake) {
  test::Recording primary;
  test::Recording fallback;
  primary.answers = {{SendStatus::kNoCollector, ENOENT}, {SendStatus::kFailed, EIO}};
  const Logger log({}, make_fallback_transport(std::make_unique<test::FakeTransport>(primary),
                                               std::make_unique<test::FakeTransport>(fallback)));

  EXPECT_EQ(log.info("a"), SendStatus::kFellBack);
  EXPECT_EQ(log.info("b"), SendStatus::kFellBack);
  EXPECT_EQ(log.info("c"), SendStatus::kSent);

  ASSERT_EQ(fallback.entries.size(), 3U);
  EXPECT_NE(test::value_of(fallback.entries[0], "MESSAGE").find("fake: refused"),
            std::string::npos);
  EXPECT_EQ(test::value_of(fallback.entries[1], "MESSAGE"), "a");
  EXPECT_EQ(test::value_of(fallback.entries[2], "MESSAGE"), "b");
  EXPECT_EQ(test::value_of(primary.entries.at(0), "MESSAGE"), "c");
  EXPECT_EQ(log.statistics().fell_back, 2U);
}

TEST(FallbackTransport, AFullQueueIsADropAndNotAnOutage) {
  test::Recording primary;
  test::Recording fallback;
  primary.answers = {{SendStatus::kFull, EAGAIN}};
  const Logger log({}, make_fallback_transport(std::make_unique<test::FakeTransport>(primary),
                                               std::make_unique<test::FakeTransport>(fallback)));

  EXPECT_EQ(log.info("a"), SendStatus::kFull);

  EXPECT_TRUE(fallback.entries.empty());
}

}  // namespace
}  // namespace logq::client
