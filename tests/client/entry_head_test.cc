// The part of an entry that a thread remembers is always that of the call.
#include "client/entry_head.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include "client/datagram_server.h"
#include "logq/logger.h"
#include "support/allocation_count.h"
#include "support/temp_dir.h"

namespace logq::client {
namespace {

using test::value_of;

class EntryHeadTest : public testing::Test {
 protected:
  // Always at the same line of source.
  static void log_here(const Logger& log, Priority priority = Priority::kInfo) {
    EXPECT_EQ(log.log(priority, "m"), SendStatus::kSent);
  }
  test::StoredFields received() { return server_.receive().value_or(test::StoredFields{}); }
  [[nodiscard]] LoggerOptions options(const std::string& identifier) const {
    return {.identifier = identifier, .socket_path = server_.path()};
  }

  test::TempDir dir_;
  test::DatagramServer server_{dir_.path() + "/socket"};
  const Logger log_{options("app")};
};

TEST_F(EntryHeadTest, FollowsThePriorityOfTheCall) {
  for (int round = 0; round < 16; ++round) {
    log_here(log_, static_cast<Priority>(round % 8));

    EXPECT_EQ(value_of(received(), "PRIORITY"), std::to_string(round % 8));
  }
}

TEST_F(EntryHeadTest, FollowsTheLoggerOfTheCallWhereverThatLies) {
  for (const char* const identifier : {"one", "two", "six", "ten"}) {
    log_here(Logger(options(identifier)));

    EXPECT_EQ(value_of(received(), "SYSLOG_IDENTIFIER"), identifier);
  }
}

TEST_F(EntryHeadTest, FollowsTheThreadOfTheCall) {
  for (int round = 0; round < 4; ++round) {
    std::string thread_id;
    std::thread([&] {
      thread_id = std::to_string(::gettid());
      log_here(log_);
      log_here(log_);
    }).join();
    log_here(log_);

    EXPECT_EQ(value_of(received(), "TID"), thread_id);
    EXPECT_EQ(value_of(received(), "TID"), thread_id);
    EXPECT_EQ(value_of(received(), "TID"), std::to_string(::gettid()));
  }
}

TEST_F(EntryHeadTest, IsThatOfTheChildAfterAFork) {
  log_here(log_);
  log_here(log_);
  const pid_t child = ::fork();
  if (child == 0) {
    log_here(log_);
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  log_here(log_);

  EXPECT_EQ(status, 0);
  EXPECT_EQ(value_of(received(), "TID"), std::to_string(::getpid()));
  EXPECT_EQ(value_of(received(), "TID"), std::to_string(::getpid()));
  EXPECT_EQ(value_of(received(), "TID"), std::to_string(child));
  EXPECT_EQ(value_of(received(), "TID"), std::to_string(::getpid()));
}

TEST_F(EntryHeadTest, IsMadeAnewAtTheEndOfAThread) {
  struct Last {
    const Logger* log = nullptr;
    ~Last() { log_here(*log); }
  };
  std::thread([&] {
    // Dies after what the first call makes for the thread.
    thread_local Last last;
    last.log = &log_;
    log_here(log_);
  }).join();

  EXPECT_EQ(value_of(received(), "SYSLOG_IDENTIFIER"), "app");
  EXPECT_EQ(value_of(received(), "SYSLOG_IDENTIFIER"), "app");
}

TEST_F(EntryHeadTest, TakesNoMemoryOnceAThreadHasLogged) {
  log_here(log_);

  const auto before = test::allocation_count();
  for (int i = 0; i < 8; ++i)
    log_here(log_, static_cast<Priority>(i));
  const auto made = test::allocation_count() - before;

  EXPECT_EQ(made, 0U);
}

#ifdef __GLIBCXX__
// What a std::source_location of this library points to.
struct PlaceInSource {
  const char* file;
  const char* function;
  unsigned line;
  unsigned column;
};

TEST_F(EntryHeadTest, FollowsTheLineOfTheCall) {
  for (unsigned line = 1; line < 100; ++line) {
    const PlaceInSource place{"a.cc", "int f()", line / 2, 1};
    const auto location = std::bit_cast<std::source_location>(&place);
    log_.log_fields(Priority::kInfo, Message("m", location), {});

    EXPECT_EQ(value_of(received(), "CODE_LINE"), std::to_string(line / 2));
  }
}

// When a library is unloaded another one may be loaded to its place.
TEST_F(EntryHeadTest, IsNotThatOfALibraryWhichWasAtTheSameAddress) {
  std::array<char, 16> file{};
  std::array<char, 16> function{};
  const PlaceInSource place{file.data(), function.data(), 7, 1};
  const auto location = std::bit_cast<std::source_location>(&place);
  constexpr std::array<std::array<const char*, 2>, 5> kTexts{{{"a.cc", "int f()"},
                                                              {"b.cc", "int f()"},
                                                              {"b.cc", "int g()"},
                                                              {"b.c", "int g()"},
                                                              {"", ""}}};
  for (const auto& texts : kTexts) {
    std::strcpy(file.data(), texts[0]);
    std::strcpy(function.data(), texts[1]);
    for (int i = 0; i < 2; ++i) {
      log_.log_fields(Priority::kInfo, Message("m", location), {});

      const auto entry = received();
      EXPECT_EQ(value_of(entry, "CODE_FILE"), *texts[0] == '\0' ? "(absent)" : texts[0]);
      EXPECT_EQ(value_of(entry, "CODE_FUNC"), *texts[1] == '\0' ? "(absent)" : texts[1]);
    }
  }
}
#endif

}  // namespace
}  // namespace logq::client
