// kill -9 of logqd while several users log: every entry is stored once, in its user's file.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "collect/passed_socket_logqd.h"
#include "support/child_process.h"
#include "support/input_peer.h"
#include "support/long_tests.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr std::array<uid_t, 4> kKilledUsers = {0, 1000, 1001, 4000};
constexpr int kDatagramsLeast = 20'000;

// Sends numbered datagrams of one user after another, several in a row at times, until enough are
// sent and the killing is over; returns how many.
int send_datagrams(const std::string& path, const std::atomic<bool>& over) {
  const base::UniqueFd fd = connect_unix(path, SOCK_DGRAM);
  const std::vector<base::UniqueFd> none;
  std::mt19937 random(42);  // NOLINT: the same each time
  int sent = 0;
  uid_t uid = 0;
  for (; sent < kDatagramsLeast || !over; ++sent) {
    if (random() % 3 == 0) uid = kKilledUsers[random() % kKilledUsers.size()];
    send_datagram(fd, {"MESSAGE=by a user\nID=" + std::to_string(sent) + "\n", none, uid});
  }
  return sent;
}

class SplitKill : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root speaks for other users";
    // Every kill leaves an archive; none of them is to be deleted for their number.
    logqd_ = std::make_unique<PassedSocketLogqd>("[Journal]\nSplitMode=uid\nSystemMaxFiles=0\n");
  }

  [[nodiscard]] std::vector<JournalFields> read(const std::vector<std::string>& files) const {
    std::vector<std::string> argv{"journalctl", "-q", "-o", "export", "--output-fields=ID,_UID"};
    for (const std::string& file : files)
      argv.push_back("--file=" + file);
    return parse_export(run_command({argv, {}, {}, std::chrono::seconds{300}}).out);
  }
  // By whose they are.
  [[nodiscard]] std::map<uid_t, std::vector<std::string>> files() const {
    std::map<uid_t, std::vector<std::string>> files;
    for (const auto& entry : std::filesystem::directory_iterator(logqd_->storage_dir())) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() != ".journal") continue;
      files[name.starts_with("user-") ? static_cast<uid_t>(std::stoul(name.substr(5))) : 0]
          .push_back(entry.path().string());
    }
    return files;
  }

  std::unique_ptr<PassedSocketLogqd> logqd_;
};

TEST_F(SplitKill, EveryEntryIsStoredOnceInItsUsersFile) {
  std::atomic<bool> over = false;
  int sent = 0;
  std::thread sender([&] { sent = send_datagrams(logqd_->native_socket(), over); });
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < rounds(4, 100); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 300));
    logqd_->kill();
    logqd_->start();
  }
  over = true;
  sender.join();
  ASSERT_EQ(logqd_->stop(), 0);

  std::vector<std::string> all_files;
  for (const auto& [owner, paths] : files()) {
    all_files.insert(all_files.end(), paths.begin(), paths.end());
    for (const JournalFields& entry : read(paths)) {
      if (!entry.contains("ID")) continue;
      ASSERT_EQ(entry.at("_UID"), std::to_string(owner));
    }
  }
  EXPECT_EQ(files().size(), kKilledUsers.size());
  // One sender's entries come in their order when all files are read together.
  int next = 0;
  for (const JournalFields& entry : read(all_files)) {
    if (!entry.contains("ID")) continue;
    ASSERT_EQ(entry.at("ID"), std::to_string(next++));
  }
  EXPECT_EQ(next, sent);
  const auto verified = run_command(
      {{"journalctl", "--verify", "-D", logqd_->storage_dir()}, {}, {}, std::chrono::minutes{4}});
  EXPECT_EQ(verified.status, 0) << verified.err;
}

}  // namespace
}  // namespace logq::test
