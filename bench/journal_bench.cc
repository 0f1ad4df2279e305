// The journal file library beside libsystemd, on one file made at the start.
//
//   BM_Append            what does one entry cost the writer? (8 client fields, 3 of them unique,
//                        10 metadata fields that repeat)
//   BM_WalkLogq          all payloads of all entries, our reader
//   BM_WalkLibsystemd    the same through sd_journal
//   BM_StepLogq          stepping from entry to entry without looking at any payload
//   BM_StepLibsystemd    the same through sd_journal
//
// The walks sum the payload bytes, the steps count entries; both are compared before anything is
// timed.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <systemd/sd-journal.h>

#include "base/clock.h"
#include "base/ids.h"
#include "journal/file_writer.h"
#include "journal/journal.h"

namespace logq::journal {
namespace {

constexpr int kEntries = 100'000;

// One entry's payloads, rebuilt in place so that only the unique values change.
class RealisticEntry {
 public:
  const std::vector<std::string_view>& number(int i) {
    const std::string n = std::to_string(i);
    unique_ = {"MESSAGE=GET /api/v1/orders/" + n + " took " + std::to_string(i % 977) + " ms",
               "REQUEST_ID=req-" + n,
               "_SOURCE_REALTIME_TIMESTAMP=" + std::to_string(1'700'000'000'000'000 + i)};
    payloads_.assign(kRepeated.begin(), kRepeated.end());
    payloads_.insert(payloads_.end(), unique_.begin(), unique_.end());
    return payloads_;
  }

 private:
  static constexpr std::array<std::string_view, 15> kRepeated = {
      "PRIORITY=6",
      "SYSLOG_IDENTIFIER=orders",
      "CODE_FILE=orders.cc",
      "CODE_LINE=117",
      "CODE_FUNC=handle_request",
      "_PID=4711",
      "_UID=1000",
      "_GID=1000",
      "_COMM=orders",
      "_EXE=/usr/bin/orders",
      "_CMDLINE=/usr/bin/orders --port 80",
      "_SYSTEMD_UNIT=orders.service",
      "_HOSTNAME=bench",
      "_TRANSPORT=journal",
      "_BOOT_ID=0123456789abcdef0123456789abcdef"};
  std::array<std::string, 3> unique_;
  std::vector<std::string_view> payloads_;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "journal_bench: %s\n", why.c_str());
  std::exit(1);
}

WriterOptions options_of_this_machine() {
  WriterOptions options;
  options.machine_id = base::machine_id();
  return options;
}

std::unique_ptr<FileWriter> new_file(const std::string& path) {
  std::filesystem::remove(path);
  auto writer = FileWriter::create(path, options_of_this_machine());
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

std::string& bench_file() {
  static std::string path = (std::filesystem::temp_directory_path() /
                             ("logq-bench-" + std::to_string(::getpid()) + ".journal"))
                                .string();
  return path;
}

void make_bench_file() {
  RealisticEntry entry;
  const auto writer = new_file(bench_file());
  for (int i = 0; i < kEntries; ++i) {
    if (!writer->append(time_of(i), entry.number(i))) give_up("the file is full");
  }
  if (!writer->close()) give_up("close failed");
}

std::unique_ptr<Journal> open_with_logq() {
  auto journal = Journal::open_files({bench_file()});
  if (!journal) give_up(journal.error().message());
  (*journal)->seek_head();
  return std::move(*journal);
}

std::uint64_t walk_logq() {
  const std::unique_ptr<Journal> journal = open_with_logq();
  std::uint64_t bytes = 0;
  while (journal->next()) {
    journal->for_each_payload([&](std::string_view payload) {
      bytes += payload.size();
      return true;
    });
  }
  return bytes;
}

std::uint64_t step_logq() {
  const std::unique_ptr<Journal> journal = open_with_logq();
  std::uint64_t entries = 0;
  while (journal->next())
    ++entries;
  return entries;
}

sd_journal* open_with_libsystemd() {
  const char* paths[] = {bench_file().c_str(), nullptr};
  sd_journal* journal = nullptr;
  if (sd_journal_open_files(&journal, paths, 0) < 0) give_up("libsystemd cannot open the file");
  sd_journal_set_data_threshold(journal, 0);
  return journal;
}

std::uint64_t step_libsystemd() {
  sd_journal* journal = open_with_libsystemd();
  std::uint64_t entries = 0;
  while (sd_journal_next(journal) > 0)
    ++entries;
  sd_journal_close(journal);
  return entries;
}

std::uint64_t walk_libsystemd() {
  sd_journal* journal = open_with_libsystemd();
  std::uint64_t bytes = 0;
  while (sd_journal_next(journal) > 0) {
    const void* data = nullptr;
    std::size_t size = 0;
    while (sd_journal_enumerate_available_data(journal, &data, &size) > 0)
      bytes += size;
  }
  sd_journal_close(journal);
  return bytes;
}

void BM_Append(benchmark::State& state) {
  const std::string path = bench_file() + "-append.journal";
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
BENCHMARK(BM_Append);

template <std::uint64_t (*kWalk)()>
void walk(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(kWalk());
  state.SetItemsProcessed(state.iterations() * kEntries);
}
void BM_WalkLogq(benchmark::State& state) {
  walk<walk_logq>(state);
}
BENCHMARK(BM_WalkLogq)->Unit(benchmark::kMillisecond);
void BM_WalkLibsystemd(benchmark::State& state) {
  walk<walk_libsystemd>(state);
}
BENCHMARK(BM_WalkLibsystemd)->Unit(benchmark::kMillisecond);
void BM_StepLogq(benchmark::State& state) {
  walk<step_logq>(state);
}
BENCHMARK(BM_StepLogq)->Unit(benchmark::kMillisecond);
void BM_StepLibsystemd(benchmark::State& state) {
  walk<step_libsystemd>(state);
}
BENCHMARK(BM_StepLibsystemd)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace logq::journal

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  using namespace logq::journal;  // NOLINT(google-build-using-namespace): main has no other home
  make_bench_file();
  if (walk_logq() != walk_libsystemd()) give_up("the two readers disagree");
  if (step_logq() != step_libsystemd()) give_up("the two readers count differently");
  benchmark::RunSpecifiedBenchmarks();
  std::filesystem::remove(bench_file());
  return 0;
}
