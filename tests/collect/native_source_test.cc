#include "collect/native_source.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "collect/driver_messages.h"
#include "collect/source_fixture.h"
#include "support/descriptor_limit.h"
#include "support/input_peer.h"

namespace logq::collect {
namespace {

constexpr std::size_t kDescriptorsOfAMessage = 253;  // SCM_MAX_FD of the kernel

class FullStore final : public EntryStore {
 public:
  [[nodiscard]] std::uint64_t next_seqnum() const override { return messages.size() + 1; }
  Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                               std::span<const std::string_view> payloads) override {
    if (is_full) return fail(Error::system(ENOSPC, "append"));
    if (std::ranges::find(payloads, "MESSAGE=huge") != payloads.end()) {
      return fail(Error::make(Errc::kTooLarge, "entry is larger than readers take"));
    }
    for (const std::string_view payload : payloads) {
      if (payload.starts_with("MESSAGE=")) messages.emplace_back(payload.substr(8));
      if (payload.starts_with("_PID=")) pids.emplace_back(payload.substr(5));
    }
    return messages.size();
  }
  std::vector<std::string> messages;
  std::vector<std::string> pids;
  bool is_full = false;
};

class NativeSourceTest : public NativeSourceFixture<FullStore> {
 protected:
  NativeSourceTest() : NativeSourceFixture(4, 1) {}
};

TEST_F(NativeSourceTest, CountsAnEntryWhoseDescriptorFoundNoPlace) {
  const base::UniqueFd file(::memfd_create("journal-data", MFD_CLOEXEC));
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  *CMSG_FIRSTHDR(&message) = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  const int number = file.get();
  std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &number, sizeof(int));
  ASSERT_EQ(::sendmsg(client_.get(), &message, 0), 0);

  {
    const test::DescriptorLimit none(3);
    source_.work();
  }

  EXPECT_EQ(drops_.total(DropCause::kReceiveFailed), 1U);
}

// close(2) of a TCP socket waits for as long as whoever passed it said.
TEST_F(NativeSourceTest, LetsNoSocketThatIsPassedLinger) {
  const auto lingers = [](const base::UniqueFd& socket) {
    linger found{};
    socklen_t size = sizeof(found);
    EXPECT_EQ(::getsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &found, &size), 0);
    return found.l_onoff != 0;
  };
  const linger long_time{1, 3600};
  std::vector<base::UniqueFd> sockets;
  for (std::size_t i = 0; i < kDescriptorsOfAMessage; ++i) {
    const int socket = sockets.emplace_back(::socket(AF_INET, SOCK_STREAM, 0)).get();
    ASSERT_EQ(::setsockopt(socket, SOL_SOCKET, SO_LINGER, &long_time, sizeof(long_time)), 0);
  }
  test::send_datagram(client_, {"", sockets, ::getuid()});

  source_.work();

  EXPECT_EQ(drops_.total(DropCause::kDescriptorExtra), 1U);
  EXPECT_EQ(std::ranges::count_if(sockets, lingers), 0);
}

TEST_F(NativeSourceTest, StoresWhatItHoldsEvenWhenThereIsNoTimeForMore) {
  std::string entries;
  for (std::size_t i = 0; i < kWorkPerWakeup + 10; ++i)
    entries += "MESSAGE=x\n\n";
  const int buffer = 1 << 20;
  ::setsockopt(client_.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  send(entries);
  ASSERT_EQ(source_.work(), NativeSource::Work::kMore);

  source_.finish_received();

  EXPECT_EQ(store_.messages.size(), kWorkPerWakeup + 10);
}

TEST_F(NativeSourceTest, LeavesLargeEntriesForFurtherTurns) {
  const int buffer = 4 << 20;
  ::setsockopt(client_.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  const std::string large = "MESSAGE=" + std::string(60'000, 'x') + "\n";
  const std::size_t in_one_turn = kWorkPerWakeup * kBytesPerUnitOfWork / large.size() + 1;
  ASSERT_LT(in_one_turn, 4U);
  for (int i = 0; i < 4; ++i)
    send(large);

  EXPECT_EQ(source_.work(), NativeSource::Work::kMore);
  EXPECT_EQ(store_.messages.size(), in_one_turn);
  source_.work();
  EXPECT_EQ(store_.messages.size(), 4U);
}

TEST_F(NativeSourceTest, ReportsDropsOnceTheStoreTakesEntriesAgain) {
  DriverMessages driver(ingest_, clients_, drops_);
  store_.is_full = true;
  send("MESSAGE=a\n");
  send("MESSAGE=b\n");
  source_.work();
  driver.report_drops(ingest_.monotonic_usec());
  EXPECT_TRUE(drops_.has_unreported());

  store_.is_full = false;
  clock_.time.monotonic_usec += 2 * kDropReportIntervalUsec;
  ingest_.refresh_time();
  driver.report_drops(ingest_.monotonic_usec());

  EXPECT_EQ(store_.messages,
            (std::vector<std::string>{"Dropped 2 entries that could not be stored"}));
}

TEST_F(NativeSourceTest, AnEntryThatIsRefusedCostsNoOther) {
  send("MESSAGE=a\n\nMESSAGE=huge\n\nMESSAGE=b\n");
  send("MESSAGE=huge\n");
  send("MESSAGE=c\n");

  source_.work();

  EXPECT_EQ(store_.messages, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(drops_.total(DropCause::kStoreFailed), 2U);
}

// The cache has room for one of them only, and their entries are stored together.
TEST_F(NativeSourceTest, EntriesOfSeveralSendersKeepTheirOwnMetadata) {
  send("MESSAGE=a\n");
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::send(client_.get(), "MESSAGE=b\n", 10, 0) == 10 ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  send("MESSAGE=c\n");

  source_.work();

  const std::string own = std::to_string(::getpid());
  EXPECT_EQ(store_.messages, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(store_.pids, (std::vector<std::string>{own, std::to_string(child), own}));
}

TEST_F(NativeSourceTest, AnObjectOutlivesTheLookUpOfItsSender) {
  const ClientMetadata& object = clients_.find_object(::getppid(), 1);

  clients_.find({{::getpid(), 0, 0}}, 1);

  EXPECT_EQ(object.value(TrustedField::kPid), std::to_string(::getppid()));
}

}  // namespace
}  // namespace logq::collect
