// The journal file library beside libsystemd, on one thread.
//
//   journal_bench [--dir=DIRECTORY] [--benchmark_...]
//   journal_bench --repeat=KIND --count=N [--dir=DIRECTORY]
//
//   BM_Append            what does one entry cost the writer? (8 client fields, 3 of them unique,
//                        10 metadata fields that repeat)
//   BM_AppendWide/N      rows of 32 fields, built outside the clock, in batches of N
//   BM_WalkLogq          all payloads of all entries, our reader
//   BM_WalkLibsystemd    the same through sd_journal
//   BM_StepLogq          stepping from entry to entry without looking at any payload
//   BM_StepLibsystemd    the same through sd_journal
//   BM_OpenWalk..., BM_OpenStep...  the four of these with files that were open and read before
//   BM_TouchPages        mapping the files, a byte of every page, unmapping them
//
// Read are all journal files of the directory, without one a file of kEntries made at the start.
// Both readers must see the same payloads and times in the same order before anything is timed.
// --repeat does one thing N times and ends, for counting instructions: `build` (entries in memory),
// `append` (build, and append to a new file), `walk-logq`, `step-logq`, `walk-libsystemd`,
// `step-libsystemd` (the first N entries).
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/clock.h"
#include "base/ids.h"
#include "journal/file_writer.h"
#include "journal_walks.h"
#include "realistic_entry.h"

namespace logq::bench {
namespace {

using journal::EntryTime;
using journal::FileWriter;
using journal::NewEntry;
using journal::WriterOptions;

constexpr int kEntries = 100'000;

struct Arguments {
  std::string directory;
  std::string repeat;
  int count = 0;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "journal_bench: %s\n", why.c_str());
  std::exit(1);
}

std::string temporary_file(const char* what) {
  return (std::filesystem::temp_directory_path() /
          ("logq-bench-" + std::to_string(::getpid()) + "-" + what + ".journal"))
      .string();
}

std::unique_ptr<FileWriter> new_file(const std::string& path) {
  std::filesystem::remove(path);
  WriterOptions options;
  options.machine_id = base::machine_id();
  auto writer = FileWriter::create(path, options);
  if (!writer) give_up(writer.error().message());
  return std::move(*writer);
}

EntryTime time_of(int i) {
  static const EntryTime start = [] {
    const base::TimePair now = base::Clock::system().now();
    return EntryTime{now.realtime_usec, now.monotonic_usec, base::boot_id()};
  }();
  const auto step = static_cast<std::uint64_t>(i);
  return {start.realtime_usec + step, start.monotonic_usec + step, start.boot_id};
}

void append_entries(const std::string& path, int count) {
  RealisticEntry entry;
  const auto writer = new_file(path);
  for (int i = 0; i < count; ++i) {
    if (!writer->append(time_of(i), entry.number(i))) give_up("the file is full");
  }
  if (!writer->close()) give_up("close failed");
}

void build_entries(int count) {
  RealisticEntry entry;
  for (int i = 0; i < count; ++i) {
    benchmark::DoNotOptimize(time_of(i));
    benchmark::DoNotOptimize(entry.number(i).data());
  }
}

void BM_Append(benchmark::State& state) {
  const std::string path = temporary_file("append");
  RealisticEntry entry;
  auto writer = new_file(path);
  int i = 0;
  for (auto _ : state) {
    if (writer->append(time_of(i), entry.number(i))) {
      ++i;
      continue;
    }
    state.PauseTiming();
    writer = new_file(path);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations());
  std::filesystem::remove(path);
}

// Rows of 32 fields, a quarter of them unique, built before the clock runs.
class WideRows {
 public:
  static constexpr int kRows = 20'000;

  WideRows() : texts_(kRows), views_(kRows) {
    for (int row = 0; row < kRows; ++row) {
      const auto number = static_cast<std::size_t>(row);
      for (int field = 0; field < 32; ++field) {
        const int value =
            field % 4 == 3 ? row * 64 + field : row * 7919 % (field % 4 == 0 ? 8 : 499);
        texts_[number].push_back("FLOW_FIELD_" + std::to_string(field) + "=" +
                                 std::to_string(value));
      }
      views_[number].assign(texts_[number].begin(), texts_[number].end());
      entries_.push_back({time_of(row), views_[number]});
    }
  }
  [[nodiscard]] std::span<const NewEntry> entries() const { return entries_; }

