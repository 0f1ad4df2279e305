#include "logq_run/store_sink.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/clock.h"
#include "base/ids.h"
#include "base/sigbus_guard.h"
#include "base/try.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using wire::LineBreak;
using wire::StreamLine;

constexpr std::uint64_t kDefaultFileBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kSmallestFileBytes = std::uint64_t{512} << 10;  // of the format's writer
constexpr std::uint64_t kDefaultFiles = 10;                             // as multilog
constexpr std::size_t kLongestLine = std::size_t{64} << 20;             // of --line-max=0
constexpr auto kSyncInterval = 1s;
constexpr auto kComplaintInterval = 5s;  // as multilog
constexpr long kRetryNanoseconds = 100'000'000;

journal::StoreOptions store_options(const CatSettings& settings) {
  journal::StoreOptions options;
  options.directory = settings.directory;
  const std::uint64_t bytes = settings.script.limits().file_bytes;
  options.writer.max_size_bytes =
      bytes == 0 ? kDefaultFileBytes : std::max(bytes, kSmallestFileBytes);
  options.writer.machine_id = base::machine_id();
  return options;
}

journal::VacuumLimits vacuum_limits(const CatSettings& settings) {
  const auto& limits = settings.script.limits();
  journal::VacuumLimits vacuum;
  vacuum.max_files = limits.files == 0 ? kDefaultFiles : limits.files;
  vacuum.max_bytes = limits.total_bytes;
  return vacuum;
}

// journald's directories are named after the machine, and "MACHINE.NAMESPACE". It does not lock
// them, and its active file looks like one whose writer was killed.
bool is_of_a_collector(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(directory, error);
  const std::string name = path.filename().string();
  const std::string id = name.substr(0, name.find('.'));
  return path.parent_path().filename() == "journal" && Id128::parse(id).has_value();
}

std::size_t longest_line(const CatSettings& settings) {
  const std::size_t given = settings.line_max.value_or(wire::kDefaultLineMax);
  return given == 0 ? kLongestLine : std::min(given, kLongestLine);
}

}  // namespace

Result<std::unique_ptr<StoreSink>> StoreSink::open(const Options& options,
                                                   std::function<bool()> stop_requested) {
  if (is_of_a_collector(options.cat.directory)) {
    return fail(Error::make(Errc::kInvalidArgument, "such a directory is a collector's"));
  }
  base::install_sigbus_guard();
  if (::mkdir(options.cat.directory.c_str(), 0755) != 0 && errno != EEXIST) {
    return fail(Error::system(errno, "create directory"));
  }
  auto store = LOGQ_TRY(journal::Store::open(store_options(options.cat)));
  return std::unique_ptr<StoreSink>(
      new StoreSink(options, std::move(store), std::move(stop_requested)));
}

StoreSink::StoreSink(const Options& options,
                     std::unique_ptr<journal::Store> store,
                     std::function<bool()> stop_requested)
    : directory_(options.cat.directory),
      line_max_(longest_line(options.cat)),
      keeps_nul_(options.cat.keeps_nul),
      stop_requested_(std::move(stop_requested)),
      limits_(vacuum_limits(options.cat)),
      entry_(options.stream),
      boot_id_(base::boot_id()),
      store_(std::move(store)),
      sync_(std::make_unique<collect::SyncWorker>([this] { return sync(); }, kSyncInterval)) {
  const journal::OpenReport& report = store_->open_report();
  if (report.recovered && report.recovered_entries != 0) {
    say("the last logger did not stop cleanly; recovered " +
        std::to_string(report.recovered_entries) + " entries");
  }
  keep_limits();
}

std::size_t StoreSink::take(std::string_view bytes) {
  entry_.set_writer(supervisor_.pid());
  // A line that began in an earlier call is complete with the first bytes of this one.
  const std::size_t before = partial_.size();
  if (before != 0) bytes = partial_.append(bytes);
  std::size_t stored = 0;
  bool is_stopped = false;
  while (const auto line = next_line(bytes.substr(stored))) {
    is_stopped = !store_line(*line);
    if (is_stopped) break;
    stored += line->consumed;
  }
  store_->wake_followers();
  sync_->request(collect::SyncWorker::Urgency::kSoon);
  const std::size_t taken = bytes.size() - before;
  const std::size_t used = is_stopped ? std::max(stored, before) : bytes.size();
  std::string rest(bytes.substr(stored, used - stored));
  partial_ = std::move(rest);
  return is_stopped ? used - before : taken;
}

