// The functions of logq/sd_journal.h beside those of libsystemd: the same arguments, the same
// results and the same fields.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <stdarg.h>
#include <syslog.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include <gtest/gtest.h>
#include <systemd/sd-journal.h>

#include "client/private_journal_socket.h"
#include "logq/sd_journal.h"

// What no standard knows (%m) and what makes no sense is tried too.
#pragma GCC diagnostic ignored "-Wformat"

namespace logq {
namespace {

using namespace std::string_view_literals;
using test::DatagramServer;
using test::StoredFields;
using test::with_private_journal_socket;

constexpr const char* kFile = "CODE_FILE=a.c";
constexpr const char* kLine = "CODE_LINE=7";

struct Outcome {
  int result = 0;
  StoredFields fields;  // sorted; empty: nothing was sent

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend void PrintTo(const Outcome& outcome, std::ostream* out) {
    *out << outcome.result << " " << testing::PrintToString(outcome.fields);
  }
};

Outcome outcome_of(DatagramServer& server, const std::function<int()>& call) {
  errno = EPERM;
  Outcome outcome{call(), {}};
  EXPECT_EQ(errno, EPERM);
  if (server.is_empty()) return outcome;
  outcome.fields = server.receive().value_or(StoredFields{{"cannot be taken apart", ""}});
  std::sort(outcome.fields.begin(), outcome.fields.end());
  return outcome;
}

// One call by ours and by libsystemd's function.
#define EXPECT_SAME(server, function, ...)                                            \
  EXPECT_EQ(outcome_of(server, [&] { return logq_journal_##function(__VA_ARGS__); }), \
            outcome_of(server, [&] { return sd_journal_##function(__VA_ARGS__); }))   \
      << #function "(" #__VA_ARGS__ ")"

iovec field(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};  // NOLINT: what an iovec needs
}

TEST(SdJournalPeer, PrintsTheSame) {
  with_private_journal_socket([](DatagramServer& server) {
    const Outcome peers = outcome_of(server, [] { return sd_journal_print(LOG_INFO, "plain"); });
    EXPECT_EQ(peers.fields.size(), 3U);  // it does come here
    EXPECT_SAME(server, print, LOG_INFO, "plain");
    EXPECT_SAME(server, print, LOG_DEBUG, "%s %d %m", "text", 42);
    EXPECT_SAME(server, print, LOG_EMERG, " \tspace\n inside and behind \t\r\n\n ");
    EXPECT_SAME(server, print, LOG_INFO, "two\nlines");
    EXPECT_SAME(server, print, LOG_INFO, "form feed\f\v");
    EXPECT_SAME(server, print, LOG_INFO, "%s", "");
    EXPECT_SAME(server, print, LOG_INFO, " \n\t\r");
    EXPECT_SAME(server, print, LOG_INFO, "%s", "SYSLOG_IDENTIFIER=x");
    EXPECT_SAME(server, print, -1, "x");
    EXPECT_SAME(server, print, 8, "x");
    EXPECT_SAME(server, print, LOG_USER | LOG_INFO, "x");
  });
}

TEST(SdJournalPeer, PrintsTheSameWithALocation) {
  with_private_journal_socket([](DatagramServer& server) {
    EXPECT_SAME(server, print_with_location, LOG_INFO, kFile, kLine, "f", "x%dy", 1);
    EXPECT_SAME(server, print_with_location, LOG_INFO, kFile, kLine, "f", " ");
    EXPECT_SAME(server, print_with_location, LOG_INFO, kFile, kLine, "", "x");
    EXPECT_SAME(server, print_with_location, LOG_INFO, "no field", kLine, "f", "x");
    EXPECT_SAME(server, print_with_location, LOG_INFO, "CODE_FILE=a\nb", kLine, "f\ng", "x");
  });
}

TEST(SdJournalPeer, SendsTheSame) {
  with_private_journal_socket([](DatagramServer& server) {
    EXPECT_SAME(server, send, "MESSAGE=%s %d", "text", 42, "B=%s", "b", nullptr);
    EXPECT_SAME(server, send, "A=%lld %Lf %*d", 1LL, 2.0L, 5, 3, "B=%c", 'b', nullptr);
    EXPECT_SAME(server, send, "A= x \t\n", "B=\n\n", "C=a\nb\n", nullptr);
    EXPECT_SAME(server, send, "SYSLOG_IDENTIFIER=mine", "A=1", nullptr);
    EXPECT_SAME(server, send, "A=%m", "B=%m", nullptr);
    EXPECT_SAME(server, send, "lower=1", "_A=2", "1A=3", "A B=4", "A=5", nullptr);
    EXPECT_SAME(server, send, "A=1", "no field", nullptr);
    EXPECT_SAME(server, send, "A=1", "=2", nullptr);
    EXPECT_SAME(server, send, "A=1", "", nullptr);
    EXPECT_SAME(server, send, "A=1", "  ", nullptr);
    EXPECT_SAME(server, send, "A\nB=1", nullptr);
    EXPECT_SAME(server, send_with_location, kFile, kLine, "f", "A=%d", 1, "B=2", nullptr);
    EXPECT_SAME(server, send_with_location, kFile, kLine, "f", "A", nullptr);
  });
}

TEST(SdJournalPeer, SendsTheSameArrays) {
  with_private_journal_socket([](DatagramServer& server) {
    const std::vector<std::vector<iovec>> arrays = {
        {field("A=1"), field("MESSAGE=x")},
        {field("A=\0\n\xff \n"sv), field("EMPTY=")},
        {field("SYSLOG_IDENTIFIER="), field("SYSLOG_IDENTIFIER=b")},
        {field("SYSLOG_IDENTIFIERS=b")},
        {field("A"), field("B=1")},
        {field("AB"), field("B=1")},
        {field("=b")},
        {field("")},
        {field("A\n=b")},
        {field("A=1"), {nullptr, 5}},
        {field("=")},
        {field("A=")},
    };
    for (const auto& array : arrays) {
      const int count = static_cast<int>(array.size());
      EXPECT_SAME(server, sendv, array.data(), count) << testing::PrintToString(array.size());
      EXPECT_SAME(server, sendv_with_location, kFile, kLine, "f", array.data(), count);
    }
    EXPECT_SAME(server, sendv, arrays[0].data(), 0);
    EXPECT_SAME(server, sendv, arrays[0].data(), -1);
    EXPECT_SAME(server, sendv, nullptr, 1);
  });
}

TEST(SdJournalPeer, TellsErrorsTheSame) {
  with_private_journal_socket([](DatagramServer& server) {
    EXPECT_SAME(server, perror, "open");
    EXPECT_SAME(server, perror, "");
    EXPECT_SAME(server, perror, nullptr);
    EXPECT_SAME(server, perror, "two\nlines");
    EXPECT_SAME(server, perror_with_location, kFile, kLine, "f", "open");
  });
}

TEST(SdJournalPeer, WhatNeedsAMemoryFileIsTheSame) {
  with_private_journal_socket([](DatagramServer& server) {
    const std::string text = "A=" + std::string(std::size_t{20} << 20, 'x');
    const iovec large = field(text);
    EXPECT_SAME(server, sendv, &large, 1);
  });
}

TEST(SdJournalPeer, ACollectorThatIsNotThereIsTheSame) {
  with_private_journal_socket([](DatagramServer& server) {
    server.stop();
    EXPECT_EQ(logq_journal_print(LOG_INFO, "x"), sd_journal_print(LOG_INFO, "x"));
    ::unlink(server.path().c_str());
    EXPECT_EQ(logq_journal_print(LOG_INFO, "x"), sd_journal_print(LOG_INFO, "x"));
  });
}

}  // namespace
}  // namespace logq
