// The same audit records to stock journald and to our source, and the same entries expected.
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "collect/audit_messages.h"
#include "collect/audit_source.h"
#include "collect/recording_store.h"
#include "support/child_process.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

// Records as the kernel writes them, and some that it would not.
class RecordGenerator {
 public:
  std::string next() {
    if (one_of(25)) return broken();
    return "audit(" + std::to_string(below(2'000'000'000)) + "." +
           pick({"0", "000", "123", "1500"}) + ":" + std::to_string(below(1000)) +
           "):" + pick({" ", "", "  "}) + kernel_part();
  }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool one_of(std::uint32_t count) { return below(count) == 0; }
  std::string pick(const std::vector<std::string>& choices) {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }
  std::string broken() {
    return pick({"", "audit", "audit(1.2:3): ", "audit(1.2:3) a=1", "audit(1.2): a=1",
                 "audit(x.2:3): a=1", std::string("audit(1.2:3): a=1\0b=2", 21),
                 "noaudit(1.2:3): a"});
  }
  std::string value() {
    return pick({"1",
                 "0",
                 "-1",
                 "",
                 "(null)",
                 "\"text\"",
                 "\"two words\"",
                 "\"\"",
                 "\"unended",
                 "6C73",
                 "6c73002D6C0A",
                 "6C7",
                 "6G",
                 "zz",
                 "\"a\"b",
                 "41\"x\"",
                 "a=b",
                 "'q'",
                 "4294967295",
                 "0041ff"});
  }
  std::string name() {
    return pick({"pid",
                 "ppid",
                 "uid",
                 "euid",
                 "fsuid",
                 "gid",
                 "egid",
                 "fsgid",
                 "tty",
                 "ses",
                 "auid",
                 "subj",
                 "comm",
                 "exe",
                 "proctitle",
                 "path",
                 "dev",
                 "name",
                 "cwd",
                 "cmd",
                 "acct",
                 "op",
                 "res",
                 "arch",
                 "a0",
                 "old-x",
                 "A_b",
                 "a23456789012345",
                 "a234567890123456",
                 "",
                 "a.b",
                 "pidx",
                 "9"});
  }
  std::string fields() {
    std::string text;
    for (std::uint32_t i = below(one_of(30) ? 90 : 9); i > 0; --i)
      text += pick({" ", " ", " ", "  ", "\t", ""}) +
              (one_of(12) ? "{ word }" : name() + "=" + value());
    return text;
  }
  std::string kernel_part() {
    std::string text = "type=1" + fields();
    if (one_of(3)) text += " msg='" + fields() + pick({"'", "'", "'", "' x=1", "", " '"});
    return text;
  }

  std::mt19937 random_{20260801};
};

// A socket that a test can send to as the kernel does, but for its name.
class AuditSocket {
 public:
  AuditSocket()
      : receiver_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK)),
        sender_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK)) {
    address_.nl_family = AF_NETLINK;
    socklen_t size = sizeof(address_);
    void* generic = &address_;
    const int on = 1;
    // As its unit does: credentials are attached when a message is queued.
    ::setsockopt(receiver_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
    ::bind(receiver_.get(), static_cast<const sockaddr*>(generic), size);
    ::getsockname(receiver_.get(), static_cast<sockaddr*>(generic), &size);
  }
  [[nodiscard]] int fd() const { return receiver_.get(); }
  // Waits while the receiver has no room.
  [[nodiscard]] bool send(const std::string& message) const {
    const void* generic = &address_;
    return wait_until(
        [&] {
          return ::sendto(sender_.get(), message.data(), message.size(), 0,
                          static_cast<const sockaddr*>(generic), sizeof(address_)) >= 0;
        },
        std::chrono::seconds(20));
  }

 private:
  base::UniqueFd receiver_;
  base::UniqueFd sender_;
  sockaddr_nl address_{};
};

using Entry = std::vector<std::string>;

// What a record itself says, sorted, each field once as in a journal.
Entry comparable(Entry entry) {
  std::erase_if(entry, [](const std::string& payload) {
    for (const char* prefix :
         {"__", "_BOOT_ID=", "_MACHINE_ID=", "_HOSTNAME=", "_RUNTIME_SCOPE="}) {
      if (payload.starts_with(prefix)) return true;
    }
    return false;
  });
  std::ranges::sort(entry);
  entry.erase(std::unique(entry.begin(), entry.end()), entry.end());
  return entry;
}

std::vector<Entry> their_entries(const StockJournald& journald) {
  std::vector<Entry> entries;
  const std::string exported = journald.journalctl({"-o", "export", "--all", "_TRANSPORT=audit"});
  for (const OrderedFields& fields : parse_export_in_order(exported)) {
    Entry& entry = entries.emplace_back();
    for (const auto& [name, value] : fields)
      entry.push_back(name + "=" + value);
    entry = comparable(entry);
  }
  return entries;
}

std::vector<Entry> our_entries(const std::vector<std::string>& messages) {
  RecordingStore store;
  collect::Drops drops;
  collect::Ingest ingest(store, base::Clock::system(), {}, drops);
  collect::AuditSource source({ingest, drops});
  for (const std::string& message : messages)
    source.take_message(message);
  std::vector<Entry> entries;
  for (const Entry& entry : store.entries)
    entries.push_back(comparable(entry));
  return entries;
}

std::vector<std::string> generate(int count) {
  RecordGenerator generator;
  std::vector<std::string> messages;
  for (int i = 0; i < count; ++i)
    messages.push_back(audit_message(AUDIT_SYSCALL, generator.next()));
  // Every type, but for those that are younger than journald 252.
  for (int type = 1000; type < 3000; ++type) {
    if (type < 1420 || type > 1426) messages.push_back(audit_message(type, "audit(1.0:1): x"));
  }
  return messages;
}

TEST(AuditDifferential, StoresWhatStockJournaldStores) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const AuditSocket socket;
  const std::vector<std::string> messages = generate(2000);
  StockJournald journald("Audit=\n", {"", socket.fd(), LOGQ_KERNEL_SHIM});
  if (!socket.send(messages[0])) GTEST_SKIP() << "this kernel lets nobody send: " << errno;
  for (std::size_t i = 1; i < messages.size(); ++i)
    ASSERT_TRUE(socket.send(messages[i])) << i;
  std::vector<Entry> ours = our_entries(messages);

  std::vector<Entry> theirs;
  wait_until(
      [&] {
        journald.sync();
        theirs = their_entries(journald);
        return theirs.size() >= ours.size();
      },
      std::chrono::seconds(20));

  ASSERT_EQ(ours.size(), theirs.size());
  EXPECT_GT(ours.size(), 3500U);
  for (std::size_t i = 0; i < theirs.size(); ++i)
    ASSERT_EQ(ours[i], theirs[i]) << i;
}

}  // namespace
}  // namespace logq::test
