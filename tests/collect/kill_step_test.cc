// A collector stores what it has received one instruction at a time, and after each of them a
// successor is tried on what a kill would leave there: every entry is stored exactly once.
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "collect/batch_intake.h"
#include "collect/native_source.h"
#include "collect/shared_store.h"
#include "collect/stream_intake.h"
#include "collect/syslog_source.h"
#include "collect/watched_file.h"
#include "support/batch_client.h"
#include "support/single_steps.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

using Messages = SharedStore::Messages;

constexpr AreaGeometry kSmallStep{4, 64 * 1024};
const Id128 kBoot = Id128::random();
const Id128 kClient = *Id128::parse("00112233445566778899aabbccddeeff");

// What a collector consists of, without its loop.
struct Parts {
  explicit Parts(SharedStore& to) : store(to), ingest(store, base::Clock::system(), {}, drops) {}
  [[nodiscard]] DatagramServices services() { return {ingest, clients, drops}; }
  SharedStore& store;
  Drops drops;
  UnitClaims claims;
  ClientCache clients{ProcessSources{}, claims, 64};
  Ingest ingest;
};

std::string area_path(const std::string& directory) {
  return directory + "/area";
}

// What a predecessor left.
template <typename Area>
Area take_over(const Parts& parts, const std::string& directory) {
  auto existing = Area::open_existing(area_path(directory), kBoot);
  existing->area->resolve_progress(parts.store.size());
  return std::move(*existing->area);
}

class KillStep : public ::testing::Test {
 protected:
  // Stores what has come, with what it receives into in a directory.
  using Work = std::function<void(Parts& parts, const std::string& directory)>;

  void SetUp() override {
    if (!test::can_run_in_steps()) GTEST_SKIP() << "no process may be traced here";
    std::filesystem::create_directory(live());
  }

  void open_pair(int type) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair), 0);
    client_.reset(pair[0]);
    server_.reset(pair[1]);
    enable_control(server_.get());
  }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }

  // Has `work` store `sent`, in steps, and `replay` what is left after each of them.
  void expect_each_once(const Work& work, const Work& replay, const Messages& sent) {
    std::size_t moments = 0;
    const auto look = [&] {
      if (!has_changed() || HasFailure()) return;
      EXPECT_EQ(successor(replay), sent) << "after a kill at moment " << moments;
      ++moments;
    };
    const auto run = [&] {
      Parts parts(store_);
      work(parts, live());
      test::end_steps();
    };
    EXPECT_GT(test::run_in_steps(run, look), 1000U);
    EXPECT_EQ(store_.messages(), sent);
    EXPECT_GT(moments, sent.size());
  }

  template <typename Source>
  Work receive() {
    return [this](Parts& parts, const std::string& directory) {
      Source source(parts.services());
      source.start(std::move(server_),
                   *ReceiveArea::create(area_path(directory), kBoot, kSmallStep));
      parts.store.before_storing(test::begin_steps);
      while (source.work() != DatagramSource::Work::kIdle) {
      }
    };
  }
  template <typename Source>
  static void replay(Parts& parts, const std::string& directory) {
    auto area = take_over<ReceiveArea>(parts, directory);
    Source(parts.services()).replay(area);
  }
  // As if a predecessor had been killed at once.
  void receive_only(const std::string& directory) const {
    auto area = ReceiveArea::create(area_path(directory), kBoot, kSmallStep);
    ASSERT_GT(area->receive(server_.get()).value_or(0), 0U);
  }

  [[nodiscard]] std::string live() const { return directory_.path() + "/live"; }

  base::UniqueFd client_;
  base::UniqueFd server_;

 private:
  // The store or one of the files, since the last look.
  bool has_changed() {
    if (watched_.empty()) {
      for (const auto& file : std::filesystem::directory_iterator(live()))
        watched_.emplace_back(file.path().string());
    }
    bool changed = store_.size() != std::exchange(stored_, store_.size());
    for (WatchedFile& file : watched_)
      changed = file.has_changed() || changed;
    return changed;
  }
  // What is stored once a successor has taken what there is now.
  Messages successor(const Work& replay) {
    const std::string copy = directory_.path() + "/copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(live(), copy);
    SharedStore store(store_.messages());
    Parts parts(store);
    replay(parts, copy);
    return store.messages();
  }

  test::TempDir directory_;
  SharedStore store_;
  std::size_t stored_ = 0;
  std::vector<WatchedFile> watched_;
};