 private:
  std::vector<std::vector<std::string>> texts_;
  std::vector<std::vector<std::string_view>> views_;
  std::vector<NewEntry> entries_;
};

// All rows into a new file, in batches of so many; 1: one append() each.
void BM_AppendWide(benchmark::State& state) {
  static const WideRows rows;
  const auto batch = static_cast<std::size_t>(state.range(0));
  const std::string path = temporary_file("wide");
  for (auto _ : state) {
    state.PauseTiming();
    const auto writer = new_file(path);
    state.ResumeTiming();
    const auto entries = rows.entries();
    for (std::size_t i = 0; i < entries.size(); i += batch) {
      const auto some = entries.subspan(i, std::min(batch, entries.size() - i));
      const bool stored = batch == 1 ? writer->append(some[0].time, some[0].payloads).has_value()
                                     : writer->append_batch(some).value_or(0) == some.size();
      if (!stored) give_up("the file is full");
    }
  }
  state.SetItemsProcessed(state.iterations() * WideRows::kRows);
  std::filesystem::remove(path);
}

Paths journal_files(const std::string& directory) {
  Paths paths;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() == ".journal") paths.push_back(file.path().string());
  }
  if (paths.empty()) give_up(directory + ": no journal files");
  std::sort(paths.begin(), paths.end());
  return paths;
}

using Walk = std::uint64_t (*)(const Paths& paths, std::uint64_t most);

template <typename Job>
void register_job(const char* name, std::uint64_t entries, Job job) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    for (auto _ : state)
      benchmark::DoNotOptimize(job());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(entries));
    state.counters["entries"] = static_cast<double>(entries);
  })->Unit(benchmark::kMillisecond);
}

void register_walk(const char* name, Walk walk, const Paths& paths, std::uint64_t entries) {
  register_job(name, entries, [=] { return walk(paths, kAllEntries); });
}

void register_open_walks(const std::shared_ptr<OpenReaders>& open, std::uint64_t entries) {
  register_job("BM_OpenWalkLogq", entries, [=] { return open->walk_logq(); });
  register_job("BM_OpenWalkLibsystemd", entries, [=] { return open->walk_libsystemd(); });
  register_job("BM_OpenStepLogq", entries, [=] { return open->step_logq(); });
  register_job("BM_OpenStepLibsystemd", entries, [=] { return open->step_libsystemd(); });
}

void compare_and_run(const Paths& paths) {
  const Answer answer = answer_of_logq(paths);
  if (answer != answer_of_libsystemd(paths)) give_up("the two readers disagree");
  benchmark::RegisterBenchmark("BM_Append", BM_Append);
  benchmark::RegisterBenchmark("BM_AppendWide", BM_AppendWide)->Arg(1)->Arg(50);
  register_walk("BM_WalkLogq", walk_logq, paths, answer.entries);
  register_walk("BM_WalkLibsystemd", walk_libsystemd, paths, answer.entries);
  register_walk("BM_StepLogq", step_logq, paths, answer.entries);
  register_walk("BM_StepLibsystemd", step_libsystemd, paths, answer.entries);
  register_open_walks(std::make_shared<OpenReaders>(paths), answer.entries);
  register_job("BM_TouchPages", answer.entries, [=] { return touch_pages(paths); });
  benchmark::RunSpecifiedBenchmarks();
}

int repeat(const Arguments& arguments, const Paths& paths) {
  static const std::map<std::string_view, Walk> walks = {{"walk-logq", walk_logq},
                                                         {"walk-libsystemd", walk_libsystemd},
                                                         {"step-logq", step_logq},
                                                         {"step-libsystemd", step_libsystemd}};
  if (arguments.repeat == "build") {
    build_entries(arguments.count);
  } else if (arguments.repeat == "append") {
    const std::string path = temporary_file("append");
    append_entries(path, arguments.count);
    std::filesystem::remove(path);
  } else if (const auto found = walks.find(arguments.repeat); found != walks.end()) {
    if (paths.empty()) give_up("--repeat=" + arguments.repeat + " wants --dir");
    found->second(paths, static_cast<std::uint64_t>(arguments.count));
  } else {
    give_up("--repeat=" + arguments.repeat + ": no such thing");
  }
  return 0;
}

// Takes our own options out of `argv`; what is left is Google Benchmark's.
Arguments parse_arguments(int& argc, char** argv) {
  Arguments arguments;
  const auto is_ours = [&](char* text) {
    const std::string_view option = text;
    const std::string value(option.substr(std::min(option.find('=') + 1, option.size())));
    if (option.starts_with("--dir=")) {
      arguments.directory = value;
    } else if (option.starts_with("--repeat=")) {
      arguments.repeat = value;
    } else if (option.starts_with("--count=")) {
      arguments.count = std::atoi(value.c_str());
    } else {
      return false;
    }
    return true;
  };
  argc = static_cast<int>(std::remove_if(argv + 1, argv + argc, is_ours) - argv);
  return arguments;
}

}  // namespace
}  // namespace logq::bench

int main(int argc, char** argv) {
  using namespace logq::bench;  // NOLINT(google-build-using-namespace): main has no other home
  const Arguments arguments = parse_arguments(argc, argv);
  Paths paths;
  if (!arguments.directory.empty()) paths = journal_files(arguments.directory);
  if (!arguments.repeat.empty()) return repeat(arguments, paths);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::string own = temporary_file("read");
  if (paths.empty()) {
    append_entries(own, kEntries);
    paths = {own};
  }
  compare_and_run(paths);
  std::filesystem::remove(own);
  return 0;
}
