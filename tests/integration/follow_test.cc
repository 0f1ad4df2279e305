// journalctl -f and logq -f watch the same directory while logqd writes and rotates.
#include <signal.h>

#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "support/native_sender.h"
#include "support/private_logqd.h"

namespace logq::test {
namespace {

constexpr int kEntries = 20'000;
constexpr int kRotations = 10;

std::unique_ptr<ChildProcess> follow(const PrivateLogqd& logqd, const std::string& program) {
  return std::make_unique<ChildProcess>(
      Command{{program == "logq" ? built_program("logq") : program, "-D", logqd.storage_dir(), "-f",
               "-q", "-o", "cat", "SYSLOG_IDENTIFIER=counter"},
              {},
              {}});
}

// "" when `text` is the lines 0 to kEntries-1 in order, else what is wrong.
std::string first_disorder(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  for (int expected = 0; expected < kEntries; ++expected) {
    if (!std::getline(lines, line)) return "ends before " + std::to_string(expected);
    if (line != std::to_string(expected)) {
      return "has " + line + " in place of " + std::to_string(expected);
    }
  }
  return std::getline(lines, line) ? "goes on with " + line : "";
}

void send_number(NativeSender& sender, int number) {
  sender.send({{"MESSAGE", std::to_string(number)}, {"SYSLOG_IDENTIFIER", "counter"}});
}

TEST(Follow, MissesNothingAndRepeatsNothingOverTenRotations) {
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  send_number(sender, 0);
  logqd.sync();
  const auto ours = follow(logqd, "logq");
  const auto stock = follow(logqd, "journalctl");
  ASSERT_TRUE(wait_until([&] { return !ours->out().empty() && !stock->out().empty(); }));

  for (int number = 1; number < kEntries; ++number) {
    send_number(sender, number);
    if (number % (kEntries / kRotations) == 0) logqd.rotate();
  }
  const std::string last = "\n" + std::to_string(kEntries - 1) + "\n";
  wait_until([&] { return ours->out().ends_with(last) && stock->out().ends_with(last); });

  EXPECT_EQ(first_disorder(ours->out()), "") << "logq -f";
  EXPECT_EQ(first_disorder(stock->out()), "") << "journalctl -f";
}

TEST(Follow, EndsWithStatusZeroOnSigterm) {
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  send_number(sender, 0);
  logqd.sync();
  const auto ours = follow(logqd, "logq");
  ASSERT_TRUE(wait_until([&] { return !ours->out().empty(); }));

  ours->signal(SIGTERM);

  EXPECT_EQ(ours->wait().status, 0);
}

}  // namespace
}  // namespace logq::test
