#include "collect/batch_clients.h"

#include <unistd.h>

#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace logq::collect {
namespace {

// As many records as a page of the file has.
constexpr std::size_t kFew = 32;

class BatchClientsTest : public ::testing::Test {
 protected:
  [[nodiscard]] BatchClients open() const {
    return std::move(*BatchClients::open(path(), boot_, kFew));
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/batch-clients"; }
  static BatchClient client(std::uint8_t number, uid_t uid = 1000) {
    BatchClient client{{}, uid};
    client.id.bytes[3] = number;
    client.id.bytes[0] = 1;
    return client;
  }

  test::TempDir directory_;
  Id128 boot_ = Id128::random();
};

TEST_F(BatchClientsTest, KnowNothingOfAStranger) {
  EXPECT_EQ(open().find(client(1)), wire::BatchAck{});
}

TEST_F(BatchClientsTest, RememberTheLastCommitBeyondTheProcess) {
  {
    BatchClients clients = open();
    clients.commit(client(1), {1, 10, 0, 0, 0}, 1);
    clients.commit(client(2), {8, 1, 2, 3, 4}, 2);
    clients.commit(client(1), {2, 20, 1, 0, 0}, 3);
  }

  const BatchClients clients = open();

  EXPECT_EQ(clients.size(), 2U);
  EXPECT_EQ(clients.find(client(1)), (wire::BatchAck{2, 20, 1, 0, 0}));
  EXPECT_EQ(clients.find(client(2)), (wire::BatchAck{8, 1, 2, 3, 4}));
}

TEST_F(BatchClientsTest, TellUsersWithTheSameIdApart) {
  BatchClients clients = open();
  clients.commit(client(1, 1000), {5, 5, 0, 0, 0}, 1);

  EXPECT_EQ(clients.find(client(1, 1001)).number, 0U);
}

TEST_F(BatchClientsTest, ForgetTheOneThatWasQuietForLongest) {
  BatchClients clients = open();
  ASSERT_EQ(clients.capacity(), kFew);
  for (std::uint8_t i = 0; i < kFew; ++i)
    clients.commit(client(i, i), {1, 1, 0, 0, 0}, 100U + i);
  clients.commit(client(0, 0), {2, 2, 0, 0, 0}, 200);

  clients.commit(client(99, 99), {1, 1, 0, 0, 0}, 201);

  EXPECT_EQ(clients.size(), kFew);
  EXPECT_EQ(clients.find(client(0, 0)).number, 2U);
  EXPECT_EQ(clients.find(client(1, 1)).number, 0U);
  EXPECT_EQ(clients.find(client(99, 99)).number, 1U);
  EXPECT_EQ(open().size(), kFew) << "as a successor sees it";
}

TEST_F(BatchClientsTest, AUserWithManyClientsCostsOthersNothing) {
  BatchClients clients = open();
  clients.commit(client(1, 1), {7, 7, 0, 0, 0}, 1);

  for (std::uint8_t i = 0; i < 200; ++i)
    clients.commit(client(i, 1000), {1, 1, 0, 0, 0}, 10U + i);

  EXPECT_EQ(clients.find(client(1, 1)).number, 7U);
  EXPECT_EQ(clients.find(client(199, 1000)).number, 1U);
}

TEST_F(BatchClientsTest, ClientsOfAnotherBootAreGone) {
  open().commit(client(1), {1, 1, 0, 0, 0}, 1);
  boot_ = Id128::random();

  EXPECT_EQ(open().size(), 0U);
  EXPECT_NE(::access((path() + ".old").c_str(), F_OK), 0);
}

TEST_F(BatchClientsTest, TrustNothingInTheFile) {
  open().commit(client(1), {1, 1, 0, 0, 0}, 1);
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    {
      std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(4096);
      for (int i = 0; i < 4096; ++i)
        file.put(static_cast<char>(random() % 4 == 0 ? random() : 1));
    }
    BatchClients clients = open();
    for (std::uint8_t i = 0; i < 50; ++i)
      clients.commit(client(i), {i, 1, 0, 0, 0}, i);
    EXPECT_LE(clients.size(), kFew);
    EXPECT_EQ(clients.find(client(49)).number, 49U);
  }
}

}  // namespace
}  // namespace logq::collect
