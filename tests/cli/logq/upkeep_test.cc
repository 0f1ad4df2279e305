// --verify, --vacuum-*, --disk-usage and --header: where they print, and what they end with.
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "written_journal.h"

namespace logq::test {
namespace {

class Upkeep : public testing::Test {
 protected:
  Upkeep() {
    journal_.begin_file(
        "system@00000000000000000000000000000001-0000000000000001-"
        "0000000000000001.journal");
    journal_.append("archived");
    journal_.begin_file("user-1000.journal");
    journal_.append("active");
  }

  std::size_t count_files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(journal_.directory()))
      ++count;
    return count;
  }

  void damage(const std::string& name) const {
    std::fstream file(journal_.directory() + "/" + name,
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(152);  // the number of entries
    file.write("\xff\xff\xff\xff", 4);
  }

  WrittenJournal journal_;
};

TEST_F(Upkeep, VerificationSpeaksOnStandardError) {
  const CommandResult result = journal_.logq({"--verify"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("PASS: " + journal_.directory() + "/user-1000.journal\n"),
            std::string::npos)
      << result.err;
}

TEST_F(Upkeep, OneUnsoundFileIsAFailureAndTheOthersAreChecked) {
  damage("system.journal");

  const CommandResult result = journal_.logq({"--verify"});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("FAIL: " + journal_.directory() + "/system.journal ("),
            std::string::npos);
  EXPECT_NE(result.err.find("PASS: " + journal_.directory() + "/user-1000.journal\n"),
            std::string::npos);
}

// As journalctl without the key does; the check itself finds nothing wrong.
TEST_F(Upkeep, ASealedFileIsNotPassed) {
  journal_.begin_file("user-7.journal");
  journal_.begin_file("user-8.journal");
  std::fstream file(journal_.directory() + "/user-7.journal",
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(8);  // compatible flags
  file.put(1);
  file.close();

  const CommandResult result = journal_.logq({"--verify"});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("user-7.journal (Required key not available"), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("PASS: " + journal_.directory() + "/user-8.journal\n"),
            std::string::npos)
      << result.err;
}

// Nobody looks at a pipe: no progress there, whatever the size of the file.
TEST_F(Upkeep, VerificationShowsProgressOnTerminalsOnly) {
  EXPECT_EQ(journal_.logq({"--verify"}).err.find("checking"), std::string::npos);
}

// A terminal of whose output nobody has read anything yet.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (::grantpt(master_) != 0 || ::unlockpt(master_) != 0) throw std::runtime_error("no pty");
    name_ = ::ptsname(master_);
    // Open as long as we are: otherwise reading fails between two writers.
    slave_ = ::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    ::close(slave_);
    ::close(master_);
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  void await_output() const {
    pollfd ready{master_, POLLIN, 0};
    ::poll(&ready, 1, 20'000);
  }
  // Until `last` has come.
  std::string read_until(const std::string& last) const {
    std::string text;
    std::array<char, 4096> chunk{};
    while (text.find(last) == std::string::npos) {
      pollfd ready{master_, POLLIN, 0};
      if (::poll(&ready, 1, 20'000) <= 0) break;
      const ssize_t n = ::read(master_, chunk.data(), chunk.size());
      if (n <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(n));
    }
    return text;
  }

 private:
  int master_;
  int slave_ = -1;
  std::string name_;
};

// More lines than a terminal holds, so that logq waits for us, and time passes.
TEST_F(Upkeep, VerificationTellsATerminalHowFarItIsAndErasesThatBeforeEachLine) {
  const std::string original = journal_.directory() + "/user-1000.journal";
  for (int i = 100; i < 500; ++i) {
    const std::string name = std::string(200, 'x') + std::to_string(i) + ".journal";
    std::filesystem::create_hard_link(original, journal_.directory() + "/" + name);
  }
  const Terminal terminal;
  const std::string script = "\"$@\" 2>" + terminal.name() + "; echo END >" + terminal.name();
  std::vector<std::string> argv = {"sh", "-c", script, "sh"};
  for (const std::string& argument : journal_.command({"--verify"}))
    argv.push_back(argument);

  ChildProcess process({argv, {}, {}});
  terminal.await_output();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // it tells every 100
  const std::string text = terminal.read_until("END");
  process.wait();

  const std::size_t told = text.find("\r\x1b[Kchecking: ");
  ASSERT_NE(told, std::string::npos);
  EXPECT_EQ(text.compare(told + 17, 1, "%"), 0) << text.substr(told, 20);
  EXPECT_EQ(text.find("%PASS"), std::string::npos) << "a line begins behind the progress";
  EXPECT_NE(text.find("%\r\x1b[KPASS: "), std::string::npos);
  EXPECT_GT(text.rfind("PASS: "), text.rfind("checking: ")) << "none is left at the end";
}

TEST_F(Upkeep, VacuumingDeletesArchivesAndSaysSo) {
  const CommandResult result = journal_.logq({"--vacuum-files=1"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("Deleted archived journal " + journal_.directory()))
      << result.err;
  EXPECT_NE(result.err.find("Vacuuming done, freed "), std::string::npos);
  EXPECT_EQ(count_files(), 2U);
}

TEST_F(Upkeep, VacuumingByTimeWaitsWhereTheClockHasLeapt) {
  const base::TimePair now = base::Clock::system().now();
  journal_.begin_file("user-1001.journal");
  constexpr std::uint64_t kHour = 3'600'000'000;
  journal_.append_at(
      {now.realtime_usec - (60 * 24 + 1) * kHour, now.monotonic_usec, base::boot_id()});

  const CommandResult result = journal_.logq({"--vacuum-time=1s"});

  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("logq: " + journal_.directory() +
                            ": the clock was set forward by 60 days a short time ago"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(count_files(), 4U);
  EXPECT_EQ(journal_.logq({"--vacuum-files=1"}).status, 0) << "that has nothing to do with time";
  EXPECT_EQ(count_files(), 3U);
}

TEST_F(Upkeep, QuietVacuumingIsSilent) {
  EXPECT_EQ(journal_.logq({"--vacuum-time=1s", "-q"}).err, "");
  EXPECT_EQ(count_files(), 2U);
}

TEST_F(Upkeep, VacuumingWithinTheLimitsDeletesNothing) {
  EXPECT_EQ(journal_.logq({"--vacuum-size=1G", "--vacuum-files=10"}).status, 0);
  EXPECT_EQ(count_files(), 3U);
}

TEST_F(Upkeep, DiskUsageIsOneLine) {
  const CommandResult result = journal_.logq({"--disk-usage"});

  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out.starts_with("Archived and active journals take up ")) << result.out;
  EXPECT_TRUE(result.out.ends_with(" in the file system.\n")) << result.out;
}

TEST_F(Upkeep, HeadersAreSeparatedByEmptyLines) {
  const CommandResult result = journal_.logq({"--header"});

  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.out.starts_with("File path: ")) << result.out;
  EXPECT_NE(result.out.find("\n\nFile path: "), std::string::npos);
}

TEST_F(Upkeep, LimitsThatAreNoneAreRefused) {
  for (const char* const option : {"--vacuum-size=x", "--vacuum-files=-1", "--vacuum-time=soon"})
    EXPECT_EQ(journal_.logq({option}).status, 1) << option;
}

}  // namespace
}  // namespace logq::test