std::optional<StreamLine> StoreSink::next_line(std::string_view bytes) const {
  if (!keeps_nul_) return wire::split_line(bytes, line_max_);
  const std::string_view window = bytes.substr(0, line_max_);
  const std::size_t newline = window.find('\n');
  if (newline != std::string_view::npos) {
    return StreamLine{window.substr(0, newline), LineBreak::kNewline, newline + 1};
  }
  if (bytes.size() < line_max_) return std::nullopt;
  return StreamLine{window, LineBreak::kLineMax, line_max_};
}

// False when told to stop before it could be stored.
bool StoreSink::store_line(const StreamLine& line) {
  const auto payloads = entry_.payloads_of(line.text, line.line_break);
  if (payloads.empty()) return true;
  for (;;) {
    const base::TimePair now = base::Clock::system().now();
    const auto stored = store_->append({now.realtime_usec, now.monotonic_usec, boot_id_}, payloads);
    if (stored) break;
    if (stored.error().code == Errc::kTooLarge) return store_in_pieces(line);
    if (!wait_for_room(stored.error())) return false;
  }
  if (trouble_) say("writing to " + directory_ + " again");
  trouble_.reset();
  if (store_->rotations() != rotations_) keep_limits();
  return true;
}

// What fits no file of this size is cut as lines are by default.
bool StoreSink::store_in_pieces(const StreamLine& line) {
  std::string_view text = line.text;
  while (text.size() > wire::kDefaultLineMax) {
    const std::string_view piece = text.substr(0, wire::kDefaultLineMax);
    if (!store_line({piece, LineBreak::kLineMax, piece.size()})) return false;
    text.remove_prefix(piece.size());
  }
  return store_line({text, line.line_break, text.size()});
}

bool StoreSink::wait_for_room(const Error& error) {
  const auto now = SteadyClock::now();
  if (!trouble_ || now >= next_complaint_) {
    say("unable to write to " + directory_ + ", pausing: " + error.message());
    next_complaint_ = now + kComplaintInterval;
  }
  trouble_ = error;
  if (stop_requested_()) return false;
  const timespec pause{.tv_sec = 0, .tv_nsec = kRetryNanoseconds};
  ::nanosleep(&pause, nullptr);
  return !stop_requested_();
}

// Deletes the oldest files beyond the limits.
void StoreSink::keep_limits() {
  rotations_ = store_->rotations();
  const auto deleted = journal::vacuum_directory(directory_, limits_);
  if (!deleted) say(directory_ + ": " + deleted.error().message());
}

// On the thread that syncs.
Result<void> StoreSink::sync() {
  const auto synced = store_->sync();
  if (!synced && !sync_failed_) say(directory_ + ": " + synced.error().message());
  sync_failed_ = !synced;
  return synced;
}

void StoreSink::rotate() {
  const auto rotated = store_->rotate();
  if (!rotated) say(directory_ + ": " + rotated.error().message());
  keep_limits();
}

void StoreSink::begin_anew() {
  sync_->request(collect::SyncWorker::Urgency::kNow);
}

void StoreSink::finish() {
  if (!partial_.empty()) {
    const StreamLine last{partial_, LineBreak::kEof, partial_.size()};
    if (store_line(last)) partial_.clear();
  }
  sync_.reset();
  const auto closed = store_->close();
  if (!closed) say(directory_ + ": " + closed.error().message());
  if (partial_.empty()) return;
  say("no room for the beginning of the last line, which follows");
  std::fwrite(partial_.data(), 1, partial_.size(), stdout);
  std::fflush(stdout);
}

void StoreSink::say(const std::string& line) const {
  std::fprintf(stderr, "logq-cat: %s\n", line.c_str());
}

}  // namespace logq::cli
