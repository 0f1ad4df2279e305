// A collector that stops at any store of its append loop, replaced by a successor: every entry is
// stored exactly once.
#include <sys/socket.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "collect/mortal_store.h"
#include "collect/native_source.h"
#include "collect/stream_intake.h"
#include "collect/syslog_source.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

const Id128 kReplayBoot = Id128::random();
constexpr AreaGeometry kSmall{4, 64 * 1024};

// What a collector consists of, without its loop.
struct Parts {
  explicit Parts(EntryStore& store, const ProcessSources& sources = {})
      : clients(sources, claims, 64),
        ingest(store, base::Clock::system(), {}, drops) {}
  Drops drops;
  UnitClaims claims;
  ClientCache clients;
  Ingest ingest;
};

class Replay : public ::testing::TestWithParam<int> {
 protected:
  void open_pair(int type) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, type, 0, pair), 0);
    client_.reset(pair[0]);
    server_.reset(pair[1]);
    enable_control(server_.get());
  }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/area"; }

  // Works until it is killed.
  template <typename Source>
  void receive_datagrams() {
    Parts parts(store_, sources_);
    Source source({parts.ingest, parts.clients, parts.drops});
    source.start(std::move(server_), *ReceiveArea::create(path(), kReplayBoot, kSmall));
    EXPECT_THROW(source.work(), Killed);
  }
  // The successor; `kill_at` may stop it as well.
  template <typename Source>
  void replay_datagrams(int kill_at) {
    MortalStore next;
    next.messages = store_.messages;
    next.kill_at = kill_at;
    Parts parts(next, sources_);
    Source source({parts.ingest, parts.clients, parts.drops});
    auto existing = ReceiveArea::open_existing(path(), kReplayBoot);
    existing->area->resolve_progress(next.messages.size());
    try {
      source.replay(*existing->area);
    } catch (const Killed&) {
    }
    store_.messages = next.messages;
  }
  void replay_stream() {
    MortalStore next;
    next.messages = store_.messages;
    Parts parts(next);
    const StreamServices services{parts.ingest, parts.clients, parts.drops, 79, ::getuid()};
    auto existing = StreamArea::open_existing(path(), kReplayBoot);
    existing->area->resolve_progress(next.messages.size());
    StreamIntake intake(existing->area->region(0), services);
    if (intake.region().has_pending_read()) intake.take_read(Descriptors::kForget);
    if (intake.take_header().value_or(false)) {
      intake.store_lines();
      intake.store_rest(wire::LineBreak::kEof);
    }
    store_.messages = next.messages;
  }

  // Makes us a unit that wants no debug messages.
  void set_level_max() {
    const std::string process = directory_.path() + "/proc/" + std::to_string(::getpid());
    std::filesystem::create_directories(process);
    test::write_text_file(process + "/cgroup", "0::/system.slice/quiet.service\n");
    sources_.proc = directory_.path() + "/proc";
    sources_.units = directory_.path();
    sources_.hierarchy = CgroupHierarchy::kUnified;
    std::filesystem::create_symlink("6", directory_.path() + "/log-level-max:quiet.service");
  }

  test::TempDir directory_;
  ProcessSources sources_;
  base::UniqueFd client_;
  base::UniqueFd server_;
  MortalStore store_;
};

// Of the tests with datagrams: what is sent makes so many steps.
constexpr int kDatagramSteps = 11;

