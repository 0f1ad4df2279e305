// Where entries go: Storage=, the flush from volatile to persistent storage, and what a kill in the
// middle of it leaves.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "collect/configured_logqd.h"
#include "journal/file_header.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/unix_socket.h"
#include "support/varlink_peer.h"

namespace logq::test {
namespace {

constexpr const char* kAuto = "[Journal]\nStorage=auto\nRateLimitBurst=0\n";

void send_numbered(const ConfiguredLogqd& logqd, int from, int to) {
  NativeSender sender(logqd.native_socket());
  for (int number = from; number < to; ++number)
    sender.send({{"MESSAGE", "m"}, {"NUMBER", std::to_string(number)}});
}

// How often each number is there.
std::map<std::string, int> numbers(const std::vector<JournalFields>& entries) {
  std::map<std::string, int> times;
  for (const JournalFields& entry : entries) {
    if (entry.contains("NUMBER")) ++times[entry.at("NUMBER")];
  }
  return times;
}

void expect_each_once(const ConfiguredLogqd& logqd, std::size_t count) {
  const auto found = numbers(logqd.entries(logqd.storage_dir()));
  EXPECT_EQ(found.size(), count);
  for (const auto& [number, times] : found)
    EXPECT_EQ(times, 1) << number;
}

void relinquish(const ConfiguredLogqd& logqd) {
  VarlinkPeer peer(logqd.runtime_dir() + "/io.systemd.journal");
  EXPECT_EQ(peer.ask(varlink_call("io.systemd.Journal.RelinquishVar")), "{\"parameters\":{}}");
}

TEST(Relinquish, ThereAndBackManyTimesLosesAndDoublesNothing) {
  const ConfiguredLogqd logqd("[Journal]\nStorage=persistent\nRateLimitBurst=0\n");
  std::thread sender([&] { send_numbered(logqd, 0, 3000); });
  for (int i = 0; i < 8; ++i) {
    relinquish(logqd);
    logqd.flush();
  }
  sender.join();
  relinquish(logqd);
  logqd.flush();

  expect_each_once(logqd, 3000);
  EXPECT_EQ(run_command({{"journalctl", "--verify", "-D", logqd.storage_dir()}, {}, {}}).status, 0);
}

// As journald: entries of users that were volatile are the system's.
TEST(Relinquish, FilesOfUsersGoOnAfterwardsInTheSameSequence) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root speaks for other users";
  const ConfiguredLogqd logqd("[Journal]\nStorage=persistent\nSplitMode=uid\n");
  NativeSender sender(logqd.native_socket());
  const auto send_as = [&](uid_t uid, const char* number) {
    sender.set_user(uid);
    sender.send({{"MESSAGE", "m"}, {"NUMBER", number}});
    logqd.sync();
  };
  for (int i = 0; i < 8; ++i)
    send_as(1000, "0");  // more than the collector says by itself
  relinquish(logqd);
  send_as(1000, "1");
  logqd.flush();
  send_as(1000, "2");
  send_as(0, "3");

