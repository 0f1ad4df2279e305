#include "power_loss/doomed_writer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <new>
#include <random>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "base/unique_fd.h"
#include "journal/store.h"
#include "support/child_process.h"

namespace logq::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kStart = 1'700'000'000'000'000;
// The boot that ends with the power loss: not the one in which its files are recovered.
constexpr Id128 kBoot{{0xd0, 0x03, 0xed, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

void sync_over_and_over(journal::Store& store,
                        DoomedWriter::Progress& progress,
                        std::chrono::milliseconds interval) {
  std::uint64_t before = 0;
  auto began = Clock::now();
  for (;;) {
    std::this_thread::sleep_for(interval);
    const std::uint64_t covered = progress.appended;
    const auto now = Clock::now();
    const std::chrono::duration<double> took = now - std::exchange(began, now);
    const auto entries = static_cast<double>(covered - std::exchange(before, covered));
    progress.entries_per_second = static_cast<std::uint64_t>(entries / took.count());
    if (!store.sync()) {
      progress.failed = true;
      return;
    }
    progress.synced = covered;
  }
}

// A few pages of some file, more often of its beginning, where header and hash tables are.
void write_back_some(const std::string& path, std::mt19937_64& random) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0 || status.st_size < 4096) return;
  const auto pages = static_cast<std::uint64_t>(status.st_size) / 4096;
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t page =
        random() % 3 == 0 ? random() % std::min<std::uint64_t>(pages, 16) : random() % pages;
    std::ignore =
        ::sync_file_range(fd.get(), static_cast<off_t>(page * 4096),
                          static_cast<off_t>(4096 * (1 + random() % 4)), SYNC_FILE_RANGE_WRITE);
  }
}

void write_back_at_random(const std::string& directory, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (;;) {
    std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 3000));
    std::error_code error;
    for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
         file.increment(error)) {
      const std::string path = file->path().string();
      if (path.ends_with("/system.journal") || random() % 8 == 0) write_back_some(path, random);
    }
  }
}

[[noreturn]] void write_for_ever(const DoomedWriterOptions& options,
                                 DoomedWriter::Progress& progress) {
  journal::StoreOptions store_options;
  store_options.directory = options.directory;
  store_options.writer.max_size_bytes = options.max_size_bytes;
  const auto opened = journal::Store::open(store_options);
  if (!opened) {
    progress.failed = true;
    ::_exit(1);
  }
  journal::Store& store = **opened;
  std::thread([&] {
    sync_over_and_over(store, progress, std::chrono::milliseconds(options.sync_interval_ms));
  }).detach();
  std::thread([&] { write_back_at_random(options.directory, options.seed); }).detach();

  const auto began = Clock::now();
  for (std::uint64_t n = 1;; ++n) {
    const auto fields = doomed_entry(n);
    const std::vector<std::string_view> views(fields.begin(), fields.end());
    if (!store.append({kStart + n * 10, n * 10, kBoot}, views)) {
      progress.failed = true;
      ::_exit(1);
    }
    progress.appended = n;
    progress.rotations = store.rotations();
    if (n % 1024 == 0) {
      std::this_thread::sleep_until(
          began + std::chrono::microseconds(n * 1'000'000 / options.entries_per_second));
    }
  }
}

}  // namespace

std::vector<std::string> doomed_entry(std::uint64_t n) {
  const std::string number = std::to_string(n);
  std::vector<std::string> fields = {
      "MESSAGE=request " + number + " served from the cache in no time",
      "N=" + number,
      n % 2 == 0 ? "SIDE=even" : "SIDE=odd",
      "PRIORITY=" + std::to_string(n % 8),
      "SYSLOG_IDENTIFIER=hello",
      "CODE_LINE=" + std::to_string(100 + n % 40),
      "REQUEST_ID=" + std::to_string(n * 7919 % 100'003),
      "_TRANSPORT=journal",
      "_PID=" + std::to_string(1000 + n % 5),
      "_COMM=hello",
      "_EXE=/usr/bin/hello",
      "_SYSTEMD_UNIT=hello.service",
      "_HOSTNAME=box",
      "_SOURCE_REALTIME_TIMESTAMP=" + std::to_string(kStart + n)};
  if (n % 1009 == 1) fields.emplace_back("RARE=yes");
  if (n % 101 == 0) fields.push_back("STACK=" + std::string(1500, 's') + number);
  return fields;
}

DoomedWriter::DoomedWriter(const DoomedWriterOptions& options) {
  const base::UniqueFd fd(::memfd_create("progress", MFD_CLOEXEC));
  if (::ftruncate(fd.get(), sizeof(Progress)) != 0) throw std::runtime_error("memfd_create failed");
  auto memory = base::MappedRegion::map_file(fd.get(), sizeof(Progress),
                                             base::MappedRegion::Access::kReadWrite);
  if (!memory) throw std::runtime_error("mmap failed");
  memory_ = std::move(*memory);
  progress_ = new (memory_.data()) Progress{};
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    write_for_ever(options, *progress_);
  }
}

DoomedWriter::~DoomedWriter() {
  kill();
}

void DoomedWriter::kill() {
  if (pid_ <= 0) return;
  signal_process(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace logq::test
