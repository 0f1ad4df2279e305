#include "collect/batch_connection.h"

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "collect/limits.h"
#include "support/batch_client.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr AreaGeometry kGeometry{kBatchSlots, kBatchMessageBytes};

class BatchConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    client_.emplace(base::UniqueFd(pair[0]));
    connection_.emplace(base::UniqueFd(pair[1]), uid_t{0});
    const int buffer = 1 << 20;
    ::setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
    auto area =
        ReceiveArea::create(directory_.path() + "/receive-batch", Id128::random(), kGeometry);
    ASSERT_TRUE(area.has_value());
    area_.emplace(std::move(*area));
  }
  void send(const std::vector<std::string>& texts) { ASSERT_TRUE(client_->send(++number_, texts)); }
  void release_all() {
    for (auto slot = area_->next_received(0); slot.has_value(); slot = area_->next_received(*slot))
      area_->release(*slot);
  }
  BatchReceipt receive() {
    release_all();
    return connection_->receive(*area_);
  }

  test::TempDir directory_;
  std::uint64_t number_ = 0;
  std::optional<test::BatchClient> client_;
  std::optional<BatchConnection> connection_;
  std::optional<ReceiveArea> area_;
};

TEST_F(BatchConnectionTest, ATurnHasNoMoreMessagesThanThereAreSlots) {
  for (std::size_t i = 0; i < kBatchSlots + 2; ++i)
    send({"small"});

  const BatchReceipt first = receive();
  EXPECT_EQ(first.messages, kBatchSlots);
  EXPECT_TRUE(first.is_full);
  const BatchReceipt second = receive();
  EXPECT_EQ(second.messages, 2U);
  EXPECT_FALSE(second.is_full);
  EXPECT_EQ(receive().messages, 0U);
}

TEST_F(BatchConnectionTest, ATurnEndsWithTheMessageWhoseEntriesAreEnough) {
  const std::vector<std::string> many(kBatchWorkPerTurn / 2, "x");
  for (int i = 0; i < 3; ++i)
    send(many);

  const BatchReceipt receipt = receive();

  EXPECT_EQ(receipt.messages, 2U);
  EXPECT_TRUE(receipt.is_full);
}

TEST_F(BatchConnectionTest, ATurnEndsWithTheMessageWhoseBytesAreEnough) {
  const std::string third(kBatchWorkPerTurn * kBytesPerUnitOfWork / 3, 'x');
  for (int i = 0; i < 4; ++i)
    send({third});

  const BatchReceipt receipt = receive();

  EXPECT_EQ(receipt.messages, 3U);
  EXPECT_TRUE(receipt.is_full);
}

TEST_F(BatchConnectionTest, OneMessageIsTakenHoweverLargeItIs) {
  send({std::string(kBatchMessageBytes - 100, 'x')});
  send({"next"});

  const BatchReceipt receipt = receive();

  EXPECT_EQ(receipt.messages, 1U);
  EXPECT_TRUE(receipt.is_full);
}

TEST_F(BatchConnectionTest, ATurnEndsWithTheConnection) {
  send({"a"});
  client_->end_sending();

  const BatchReceipt receipt = receive();

  EXPECT_EQ(receipt.messages, 2U) << "the empty one is the end";
  EXPECT_EQ(area_->size(1), 0U);
  EXPECT_FALSE(receipt.is_full);
  EXPECT_FALSE(receipt.failed);
}

TEST_F(BatchConnectionTest, GetsAllThatAClientSentThatClosedWithoutReading) {
  connection_->greet();
  send({"a"});
  send({"b"});
  client_.reset();

  const BatchReceipt receipt = receive();

  EXPECT_EQ(receipt.messages, 3U) << "and the end";
  EXPECT_FALSE(receipt.failed);
}

}  // namespace
}  // namespace logq::collect
