// A collector stores in real journal files one instruction at a time, through a rotation. Again and
// again a successor salvages and replays what a kill would leave: every entry is there once.
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "collect/native_source.h"
#include "collect/source_fixture.h"
#include "collect/watched_file.h"
#include "journal/journal.h"
#include "support/long_tests.h"
#include "support/single_steps.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

using Texts = std::vector<std::string>;

constexpr AreaGeometry kSmall{2, 64 * 1024};

Id128 boot() {
  return base::boot_id();
}

// Later each time, so that a file is too old after a while.
class RunningClock final : public base::Clock {
 public:
  explicit RunningClock(std::uint64_t usec) : time_{kBegin + usec, usec} {}
  base::TimePair now() override {
    time_.realtime_usec += 1'000;
    time_.monotonic_usec += 1'000;
    return time_;
  }

 private:
  static constexpr std::uint64_t kBegin = 1'700'000'000'000'000;
  base::TimePair time_;
};

// A collector with a store of its own.
struct Collecting {
  Collecting(const std::string& directory, std::uint64_t usec, std::function<void()> before_helping)
      : clock(usec) {
    journal::StoreOptions options;
    options.directory = directory;
    options.max_file_usec = 1;
    options.writer.max_size_bytes = std::uint64_t{512} << 10;
    options.before_helping = std::move(before_helping);
    store = std::move(*journal::Store::open(options));
    entries = std::make_unique<JournalEntryStore>(*store);
    ingest = std::make_unique<Ingest>(*entries, clock, HostFields{boot(), {}, {}, {}}, drops);
    source = std::make_unique<NativeSource>(DatagramServices{*ingest, clients, drops});
  }
  RunningClock clock;
  Drops drops;
  UnitClaims claims;
  ClientCache clients{ProcessSources{}, claims, 64};
  std::unique_ptr<journal::Store> store;
  std::unique_ptr<JournalEntryStore> entries;
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<NativeSource> source;
};

Texts messages_in(const std::string& directory) {
  Texts texts;
  const auto journal = journal::Journal::open_directory(directory);
  (*journal)->seek_head();
  while ((*journal)->next()) {
    (*journal)->for_each_payload([&](std::string_view payload) {
      if (payload.starts_with("MESSAGE=")) texts.emplace_back(payload.substr(8));
      return true;
    });
  }
  return texts;
}

// Not while the files are copied.
class Gate {
 public:
  Gate()
      : is_open_(new (::mmap(nullptr,
                             sizeof(std::atomic<bool>),
                             PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS,
                             -1,
                             0)) std::atomic<bool>(false)) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() { ::munmap(is_open_, sizeof *is_open_); }
  void open() { is_open_->store(true); }
  void pass() const {
    while (!is_open_->load())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  std::atomic<bool>* is_open_;
};

class KillStepStore : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::can_run_in_steps()) GTEST_SKIP() << "no process may be traced here";
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    client_.reset(pair[0]);
    server_.reset(pair[1]);
    enable_control(server_.get());
    std::filesystem::create_directory(live());
  }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }
  [[nodiscard]] std::string live() const { return directory_.path() + "/live"; }

  // Two datagrams, into a file each.
  void collect() {
    Collecting collecting(live(), 1'000'000, [this] { helpers_.pass(); });
    send("MESSAGE=a\n\nMESSAGE=b\n\nMESSAGE=c\n");
    collecting.source->start(std::move(server_),
                             *ReceiveArea::create(live() + "/area", boot(), kSmall));
    test::begin_steps();
    collecting.source->work();
    send("MESSAGE=d\n\nMESSAGE=e\n");
    collecting.source->work();
    test::end_steps();
    helpers_.open();
    EXPECT_EQ(collecting.store->rotations(), 1U);
    if (HasFailure() || !collecting.store->close()) ::_exit(1);
  }

  // What is stored once a successor has taken what there is now.
  [[nodiscard]] Texts after_a_kill() const {
    const std::string copy = directory_.path() + "/copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(live(), copy);
    Collecting successor(copy, 2'000'000, [] {});
    auto existing = ReceiveArea::open_existing(copy + "/area", boot());
    existing->area->resolve_progress(successor.store->open_report().tail_seqnum);
    successor.source->replay(*existing->area);
    EXPECT_TRUE(successor.store->close());
    return messages_in(copy);
  }

  test::TempDir directory_ = test::TempDir::in_memory();
  base::UniqueFd client_;
  base::UniqueFd server_;
  Gate helpers_;
};

TEST_F(KillStepStore, EveryEntryIsStoredOnce) {
  std::vector<WatchedFile> watched;
  std::size_t step = 0;
  std::size_t kills = 0;
  std::size_t most = 0;
  const auto every = static_cast<std::size_t>(test::rounds(1000, 50));
  const auto look = [&] {
    if (watched.empty()) {
      watched.emplace_back(live() + "/area");
      watched.emplace_back(live() + "/system.journal");
    }
    bool changed = step++ % every == 0;
    for (WatchedFile& file : watched)
      changed = file.has_changed() || changed;
    if (!changed || HasFailure()) return;
    // A kill takes nothing from the socket; what has been stored after one is so after any later.
    const Texts stored = after_a_kill();
    EXPECT_TRUE(stored == Texts() || stored == Texts({"a", "b", "c"}) ||
                stored == Texts({"a", "b", "c", "d", "e"}))
        << "after step " << step << ": " << ::testing::PrintToString(stored);
    EXPECT_GE(stored.size(), std::exchange(most, stored.size())) << "after step " << step;
    ++kills;
  };

  test::run_in_steps([this] { collect(); }, look);

  EXPECT_EQ(messages_in(live()), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_GT(kills, 100U);
}

}  // namespace
}  // namespace logq::collect
