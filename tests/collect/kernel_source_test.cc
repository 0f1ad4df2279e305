// logqd as a reader of the kernel's messages, with a fifo in place of /dev/kmsg.
#include "collect/kernel_source.h"

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "collect/configured_logqd.h"
#include "support/child_process.h"
#include "support/fake_kmsg.h"

namespace logq::test {
namespace {

constexpr const char* kMissed = "MESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606";

using Messages = std::vector<std::string>;

Messages numbered(std::uint64_t count) {
  Messages messages;
  for (std::uint64_t i = 0; i < count; ++i)
    messages.push_back("m" + std::to_string(i));
  return messages;
}

class KernelSourceTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string settings() const {
    return "[Journal]\nReadKMsg=yes\n[Logq]\nKMsgPath=" + kmsg_.path() + "\n";
  }
  void send(std::uint64_t first, std::uint64_t end) const {
    for (std::uint64_t i = first; i < end; ++i)
      kmsg_.send_message(i, "m" + std::to_string(i));
  }
  [[nodiscard]] Messages messages(const ConfiguredLogqd& logqd) const {
    kmsg_.wait_until_read();
    std::vector<std::string> found;
    for (const JournalFields& entry : logqd.entries(logqd.storage_dir(), {"_TRANSPORT=kernel"}))
      found.push_back(entry.at("MESSAGE"));
    return found;
  }

  FakeKmsg kmsg_;
};

TEST_F(KernelSourceTest, ASyncStoresWhatTheKernelHasSaidBeforeIt) {
  const ConfiguredLogqd logqd(settings());
  logqd.signal(SIGSTOP);
  send(0, 10);
  logqd.signal(SIGCONT);

  const auto entries = logqd.entries(logqd.storage_dir(), {"_TRANSPORT=kernel"});

  EXPECT_EQ(entries.size(), 10U);
}

TEST_F(KernelSourceTest, StoresMessagesWithTheirFields) {
  const ConfiguredLogqd logqd(settings());
  kmsg_.send("4,0,77,-;usb 1-1: odd\\x0athing\n SUBSYSTEM=usb\n bad=1\n DEVICE=+usb:none\n");
  kmsg_.wait_until_read();

  const auto entries = logqd.entries(logqd.storage_dir(), {"_TRANSPORT=kernel"});

  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].at("MESSAGE"), "usb 1-1: odd\nthing");
  EXPECT_EQ(entries[0].at("PRIORITY"), "4");
  EXPECT_EQ(entries[0].at("SYSLOG_FACILITY"), "0");
  EXPECT_EQ(entries[0].at("SYSLOG_IDENTIFIER"), "kernel");
  EXPECT_EQ(entries[0].at("_SOURCE_MONOTONIC_TIMESTAMP"), "77");
  EXPECT_EQ(entries[0].at("_SOURCE_BOOTTIME_TIMESTAMP"), "77");
  EXPECT_EQ(entries[0].at("_KERNEL_SUBSYSTEM"), "usb");
  EXPECT_EQ(entries[0].at("_KERNEL_DEVICE"), "+usb:none");
  EXPECT_FALSE(entries[0].contains("_KERNEL_bad"));
  EXPECT_FALSE(entries[0].contains("_PID"));
  EXPECT_TRUE(entries[0].contains("_BOOT_ID"));
}

TEST_F(KernelSourceTest, TellsOfMessagesThatWereOverwritten) {
  const ConfiguredLogqd logqd(settings());
  kmsg_.send_message(0, "first");
  kmsg_.send_message(8, "late");
  EXPECT_EQ(messages(logqd), (Messages{"first", "late"}));

  const auto reports = logqd.entries(logqd.storage_dir(), {kMissed});

  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].at("MESSAGE"), "Missed 7 kernel messages");
  EXPECT_EQ(reports[0].at("N_DROPPED"), "7");
  EXPECT_EQ(reports[0].at("_TRANSPORT"), "driver");
}

TEST_F(KernelSourceTest, CountsWhatItDoesNotUnderstand) {
  const ConfiguredLogqd logqd(settings());
  kmsg_.send("no record at all\n");
  kmsg_.send_message(0, "good");

  EXPECT_EQ(messages(logqd), Messages{"good"});
  EXPECT_EQ(logqd.entries(logqd.storage_dir(), {"N_DROPPED=1"}).size(), 1U);
}

// A device gives every message it still has to whoever opens it.
TEST_F(KernelSourceTest, NeitherRepeatsNorLosesAMessageOverARestart) {
  ConfiguredLogqd logqd(settings());
  send(0, 5);
  kmsg_.wait_until_read();
  logqd.stop();
  send(0, 10);
  logqd.start();

  EXPECT_EQ(messages(logqd), numbered(10));
  EXPECT_TRUE(logqd.entries(logqd.storage_dir(), {kMissed}).empty());
}

TEST_F(KernelSourceTest, NeitherRepeatsNorLosesAMessageOverKills) {
  ConfiguredLogqd logqd(settings());
  for (std::uint64_t sent = 25; sent <= 200; sent += 25) {
    send(0, sent);
    logqd.kill();  // somewhere among them
    kmsg_.discard();
    logqd.start();
  }
  send(0, 200);

  EXPECT_EQ(messages(logqd), numbered(200));
  EXPECT_TRUE(logqd.entries(logqd.storage_dir(), {kMissed}).empty());
}

TEST_F(KernelSourceTest, IsOffUnlessAskedForInAPrivateCollector) {
  const ConfiguredLogqd logqd("[Logq]\nKMsgPath=" + kmsg_.path() + "\n");
  kmsg_.send_message(0, "unheard");
  EXPECT_TRUE(logqd.entries(logqd.storage_dir(), {"_TRANSPORT=kernel"}).empty());
}

TEST_F(KernelSourceTest, CostsOneLineWhereThereIsNoSuchDevice) {
  for (const std::string path : {"/nonexistent/kmsg", "/etc/passwd"}) {
    ConfiguredLogqd logqd("[Journal]\nReadKMsg=yes\n[Logq]\nKMsgPath=" + path + "\n");
    EXPECT_NE(logqd.err().find(path + ": "), std::string::npos) << logqd.err();
    EXPECT_NE(logqd.err().find("kernel messages are not collected"), std::string::npos);
    EXPECT_EQ(logqd.stop().status, 0);
  }
}

}  // namespace
}  // namespace logq::test
