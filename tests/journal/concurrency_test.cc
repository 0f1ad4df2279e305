// A writer at full speed, and at the same time four readers: ours and libsystemd's, one of each
// following and one seeking to and fro. All must see a prefix of what is written, entry by entry
// whole, and never an error or damage.
//
// What ThreadSanitizer (preset tsan) adds: the writer and our readers are threads of one program,
// and there one_mapping.cc gives them one mapping of each file, so every load of theirs that the
// format's publication order does not cover is a report. What it cannot show: libsystemd is not
// instrumented; its readers are processes of their own, and judge by the entries alone. Nor does
// TSan know of order that the kernel makes, as between making a file and opening it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "base/io.h"
#include "base/mapped_region.h"
#include "base/siphash.h"
#include "journal/libsystemd_walker.h"
#include "journal/store.h"
#include "journal/walker.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/temp_dir.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;

constexpr std::uint64_t kRemainders = 7;

// What processes and threads tell each other.
struct Progress {
  std::atomic<std::uint64_t> published{0};  // entries 1 to this are there for readers
  std::atomic<bool> done{false};
};

class SharedProgress {
 public:
  SharedProgress()
      : progress_(new (::mmap(
            nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                      Progress) {}
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  ~SharedProgress() { ::munmap(progress_, sizeof(Progress)); }
  Progress* operator->() const { return progress_; }
  Progress& operator*() const { return *progress_; }

 private:
  Progress* progress_;
};

// Of payloads in any order, as files keep them in another.
std::uint64_t checksum(const std::vector<std::string>& payloads) {
  const base::SipHash24 hash({});
  std::uint64_t sum = 0;
  for (const std::string& payload : payloads) {
    if (!payload.starts_with("CHECKSUM=")) sum += hash(payload);
  }
  return sum;
}

std::vector<std::string> numbered_entry(std::uint64_t n) {
  std::vector<std::string> payloads = {"_BOOT_ID=" + moment(n).boot_id.to_string(),
                                       "NUMBER=" + std::to_string(n),
                                       "MESSAGE=request " + std::to_string(n * 7919) + " served",
                                       "REMAINDER=" + std::to_string(n % kRemainders),
                                       "PRIORITY=" + std::to_string(n % 8),
                                       "UNIT=hello.service",
                                       "TENTH=" + std::to_string(n / 10)};
  if (n % 50 == 0) payloads.push_back("TRACE=" + std::string(2000, 't') + std::to_string(n));
  payloads.push_back("CHECKSUM=" + std::to_string(checksum(payloads)));
  return payloads;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

std::string described(const ShownEntry& entry) {
  std::string text = entry.cursor;
  for (const std::string& payload : entry.payloads)
    text += "\n  " + payload;
  return text;
}

// The number of the entry that a walker stands on, which must be whole.
std::uint64_t whole_number(Walker& walker) {
  const ShownEntry entry = walker.shown();
  const std::string sum = "CHECKSUM=" + std::to_string(checksum(entry.payloads));
  std::uint64_t number = 0;
  bool intact = false;
  for (const std::string& payload : entry.payloads) {
    if (payload.starts_with("NUMBER=")) number = std::stoull(payload.substr(7));
    if (payload == sum) intact = true;
  }
  require(intact && number != 0, "torn entry " + described(entry));
  require(entry.realtime_usec == moment(number).realtime_usec, "time of another entry");
  return number;
}

void step_to(Walker& walker, bool forward, std::uint64_t expected, const char* where) {
  const bool found = forward ? walker.next() : walker.previous();
  require(found, std::string(where) + ": nothing at " + std::to_string(expected));
  const std::uint64_t number = whole_number(walker);
  require(number == expected, std::string(where) + ": " + std::to_string(number) + " instead of " +
                                  std::to_string(expected));
}

// Reads from the first entry to the last, as they come.
void follow(Walker& walker, Progress& progress) {
  std::uint64_t last = 0;
  walker.seek(Place::head());
  for (;;) {
    const bool done = progress.done;  // before the step: what it finds then is all there is
    const std::uint64_t published = progress.published;
    while (walker.next()) {
      const std::uint64_t number = whole_number(walker);
      require(number == last + 1,
              "followed " + std::to_string(last) + " by " + std::to_string(number));
      last = number;
    }
    if (done && last == published) return;
    walker.refresh();
  }
}

void look_at_tail(Walker& walker, std::uint64_t published, std::uint64_t& last_tail) {
  walker.seek(Place::tail());
  require(walker.previous(), "no last entry");
  const std::uint64_t tail = whole_number(walker);
  require(tail >= published && tail >= last_tail,
          "the last entry is " + std::to_string(tail) + " after " + std::to_string(last_tail));
  last_tail = tail;
  for (std::uint64_t back = 1; back < 10 && back < tail; ++back)
    step_to(walker, false, tail - back, "back from the tail");
}

void look_around(Walker& walker, std::uint64_t number, std::uint64_t published) {
  walker.seek(Place::realtime(moment(number).realtime_usec));
  step_to(walker, true, number, "realtime");
  const std::string cursor = walker.cursor();
  if (number > 1) step_to(walker, false, number - 1, "before realtime");
  walker.seek(Place::at(cursor));
  step_to(walker, true, number, "cursor");
  for (std::uint64_t n = number + 1; n <= published && n < number + 10; ++n)
    step_to(walker, true, n, "behind the cursor");
  const Place monotonic = Place::monotonic(moment(0).boot_id, moment(number).monotonic_usec);
  if (!walker.answers(monotonic, cursor)) return;
  walker.seek(monotonic);
  step_to(walker, true, number, "monotonic");
}

// Entries of one remainder: their chain has a prefix of its own.
void look_at_matches(Walker& walker, std::uint64_t number, std::uint64_t published) {
  walker.want({"REMAINDER=" + std::to_string(number % kRemainders)});
  walker.seek(Place::realtime(moment(number).realtime_usec));
  for (std::uint64_t n = number; n <= published && n < number + 10 * kRemainders; n += kRemainders)
    step_to(walker, true, n, "match");
  walker.want({});
}

void roam(Walker& walker, Progress& progress) {
  std::minstd_rand random(7);
  std::uint64_t last_tail = 0;
  while (!progress.done) {
    const std::uint64_t published = progress.published;
    walker.refresh();
    if (published == 0) continue;
    look_at_tail(walker, published, last_tail);
    const std::uint64_t number = 1 + random() % published;
    look_around(walker, number, published);
    look_at_matches(walker, number, published);
    walker.seek(Place::head());
    step_to(walker, true, 1, "head");
  }
}

using Reading = void (*)(Walker&, Progress&);

// Runs a reading to its end; why it failed, if it did.
std::optional<std::string> run(const std::function<std::unique_ptr<Walker>()>& open,
                               Reading reading,
                               Progress& progress) {
  try {
    while (progress.published == 0 && !progress.done)
      logq::test::sleep_briefly();
    const auto walker = open();
    reading(*walker, progress);
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

// A libsystemd reader in a process of its own.
class ReadingProcess {
 public:
  ReadingProcess(std::string directory, Reading reading, Progress& progress)
      : report_(directory + "/../" + std::to_string(reinterpret_cast<std::uintptr_t>(reading))),
        pid_(::fork()) {
    if (pid_ != 0) return;
    const auto failed =
        run([&] { return LibsystemdWalker::in_directory(directory); }, reading, progress);
    logq::test::write_text_file(report_, failed.value_or("ok"));
    ::_exit(0);
  }
  ReadingProcess(const ReadingProcess&) = delete;
  ReadingProcess& operator=(const ReadingProcess&) = delete;
  ~ReadingProcess() { end(); }

  // What it has to say when it has ended: "ok", or why it failed.
  std::string end() {
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    return logq::test::read_text_file(report_);
  }

 private:
  std::string report_;
  pid_t pid_;
};

class OurReading {
 public:
  OurReading(const std::string& directory, Reading reading, Progress& progress)
      : thread_([this, directory, reading, &progress] {
          failed_ = run([&directory] { return walk_journal_in(directory); }, reading, progress);
        }) {}
  std::string end() {
    thread_.join();
    return failed_.value_or("ok");
  }

 private:
  std::optional<std::string> failed_;
  std::thread thread_;
};

using Clock = std::chrono::steady_clock;

// One directory, its writer, and four readers at the same time.
class Round {
 public:
  Round() { std::filesystem::create_directory(directory()); }

  [[nodiscard]] std::string directory() const { return parent_.path() + "/log"; }

  // `append` adds entries from number `first` on and returns how many, 0 when it cannot go on.
  // A round takes a second, and then as long as it takes until there is `enough`.
  void run(const std::function<std::uint64_t(std::uint64_t first)>& append,
           const std::function<void()>& wake,
           const std::function<bool()>& enough) {
    // Processes first: a fork takes only the thread that calls it.
    ReadingProcess their_follower(directory(), follow, *progress_);
    ReadingProcess their_roamer(directory(), roam, *progress_);
    OurReading our_follower(directory(), follow, *progress_);
    OurReading our_roamer(directory(), roam, *progress_);
    const auto end = Clock::now() + std::chrono::seconds(1);
    const auto deadline = end + std::chrono::minutes(2);
    while (Clock::now() < end || (!enough() && Clock::now() < deadline)) {
      const std::uint64_t added = append(progress_->published + 1);
      progress_->published += added;
      if (added == 0) break;
      wake();
    }
    progress_->done = true;
    EXPECT_EQ(our_follower.end(), "ok");
    EXPECT_EQ(our_roamer.end(), "ok");
    EXPECT_EQ(their_follower.end(), "ok");
    EXPECT_EQ(their_roamer.end(), "ok");
  }
  [[nodiscard]] std::uint64_t published() const { return progress_->published; }

 private:
  TempDir parent_ = TempDir::in_memory();
  SharedProgress progress_;
};

// Batches of 1 to 40 entries.
std::uint64_t append_some(FileWriter& writer, std::uint64_t first) {
  std::vector<std::vector<std::string>> entries;
  std::vector<std::vector<std::string_view>> payloads;
  std::vector<NewEntry> batch;
  for (std::uint64_t n = first; n < first + 1 + first % 40; ++n)
    entries.push_back(numbered_entry(n));
  for (const auto& entry : entries)
    payloads.push_back(views(entry));
  for (std::size_t i = 0; i < payloads.size(); ++i)
    batch.push_back({moment(first + i), payloads[i]});
  const auto added = writer.append_batch(batch);
  EXPECT_TRUE(added || added.error().code == Errc::kFull) << added.error().message();
  return added.value_or(0);
}

TEST(Concurrency, ReadersOfOneFileSeeAPrefixOfWhatIsWrittenInBatches) {
  for (int i = 0; i < logq::test::rounds(1, 30) && !testing::Test::HasFailure(); ++i) {
    Round round;
    const auto writer = FileWriter::create(round.directory() + "/system.journal", {}).value();
    round.run([&](std::uint64_t first) { return append_some(*writer, first); },
              [&] { writer->wake_followers(); }, [&] { return round.published() > 1000; });
    EXPECT_GT(round.published(), 1000U);
  }
}

TEST(Concurrency, ReadersOfAStoreSeeAPrefixOverItsRotations) {
  for (int i = 0; i < logq::test::rounds(1, 30) && !testing::Test::HasFailure(); ++i) {
    Round round;
    StoreOptions options;
    options.directory = round.directory();
    options.writer.max_size_bytes = std::uint64_t{4} << 20;
    const auto store = Store::open(options).value();
    const auto append = [&store](std::uint64_t first) -> std::uint64_t {
      // Often, however fast the machine and the build are.
      if (first % 400 == 1 && !store->rotate()) return 0;
      for (std::uint64_t n = first; n < first + 20; ++n) {
        const auto added = store->append(moment(n), views(numbered_entry(n)));
        if (!added) return n - first;
      }
      return 20;
    };
    const auto often = [&store] { return store->rotations() >= 3; };
    round.run(
        append, [&] { store->wake_followers(); }, often);
    EXPECT_TRUE(often()) << store->rotations();
  }
}

#if defined(__SANITIZE_THREAD__)
TEST(Concurrency, MappingsOfOneFileAreOneForThreadSanitizer) {
  const TempDir directory = TempDir::in_memory();
  const std::string path = directory.path() + "/file";
  logq::test::write_text_file(path, "content");
  const base::UniqueFd first = base::open_file(path, O_RDWR).value();
  const base::UniqueFd second = base::open_file(path, O_RDONLY).value();
  using Access = base::MappedRegion::Access;
  const auto written = base::MappedRegion::map_file(first.get(), 7, Access::kReadWrite).value();
  const auto read = base::MappedRegion::map_file(second.get(), 7, Access::kReadOnly).value();
  EXPECT_EQ(written.data(), read.data());
}
#endif

}  // namespace
}  // namespace logq::journal::test
