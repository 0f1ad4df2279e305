#include "logq_run/collector_sink.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/try.h"
#include "common/run.h"
#include "common/varlink_client.h"
#include "supervise/collector_stream.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int kLongestLookMs = 1000;
constexpr int kHeldUpLookMs = 100;
constexpr auto kFinishPatience = 1s;
constexpr std::uint64_t kAnswerLimitUsec = 5'000'000;
// "Lines of a service were lost on their way" (packaging/catalog/logqd.catalog).
constexpr std::string_view kLinesLostId = "c1370f8363ae4fe991461ce3e95939d1";

// For what a collector had not read when it died; memory has to do where there is no such file.
std::optional<supervise::SpoolFile> open_rescue(const std::string& path) {
  auto file = supervise::SpoolFile::open(path, 0);
  if (!file) return std::nullopt;
  return std::move(*file);
}

}  // namespace

CollectorSink::CollectorSink(const Options& options)
    : identifier_(options.stream.identifier.empty() ? "logq-cat" : options.stream.identifier),
      unit_(options.stream.unit) {}

Result<std::unique_ptr<CollectorSink>> CollectorSink::open(const Options& options,
                                                           std::function<bool()> stop_requested) {
  std::unique_ptr<CollectorSink> sink(new CollectorSink(options));
  CollectorSink* const self = sink.get();
  supervise::RelayOptions relay{
      .header = make_header(options.stream, options.stream.level.value_or(kLevelInfo)),
      .connect = [] { return supervise::connect_stream(supervise::find_stream_sockets()); },
      .warn = print_error_line,
      .overflow = options.cat.overflow,
      .stop_requested = std::move(stop_requested),
      .report_drops = [self](std::uint64_t lines) { return self->report_drops(lines); }};
  const CatSettings& cat = options.cat;
  const bool blocks = cat.overflow == supervise::Overflow::kBlock;
  if (blocks) relay.open_spool = [path = cat.spool_file] { return open_rescue(path); };
  // What another logger has put aside there goes first.
  const bool has_rescue = blocks && ::access(cat.spool_file.c_str(), F_OK) == 0;
  if (has_rescue || cat.overflow == supervise::Overflow::kSpool) {
    relay.spool = LOGQ_TRY(supervise::SpoolFile::open(cat.spool_file, cat.spool_bytes));
  }
  sink->relay_ = std::make_unique<supervise::PipeRelay>(std::move(relay));
  return sink;
}

std::size_t CollectorSink::take(std::string_view bytes) {
  look_ms_ = 1;
  return relay_->relay(bytes);
}

// An idle pipe costs nothing once the collector has read everything.
int CollectorSink::look_after() {
  relay_->look_after();
  if (!relay_->has_work()) return -1;
  look_ms_ = std::min(look_ms_ * 2, kLongestLookMs);
  return relay_->is_held_up() ? std::min(look_ms_, kHeldUpLookMs) : look_ms_;
}

void CollectorSink::rotate() {
  const std::string& stream = relay_->socket_path();
  const std::string socket = stream.substr(0, stream.rfind('/') + 1) + "io.systemd.journal";
  for (const char* method : {"io.systemd.Journal.Synchronize", "io.systemd.Journal.Rotate"}) {
    const auto answer = call_varlink(socket, method, kAnswerLimitUsec);
    if (!answer) {
      print_error_line(socket + ": " + answer.error().message());
      return;
    }
    if (!answer->error.empty()) print_error_line(std::string(method) + ": " + answer->error);
  }
}

void CollectorSink::begin_anew() {
  relay_->reconnect_by(SteadyClock::now() + kFinishPatience);
}

void CollectorSink::finish() {
  relay_->finish(SteadyClock::now() + kFinishPatience);
}

bool CollectorSink::report_drops(std::uint64_t lines) {
  if (!transport_) transport_ = make_native_transport({.socket_path = {}, .max_block = 0s});
  const std::array fields{field("MESSAGE_ID", kLinesLostId), field("N_DROPPED", lines),
                          field("UNIT", std::string_view(unit_)),
                          field("OBJECT_SYSTEMD_UNIT", std::string_view(unit_))};
  const std::string message = std::to_string(lines) + (lines == 1 ? " line" : " lines") +
                              " dropped: the collector did not take them in time";
  Entry entry;
  entry.priority = Priority::kWarning;
  entry.message = message;
  entry.identifier = identifier_;
  entry.thread_id = static_cast<std::uint64_t>(::gettid());
  entry.fields = std::span(fields).first(unit_.empty() ? 2 : fields.size());
  return transport_->send(entry).status == SendStatus::kSent;
}

}  // namespace logq::cli
