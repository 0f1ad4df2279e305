// 100,000 entries with realistic fields through logqd and over ten rotations, checked by the stock
// tools and against our own reader.
#include <charconv>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

constexpr int kEntries = 100'000;
constexpr int kRotations = 10;

Fields realistic_fields(int i) {
  const std::string number = std::to_string(i);
  return {{"MESSAGE", "GET /api/v1/orders/" + number + " took " + std::to_string(i % 977) + " ms"},
          {"PRIORITY", std::to_string(i % 8)},
          {"SYSLOG_IDENTIFIER", i % 3 == 0 ? "frontend" : "backend"},
          {"CODE_FILE", "orders.cc"},
          {"CODE_LINE", std::to_string(100 + i % 40)},
          {"CODE_FUNC", "handle_request"},
          {"REQUEST_ID", "req-" + number},
          {"STACK", i % 1000 == 0 ? std::string(2000, 's') + "\n" + number : "none"}};
}

void send_with_rotations(const PrivateLogqd& logqd) {
  NativeSender sender(logqd.native_socket());
  for (int i = 0; i < kEntries; ++i) {
    sender.send(realistic_fields(i));
    if (i % (kEntries / kRotations) == kEntries / kRotations - 1) {
      logqd.sync();
      logqd.rotate();
    }
  }
}

// Our exports carry __SEQNUM and __SEQNUM_ID, as journalctl's do since 254; 252 lacks them.
std::string without_seqnum_lines(const std::string& text) {
  std::string kept;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    if (text.compare(begin, 8, "__SEQNUM") != 0) kept.append(text, begin, end - begin);
    begin = end;
  }
  return kept;
}

class HundredThousandEntries : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    logqd = new PrivateLogqd;
    send_with_rotations(*logqd);
    stopped = logqd->stop();
  }
  static void TearDownTestSuite() { delete logqd; }

  static inline PrivateLogqd* logqd = nullptr;
  static inline CommandResult stopped;
};

TEST_F(HundredThousandEntries, AreStoredInElevenFilesAndTheCollectorStopsCleanly) {
  EXPECT_EQ(stopped.status, 0) << stopped.err;
  int journals = 0;
  for (const auto& file : std::filesystem::directory_iterator(logqd->storage_dir())) {
    journals += file.path().extension() == ".journal" ? 1 : 0;
  }
  EXPECT_EQ(journals, kRotations + 1);
}

TEST_F(HundredThousandEntries, PassStockVerify) {
  const CommandResult verify = logqd->read("journalctl", {"--verify", "-q"});

  EXPECT_EQ(verify.status, 0) << verify.out << verify.err;
}

TEST_F(HundredThousandEntries, ExportTheSameFromJournalctlAndLogq) {
  const CommandResult stock = logqd->read("journalctl", {"-o", "export", "-q"});
  const CommandResult ours = logqd->read("logq", {"-o", "export", "-q"});

  ASSERT_EQ(stock.status, 0) << stock.err;
  ASSERT_EQ(ours.status, 0) << ours.err;
  EXPECT_TRUE(stock.out == without_seqnum_lines(ours.out))
      << "journalctl printed " << stock.out.size() << " bytes, logq " << ours.out.size();
}

TEST_F(HundredThousandEntries, AreNumberedWithoutAGap) {
  const CommandResult ours = logqd->read("logq", {"-o", "export", "-q"});

  std::uint64_t previous = 0;
  std::uint64_t client_entries = 0;
  for (const JournalFields& entry : parse_export(ours.out)) {
    const std::uint64_t seqnum = std::stoull(entry.at("__SEQNUM"));
    ASSERT_EQ(seqnum, previous + 1);
    previous = seqnum;
    if (entry.contains("REQUEST_ID")) {
      ASSERT_EQ(entry.at("REQUEST_ID"), "req-" + std::to_string(client_entries++));
    }
  }
  EXPECT_EQ(client_entries, static_cast<std::uint64_t>(kEntries));
}

}  // namespace
}  // namespace logq::test
