// What a predecessor left in the runtime directory is trusted no more than a file from a stranger.
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "collect/native_source.h"
#include "collect/stream_source.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr AreaGeometry kSmall{2, 16 * 1024};
constexpr int kRounds = 500;
const Id128 kBoot = Id128::random();

class CountingStore final : public EntryStore {
 public:
  [[nodiscard]] std::uint64_t next_seqnum() const override { return count + 1; }
  Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                               std::span<const std::string_view> payloads) override {
    for (const std::string_view payload : payloads)
      bytes += payload.size() + static_cast<unsigned char>(payload.empty() ? 0 : payload.back());
    return ++count;
  }
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

class DamagedArea : public ::testing::Test {
 protected:
  void SetUp() override {
    sources_.proc = directory_.path();  // damaged PIDs have no facts
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    base::UniqueFd client(pair[0]);
    const base::UniqueFd server(pair[1]);
    enable_control(server.get());
    auto area = ReceiveArea::create(datagrams(), kBoot, kSmall);
    for (const std::string_view text : {"MESSAGE=a\n\nMESSAGE=b\n", "MESSAGE=c\n"})
      ASSERT_GT(::send(client.get(), text.data(), text.size(), 0), 0);
    ASSERT_EQ(area->receive(server.get()).value(), 2U);

    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    client.reset(pair[0]);
    const base::UniqueFd stream(pair[1]);
    const std::string_view lines = "id\nu.service\n6\n1\n0\n0\n0\none\ntwo\nrest";
    ASSERT_GT(::send(client.get(), lines.data(), lines.size(), 0), 0);
    auto streams_area = StreamArea::create(streams(), kBoot, StreamArea::geometry_for(79, 2));
    ASSERT_TRUE(streams_area->region(*streams_area->acquire()).read(stream.get()).has_value());
  }
  [[nodiscard]] std::string datagrams() const { return directory_.path() + "/receive"; }
  [[nodiscard]] std::string streams() const { return directory_.path() + "/receive-streams"; }

  // The number of entries a successor stores.
  std::uint64_t replay() {
    CountingStore store;
    Drops drops;
    UnitClaims claims;
    ClientCache clients(sources_, claims, 64);
    Ingest ingest(store, base::Clock::system(), {}, drops);
    auto received = ReceiveArea::open_existing(datagrams(), kBoot);
    auto lines = StreamArea::open_existing(streams(), kBoot);
    EXPECT_TRUE(received.has_value());
    EXPECT_TRUE(lines.has_value());
    if (received->area.has_value()) {
      received->area->resolve_progress(0);
      NativeSource({ingest, clients, drops}).replay(*received->area);
    }
    if (lines->area.has_value()) {
      lines->area->resolve_progress(0);
      const StreamServices services{ingest, clients, drops, 79, ::getuid()};
      StreamSource(services, claims).replay(*lines->area);
    }
    return store.count;
  }

  test::TempDir directory_;
  ProcessSources sources_;
};

TEST_F(DamagedArea, IsReplayedWholeWhenItIsNot) {
  EXPECT_EQ(replay(), 6U);
  EXPECT_EQ(replay(), 0U);
}

TEST_F(DamagedArea, NeverStopsTheSuccessorWhicheverBitsAreFlipped) {
  const std::string good_datagrams = test::read_text_file(datagrams());
  const std::string good_streams = test::read_text_file(streams());
  std::mt19937 random(1);
  const auto damaged = [&](std::string bytes) {
    // Most of a file is empty: flips go where something stands.
    for (std::size_t flips = 1 + random() % 8; flips > 0;) {
      char& byte = bytes[random() % bytes.size()];
      if (byte == 0 && random() % 64 != 0) continue;
      byte = static_cast<char>(byte ^ (1 << random() % 8));
      --flips;
    }
    return bytes;
  };
  for (int round = 0; round < kRounds; ++round) {
    test::write_text_file(datagrams(), damaged(good_datagrams));
    test::write_text_file(streams(), damaged(good_streams));
    replay();
  }
  SUCCEED();
}

TEST_F(DamagedArea, IsSetAsideWhereverItIsCutOff) {
  const std::string good = test::read_text_file(datagrams());
  for (std::size_t size = 0; size < good.size(); size += 997) {
    test::write_text_file(datagrams(), good.substr(0, size));
    const auto existing = ReceiveArea::open_existing(datagrams(), kBoot);
    ASSERT_TRUE(existing.has_value());
    EXPECT_TRUE(existing->set_aside) << size;
  }
}

TEST_F(DamagedArea, IsSetAsideWhenItIsNoFileOfOurs) {
  std::filesystem::rename(datagrams(), directory_.path() + "/elsewhere");
  std::filesystem::create_symlink("elsewhere", datagrams());
  std::filesystem::remove(streams());
  std::filesystem::create_directory(streams());

  const auto link = ReceiveArea::open_existing(datagrams(), kBoot);
  const auto directory = StreamArea::open_existing(streams(), kBoot);

  EXPECT_TRUE(link.has_value() && link->set_aside);
  EXPECT_TRUE(directory.has_value() && directory->set_aside);
}

TEST_F(DamagedArea, IsSetAsideWhenSomebodyElseMadeIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(datagrams().c_str(), 65534, 65534), 0);

  const auto existing = ReceiveArea::open_existing(datagrams(), kBoot);

  EXPECT_TRUE(existing.has_value() && existing->set_aside);
}

}  // namespace
}  // namespace logq::collect