TEST_F(KillStep, StoresEveryEntryOfBurstsOnce) {
  open_pair(SOCK_DGRAM);
  send("MESSAGE=a\n");
  send("MESSAGE=b\n\nMESSAGE=c\n\nMESSAGE=d\n\nMESSAGE=e\n");
  send("MESSAGE=f\n");

  expect_each_once(receive<NativeSource>(), replay<NativeSource>, {"a", "b", "c", "d", "e", "f"});
}

TEST_F(KillStep, StoresWhatIsAroundAnEntryThatTheStoreRefusesOnce) {
  open_pair(SOCK_DGRAM);
  send("MESSAGE=a\n\nMESSAGE=b\n\nMESSAGE=refused\n\nMESSAGE=c\n\nMESSAGE=d\n");
  send("MESSAGE=refused\n\nMESSAGE=e\n");

  expect_each_once(receive<NativeSource>(), replay<NativeSource>, {"a", "b", "c", "d", "e"});
}

// More than are stored at once, so that a batch ends within a datagram.
TEST_F(KillStep, StoresEveryEntryOfALongDatagramOnce) {
  open_pair(SOCK_DGRAM);
  Messages sent;
  std::string text;
  for (int entry = 0; entry < 70; ++entry) {
    sent.push_back(std::to_string(entry));
    text += "MESSAGE=" + sent.back() + "\n\n";
  }
  send(text);

  expect_each_once(receive<NativeSource>(), replay<NativeSource>, sent);
}

TEST_F(KillStep, ReplaysEveryEntryOnceWhenTheSuccessorIsKilledToo) {
  open_pair(SOCK_DGRAM);
  send("MESSAGE=a\n\nMESSAGE=b\n\nMESSAGE=c\n");
  send("MESSAGE=d\n");
  receive_only(live());
  const auto replay_in_steps = [&](Parts& parts, const std::string& directory) {
    parts.store.before_storing(test::begin_steps);
    replay<NativeSource>(parts, directory);
  };

  expect_each_once(replay_in_steps, replay<NativeSource>, {"a", "b", "c", "d"});
}

TEST_F(KillStep, StoresEverySyslogMessageOnce) {
  open_pair(SOCK_DGRAM);
  send("<14>a");
  send("<14>b");

  expect_each_once(receive<SyslogSource>(), replay<SyslogSource>, {"a", "b"});
}

TEST_F(KillStep, StoresEveryEntryOfBatchesOnce) {
  open_pair(SOCK_SEQPACKET);
  const test::BatchClient client(std::move(client_), kClient);
  client.send(1, {"a", "b", "c"});
  client.send(2, {"d", "e"});
  receive_only(live());
  const auto take = [](Parts& parts, const std::string& directory) {
    auto area = take_over<ReceiveArea>(parts, directory);
    auto table = BatchClients::open(directory + "/batch-clients", kBoot, 32);
    std::optional<Id128> id;
    BatchIntake(parts.services(), *table).take(area, Descriptors::kForget, id);
  };
  const auto take_in_steps = [&](Parts& parts, const std::string& directory) {
    parts.store.before_storing(test::begin_steps);
    take(parts, directory);
  };

  expect_each_once(take_in_steps, take, {"a", "b", "c", "d", "e"});
}

void store_stream(StreamIntake& intake) {
  if (!intake.take_header().value_or(false)) return;
  intake.store_lines();
  intake.store_rest(wire::LineBreak::kEof);
}

TEST_F(KillStep, StoresEveryLineOnce) {
  open_pair(SOCK_STREAM);
  send("id\n\n6\n0\n0\n0\n0\none\n\ntwo\nrest");
  const auto services_of = [](Parts& parts) {
    return StreamServices{parts.ingest, parts.clients, parts.drops, 79, ::getuid()};
  };
  const auto read = [&](Parts& parts, const std::string& directory) {
    auto area = StreamArea::create(area_path(directory), kBoot, StreamArea::geometry_for(79, 2));
    const StreamServices services = services_of(parts);
    StreamIntake intake(area->region(*area->acquire()), services);
    ASSERT_TRUE(intake.region().read(server_.get()).has_value());
    test::begin_steps();
    intake.take_read(Descriptors::kTake);
    store_stream(intake);
  };
  const auto replay_stream = [&](Parts& parts, const std::string& directory) {
    auto area = take_over<StreamArea>(parts, directory);
    const StreamServices services = services_of(parts);
    StreamIntake intake(area.region(0), services);
    if (intake.region().has_pending_read()) intake.take_read(Descriptors::kForget);
    store_stream(intake);
  };

  expect_each_once(read, replay_stream, {"one", "two", "rest"});
}

}  // namespace
}  // namespace logq::collect
