// The same kernel records to stock journald and to logqd, and the same entries expected of both.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "collect/configured_logqd.h"
#include "support/child_process.h"
#include "support/fake_kmsg.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

// Records as the kernel writes them, and some that it would not.
class RecordGenerator {
 public:
  explicit RecordGenerator(std::uint32_t seed) : random_(seed) {}

  std::string next() {
    if (one_of(20)) return broken();
    sequence_ += one_of(15) ? 1 + below(9) : 1;
    return std::to_string(priority()) + "," + std::to_string(sequence_ - 1) + "," +
           std::to_string(below(1U << 30)) + pick({"", ",-", ",c", ",-,caller=T1"}) + ";" + text() +
           "\n" + dictionary();
  }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool one_of(std::uint32_t count) { return below(count) == 0; }
  std::string pick(const std::vector<std::string>& choices) {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }
  std::uint32_t priority() { return one_of(2) ? below(8) : below(200); }
  std::string broken() {
    return pick({"6,1,2,-;no end", "6,1,2,-\n", "x,1,2,-;a\n", "6,x,2,-;a\n", "6,1,x,-;a\n", "6\n",
                 "1000,1,2,-;a\n", "-1,1,2,-;a\n"});
  }
  std::string text() {
    std::string words = pick({"", "ident: ", "ident[12]: ", "ident[]: ", "[12]: ", ": ",
                              "a b: ", " ident[7]: ", "ident[1]:", "i\\x20d: ", "ident[a b]: "});
    for (std::uint32_t i = below(6); i > 0; --i)
      words += pick({"word ", "\\x0a", "\\x5c", "\\xc3\\xa4", "\\x00", "\\x7f", ";", "=", "\\x09",
                     "\\x1b[0m", " "});
    return words;
  }
  std::string dictionary() {
    if (!one_of(3)) return "";
    std::string lines;
    for (std::uint32_t i = below(4); i > 0; --i)
      lines += " " + pick({"SUBSYSTEM=pci", "A=", "B_1=x\\x0ay", "C=\\x5c=", "SUBSYSTEM=usb"}) +
               std::to_string(below(3)) + "\n";
    if (one_of(2))
      lines += " DEVICE=" + pick({"b254:0", "c1:3", "n1", "+none:x", "b9999:1"}) + "\n";
    return lines + pick({"", "junk\n"});
  }

  std::mt19937 random_;
  std::uint64_t sequence_ = 0;
};

bool is_compared(const std::string& name) {
  for (const char* prefix : {"_KERNEL_", "_UDEV_", "SYSLOG_"}) {
    if (name.starts_with(prefix)) return true;
  }
  return name == "MESSAGE" || name == "PRIORITY" || name == "_SOURCE_MONOTONIC_TIMESTAMP";
}

// What was stored of the kernel's messages, and of those that were missed, in order.
std::vector<OrderedFields> kernel_entries(const std::string& directory) {
  const CommandResult read =
      run_command({{"journalctl", "-q", "-o", "export", "--all", "-D", directory,
                    "_TRANSPORT=kernel", "+", "MESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606"},
                   {},
                   {}});
  std::vector<OrderedFields> entries = parse_export_in_order(read.out);
  for (OrderedFields& entry : entries) {
    const bool is_report =
        std::ranges::any_of(entry, [](const auto& field) { return field.second == "driver"; });
    std::erase_if(entry, [is_report](const auto& field) {
      return is_report ? field.first != "MESSAGE" : !is_compared(field.first);
    });
    std::ranges::sort(entry);
  }
  return entries;
}

TEST(KernelDifferential, StoresWhatStockJournaldStores) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const FakeKmsg theirs_kmsg;
  const FakeKmsg ours_kmsg;
  StockJournald journald("ReadKMsg=yes\n", {theirs_kmsg.path(), -1, ""});
  const ConfiguredLogqd logqd("[Journal]\nReadKMsg=yes\n[Logq]\nKMsgPath=" + ours_kmsg.path() +
                              "\n");
  RecordGenerator generator(20260731);
  theirs_kmsg.wait_until_read();  // what journald itself writes into it
  for (int i = 0; i < 2000; ++i) {
    const std::string record = generator.next();
    theirs_kmsg.send(record);
    ours_kmsg.send(record);
  }
  theirs_kmsg.wait_until_read();
  ours_kmsg.wait_until_read();
  journald.sync();
  logqd.sync();

  const auto theirs = kernel_entries(journald.storage_dir());
  const auto ours = kernel_entries(logqd.storage_dir());

  EXPECT_GT(theirs.size(), 1500U);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < theirs.size(); ++i)
    ASSERT_EQ(ours[i], theirs[i]) << i;
}

// Of each message that both had when the test began: when it was written, and what it says.
std::vector<OrderedFields> between(std::vector<OrderedFields> entries,
                                   std::uint64_t first,
                                   std::uint64_t last) {
  std::erase_if(entries, [&](const OrderedFields& entry) {
    const auto usec =
        std::ranges::find(entry, "_SOURCE_MONOTONIC_TIMESTAMP", &OrderedFields::value_type::first);
    const bool is_journalds =
        std::ranges::find(entry, OrderedFields::value_type("SYSLOG_IDENTIFIER",
                                                           "systemd-journald")) != entry.end();
    if (usec == entry.end() || is_journalds) return true;
    const std::uint64_t at = std::stoull(usec->second);
    return at < first || at > last;
  });
  return entries;
}

std::uint64_t first_usec(const std::vector<OrderedFields>& entries) {
  for (const OrderedFields& entry : entries) {
    for (const auto& [name, value] : entry) {
      if (name == "_SOURCE_MONOTONIC_TIMESTAMP") return std::stoull(value);
    }
  }
  return 0;
}

TEST(KernelDifferential, ReadsTheRealDeviceAsStockJournaldDoes) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  if (::access("/dev/kmsg", R_OK) != 0) GTEST_SKIP() << "/dev/kmsg cannot be read here";
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto last = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000;
  StockJournald journald("ReadKMsg=yes\n");
  const ConfiguredLogqd logqd("[Journal]\nReadKMsg=yes\n");
  journald.sync();
  logqd.sync();

  const auto theirs = kernel_entries(journald.storage_dir());
  const auto ours = kernel_entries(logqd.storage_dir());

  const std::uint64_t first = std::max(first_usec(theirs), first_usec(ours));
  EXPECT_EQ(between(ours, first, last), between(theirs, first, last));
  EXPECT_FALSE(theirs.empty() && !ours.empty());
}

}  // namespace
}  // namespace logq::test
