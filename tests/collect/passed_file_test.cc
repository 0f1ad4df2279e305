// Entries that come as a file descriptor: what is taken, what is refused and counted, and that
// stock journald decides the same.
#include "collect/passed_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "support/memfd.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::collect {
namespace {

using test::kAllSeals;
using test::make_memfd;
using MessageSender = PassedFile::Sender;

base::UniqueFd sparse_memfd(std::uint64_t size) {
  base::UniqueFd fd(::memfd_create("journal-data", MFD_ALLOW_SEALING | MFD_CLOEXEC));
  EXPECT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
  EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, kAllSeals), 0);
  return fd;
}

base::UniqueFd file_at(const std::string& path, std::string_view text, int flags = 0) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  return fd;
}

TEST(PassedFile, TakesASealedMemfdOfAnybody) {
  const auto file = PassedFile::take(make_memfd("MESSAGE=x\n"), MessageSender::kUser);

  ASSERT_TRUE(file.has_value()) << file.error().message();
  EXPECT_EQ(std::string_view(file->bytes().data(), file->bytes().size()), "MESSAGE=x\n");
}

TEST(PassedFile, TakesAnUnsealedFileOfAUserOnlyDirectlyInATemporaryDirectory) {
  char name[] = "/tmp/logq-passed-XXXXXX";
  const base::UniqueFd made(::mkostemp(name, O_CLOEXEC));
  const base::UniqueFd file = file_at(name, "MESSAGE=x\n");
  const auto direct = PassedFile::take(base::UniqueFd(::dup(file.get())), MessageSender::kUser);
  ::unlink(name);
  const test::TempDir below;

  EXPECT_TRUE(direct.has_value());
  EXPECT_FALSE(
      PassedFile::take(file_at(below.path() + "/f", "x"), MessageSender::kUser).has_value());
  EXPECT_FALSE(PassedFile::take(make_memfd("x", F_SEAL_SHRINK), MessageSender::kUser).has_value());
}

TEST(PassedFile, TakesAnyRegularFileOfRootsButNoOther) {
  const test::TempDir directory;
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const base::UniqueFd write_end(pipe[1]);

  EXPECT_TRUE(PassedFile::take(make_memfd("x", F_SEAL_SHRINK), MessageSender::kRoot).has_value());
  EXPECT_TRUE(
      PassedFile::take(file_at(directory.path() + "/f", "x"), MessageSender::kRoot).has_value());
  EXPECT_FALSE(
      PassedFile::take(file_at(directory.path() + "/g", "x", O_APPEND), MessageSender::kRoot));
  EXPECT_FALSE(
      PassedFile::take(file_at(directory.path() + "/h", ""), MessageSender::kRoot).has_value());
  EXPECT_FALSE(PassedFile::take(base::UniqueFd(pipe[0]), MessageSender::kRoot).has_value());
}

TEST(PassedFile, LimitsTheSizeByTheSender) {
  constexpr std::uint64_t kMiB = 1 << 20;

  EXPECT_TRUE(PassedFile::take(sparse_memfd(32 * kMiB), MessageSender::kUser).has_value());
  EXPECT_FALSE(PassedFile::take(sparse_memfd(32 * kMiB + 1), MessageSender::kUser).has_value());
  EXPECT_TRUE(PassedFile::take(sparse_memfd(33 * kMiB), MessageSender::kRoot).has_value());
  EXPECT_FALSE(PassedFile::take(sparse_memfd(771 * kMiB), MessageSender::kRoot).has_value());
}

// Everything a client may try with descriptors, then a datagram that tells the end.
class DescriptorClient {
 public:
  explicit DescriptorClient(const std::string& socket_path)
      : fd_(test::connect_unix(socket_path, SOCK_DGRAM)) {}

