#include "collect/batch_source.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <gtest/gtest.h>

#include "collect/mortal_store.h"
#include "collect/source_fixture.h"
#include "collect/test_event.h"
#include "support/batch_client.h"
#include "support/descriptor_limit.h"
#include "support/unix_socket.h"

namespace logq::collect {
namespace {

using Texts = std::vector<std::string>;

constexpr AreaGeometry kSmallWindow{4, 64 * 1024};

class BatchSourceTest : public SourceFixture<MortalStore> {
 protected:
  void SetUp() override {
    base::UniqueFd listener = test::bind_unix(path(), SOCK_SEQPACKET | SOCK_NONBLOCK);
    auto area = ReceiveArea::create(directory_.path() + "/receive-batch", boot_, kSmallWindow);
    ASSERT_TRUE(source_.start(std::move(listener), std::move(*area), event_.get()).has_value());
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/logq"; }
  // Until there is nothing to do.
  int work() const {
    int rounds = 0;
    while (rounds < 100'000 && sd_event_run(event_.get(), 0) > 0)
      ++rounds;
    return rounds;
  }
  // Whether the client can send more.
  static bool has_room(const test::BatchClient& client, std::uint64_t number) {
    return client.send_bytes(test::batch_message(client.id(), number, {std::string(20'000, 'x')}),
                             MSG_DONTWAIT);
  }

  TestEvent event_;
  BatchSource source_{
      DatagramServices{ingest_, clients_, drops_},
      std::move(*BatchClients::open(directory_.path() + "/batch-clients", boot_, 32))};
};

TEST_F(BatchSourceTest, SaysHelloBeforeAnythingElse) {
  const test::BatchClient client(path());

  work();

  EXPECT_EQ(client.poll(), wire::BatchReply(wire::BatchHello{262'144, 512, 64}));
  EXPECT_FALSE(client.poll().has_value());
}

TEST_F(BatchSourceTest, AcknowledgesSeveralBatchesAtOnce) {
  const test::BatchClient client(path());
  for (std::uint64_t number = 1; number <= 3; ++number)
    client.send(number, {std::to_string(number)});

  work();

  EXPECT_TRUE(client.poll().has_value());
  EXPECT_EQ(client.poll(), wire::BatchReply(wire::BatchAck{3, 3, 0, 0, 0}));
  EXPECT_FALSE(client.poll().has_value());
}

TEST_F(BatchSourceTest, StoresWhatAClientLeftBehindThatNeverListened) {
  {
    const test::BatchClient client(path());
    client.send(1, {"a"});
    work();
    client.send(2, {"b"});
    client.send(3, {"c"});
  }
  work();

  EXPECT_EQ(store_.messages, (Texts{"a", "b", "c"}));
  EXPECT_EQ(source_.connections(), 0U);
  EXPECT_EQ(drops_.total(), 0U);
}

TEST_F(BatchSourceTest, AClientThatStopsSendingIsStillAnswered) {
  const test::BatchClient client(path());
  client.send(1, {"a"});
  client.end_sending();

  work();

  EXPECT_TRUE(client.await_ack(1).has_value());
  EXPECT_EQ(source_.connections(), 0U);
}

TEST_F(BatchSourceTest, DoesNotReadFromAClientThatNeverReads) {
  const test::BatchClient deaf(path());
  std::uint64_t sent = 0;
  for (int quiet_rounds = 0; quiet_rounds < 3 && sent < 100'000; work()) {
    if (has_room(deaf, sent + 1)) {
      ++sent;
      quiet_rounds = 0;
    } else {
      ++quiet_rounds;
    }
  }
  EXPECT_LT(store_.messages.size(), sent) << "the rest is in its own send buffer";
  const test::BatchClient other(path());
  other.send(1, {"heard"});
  work();
  EXPECT_EQ(store_.messages.back(), "heard");
  EXPECT_LT(work(), 3) << "nothing is left to do until it reads";

  // Once it does, it finds out about everything.
  std::uint64_t acknowledged = 0;
  while (const auto reply = deaf.poll()) {
    if (const auto* ack = std::get_if<wire::BatchAck>(&*reply)) acknowledged = ack->number;
    work();
  }
  EXPECT_EQ(acknowledged, sent);
}

TEST_F(BatchSourceTest, StoresWhatADeafClientSentBeforeItWent) {
  std::uint64_t sent = 0;
  {
    const test::BatchClient deaf(path());
    for (; has_room(deaf, sent + 1) && sent < 100'000; ++sent)
      work();
  }
  work();

  EXPECT_EQ(store_.messages.size(), sent);
  EXPECT_EQ(source_.connections(), 0U);
}

TEST_F(BatchSourceTest, TellsWhoSendsGarbageOnceAndHangsUp) {
  const test::BatchClient client(path());
  client.send(1, {"a"});
  for (int i = 0; i < 20; ++i)
    client.send_bytes("\1\1garbage");
  client.send(2, {"b"});

  work();

  EXPECT_EQ(client.await_ack(1), (wire::BatchAck{1, 1, 0, 0, 0}));
  EXPECT_EQ(client.await_refusal(), (wire::BatchRefusal{wire::RefusalReason::kMalformed, 0}));
  EXPECT_FALSE(client.receive().has_value());
  EXPECT_FALSE(client.send(3, {"c"}));
  EXPECT_EQ(store_.messages, Texts{"a"});
  EXPECT_EQ(source_.connections(), 0U);
}

TEST_F(BatchSourceTest, ReconnectingClientsAskAndGoOn) {
  const Id128 id = Id128::random();
  {
    const test::BatchClient first(path(), id);
    first.send(1, {"a"});
    first.send(2, {"b"});
    work();
  }
  const test::BatchClient second(path(), id);
  second.ask();
  work();
  ASSERT_EQ(second.await_ack(0), (wire::BatchAck{2, 2, 0, 0, 0}));

  second.send(2, {"b"});
  second.send(3, {"c"});
  work();

  EXPECT_EQ(second.await_ack(3), (wire::BatchAck{3, 3, 0, 0, 0}));
  EXPECT_EQ(store_.messages, (Texts{"a", "b", "c"}));
}

// A busy one has more waiting than a turn takes.
TEST_F(BatchSourceTest, GivesEverybodyATurn) {
  const test::BatchClient busy(path());
  const test::BatchClient other(path());
  for (std::uint64_t number = 1; number <= 30; ++number)
    busy.send(number, {"busy"});
  other.send(1, {"other"});

  work();

  const auto at = std::ranges::find(store_.messages, "other") - store_.messages.begin();
  EXPECT_LE(at, 8) << "two turns of four batches";
  EXPECT_EQ(store_.messages.size(), 31U);
}

TEST_F(BatchSourceTest, LeavesTurnsToOtherSources) {
  const test::BatchClient clients[2]{test::BatchClient(path()), test::BatchClient(path())};
  for (std::uint64_t number = 1; number <= 20; ++number) {
    for (const test::BatchClient& client : clients)
      client.send(number, {"batch"});
  }
  struct Other {
    const MortalStore& store;
    std::vector<std::size_t> stored_before;
  } other{store_, {}};
  const base::UniqueFd busy(::eventfd(1, EFD_CLOEXEC));
  sd_event_source* always = nullptr;
  const auto note = [](sd_event_source*, int, std::uint32_t, void* self) {
    auto* seen = static_cast<Other*>(self);
    seen->stored_before.push_back(seen->store.messages.size());
    return 0;
  };
  ASSERT_GE(sd_event_add_io(event_.get(), &always, busy.get(), EPOLLIN, note, &other), 0);

  while (store_.messages.size() < 40 && other.stored_before.size() < 1000)
    sd_event_run(event_.get(), 0);
  sd_event_source_disable_unref(always);

  EXPECT_EQ(store_.messages.size(), 40U);
  for (std::size_t i = 1; i < other.stored_before.size(); ++i)
    EXPECT_LE(other.stored_before[i] - other.stored_before[i - 1], 4U) << "one turn of one client";
}

TEST_F(BatchSourceTest, TurnsAwayWhoFindsNoRoom) {
  if (test::raise_descriptor_limit() < 2 * kBatchConnectionsMax + 64)
    GTEST_SKIP() << "too few descriptors allowed";
  std::vector<std::unique_ptr<test::BatchClient>> clients;
  for (std::size_t i = 0; i < kBatchConnectionsMax; ++i) {
    clients.push_back(std::make_unique<test::BatchClient>(path()));
    if (i % 32 == 0) work();
  }
  const test::BatchClient late(path());
  work();

  EXPECT_EQ(late.await_refusal(), (wire::BatchRefusal{wire::RefusalReason::kTooManyClients, 0}));
  EXPECT_EQ(source_.refused(), 1U);
  EXPECT_TRUE(clients.back()->receive().has_value());
  clients.pop_back();
  work();
  const test::BatchClient next(path());
  work();
  EXPECT_EQ(next.poll(), wire::BatchReply(wire::BatchHello{262'144, 512, 64}));
}

TEST_F(BatchSourceTest, AUserLeavesRoomForOthers) {
  constexpr uid_t kUser = 65533;
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  if (test::raise_descriptor_limit() < 4 * kBatchConnectionsOfUser)
    GTEST_SKIP() << "too few descriptors allowed";
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0666), 0);
  std::vector<std::unique_ptr<test::BatchClient>> clients;
  for (std::size_t i = 0; i <= kBatchConnectionsOfUser; ++i) {
    ASSERT_EQ(::seteuid(kUser), 0);
    clients.push_back(std::make_unique<test::BatchClient>(path()));
    ASSERT_EQ(::seteuid(0), 0);
    if (i % 32 == 0) work();
  }
  const test::BatchClient other(path());
  work();

  EXPECT_EQ(clients.back()->await_refusal(),
            (wire::BatchRefusal{wire::RefusalReason::kTooManyClients, 0}));
  EXPECT_EQ(source_.connections(), kBatchConnectionsOfUser + 1);
  EXPECT_EQ(other.poll(), wire::BatchReply(wire::BatchHello{262'144, 512, 64}));
}

TEST_F(BatchSourceTest, TurnsAwayAndCountsWhoFindsNoDescriptor) {
  work();  // UBSan needs a descriptor to look at a class for the first time
  const test::BatchClient late(path());
  {
    const test::DescriptorLimit few(128);
    std::vector<base::UniqueFd> all;
    do {
      all.emplace_back(::dup(STDERR_FILENO));
    } while (all.back().is_open());
    work();
  }

  EXPECT_EQ(source_.refused(), 1U);
  EXPECT_EQ(source_.connections(), 0U);
  EXPECT_FALSE(late.receive().has_value()) << "closed";
}

TEST_F(BatchSourceTest, ASyncWaitsForWhatWasSentBeforeItAndNoLonger) {
  const test::BatchClient before(path());
  for (std::uint64_t number = 1; number <= 10; ++number)
    before.send(number, {"before"});
  source_.mark();
  EXPECT_FALSE(source_.store_marked());
  for (std::uint64_t number = 11; number <= 20; ++number)
    before.send(number, {"later"});

  int steps = 2;
  while (!source_.store_marked() && steps < 100)
    ++steps;

  EXPECT_EQ(std::ranges::count(store_.messages, "before"), 10);
  EXPECT_LT(std::ranges::count(store_.messages, "later"), 10);
  EXPECT_EQ(steps, 3) << "of four batches each";
}

TEST_F(BatchSourceTest, AStopStoresWhatWasSentAndEndsThough) {
  const test::BatchClient waiting(path());  // not accepted yet
  waiting.send(1, {"a"});
  waiting.send(2, {"b"});

  source_.stop_senders();
  EXPECT_FALSE(waiting.send(3, {"c"}));
  int rounds = 0;
  while (source_.drain_once() && rounds < 100)
    ++rounds;

  EXPECT_EQ(store_.messages, (Texts{"a", "b"}));
  EXPECT_EQ(waiting.await_ack(2), (wire::BatchAck{2, 2, 0, 0, 0}));
  EXPECT_FALSE(waiting.receive().has_value());
}

}  // namespace
}  // namespace logq::collect
