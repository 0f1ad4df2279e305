// What becomes of others' datagrams behind costly ones in the one queue that the socket is. The
// senders here are users other than the collector's own: only root can send as such.
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collect/native_source.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr uid_t kHog = 64'001;
constexpr uid_t kOther = 64'002;
constexpr int kEntriesEach = 1000;
constexpr int kFlood = 8;  // as many as a socket takes with the kernel's own limit of 10

// Keeps the processor busy with every entry that says so.
class CostlyStore final : public EntryStore {
 public:
  [[nodiscard]] std::uint64_t next_seqnum() const override { return messages.size() + 1; }
  Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                               std::span<const std::string_view> payloads) override {
    for (const std::string_view payload : payloads) {
      if (payload.starts_with("MESSAGE=")) messages.emplace_back(payload.substr(8));
    }
    if (messages.back() != "other") burn();
    return messages.size();
  }
  [[nodiscard]] std::ptrdiff_t position_of(std::string_view message) const {
    return std::ranges::find(messages, message) - messages.begin();
  }

  std::vector<std::string> messages;
  std::int64_t usec_each = 10;

 private:
  void burn() const {
    const std::int64_t end = processor_nsec() + usec_each * 1000;
    while (processor_nsec() < end) {
    }
  }
  static std::int64_t processor_nsec() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
  }
};

// A collector's source, and what a successor needs if there is one.
struct Source {
  explicit Source(CostlyStore& store) : ingest(store, base::Clock::system(), {}, drops) {}
  Drops drops;
  UnitClaims claims;
  ClientCache clients{ProcessSources{}, claims, 16};
  Ingest ingest;
  NativeSource native{{ingest, clients, drops}};
};

class DatagramTurns : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can send as other users";
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    client_.reset(pair[0]);
    server_.reset(pair[1]);
    const int buffer = 4 << 20;
    ::setsockopt(client_.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    enable_control(server_.get());
  }
  void start(std::uint32_t slots) {
    source_.native.start(std::move(server_),
                         *ReceiveArea::create(area_path_, boot_id_, {slots, 64 * 1024}));
  }
  void send(uid_t user, std::string bytes) const {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))] = {};
    iovec data{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    *CMSG_FIRSTHDR(&message) = {CMSG_LEN(sizeof(ucred)), SOL_SOCKET, SCM_CREDENTIALS};
    const ucred sender{::getpid(), user, user};
    std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &sender, sizeof sender);
    ASSERT_EQ(::sendmsg(client_.get(), &message, MSG_DONTWAIT), static_cast<ssize_t>(bytes.size()));
  }
  void send_flood(uid_t user) const {
    for (int i = 0; i < kFlood; ++i) {
      std::string entries;
      for (int k = 0; k < kEntriesEach; ++k)
        entries += "MESSAGE=" + std::to_string(i * kEntriesEach + k) + "\n\n";
      send(user, entries);
    }
  }
  void work_until_idle() {
    while (source_.native.work() != NativeSource::Work::kIdle) {
    }
  }
  // Of the flood, in the order in which they were sent and each once.
  void expect_flood_stored() {
    std::erase(store_.messages, "other");
    ASSERT_EQ(store_.messages.size(), kFlood * kEntriesEach);
    for (int i = 0; i < kFlood * kEntriesEach; ++i)
      ASSERT_EQ(store_.messages[static_cast<std::size_t>(i)], std::to_string(i));
  }

  test::TempDir directory_;
  std::string area_path_ = directory_.path() + "/receive";
  Id128 boot_id_ = Id128::random();
  base::UniqueFd client_;
  base::UniqueFd server_;
  CostlyStore store_;
  Source source_{store_};
};

TEST_F(DatagramTurns, AnotherUserIsServedBeforeAFloodIsThrough) {
  start(64);
  send_flood(kHog);
  send(kOther, "MESSAGE=other\n");

  work_until_idle();

  EXPECT_LT(store_.position_of("other"), kFlood * kEntriesEach / 2);
  EXPECT_EQ(source_.drops.total(), 0U);
  expect_flood_stored();
}

TEST_F(DatagramTurns, ALoneSenderLosesNothingHoweverCostly) {
  start(4);
  store_.usec_each = 60;
  send_flood(kHog);

  work_until_idle();

  EXPECT_EQ(source_.drops.total(), 0U);
  expect_flood_stored();
}

TEST_F(DatagramTurns, WhatIsInFrontOfOthersIsRefusedWhenTooMuchIsOwed) {
  start(4);
  store_.usec_each = 60;
  send_flood(kHog);
  send(kOther, "MESSAGE=other\n");

  work_until_idle();

  const std::uint64_t refused = source_.drops.total(DropCause::kDatagramOverflow);
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(store_.messages.size(), (kFlood - refused) * kEntriesEach + 1);
  EXPECT_LT(store_.position_of("other"), static_cast<std::ptrdiff_t>(store_.messages.size()) - 1);
}

TEST_F(DatagramTurns, RootLosesNothing) {
  start(4);
  store_.usec_each = 60;
  send_flood(0);
  send(kOther, "MESSAGE=other\n");

  work_until_idle();

  EXPECT_EQ(source_.drops.total(), 0U);
  EXPECT_LT(store_.position_of("other"), kFlood * kEntriesEach + 1);
  expect_flood_stored();
}

TEST_F(DatagramTurns, ASyncCoversWhatWaits) {
  start(64);
  send_flood(kHog);
  send(kOther, "MESSAGE=other\n");
  source_.native.work();
  source_.native.work();

  source_.native.mark();
  while (!source_.native.has_stored_marked())
    source_.native.work();

  EXPECT_LT(store_.position_of("other"), kFlood * kEntriesEach);
  expect_flood_stored();
}

TEST_F(DatagramTurns, AStopStoresWhatWaits) {
  start(64);
  send_flood(kHog);
  send(kOther, "MESSAGE=other\n");
  for (int i = 0; i < 3; ++i)
    source_.native.work();
  ASSERT_LT(store_.messages.size(), kFlood * kEntriesEach);

  source_.native.finish_received();

  expect_flood_stored();
}

TEST_F(DatagramTurns, ASuccessorGoesOnWhereUsersHadGot) {
  start(64);
  send_flood(kHog);
  send(kOther, "MESSAGE=other\n");
  for (int i = 0; i < 3; ++i)
    source_.native.work();
  ASSERT_LT(store_.messages.size(), kFlood * kEntriesEach);

  Source successor(store_);
  auto area = ReceiveArea::open_existing(area_path_, boot_id_);
  area->area->resolve_progress(store_.messages.size());
  successor.native.replay(*area->area);

  EXPECT_EQ(std::ranges::count(store_.messages, "other"), 1);
  expect_flood_stored();
}

}  // namespace
}  // namespace logq::collect