  void send_all() {
    const std::string large = "BIG=" + std::string(300'000, 'b') + "\nMESSAGE=sealed, large\n";
    send("", make_memfd(large));
    send("", make_memfd("MESSAGE=one of two\n\nMESSAGE=two of two\n"));
    send("", make_memfd("MESSAGE=unsealed of root\n", F_SEAL_SHRINK));
    send("MESSAGE=payload and descriptor\n", make_memfd("MESSAGE=beside a payload\n"));
    send_all_of("", two(make_memfd("MESSAGE=first\n"), make_memfd("MESSAGE=second\n")));
    send("", make_memfd(""));
    send("", base::UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
    send_all_of("MESSAGE=end\n", {});
  }

 private:
  static std::vector<base::UniqueFd> two(base::UniqueFd a, base::UniqueFd b) {
    std::vector<base::UniqueFd> both;
    both.push_back(std::move(a));
    both.push_back(std::move(b));
    return both;
  }
  void send(std::string_view payload, base::UniqueFd fd) {
    std::vector<base::UniqueFd> one;
    one.push_back(std::move(fd));
    send_all_of(payload, one);
  }
  void send_all_of(std::string_view payload, const std::vector<base::UniqueFd>& fds) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 2)] = {};
    iovec data{const_cast<char*>(payload.data()), payload.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      *header = {CMSG_LEN(sizeof(int) * fds.size()), SOL_SOCKET, SCM_RIGHTS};
      for (std::size_t i = 0; i < fds.size(); ++i) {
        const int number = fds[i].get();
        std::memcpy(CMSG_DATA(header) + i * sizeof(int), &number, sizeof(int));
      }
    }
    ASSERT_EQ(::sendmsg(fd_.get(), &message, MSG_NOSIGNAL), static_cast<ssize_t>(payload.size()));
  }

  base::UniqueFd fd_;
};

std::set<std::string> messages_of(const std::vector<test::JournalFields>& entries) {
  std::set<std::string> messages;
  for (const auto& entry : entries) {
    if (entry.at("_TRANSPORT") == "journal") messages.insert(entry.at("MESSAGE"));
  }
  return messages;
}

std::vector<test::JournalFields> entries_of(const test::PrivateLogqd& logqd) {
  logqd.sync();
  return test::parse_export(logqd.read("journalctl", {"-q", "-a", "-o", "export"}).out);
}

std::size_t open_descriptors(const test::PrivateLogqd& logqd) {
  const std::string pid = test::read_text_file(logqd.runtime_dir() + "/logqd.pid");
  const std::filesystem::directory_iterator all("/proc/" + pid.substr(0, pid.find('\n')) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(Descriptors, AreTreatedAsStockJournaldTreatsThem) {
  if (auto why = test::StockJournald::unavailable()) GTEST_SKIP() << *why;
  test::StockJournald journald;
  const test::PrivateLogqd logqd;

  DescriptorClient(journald.native_socket()).send_all();
  DescriptorClient(logqd.native_socket()).send_all();

  std::set<std::string> ours;
  std::set<std::string> theirs;
  EXPECT_TRUE(test::wait_until([&] {
    ours = messages_of(entries_of(logqd));
    theirs = messages_of(journald.entries());
    return ours.contains("end") && theirs.contains("end");
  }));
  EXPECT_EQ(ours, theirs);
  EXPECT_TRUE(ours.contains("sealed, large"));
}

TEST(Descriptors, AreCountedWhenDroppedAndNeverKept) {
  const test::PrivateLogqd logqd;
  DescriptorClient client(logqd.native_socket());
  client.send_all();
  // Two with unexpected descriptors and two in unacceptable ones; a user's unsealed one as well.
  const std::uint64_t expected = ::geteuid() == 0 ? 4 : 5;
  std::uint64_t dropped = 0;
  EXPECT_TRUE(test::wait_until([&] {
    dropped = 0;
    for (const auto& entry : entries_of(logqd)) {
      if (entry.contains("N_DROPPED")) dropped += std::stoull(entry.at("N_DROPPED"));
    }
    return dropped >= expected;
  }));
  EXPECT_EQ(dropped, expected);
  const std::size_t before = open_descriptors(logqd);

  for (int i = 0; i < 20; ++i)
    client.send_all();

  entries_of(logqd);
  EXPECT_TRUE(test::wait_until([&] { return open_descriptors(logqd) <= before; }));
}

}  // namespace
}  // namespace logq::collect
