#include "logq/sd_journal.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include <gtest/gtest.h>

#include "client/datagram_server.h"
#include "support/allocation_count.h"
#include "support/temp_dir.h"

namespace logq {
namespace {

using namespace std::string_view_literals;
using test::DatagramServer;
using test::value_of;
using test::values_of;

// The functions share one transport in a process, which finds its socket by the environment, once.
// Each test has a process of its own (ctest), and where it has not, the same directory.
class SdJournalTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<test::TempDir>();
    ::setenv("LOGQ_SOCKET", (directory_->path() + "/socket").c_str(), 1);
  }
  static void TearDownTestSuite() { directory_.reset(); }
  static iovec field(std::string_view text) {
    return {const_cast<char*>(text.data()), text.size()};  // NOLINT: what an iovec needs
  }

  static std::unique_ptr<test::TempDir> directory_;
  DatagramServer server_{directory_->path() + "/socket"};
};
std::unique_ptr<test::TempDir> SdJournalTest::directory_;

TEST_F(SdJournalTest, PrintSendsMessagePriorityAndWhereItWasCalled) {
  const auto line = std::to_string(__LINE__ + 1);
  EXPECT_EQ(logq_journal_print(LOG_WARNING, "port %d of %s \n", 80, "host"), 0);

  const auto entry = server_.receive().value();
  EXPECT_EQ(value_of(entry, "MESSAGE"), "port 80 of host");
  EXPECT_EQ(value_of(entry, "PRIORITY"), "4");
  EXPECT_EQ(value_of(entry, "CODE_FILE"), __FILE__);
  EXPECT_EQ(value_of(entry, "CODE_LINE"), line);
  EXPECT_EQ(value_of(entry, "CODE_FUNC"), "TestBody");
  EXPECT_EQ(value_of(entry, "SYSLOG_IDENTIFIER"), program_invocation_short_name);
}

TEST_F(SdJournalTest, ALongMessageIsNotCutOff) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(logq_journal_print(LOG_INFO, "%s", text.c_str()), 0);

  EXPECT_EQ(value_of(server_.receive().value(), "MESSAGE"), text);
}

TEST_F(SdJournalTest, SendTakesArgumentsOfEveryKindBetweenItsFormats) {
  EXPECT_EQ(logq_journal_send("A=%d %s %c %hhd", 1, "two", 'c', 4, "B=%lld %f %Lf", 5LL, 6.5, 7.5L,
                              "C=%*.*f %p %%", 8, 2, 9.0, nullptr, "D=%zu %ls", sizeof(int), L"w",
                              "E=end\n\n", nullptr),
            0);

  const auto entry = server_.receive().value();
  EXPECT_EQ(value_of(entry, "A"), "1 two c 4");
  EXPECT_EQ(value_of(entry, "B"), "5 6.500000 7.500000");
  EXPECT_EQ(value_of(entry, "C"), "    9.00 (nil) %");
  EXPECT_EQ(value_of(entry, "D"), "4 w");
  EXPECT_EQ(value_of(entry, "E"), "end");
}

TEST_F(SdJournalTest, SendOfManyArgumentsKeepsItsPlace) {
  EXPECT_EQ(logq_journal_send(
                "A=%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d", 1, 2,
                3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0,
                1, 2, 3, 4, 5, 6, "B=%s", "b", nullptr),
            0);

  const auto entry = server_.receive().value();
  EXPECT_EQ(value_of(entry, "A"), "123456789012345678901234567890123456");
  EXPECT_EQ(value_of(entry, "B"), "b");
}

TEST_F(SdJournalTest, SendvTakesAnyBytesOfTheValue) {
  const iovec fields[] = {field("MESSAGE=two\nlines\0and a NUL \n"sv), field("EMPTY="),
                          field("SYSLOG_IDENTIFIER=mine")};
  EXPECT_EQ(logq_journal_sendv(fields, 3), 0);

  const auto entry = server_.receive().value();
  EXPECT_EQ(value_of(entry, "MESSAGE"), "two\nlines\0and a NUL \n"sv);
  EXPECT_EQ(value_of(entry, "EMPTY"), "");
  EXPECT_EQ(values_of(entry, "SYSLOG_IDENTIFIER"), std::vector<std::string>{"mine"});
}

TEST_F(SdJournalTest, PerrorTellsErrnoAndKeepsIt) {
  errno = ENOENT;
  EXPECT_EQ(logq_journal_perror("open"), 0);
  EXPECT_EQ(errno, ENOENT);

  const auto entry = server_.receive().value();
  EXPECT_EQ(value_of(entry, "MESSAGE"), "open: No such file or directory");
  EXPECT_EQ(value_of(entry, "ERRNO"), "2");
  EXPECT_EQ(value_of(entry, "PRIORITY"), "3");
}

TEST_F(SdJournalTest, EveryFormatSeesTheCallersErrno) {
  const std::string text(1000, 'x');
  errno = ENOENT;
  EXPECT_EQ(logq_journal_send("A=%s", text.c_str(), "B=%m", nullptr), 0);
  EXPECT_EQ(errno, ENOENT);

  EXPECT_EQ(value_of(server_.receive().value(), "B"), "No such file or directory");
}

TEST_F(SdJournalTest, WithoutASocketNothingIsDoneAndThatIsNoError) {
  ::unlink(server_.path().c_str());
  EXPECT_EQ(logq_journal_print(LOG_INFO, "lost"), 0);
}

TEST_F(SdJournalTest, ASocketThatNobodyReadsIsAnError) {
  server_.stop();
  EXPECT_EQ(logq_journal_print(LOG_INFO, "lost"), -ECONNREFUSED);
}

TEST_F(SdJournalTest, ACallAllocatesNothingAfterWarmUp) {
  logq_journal_send("MESSAGE=%s", "a message of usual length", "USER_ID=%d", 42, nullptr);
  const auto before = test::allocation_count();
  logq_journal_send("MESSAGE=%s", "a message of usual length", "USER_ID=%d", 42, nullptr);
  logq_journal_print(LOG_INFO, "%d", 42);

  EXPECT_EQ(test::allocation_count() - before, 0U);
}

TEST_F(SdJournalTest, ThreadsThatBeginAtOnceAllGetTheirEntriesThrough) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 20;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([] {
      for (int call = 0; call < kCalls; ++call)
        EXPECT_EQ(logq_journal_print(LOG_INFO, "%d", call), 0);
    });
  }
  int received = 0;
  while (received < kThreads * kCalls && server_.receive())
    ++received;
  for (std::thread& thread : threads)
    thread.join();

  EXPECT_EQ(received, kThreads * kCalls);
}

TEST_F(SdJournalTest, TheChildOfAForkLogsToo) {
  logq_journal_print(LOG_INFO, "parent");
  const pid_t child = ::fork();
  if (child == 0) ::_exit(logq_journal_print(LOG_INFO, "child"));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);

  EXPECT_EQ(status, 0);
  EXPECT_EQ(value_of(server_.receive().value(), "MESSAGE"), "parent");
  EXPECT_EQ(value_of(server_.receive().value(), "MESSAGE"), "child");
}

}  // namespace
}  // namespace logq
