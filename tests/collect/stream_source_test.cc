// That many streams with much to say leave turns to everybody else.
#include "collect/stream_source.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collect/mortal_store.h"
#include "support/descriptor_limit.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::collect {
namespace {

const Id128 kBoot = Id128::random();
constexpr AreaGeometry kGeometry{1024, 256 * 1024};
constexpr std::size_t kLines = 4000;

class StreamSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (test::raise_descriptor_limit() < 2048) GTEST_SKIP() << "too few descriptors allowed";
    base::UniqueFd listener = test::bind_unix(path(), SOCK_STREAM | SOCK_NONBLOCK);
    ASSERT_GE(sd_event_new(&event_), 0);
    auto area = StreamArea::create(directory_.path() + "/receive-streams", kBoot, kGeometry);
    ASSERT_TRUE(area.has_value());
    ASSERT_TRUE(source_->start(std::move(listener), std::move(*area), event_).has_value());
  }
  void TearDown() override {
    source_.reset();
    sd_event_unref(event_);
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/stdout"; }
  // Streams that have sent kLines lines each.
  [[nodiscard]] std::vector<base::UniqueFd> loud_streams(std::size_t count) const {
    std::string text = "loud\n\n6\n0\n0\n0\n0\n";
    for (std::size_t i = 0; i < kLines; ++i)
      text += "x\n";
    std::vector<base::UniqueFd> streams;
    for (std::size_t i = 0; i < count; ++i) {
      streams.push_back(test::connect_unix(path(), SOCK_STREAM));
      EXPECT_EQ(::send(streams.back().get(), text.data(), text.size(), MSG_NOSIGNAL),
                std::ssize(text));
    }
    return streams;
  }
  // One event of the loop; how many lines were stored for it.
  std::size_t run_once() {
    const std::size_t before = store_.messages.size();
    sd_event_run(event_, 1'000'000);
    return store_.messages.size() - before;
  }

  test::TempDir directory_;
  sd_event* event_ = nullptr;
  MortalStore store_;
  Drops drops_;
  UnitClaims claims_;
  ClientCache cache_{ProcessSources{}, claims_, 64};
  Ingest ingest_{store_, base::Clock::system(), {}, drops_};
  std::unique_ptr<StreamSource> source_ =
      std::make_unique<StreamSource>(StreamServices{ingest_, cache_, drops_}, claims_);
};

TEST_F(StreamSourceTest, AllStreamsTogetherHaveABoundedTurn) {
  const auto streams = loud_streams(kStreamsPerTurn);
  std::size_t most = 0;

  while (store_.messages.size() < kStreamsPerTurn * kLines / 4)
    most = std::max(most, run_once());

  EXPECT_LE(most, kLinesPerRound);
}

TEST_F(StreamSourceTest, NobodyIsAcceptedWhileMoreThanEnoughWaitForTheirTurn) {
  const auto streams = loud_streams(2 * kStreamsWaitingMax);

  // Long enough to accept all of them, and none of them has said all.
  while (store_.messages.size() < kStreamsWaitingMax * kLines / 32)
    run_once();

  EXPECT_GT(source_->connections(), kStreamsWaitingMax / 2);
  EXPECT_LT(source_->connections(), kStreamsWaitingMax + kAcceptsPerWakeup);
}

}  // namespace
}  // namespace logq::collect
