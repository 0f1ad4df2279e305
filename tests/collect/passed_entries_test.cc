// Entries that come as files: in the order of their sender, bounded, waited for, and counted where
// they are lost.
#include "collect/passed_entries.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collect/passed_socket_logqd.h"
#include "collect/recording_store.h"
#include "collect/source_fixture.h"
#include "support/input_peer.h"
#include "support/journalctl.h"
#include "support/memfd.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::collect {
namespace {

using test::make_memfd;

std::string large(const std::string& message, std::size_t size = 300'000) {
  return "FILLER=" + std::string(size, 'f') + "\nMESSAGE=" + message + "\n";
}

// Root may say that it is somebody else.
void send_file(const base::UniqueFd& socket, const base::UniqueFd& file, uid_t user = ::getuid()) {
  std::vector<base::UniqueFd> files;
  files.emplace_back(::dup(file.get()));
  test::send_datagram(socket, {"", files, user});
}

class PassedEntriesTest : public NativeSourceFixture<test::RecordingStore> {
 protected:
  PassedEntriesTest() : NativeSourceFixture(8, 16) {}
  void send_as_file(std::string_view bytes) const { send_file(client_, make_memfd(bytes)); }
  void drain() {
    while (source_.work() != NativeSource::Work::kIdle || source_.files().drain_once() ||
           source_.has_released()) {
    }
  }
  [[nodiscard]] std::vector<std::string> messages() const {
    std::vector<std::string> found;
    for (const auto& entry : store_.entries) {
      for (const std::string& field : entry) {
        if (field.starts_with("MESSAGE=")) found.push_back(field.substr(8));
      }
    }
    return found;
  }
};

using Strings = std::vector<std::string>;

TEST_F(PassedEntriesTest, AreStoredBeforeWhatTheirSenderSendsLater) {
  send("MESSAGE=1\n");
  send_as_file(large("2"));
  send("MESSAGE=3\n\nMESSAGE=4\n");
  send_as_file("MESSAGE=5\n\n" + large("6") + "\nMESSAGE=7\n");
  send("MESSAGE=8\n");
  drain();
  send("MESSAGE=9\n");
  drain();

  EXPECT_EQ(messages(), (Strings{"1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST_F(PassedEntriesTest, ThatAreSmallAreDealtWithAsDatagrams) {
  send("MESSAGE=1\n");
  send_as_file("MESSAGE=2\n");
  send("MESSAGE=3\n");
  while (source_.work() != NativeSource::Work::kIdle) {
  }

  EXPECT_EQ(source_.files().last(), 0U);
  EXPECT_EQ(messages(), (Strings{"1", "2", "3"}));
}

TEST_F(PassedEntriesTest, ThatAreSmallWaitForLargeOnesOfTheirSender) {
  send_as_file(large("1"));
  send_as_file("MESSAGE=2\n");
  send("MESSAGE=3\n");
  drain();

  EXPECT_EQ(messages(), (Strings{"1", "2", "3"}));
}

TEST_F(PassedEntriesTest, AreOvertakenWhereTooMuchWouldHaveToWait) {
  send_as_file(large("file"));
  for (int i = 0; i < 6; ++i)
    send("MESSAGE=" + std::to_string(i) + "\n");
  drain();

  // Two of eight slots may be held for a user.
  EXPECT_EQ(messages(), (Strings{"2", "3", "4", "5", "file", "0", "1"}));
}

TEST_F(PassedEntriesTest, HaveTheirSenderAndAllTheirFields) {
  send_as_file(large("x") + "BINARY\n" + std::string("\3\0\0\0\0\0\0\0a\nb\n", 12));
  drain();

  ASSERT_EQ(store_.entries.size(), 1U);
  const auto& fields = store_.entries.front();
  const auto has = [&](const std::string& field) { return std::ranges::count(fields, field) == 1; };
  EXPECT_TRUE(has("FILLER=" + std::string(300'000, 'f')));
  EXPECT_TRUE(has("BINARY=a\nb"));
  EXPECT_TRUE(has("_PID=" + std::to_string(::getpid())));
  EXPECT_TRUE(has("_TRANSPORT=journal"));
}

TEST_F(PassedEntriesTest, ThatAreGivenUpAreCountedAndHoldNothingBack) {
  send_as_file(large("file"));
  send("MESSAGE=behind it\n");
  source_.work();
  source_.files().give_up();
  drain();

  EXPECT_EQ(messages(), Strings{"behind it"});
  EXPECT_EQ(drops_.total(DropCause::kDescriptorOverflow), 1U);
}

// At a stop that takes too long.
TEST_F(PassedEntriesTest, ThatAreTakenUpTooLateAreCountedAndHoldNothingBack) {
  std::string much;
  for (std::size_t i = 0; i <= kWorkPerWakeup; ++i)
    much += "A=b\n\n";
  send(much);
  send_as_file(large("file"));
  send("MESSAGE=behind it\n");
  ASSERT_EQ(source_.work(), NativeSource::Work::kMore);
  ASSERT_EQ(source_.files().last(), 0U);

  source_.finish_received();

  EXPECT_EQ(messages(), Strings{"behind it"});
  EXPECT_EQ(drops_.total(DropCause::kDescriptorOverflow), 1U);
}

TEST_F(PassedEntriesTest, AreKnownByNumberToASuccessor) {
  const auto waiting = [this] {
    return ReceiveArea::open_existing(area_path_, boot_)->area->files_waiting();
  };
  send_as_file(large("a"));
  send_as_file(large("b"));
  source_.work();
  EXPECT_EQ(waiting(), 2U);

  drain();

  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(messages(), (Strings{"a", "b"}));
}

TEST_F(PassedEntriesTest, OfAFileThatIsShorterThanItSaidAreRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "takes such files from root only";
  const base::UniqueFd file(::open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY));
  if (!file.is_open()) GTEST_SKIP() << "no file in /sys that says it has a page";
  send_file(client_, file);
  drain();

  EXPECT_EQ(drops_.total(DropCause::kDescriptorRefused), 1U);
  EXPECT_TRUE(messages().empty());
}

std::vector<test::JournalFields> entries_of(const std::string& storage) {
  return test::parse_export(test::journalctl({"-D", storage, "-q", "-a", "-o", "export",
                                              "--output-fields=MESSAGE,N_DROPPED"})
                                .out);
}

std::size_t count_of(const std::string& storage, const std::string& message) {
  const auto entries = entries_of(storage);
  return static_cast<std::size_t>(std::ranges::count_if(entries, [&](const auto& entry) {
    return entry.contains("MESSAGE") && entry.at("MESSAGE") == message;
  }));
}

TEST(PassedEntries, AreWaitedForByASync) {
  const test::PrivateLogqd logqd;
  const base::UniqueFd socket = test::connect_unix(logqd.native_socket(), SOCK_DGRAM);
  for (int i = 0; i < 3; ++i)
    send_file(socket, make_memfd(large("large", 8 << 20)));

  logqd.sync();

  EXPECT_EQ(count_of(logqd.storage_dir(), "large"), 3U);
}

TEST(PassedEntries, AreWaitedForByAStop) {
  test::PrivateLogqd logqd;
  const base::UniqueFd socket = test::connect_unix(logqd.native_socket(), SOCK_DGRAM);
  for (int i = 0; i < 3; ++i)
    send_file(socket, make_memfd(large("large", 8 << 20)));

  EXPECT_EQ(logqd.stop().status, 0);

  EXPECT_EQ(count_of(logqd.storage_dir(), "large"), 3U);
}

TEST(PassedEntries, ThatAKillTakesAreCounted) {
  test::PassedSocketLogqd logqd;
  constexpr std::size_t kSent = 10;
  const base::UniqueFd socket = test::connect_unix(logqd.native_socket(), SOCK_DGRAM);
  for (std::size_t i = 0; i < kSent; ++i)
    send_file(socket, make_memfd(large("large", 4 << 20)));
  test::wait_until([&] { return count_of(logqd.storage_dir(), "large") > 0; });
  logqd.kill();

  logqd.start();
  std::size_t found = 0;
  const auto is_all = [&] {
    found = count_of(logqd.storage_dir(), "large");
    for (const auto& entry : entries_of(logqd.storage_dir())) {
      if (entry.contains("N_DROPPED")) found += std::stoul(entry.at("N_DROPPED"));
    }
    return found >= kSent;
  };
  EXPECT_TRUE(test::wait_until(is_all)) << found;
  EXPECT_EQ(logqd.stop(), 0);

  // One may be stored and not yet taken off the count, another counted and not yet let go.
  EXPECT_LE(found, kSent + 2);
}

TEST(PassedEntries, OfOneUserLeaveRoomForOthers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to be two users";
  test::PrivateLogqd logqd;
  const base::UniqueFd file = make_memfd(large("his", 31 << 20));
  const base::UniqueFd socket = test::connect_unix(logqd.native_socket(), SOCK_DGRAM);
  for (int i = 0; i < 60; ++i)
    send_file(socket, file, 65534);
  send_file(socket, make_memfd(large("ours", 31 << 20)));

  EXPECT_EQ(logqd.stop().status, 0);  // with which the last drops are reported

  std::size_t dropped = 0;
  for (const auto& entry : entries_of(logqd.storage_dir())) {
    if (entry.contains("N_DROPPED")) dropped += std::stoul(entry.at("N_DROPPED"));
  }
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(count_of(logqd.storage_dir(), "his") + dropped, 60U);
  EXPECT_EQ(count_of(logqd.storage_dir(), "ours"), 1U);
}

}  // namespace
}  // namespace logq::collect