  const auto read = [&](const std::string& files) {
    const CommandResult result = run_command(
        {{"journalctl", "-q", "-o", "export", "--file", logqd.storage_dir() + "/" + files},
         {},
         {}});
    std::string numbers;
    for (const JournalFields& entry : parse_export(result.out))
      numbers += entry.contains("NUMBER") ? entry.at("NUMBER") : "";
    return numbers;
  };
  EXPECT_EQ(read("user-1000*.journal"), "000000002");
  EXPECT_EQ(read("system*.journal"), "13");
  EXPECT_EQ(read("*.journal"), "00000000123");
  EXPECT_EQ(run_command({{"journalctl", "--verify", "-D", logqd.storage_dir()}, {}, {}}).status, 0);
}

TEST(Relinquish, AKillMeanwhileLosesAndDoublesNothing) {
  ConfiguredLogqd logqd("[Journal]\nStorage=persistent\nRateLimitBurst=0\n");
  send_numbered(logqd, 0, 100);
  relinquish(logqd);
  send_numbered(logqd, 100, 200);
  logqd.sync();
  logqd.kill();

  logqd.start();
  send_numbered(logqd, 200, 210);
  logqd.flush();

  expect_each_once(logqd, 210);
}

TEST(Flush, MovesEveryEntryWithItsTimeToPersistentStorage) {
  ConfiguredLogqd logqd(kAuto);
  send_numbered(logqd, 0, 100);
  const auto before = logqd.entries(logqd.volatile_dir());
  ASSERT_EQ(numbers(before).size(), 100U);
  EXPECT_FALSE(std::filesystem::exists(logqd.storage_dir()));

  logqd.make_storage_possible();
  logqd.flush();
  send_numbered(logqd, 100, 110);

  const auto after = logqd.entries(logqd.storage_dir());
  ASSERT_GE(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    JournalFields expected = before[i];
    for (const char* own : {"__CURSOR", "__SEQNUM", "__SEQNUM_ID"})
      expected[own] = after[i].contains(own) ? after[i].at(own) : "";
    std::erase_if(expected, [](const auto& field) { return field.second.empty(); });
    EXPECT_EQ(after[i], expected);
  }
  EXPECT_EQ(numbers(after).size(), 110U);
  EXPECT_FALSE(std::filesystem::exists(logqd.volatile_dir()));
  EXPECT_FALSE(std::filesystem::exists(logqd.volatile_dir() + ".flushed"));
  EXPECT_EQ(run_command({{"journalctl", "--verify", "-D", logqd.storage_dir()}, {}, {}}).status, 0);
}

TEST(Flush, IsToldOfInTheLogAsJournaldDoes) {
  ConfiguredLogqd logqd(kAuto);
  logqd.make_storage_possible();
  logqd.flush();

  std::vector<std::string> messages;
  for (const auto& entry : logqd.entries(logqd.storage_dir(), {"_TRANSPORT=driver"}))
    messages.push_back(entry.at("MESSAGE"));

  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0], "Journal started");
  EXPECT_TRUE(messages[1].starts_with("Runtime Journal (" + logqd.volatile_dir() + ") is "));
  EXPECT_TRUE(messages[2].starts_with("Time spent on flushing to " + logqd.storage_dir() + " is "));
  EXPECT_TRUE(messages[2].ends_with(" for 2 entries.")) << messages[2];
  EXPECT_TRUE(messages[3].starts_with("System Journal (" + logqd.storage_dir() + ") is "));
}

TEST(Flush, LeavesWhatIsNotTheCollectors) {
  ConfiguredLogqd logqd(kAuto);
  send_numbered(logqd, 0, 10);
  const TempDir elsewhere;
  write_text_file(elsewhere.path() + "/precious", "1");
  std::filesystem::create_symlink(elsewhere.path(), logqd.volatile_dir() + "/link");
  std::filesystem::create_directory(logqd.volatile_dir() + "/sub.journal");
  for (const char* name : {"/notes.txt", "/sub.journal/system.journal"})
    write_text_file(logqd.volatile_dir() + name, "somebody's");
  logqd.make_storage_possible();

  logqd.flush();

  EXPECT_EQ(numbers(logqd.entries(logqd.storage_dir())).size(), 10U);
  for (const char* name : {"/notes.txt", "/sub.journal/system.journal", "/link/precious"})
    EXPECT_TRUE(std::filesystem::exists(logqd.volatile_dir() + name)) << name;
  EXPECT_FALSE(std::filesystem::exists(logqd.volatile_dir() + "/system.journal"));
  EXPECT_FALSE(std::filesystem::exists(logqd.volatile_dir() + ".flushed"));
}

TEST(Flush, KeepsAFileThatItCouldNotCopyWhole) {
  ConfiguredLogqd logqd(kAuto);
  send_numbered(logqd, 0, 10);
  const std::string broken = logqd.volatile_dir() + "/system@broken.journal";
  write_text_file(broken, "LPKSHHRH and no more");
  logqd.make_storage_possible();

  logqd.flush();

  EXPECT_EQ(numbers(logqd.entries(logqd.storage_dir())).size(), 10U);
  EXPECT_EQ(read_text_file(broken + ".damaged"), "LPKSHHRH and no more");
  EXPECT_FALSE(std::filesystem::exists(broken));
}

TEST(Flush, FollowsByItselfAtAStartThatMayUsePersistentStorage) {
  ConfiguredLogqd logqd(kAuto);
  send_numbered(logqd, 0, 50);
  logqd.stop();
  logqd.make_storage_possible();

  logqd.start();
  send_numbered(logqd, 50, 60);

  EXPECT_EQ(numbers(logqd.entries(logqd.storage_dir())).size(), 60U);
  EXPECT_EQ(count_journal_files(logqd.volatile_dir()), 0U);
}

// Waits until the copy has got `entries` far, or is over.
void await_copied(const ConfiguredLogqd& logqd, std::uint64_t entries) {
  wait_until([&] {
    const auto header = journal::read_file_header(logqd.storage_dir() + "/system.journal");
    return (header.has_value() && header->n_entries >= entries) ||
           std::filesystem::exists(logqd.runtime_dir() + "/flushed");
  });
}

