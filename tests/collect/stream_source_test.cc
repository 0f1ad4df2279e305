// That many streams with much to say leave turns to everybody else.
#include "collect/stream_source.h"

#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collect/mortal_store.h"
#include "collect/source_fixture.h"
#include "collect/test_event.h"
#include "support/descriptor_limit.h"
#include "support/unix_socket.h"

namespace logq::collect {
namespace {

constexpr AreaGeometry kGeometry{1024, 256 * 1024};
constexpr std::size_t kLines = 4000;

class StreamSourceTest : public SourceFixture<MortalStore> {
 protected:
  void SetUp() override {
    if (test::raise_descriptor_limit() < 2048) GTEST_SKIP() << "too few descriptors allowed";
    base::UniqueFd listener = test::bind_unix(path(), SOCK_STREAM | SOCK_NONBLOCK);
    auto area = StreamArea::create(directory_.path() + "/receive-streams", boot_, kGeometry);
    ASSERT_TRUE(area.has_value());
    ASSERT_TRUE(source_.start(std::move(listener), std::move(*area), event_.get()).has_value());
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
    sd_event_run(event_.get(), 1'000'000);
    return store_.messages.size() - before;
  }

  TestEvent event_;
  StreamSource source_{StreamServices{ingest_, clients_, drops_}, claims_};
};

TEST_F(StreamSourceTest, AllStreamsTogetherHaveABoundedTurn) {
  const auto streams = loud_streams(kStreamsPerTurn);
  std::size_t most = 0;

  while (store_.messages.size() < kStreamsPerTurn * kLines / 4)
    most = std::max(most, run_once());

  EXPECT_LE(most, kLinesPerRound);
}

// Strangers may ask for one.
TEST_F(StreamSourceTest, TheTurnOfASyncIsNoLarger) {
  const auto streams = loud_streams(kStreamsPerTurn);
  std::size_t most = 0;

  source_.mark();
  for (bool is_all = false; !is_all;) {
    const std::size_t before = store_.messages.size();
    is_all = source_.store_marked();
    most = std::max(most, store_.messages.size() - before);
  }

  EXPECT_EQ(store_.messages.size(), kStreamsPerTurn * kLines);
  EXPECT_LE(most, kLinesPerRound);
}

TEST_F(StreamSourceTest, NobodyIsAcceptedWhileMoreThanEnoughWaitForTheirTurn) {
  const auto streams = loud_streams(2 * kStreamsWaitingMax);

  // Long enough to accept all of them, and none of them has said all.
  while (store_.messages.size() < kStreamsWaitingMax * kLines / 32)
    run_once();

  EXPECT_GT(source_.connections(), kStreamsWaitingMax / 2);
  EXPECT_LT(source_.connections(), kStreamsWaitingMax + kAcceptsPerWakeup);
}

}  // namespace
}  // namespace logq::collect
