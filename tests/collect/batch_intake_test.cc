#include "collect/batch_intake.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "collect/mortal_store.h"
#include "support/batch_client.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

using test::batch_message;
using Texts = std::vector<std::string>;

constexpr AreaGeometry kSmall{8, 16 * 1024};
const Id128 kBoot = Id128::random();
const Id128 kClient = *Id128::parse("00112233445566778899aabbccddeeff");

// What a collector consists of, without its sockets.
struct Parts {
  Parts(EntryStore& store, const std::string& directory)
      : ingest(store, base::Clock::system(), {}, drops),
        table(std::move(*BatchClients::open(directory + "/batch-clients", kBoot, 32))) {}
  Drops drops;
  UnitClaims claims;
  ClientCache clients{ProcessSources{}, claims, 64};
  Ingest ingest;
  BatchClients table;
  BatchIntake intake{{ingest, clients, drops}, table};
};

class BatchIntakeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    client_.emplace(base::UniqueFd(pair[0]), kClient);
    server_.reset(pair[1]);
    enable_control(server_.get());
  }
  [[nodiscard]] std::string area_path() const { return directory_.path() + "/receive-batch"; }
  // Receives what was sent and takes it.
  BatchOutcome take(Parts& parts) {
    auto area = ReceiveArea::create(area_path(), kBoot, kSmall);
    EXPECT_TRUE(area->receive(server_.get()).has_value());
    const BatchOutcome outcome = parts.intake.take(*area, Descriptors::kTake, id_);
    EXPECT_FALSE(area->next_received(0).has_value());
    return outcome;
  }
  // What a successor makes of the area, until `kill_at` stops it, too.
  void replay(int kill_at) {
    MortalStore next;
    next.messages = store_.messages;
    next.kill_at = kill_at;
    Parts parts(next, directory_.path());
    auto existing = ReceiveArea::open_existing(area_path(), kBoot);
    existing->area->resolve_progress(next.messages.size());
    std::optional<Id128> id;
    try {
      parts.intake.take(*existing->area, Descriptors::kForget, id);
    } catch (const Killed&) {
    }
    store_.messages = next.messages;
  }

  test::TempDir directory_;
  MortalStore store_;
  std::optional<test::BatchClient> client_;
  base::UniqueFd server_;
  std::optional<Id128> id_;
};

TEST_F(BatchIntakeTest, StoresBatchesInOrderAndSaysHowFarItIs) {
  Parts parts(store_, directory_.path());
  client_->send(1, {"a", "b"});
  client_->send(2, {"c"});

  const BatchOutcome outcome = take(parts);

  EXPECT_EQ(store_.messages, (Texts{"a", "b", "c"}));
  EXPECT_EQ(outcome.ack, (wire::BatchAck{2, 3, 0, 0, 0}));
  EXPECT_FALSE(outcome.refusal.has_value());
  EXPECT_FALSE(outcome.ended);
}

TEST_F(BatchIntakeTest, StoresABatchThatIsSentAgainOnce) {
  Parts parts(store_, directory_.path());
  client_->send(1, {"a"});
  client_->send(2, {"b"});
  client_->send(1, {"a"});
  client_->send(2, {"b"});
  take(parts);
  client_->send(2, {"b"});
  client_->send(5, {"c"});

  const BatchOutcome outcome = take(parts);

  EXPECT_EQ(store_.messages, (Texts{"a", "b", "c"}));
  EXPECT_EQ(outcome.ack, (wire::BatchAck{5, 3, 0, 0, 0}));
}

TEST_F(BatchIntakeTest, AnswersAQuestionOfAStrangerWithoutKeepingItInMind) {
  Parts parts(store_, directory_.path());
  client_->ask();

  const BatchOutcome outcome = take(parts);

  EXPECT_EQ(outcome.ack, wire::BatchAck{});
  EXPECT_EQ(parts.table.size(), 0U);
}

TEST_F(BatchIntakeTest, TellsWhatBecameOfEntries) {
  Parts parts(store_, directory_.path());
  parts.ingest.set_limits({}, 4, {});
  std::string message = batch_message(kClient, 1, {"a", "b", "c", "d"});
  message.insert(message.find("MESSAGE=a"), "PRIORITY=4\n");
  message.replace(message.find("MESSAGE=c"), 9, "message=c");  // which ends the batch
  client_->send_bytes(message);

  const BatchOutcome outcome = take(parts);

  EXPECT_EQ(store_.messages, (Texts{"a"}));
  EXPECT_EQ(outcome.ack, (wire::BatchAck{1, 1, 1, 2, 0}));
  EXPECT_EQ(parts.drops.total(DropCause::kBatchEntry), 2U);
}