TEST(Flush, LosesAndDoublesNothingWhenItIsKilled) {
  constexpr int kEntries = 20'000;
  ConfiguredLogqd logqd(kAuto);
  send_numbered(logqd, 0, kEntries);
  logqd.sync();
  std::filesystem::create_directories(logqd.storage_dir());

  // Each time dying at another point, with entries arriving in between.
  int sent = kEntries;
  for (const std::uint64_t reached : {1U, 1000U, 4000U}) {
    logqd.signal(SIGUSR1);
    await_copied(logqd, reached);
    logqd.kill();
    logqd.start();
    send_numbered(logqd, sent, sent + 10);
    sent += 10;
    logqd.sync();
  }
  logqd.flush();

  const auto times = numbers(logqd.entries(logqd.storage_dir()));
  EXPECT_EQ(times.size(), static_cast<std::size_t>(sent));
  for (const auto& [number, count] : times)
    ASSERT_EQ(count, 1) << number;
  EXPECT_EQ(count_journal_files(logqd.volatile_dir()), 0U);
}

TEST(Storage, VolatileStaysWhereItIs) {
  ConfiguredLogqd logqd("[Journal]\nStorage=volatile\n");
  logqd.make_storage_possible();
  send_numbered(logqd, 0, 3);

  logqd.flush();

  EXPECT_EQ(numbers(logqd.entries(logqd.volatile_dir())).size(), 3U);
  EXPECT_FALSE(std::filesystem::exists(logqd.storage_dir()));
}

TEST(Storage, NoneStoresNothing) {
  ConfiguredLogqd logqd("[Journal]\nStorage=none\n");
  logqd.make_storage_possible();
  send_numbered(logqd, 0, 3);
  logqd.sync();
  logqd.rotate();
  logqd.flush();

  EXPECT_EQ(logqd.stop().status, 0);
  EXPECT_FALSE(std::filesystem::exists(logqd.volatile_dir()));
  EXPECT_FALSE(std::filesystem::exists(logqd.storage_dir()));
}

TEST(Storage, PersistentMakesItsDirectoryAndNeedsNoFlushWhenItIsNamed) {
  const ConfiguredLogqd logqd("[Journal]\nStorage=persistent\n");
  send_numbered(logqd, 0, 3);

  EXPECT_EQ(numbers(logqd.entries(logqd.storage_dir())).size(), 3U);
  EXPECT_FALSE(std::filesystem::exists(logqd.volatile_dir()));
}

TEST(Storage, IsLimitedToALevel) {
  const ConfiguredLogqd logqd("[Journal]\nMaxLevelStore=warning\n");
  NativeSender sender(logqd.native_socket());
  for (const char* level : {"3", "4", "5", "7"})
    sender.send({{"MESSAGE", level}, {"PRIORITY", level}, {"LEVEL", "1"}});

  EXPECT_EQ(logqd.entries(logqd.storage_dir(), {"LEVEL=1"}).size(), 2U);
  EXPECT_EQ(logqd.entries(logqd.storage_dir(), {"_TRANSPORT=driver"}).size(), 2U) << "its own stay";
}

// A logqd in a mount namespace of its own, set up by `script`, which ends with running "$@".
struct Namespaced {
  static std::optional<std::string> unavailable() { return StockJournald::unavailable(); }

  Namespaced(const std::string& script, const std::vector<std::string>& options)
      : process_({command(script, options), {}, {}}) {}
  static std::vector<std::string> command(const std::string& script,
                                          const std::vector<std::string>& options) {
    std::vector<std::string> argv{"unshare", "-m", "--propagation",       "private", "sh", "-c",
                                  script,    "sh", built_program("logqd")};
    argv.insert(argv.end(), options.begin(), options.end());
    return argv;
  }
  // A path as the process sees it.
  [[nodiscard]] std::string inside(const std::string& path) const {
    return "/proc/" + std::to_string(process_.pid()) + "/root" + path;
  }
  [[nodiscard]] bool await(const std::string& path) const {
    return wait_until([&] { return std::filesystem::exists(inside(path)); });
  }
  ChildProcess process_;
};

TEST(Storage, OfTheSystemIsWhereJournaldHasIt) {
  if (auto why = Namespaced::unavailable()) GTEST_SKIP() << *why;
  if (std::filesystem::is_empty("/etc/machine-id")) GTEST_SKIP() << "no machine id";
  Namespaced logqd(
      "mount -t tmpfs none /run && mkdir -p /run/systemd/system && "
      "mount -t tmpfs none /var/log && exec \"$@\"",
      {});
  ASSERT_TRUE(logqd.await("/run/systemd/journal/stdout")) << logqd.process_.err();
  const std::string machine = read_text_file("/etc/machine-id").substr(0, 32);
  EXPECT_TRUE(
      std::filesystem::exists(logqd.inside("/run/log/journal/" + machine + "/system.journal")));
  EXPECT_FALSE(std::filesystem::exists(logqd.inside("/var/log/journal")));

  logqd.process_.signal(SIGUSR1);

  ASSERT_TRUE(logqd.await("/run/systemd/journal/flushed")) << logqd.process_.err();
  EXPECT_TRUE(
      std::filesystem::exists(logqd.inside("/var/log/journal/" + machine + "/system.journal")));
  EXPECT_FALSE(std::filesystem::exists(logqd.inside("/run/log/journal/" + machine)));
  EXPECT_EQ(logqd.process_.err(), "") << "the distribution's journald.conf gives no warning";
}

