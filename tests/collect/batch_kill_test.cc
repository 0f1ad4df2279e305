// kill -9 of logqd under clients of its batch socket, who send again what was not acknowledged:
// every entry is stored exactly once.
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "collect/resending_client.h"
#include "support/long_tests.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

// At most 40,000 entries per second and client, so that what is to be read and verified at the end
// stays small.
constexpr std::chrono::microseconds kPause{500};

TEST(BatchKill, EveryEntryIsStoredOnceAndNothingAcknowledgedIsLost) {
  // Every kill leaves an archive; none of them is to be deleted for their number.
  const TempDir directory;
  write_text_file(directory.path() + "/conf", "[Journal]\nSystemMaxFiles=0\n");
  PrivateLogqd logqd({"--config=" + directory.path() + "/conf"});
  ResendingClient clients[2]{{logqd.runtime_dir() + "/logq", 0, kPause},
                             {logqd.runtime_dir() + "/logq", 1, kPause}};
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (ResendingClient& client : clients)
    threads.emplace_back([&] { client.run(over); });
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < rounds(4, 100); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 100));
    logqd.kill();
    logqd.start();
  }
  over = true;
  for (std::thread& thread : threads)
    thread.join();
  ASSERT_EQ(logqd.stop().status, 0);

  std::map<std::string, int> stored;
  for (const JournalFields& entry :
       parse_export(logqd.read("journalctl", {"-q", "-o", "export", "_TRANSPORT=journal"}).out)) {
    const auto text = entry.find("MESSAGE");
    if (text != entry.end() && text->second.starts_with("kill ")) ++stored[text->second];
  }
  std::size_t sent = 0;
  for (const ResendingClient& client : clients) {
    EXPECT_EQ(client.acknowledged(), client.batches());
    EXPECT_GT(client.batches(), 0U);
    sent += client.batches() * ResendingClient::kEntriesPerBatch;
  }
  EXPECT_GT(clients[0].resent() + clients[1].resent(), 0U) << "or it was no test";
  EXPECT_EQ(stored.size(), sent);
  for (const auto& [text, times] : stored)
    ASSERT_EQ(times, 1) << text;
  EXPECT_EQ(logqd.read("journalctl", {"--verify"}).status, 0);
}

}  // namespace
}  // namespace logq::test