TEST_F(BatchIntakeTest, CountsWhatIsBehindTheEntriesThatABatchSaysItHas) {
  Parts parts(store_, directory_.path());
  client_->send_bytes(batch_message(kClient, 1, {"a"}) + "\nMESSAGE=b\n\nMESSAGE=c\n");

  const BatchOutcome outcome = take(parts);

  EXPECT_EQ(store_.messages, (Texts{"a"}));
  EXPECT_EQ(outcome.ack, (wire::BatchAck{1, 1, 0, 1, 0}));
  EXPECT_EQ(parts.drops.total(DropCause::kBatchEntry), 1U);
}

TEST_F(BatchIntakeTest, TellsWhatTheJournalCouldNotTake) {
  class FullStore final : public EntryStore {
   public:
    [[nodiscard]] std::uint64_t next_seqnum() const override { return 1; }
    Result<std::uint64_t> append(const journal::EntryTime& /*time*/,
                                 std::span<const std::string_view> /*payloads*/) override {
      return fail(Error::system(ENOSPC, "append"));
    }
  };
  FullStore full;
  Parts parts(full, directory_.path());
  client_->send(1, {"a", "b"});

  EXPECT_EQ(take(parts).ack, (wire::BatchAck{1, 0, 0, 0, 2}));
}

TEST_F(BatchIntakeTest, EntriesWithBinaryFieldsAreStoredWhole) {
  Parts parts(store_, directory_.path());
  client_->send(1, {"two\nlines", "one", "three\nmore\nlines"});

  EXPECT_EQ(take(parts).ack->stored, 3U);
  EXPECT_EQ(store_.messages, (Texts{"two\nlines", "one", "three\nmore\nlines"}));
}

struct Bad {
  const char* name;
  std::string message;
  wire::RefusalReason reason;
};

std::string changed(std::size_t offset, char value) {
  std::string message = batch_message(kClient, 2, {"x"});
  message[offset] = value;
  return message;
}

