#include "collect/receive_area.h"

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "collect/control_message.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr AreaGeometry kSmallArea{4, 256 * 1024};
const Id128 kBoot = Id128::random();

class ReceiveAreaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    client_.reset(pair[0]);
    server_.reset(pair[1]);
    const int buffer = 1 << 20;
    ::setsockopt(client_.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    enable_control(server_.get());
  }

  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/receive"; }

  test::TempDir directory_;
  base::UniqueFd client_;
  base::UniqueFd server_;
};

TEST_F(ReceiveAreaTest, HandsASuccessorWhatWasReceivedAndNotReleased) {
  {
    auto area = ReceiveArea::create(path(), kBoot, kSmallArea);
    ASSERT_TRUE(area.has_value());
    send("first");
    send("second");
    ASSERT_EQ(area->receive(server_.get()).value(), 2U);
    area->release(0);
  }

  auto existing = ReceiveArea::open_existing(path(), kBoot);

  ASSERT_TRUE(existing.has_value() && existing->area.has_value());
  EXPECT_EQ(existing->area->next_received(0), 1U);
  EXPECT_EQ(existing->area->datagram(1), "second");
  EXPECT_EQ(existing->area->next_received(2), std::nullopt);
}

TEST_F(ReceiveAreaTest, KeepsTheCredentialsOfAReplayedDatagram) {
  {
    auto area = ReceiveArea::create(path(), kBoot, kSmallArea);
    send("x");
    ASSERT_EQ(area->receive(server_.get()).value(), 1U);
  }

  auto existing = ReceiveArea::open_existing(path(), kBoot);
  const ControlData control =
      parse_control(existing->area->message(0), kControlBytes, Descriptors::kForget);

  ASSERT_TRUE(control.credentials.has_value());
  EXPECT_EQ(control.credentials->pid, ::getpid());
  EXPECT_TRUE(control.realtime_usec.has_value());
}

TEST_F(ReceiveAreaTest, PutsALargeDatagramTogether) {
  auto area = ReceiveArea::create(path(), kBoot, kSmallArea);
  std::string large(200'000, 'a');
  large[kDatagramDenseBytes - 1] = 'b';
  large[kDatagramDenseBytes] = 'c';
  send(large);

  ASSERT_EQ(area->receive(server_.get()).value(), 1U);

  EXPECT_EQ(area->datagram(0), large);
}

TEST_F(ReceiveAreaTest, TellsThatADatagramWasTruncated) {
  auto area = ReceiveArea::create(path(), kBoot, kSmallArea);
  send(std::string(300'000, 'a'));

  ASSERT_EQ(area->receive(server_.get()).value(), 1U);

  EXPECT_NE(area->message(0).msg_flags & MSG_TRUNC, 0);
}

TEST_F(ReceiveAreaTest, SetsAsideTheFileOfAnotherBoot) {
  { ASSERT_TRUE(ReceiveArea::create(path(), kBoot, kSmallArea).has_value()); }

  auto existing = ReceiveArea::open_existing(path(), Id128::random());

  ASSERT_TRUE(existing.has_value());
  EXPECT_FALSE(existing->area.has_value());
  EXPECT_TRUE(existing->set_aside);
  EXPECT_TRUE(std::filesystem::exists(path() + ".old"));
}

TEST_F(ReceiveAreaTest, SetsAsideATruncatedFile) {
  { ASSERT_TRUE(ReceiveArea::create(path(), kBoot, kSmallArea).has_value()); }
  std::filesystem::resize_file(path(), 10'000);

  auto existing = ReceiveArea::open_existing(path(), kBoot);

  ASSERT_TRUE(existing.has_value());
  EXPECT_TRUE(existing->set_aside);
}

TEST(ProgressWord, SurvivesPacking) {
  const ProgressWord word{(std::uint64_t{1} << 46) - 1, true, 0xabcd};

  EXPECT_EQ(ProgressWord::unpack(word.pack()), word);
}

TEST(ProgressWord, AnEntryInProgressIsStoredWhenTheTailHasItsNumber) {
  const ProgressWord found{7, true, 0x0002};

  EXPECT_EQ(resolve(found, 0x50002, 8).position, 8U);
  EXPECT_EQ(resolve(found, 0x50001, 8).position, 7U);
  EXPECT_EQ(resolve({7, false, 0}, 0x50000, 8).position, 7U);
}

}  // namespace
}  // namespace logq::collect