TEST(Storage, OfTheSystemIsPersistentAtOnceWithoutSystemd) {
  if (auto why = Namespaced::unavailable()) GTEST_SKIP() << *why;
  if (std::filesystem::is_empty("/etc/machine-id")) GTEST_SKIP() << "no machine id";
  Namespaced logqd("mount -t tmpfs none /run && mount -t tmpfs none /var/log && exec \"$@\"", {});
  ASSERT_TRUE(logqd.await("/run/systemd/journal/stdout")) << logqd.process_.err();

  const std::string machine = read_text_file("/etc/machine-id").substr(0, 32);
  EXPECT_TRUE(
      std::filesystem::exists(logqd.inside("/var/log/journal/" + machine + "/system.journal")));
  EXPECT_FALSE(std::filesystem::exists(logqd.inside("/run/log/journal")));
}

TEST(Storage, ThatCannotBeUsedIsReplacedByVolatileStorageWithOneLine) {
  if (auto why = Namespaced::unavailable()) GTEST_SKIP() << *why;
  for (const char* mount : {"ro", "size=16k"}) {
    const TempDir directory;
    const std::string run = directory.path() + "/run";
    const std::string store = directory.path() + "/store";
    std::filesystem::create_directory(store);
    Namespaced logqd(
        "mount -t tmpfs -o " + std::string(mount) + " none " + store + " && exec \"$@\"",
        {"--runtime-dir=" + run, "--storage-dir=" + store});
    ASSERT_TRUE(logqd.await(run + "/stdout")) << logqd.process_.err();

    EXPECT_EQ(count_journal_files(run + "/journal"), 1U);
    const std::string err = logqd.process_.err();
    EXPECT_TRUE(err.starts_with("logqd: " + store + ": ")) << err;
    EXPECT_TRUE(err.ends_with("; collecting in " + run + "/journal until it can be stored there\n"))
        << err;
    EXPECT_EQ(std::ranges::count(err, '\n'), 1) << err;
    logqd.process_.signal(SIGTERM);
    EXPECT_EQ(logqd.process_.wait().status, 0);
  }
}

TEST(RuntimeDirectory, ThatIsFullCostsNewStreamsAndNotTheCollector) {
  if (auto why = Namespaced::unavailable()) GTEST_SKIP() << *why;
  const TempDir directory;
  const std::string run = directory.path() + "/run";
  std::filesystem::create_directory(run);
  const std::string store = "--storage-dir=" + directory.path() + "/store";
  Namespaced logqd("mount -t tmpfs -o size=12m none " + run + " && exec \"$@\"",
                   {"--runtime-dir=" + run, store});
  ASSERT_TRUE(logqd.await(run + "/stdout")) << logqd.process_.err();
  const std::string filler = logqd.inside(run) + "/filler";
  const CommandResult filled =
      run_command({{"dd", "if=/dev/zero", "of=" + filler, "bs=4k", "status=none"}, {}, {}});
  ASSERT_NE(filled.status, 0) << "dd ends when there is no room";

  const base::UniqueFd stream = connect_unix(logqd.inside(run) + "/stdout", SOCK_STREAM);
  char end = 'x';
  EXPECT_EQ(::read(stream.get(), &end, 1), 0) << "refused";
  NativeSender(logqd.inside(run) + "/socket").send({{"MESSAGE", "by datagram"}});
  std::filesystem::remove(filler);
  const base::UniqueFd later = connect_unix(logqd.inside(run) + "/stdout", SOCK_STREAM);
  ASSERT_EQ(::write(later.get(), "id\n\n6\n0\n0\n0\n0\nby stream\n", 25), 25);

  logqd.process_.signal(SIGTERM);
  EXPECT_EQ(logqd.process_.wait().status, 0);
  const auto stored =
      run_command({{"journalctl", "-q", "-o", "cat", "-D", directory.path() + "/store"}, {}, {}});
  EXPECT_NE(stored.out.find("Dropped 1 streams"), std::string::npos) << stored.out;
  EXPECT_NE(stored.out.find("by datagram\n"), std::string::npos) << stored.out;
  EXPECT_NE(stored.out.find("by stream\n"), std::string::npos) << stored.out;
}

}  // namespace
}  // namespace logq::test