TEST_F(BatchIntakeTest, RefusesWhatBreaksARuleAndTakesNothingBehindIt) {
  using enum wire::RefusalReason;
  for (const Bad& bad :
       {Bad{"garbage", "\1\1garbage", kMalformed}, Bad{"version", changed(0, 9), kUnsupported},
        Bad{"flags", changed(2, 1), kUnsupported}, Bad{"type", changed(1, 77), kUnsupported},
        Bad{"number", changed(8, 0), kMalformed}, Bad{"another id", changed(16, 9), kMalformed},
        Bad{"entries", changed(5, 3), kTooLarge},
        Bad{"bytes", batch_message(kClient, 2, {std::string(20'000, 'x')}), kTooLarge}}) {
    SCOPED_TRACE(bad.name);
    const test::TempDir directory;
    MortalStore store;
    Parts parts(store, directory.path());
    client_->send(1, {"a"});
    client_->send_bytes(bad.message);
    client_->send(3, {"b"});
    id_.reset();

    const BatchOutcome outcome = take(parts);

    EXPECT_EQ(store.messages, Texts{"a"});
    EXPECT_EQ(outcome.ack, (wire::BatchAck{1, 1, 0, 0, 0}));
    ASSERT_TRUE(outcome.refusal.has_value());
    EXPECT_EQ(outcome.refusal->reason, bad.reason);
    EXPECT_EQ(parts.drops.total(DropCause::kBatchRefused), 1U);
  }
}

TEST_F(BatchIntakeTest, RefusesDescriptors) {
  Parts parts(store_, directory_.path());
  std::string text = batch_message(kClient, 1, {"a"});
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  *CMSG_FIRSTHDR(&message) = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  const int number = client_->fd();
  std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &number, sizeof(int));
  ASSERT_GT(::sendmsg(client_->fd(), &message, 0), 0);

  EXPECT_EQ(take(parts).refusal, (wire::BatchRefusal{wire::RefusalReason::kMalformed, 1}));
}

TEST_F(BatchIntakeTest, KnowsTheEndOfAConnection) {
  Parts parts(store_, directory_.path());
  client_->send(1, {"a"});
  client_->close();

  const BatchOutcome outcome = take(parts);

  EXPECT_EQ(store_.messages, Texts{"a"});
  EXPECT_TRUE(outcome.ended);
}

// Overwrites bytes of headers and slots, and of the first two messages.
void damage(const std::string& path, std::mt19937& random) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::size_t heads = std::size_t{kSmall.slots} * 1024;
  for (int i = 0; i < 60; ++i) {
    const std::size_t in_message = heads + (random() % 2) * kDatagramDenseBytes + random() % 80;
    const std::size_t at = i % 2 == 0 ? random() % heads : in_message;
    file.seekp(static_cast<std::streamoff>(4096 + at));
    file.put(static_cast<char>(random()));
  }
}

// What a predecessor left is trusted no more than a file from a stranger.
TEST_F(BatchIntakeTest, TrustsNothingInAnArea) {
  std::mt19937 random(11);
  for (std::uint64_t round = 0; round < 200; ++round) {
    {
      auto area = ReceiveArea::create(area_path(), kBoot, kSmall);
      client_->send(1, {"a", "b"});
      client_->send(2, {"two\nlines", "b"});
      ASSERT_EQ(area->receive(server_.get()).value(), 2U);
    }
    damage(area_path(), random);
    MortalStore store;
    const test::TempDir directory;
    Parts parts(store, directory.path());
    auto existing = ReceiveArea::open_existing(area_path(), kBoot);
    ASSERT_TRUE(existing->area.has_value());
    existing->area->resolve_progress(round);
    std::optional<Id128> id;

    parts.intake.take(*existing->area, Descriptors::kForget, id);

    EXPECT_LE(store.messages.size(), 200U);
    EXPECT_FALSE(existing->area->next_received(0).has_value());
  }
}

// Killed between the two steps: the table knows, and the slots are not released yet.
TEST_F(BatchIntakeTest, BatchesThatTheTableKnowsAreNotTakenFromAnAreaAgain) {
  client_->send(1, {"a", "b"});
  client_->send(2, {"c"});
  const std::string copy = directory_.path() + "/copy";
  {
    Parts parts(store_, directory_.path());
    auto area = ReceiveArea::create(area_path(), kBoot, kSmall);
    ASSERT_EQ(area->receive(server_.get()).value(), 2U);
    std::filesystem::copy_file(area_path(), copy);
    parts.intake.take(*area, Descriptors::kTake, id_);
  }
  std::filesystem::rename(copy, area_path());

  replay(-1);

  EXPECT_EQ(store_.messages, (Texts{"a", "b", "c"}));
}

class BatchReplay : public BatchIntakeTest, public ::testing::WithParamInterface<int> {
 protected:
  void take_until_killed() {
    store_.kill_at = GetParam();
    try {
      Parts parts(store_, directory_.path());
      take(parts);
    } catch (const Killed&) {
    }
  }
};

// The client hears nothing, and sends everything again.
TEST_P(BatchReplay, StoresEveryEntryOnceWhenEverythingIsSentAgain) {
  const auto send_all = [&] {
    client_->send(1, {"a", "b", "c"});
    client_->send(2, {"d"});
    client_->send(3, {"e\ne", "f"});
  };
  send_all();
  take_until_killed();

  replay(GetParam() % 5);  // killed again on its way
  replay(-1);
  store_.kill_at = -1;
  Parts parts(store_, directory_.path());
  client_->ask();
  EXPECT_EQ(take(parts).ack, (wire::BatchAck{3, 6, 0, 0, 0}));
  send_all();
  take(parts);

  EXPECT_EQ(store_.messages, (Texts{"a", "b", "c", "d", "e\ne", "f"}));
}

TEST_P(BatchReplay, NothingBehindARefusedBatchIsTakenLater) {
  client_->send(1, {"a", "b"});
  client_->send_bytes(changed(16, 9));
  client_->send(3, {"c"});
  take_until_killed();

  replay(GetParam() % 3);
  replay(-1);

  EXPECT_EQ(store_.messages, (Texts{"a", "b"}));
}

INSTANTIATE_TEST_SUITE_P(AtEveryStep, BatchReplay, ::testing::Range(0, 18));

}  // namespace
}  // namespace logq::collect
