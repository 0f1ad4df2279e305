// journalctl -f and logq -f watch the same directory while logqd writes and rotates.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

constexpr int kFollowedEntries = 20'000;
constexpr int kFollowedRotations = 10;

std::unique_ptr<ChildProcess> follow(const PrivateLogqd& logqd, const std::string& program) {
  return std::make_unique<ChildProcess>(
      Command{{program == "logq" ? built_program("logq") : program, "-D", logqd.storage_dir(), "-f",
               "-q", "-o", "cat", "SYSLOG_IDENTIFIER=counter"},
              {},
              {}});
}

// "" when `text` is the lines 0 to kFollowedEntries-1 in order, else what is wrong.
std::string first_disorder(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  for (int expected = 0; expected < kFollowedEntries; ++expected) {
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

  for (int number = 1; number < kFollowedEntries; ++number) {
    send_number(sender, number);
    if (number % (kFollowedEntries / kFollowedRotations) == 0) logqd.rotate();
  }
  const std::string last = "\n" + std::to_string(kFollowedEntries - 1) + "\n";
  wait_until([&] { return ours->out().ends_with(last) && stock->out().ends_with(last); });

  EXPECT_EQ(first_disorder(ours->out()), "") << "logq -f";
  EXPECT_EQ(first_disorder(stock->out()), "") << "journalctl -f";
}

// logq -f in several forms, each of which shows all numbers.
class Followers {
 public:
  explicit Followers(const std::string& directory) {
    const std::vector<std::vector<std::string>> forms = {{"-o", "cat", "-g", "[0-9]"},
                                                         {"-o", "cat", "--where", "MESSAGE >= 0"},
                                                         {"-o", "cat", "-g", "0$", "-C", "10"},
                                                         {"-o", "json", "--output-fields=MESSAGE"}};
    for (const auto& form : forms) {
      Command command{
          {built_program("logq"), "-D", directory, "-f", "-q", "SYSLOG_IDENTIFIER=counter"},
          {},
          {}};
      command.argv.insert(command.argv.end(), form.begin(), form.end());
      processes_.push_back(std::make_unique<ChildProcess>(command));
    }
  }

  [[nodiscard]] bool show(int number) const {
    return wait_until([&] {
      return std::all_of(processes_.begin(), processes_.end(), [number](const auto& process) {
        return ("\n" + numbers(*process)).find("\n" + std::to_string(number) + "\n") !=
               std::string::npos;
      });
    });
  }
  void signal(int signal_number) const {
    for (const auto& process : processes_)
      process->signal(signal_number);
  }
  void expect_numbers_until(int end) const {
    std::string expected;
    for (int number = 0; number < end; ++number)
      expected += std::to_string(number) + "\n";
    EXPECT_TRUE(show(end - 1));
    for (const auto& process : processes_) {
      const std::string shown = numbers(*process);
      const auto differs =
          std::mismatch(expected.begin(), expected.end(), shown.begin(), shown.end());
      EXPECT_TRUE(shown == expected)
          << "behind " << std::string(expected.begin(), differs.first).size() << " bytes";
      EXPECT_EQ(process->err(), "");
    }
  }

 private:
  // What it has shown, as lines of the number alone.
  static std::string numbers(const ChildProcess& process) {
    std::string text = process.out();
    if (!text.starts_with("{")) return text;
    const std::string key = "\"MESSAGE\":\"";
    std::string lines;
    for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos;) {
      at += key.size();
      lines += text.substr(at, text.find('"', at) - at) + "\n";
    }
    return lines;
  }

  std::vector<std::unique_ptr<ChildProcess>> processes_;
};

std::vector<std::string> archives_in(const std::string& directory) {
  std::vector<std::string> paths;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.path().filename().string().starts_with("system@")) paths.push_back(file.path());
  }
  return paths;
}

// Each file is deleted when all have it open and maybe not read to its end.
TEST(Follow, InAnyFormReadsFilesToTheirEndThatAreVacuumedMeanwhile) {
  constexpr int kPerFile = 400;
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  send_number(sender, 0);
  logqd.sync();
  const Followers followers(logqd.storage_dir());
  ASSERT_TRUE(followers.show(0));

  int number = 1;
  for (int rotation = 0; rotation < kFollowedRotations; ++rotation) {
    for (int i = 0; i < 10; ++i)
      send_number(sender, number++);
    ASSERT_TRUE(followers.show(rotation * kPerFile + 10));
    while (number % kPerFile != 1)
      send_number(sender, number++);
    logqd.rotate();
    for (const std::string& path : archives_in(logqd.storage_dir()))
      std::filesystem::remove(path);
  }

  followers.expect_numbers_until(number);
}

// More happens than the kernel keeps for who does not listen, rotations too.
TEST(Follow, InAnyFormFindsEverythingAfterItWasStoppedForLong) {
  constexpr int kNumbers = 3001;
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  if (limit == 0 || limit > 50'000) GTEST_SKIP() << "the kernel keeps " << limit << " events";
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  send_number(sender, 0);
  logqd.sync();
  const Followers followers(logqd.storage_dir());
  ASSERT_TRUE(followers.show(0));

  followers.signal(SIGSTOP);
  for (std::size_t i = 0; i <= limit; ++i)
    std::ofstream(logqd.storage_dir() + "/noise-" + std::to_string(i % 8));
  for (int number = 1; number < kNumbers; ++number) {
    send_number(sender, number);
    if (number % (kNumbers / kFollowedRotations) == 0) logqd.rotate();
  }
  followers.signal(SIGCONT);

  followers.expect_numbers_until(kNumbers);
}

TEST(Follow, InAnyFormMissesNothingWhenJournaldRotatesUnderLoad) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  constexpr int kNumbers = 5001;
  StockJournald journald("RateLimitBurst=0");
  NativeSender sender(journald.native_socket());
  send_number(sender, 0);
  journald.sync();
  const Followers followers(journald.storage_dir());
  ASSERT_TRUE(followers.show(0));

  for (int number = 1; number < kNumbers; ++number) {
    send_number(sender, number);
    if (number % (kNumbers / kFollowedRotations) == 0) signal_process(journald.pid(), SIGUSR2);
  }
  journald.sync();

  followers.expect_numbers_until(kNumbers);
  EXPECT_GE(archives_in(journald.storage_dir()).size(), 2U);
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