TEST_P(Replay, StoresEveryDatagramOnce) {
  open_pair(SOCK_DGRAM);
  send("MESSAGE=a\n");
  send("MESSAGE=b\n\nMESSAGE=c\n\nMESSAGE=d\n");
  send("MESSAGE=e\n");
  store_.kill_at = GetParam() % kDatagramSteps;
  receive_datagrams<NativeSource>();

  replay_datagrams<NativeSource>(GetParam() % 4);  // killed again on its way
  replay_datagrams<NativeSource>(-1);

  EXPECT_EQ(store_.messages, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

// More than are stored at once, so that a batch ends within a datagram.
TEST_P(Replay, StoresEveryEntryOfLongDatagramsOnce) {
  open_pair(SOCK_DGRAM);
  std::vector<std::string> sent;
  for (int datagram = 0; datagram < 3; ++datagram) {
    std::string text;
    for (int entry = 0; entry < 50; ++entry) {
      sent.push_back(std::to_string(sent.size()));
      text += "MESSAGE=" + sent.back() + "\n\n";
    }
    send(text);
  }
  store_.kill_at = GetParam() * 23;  // of 3 batches and 150 entries
  receive_datagrams<NativeSource>();

  replay_datagrams<NativeSource>(GetParam() * 11);  // killed again on its way
  replay_datagrams<NativeSource>(-1);

  EXPECT_EQ(store_.messages, sent);
}

// Their payloads are copies, which do not last until others are stored with them.
TEST_P(Replay, StoresEntriesWithBinaryFieldsOnce) {
  open_pair(SOCK_DGRAM);
  const auto binary = [](char text) {
    return std::string("MESSAGE\n\x03\0\0\0\0\0\0\0", 16) + text + "\n" + text + "\n";
  };
  send("MESSAGE=a\n\n" + binary('b') + "\n" + binary('c'));
  send(binary('d'));
  store_.kill_at = GetParam() % 10;
  receive_datagrams<NativeSource>();

  replay_datagrams<NativeSource>(-1);

  EXPECT_EQ(store_.messages, (std::vector<std::string>{"a", "b\nb", "c\nc", "d\nd"}));
}

TEST_P(Replay, StoresWhatAFilterOfTheUnitLeavesOnce) {
  set_level_max();
  open_pair(SOCK_DGRAM);
  const std::string noise = "MESSAGE=noise\nPRIORITY=7\n\n";
  send(noise + "MESSAGE=a\n\n" + noise + noise + "MESSAGE=b\n\nMESSAGE=c\n\n" + noise +
       "MESSAGE=d\n");
  store_.kill_at = GetParam() % kDatagramSteps;
  receive_datagrams<NativeSource>();

  replay_datagrams<NativeSource>(GetParam() % 4);  // killed again on its way
  replay_datagrams<NativeSource>(-1);

  EXPECT_EQ(store_.messages, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_P(Replay, StoresEverySyslogMessageOnce) {
  open_pair(SOCK_DGRAM);
  for (const char* datagram : {"<13>a", "tag: b", "c\n", "<3>Oct 11 22:14:15 d"})
    send(datagram);
  store_.kill_at = GetParam() % 8;
  receive_datagrams<SyslogSource>();

  replay_datagrams<SyslogSource>(GetParam() % 4);  // killed again on its way
  replay_datagrams<SyslogSource>(-1);

  EXPECT_EQ(store_.messages, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_P(Replay, StoresEveryLineOnce) {
  open_pair(SOCK_STREAM);
  send("id\n\n6\n0\n0\n0\n0\none\n\ntwo\nthree\nrest");
  store_.kill_at = GetParam();
  {
    Parts parts(store_);
    const StreamServices services{parts.ingest, parts.clients, parts.drops, 79, ::getuid()};
    auto area = StreamArea::create(path(), kReplayBoot, StreamArea::geometry_for(79, 2));
    StreamIntake intake(area->region(*area->acquire()), services);
    ASSERT_TRUE(intake.region().read(server_.get()).has_value());
    intake.take_read(Descriptors::kTake);
    ASSERT_TRUE(intake.take_header().value_or(false));
    const auto store_all = [&] {
      intake.store_lines();
      intake.store_rest(wire::LineBreak::kEof);
    };
    EXPECT_THROW(store_all(), Killed);
  }

  replay_stream();

  EXPECT_EQ(store_.messages, (std::vector<std::string>{"one", "two", "three", "rest"}));
}

INSTANTIATE_TEST_SUITE_P(AtEveryStep, Replay, ::testing::Range(0, 12));

}  // namespace
}  // namespace logq::collect
