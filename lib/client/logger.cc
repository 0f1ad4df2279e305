#include "logq/logger.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "client/async_sender.h"
#include "client/backend_choice.h"
#include "client/call.h"
#include "client/collector_output.h"
#include "client/delivery_count.h"
#include "client/drop_report.h"
#include "client/errno_guard.h"
#include "client/fallback_transport.h"
#include "client/native_transport.h"
#include "client/quick_entry.h"
#include "client/thread_id.h"
#include "client/transport_output.h"

namespace logq {

using client::ErrnoGuard;

namespace {

// At counters that may be about to change; a sender that was stopped in the middle must not hold up
// whoever asks.
constexpr int kMostLooks = 1000;

LineFormat line_format(Backend backend) {
  switch (backend) {
    case Backend::kStdoutJson:
      return LineFormat::kJson;
    case Backend::kStdoutLogfmt:
      return LineFormat::kLogfmt;
    case Backend::kStderrHuman:
      return LineFormat::kHuman;
    default:
      return LineFormat::kLevelPrefix;
  }
}

StreamOptions stream_options(const LoggerOptions& options) {
  const bool on_error =
      options.backend == Backend::kNative || options.backend == Backend::kStderrHuman;
  StreamOptions stream;
  stream.fd = on_error ? STDERR_FILENO : STDOUT_FILENO;
  stream.format = line_format(options.backend);
  stream.max_block = options.max_block;
  return stream;
}

// With the backend that the automatic one stands for.
LoggerOptions resolved(LoggerOptions options) {
  if (options.backend == Backend::kAutomatic) {
    options.backend =
        client::choose_backend(options.socket_path, client::BackendEnvironment::of_process());
  }
  return options;
}

std::unique_ptr<client::NativeTransport> make_native(const LoggerOptions& options) {
  NativeOptions native;
  native.socket_path = options.socket_path;
  native.max_block = options.max_block;
  return std::make_unique<client::NativeTransport>(
      native, client::find_sockets(options.socket_path, client::SearchEnvironment::of_process()),
      client::SocketCalls::system());
}

std::unique_ptr<client::Output> make_output(const LoggerOptions& options,
                                            client::DeliveryCount& count) {
  if (options.backend != Backend::kNative)
    return std::make_unique<client::TransportOutput>(make_stream_transport(stream_options(options)),
                                                     count);
  client::CollectorOutputOptions collector;
  collector.outage_patience = options.async->outage_patience;
  return std::make_unique<client::CollectorOutput>(
      collector, client::find_sockets(options.socket_path, client::SearchEnvironment::of_process()),
      make_stream_transport(stream_options(options)), count, client::SocketCalls::system());
}

// A logger that sends to the collector by itself, the usual one.
struct DirectTransport {
  client::NativeTransport* native = nullptr;
  client::FallbackTransport* whole = nullptr;  // of which that is the primary
};

// A number for each logger, so that none is taken for another that was at its address before.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

// Either has a transport or a sender. In the order of what a call needs.
struct Logger::Shared : internal::LoggerCore {
  const std::uint64_t number = next_number();
  DirectTransport direct;
  const std::string identifier;
  client::DeliveryCount count;
  std::unique_ptr<Transport> transport;
  std::unique_ptr<client::AsyncSender> sender;

  Shared(const LoggerOptions& options, std::unique_ptr<Transport> given);
  std::unique_ptr<Transport> make_transport(const LoggerOptions& options);
  SendResult send(const Entry& entry) noexcept;
  SendStatus log(const client::Call& call) noexcept;
  SendStatus send_directly(const client::Call& call) noexcept;
  SendResult send_unusual(const client::Call& call) noexcept;
  void count_bad_names(const Entry& entry) noexcept;
  void count_sending(SendStatus status) noexcept;
  void report_drops() noexcept;
};

std::unique_ptr<Transport> Logger::Shared::make_transport(const LoggerOptions& options) {
  auto stream = make_stream_transport(stream_options(options));
  if (options.backend != Backend::kNative) return stream;
  auto native = make_native(options);
  direct.native = native.get();
  auto whole = std::make_unique<client::FallbackTransport>(std::move(native), std::move(stream));
  direct.whole = whole.get();
  return whole;
}

Logger::Shared::Shared(const LoggerOptions& options, std::unique_ptr<Transport> given)
    : identifier(options.identifier.empty() ? program_invocation_short_name : options.identifier) {
  level.store(options.level, std::memory_order_relaxed);
  if (!options.async || !client::AsyncSender::is_supported()) {
    transport = given != nullptr ? std::move(given) : make_transport(options);
    return;
  }
  const std::shared_ptr<Transport> own = std::move(given);
  sender = std::make_unique<client::AsyncSender>(
      *options.async, options.max_block, identifier,
      [this, options, own]() -> std::unique_ptr<client::Output> {
        if (own == nullptr) return make_output(options, count);
        return std::make_unique<client::TransportOutput>(own, count);
      },
      count);
  queue_owner = sender->id();
}

// The copied fields of with(). `texts` backs the views in `fields` and is never changed.
struct Logger::Context : internal::CallContext {
  std::vector<internal::OwnedText> texts;
  std::vector<Field> views;
};

void Logger::Shared::report_drops() noexcept {
  const auto drops = count.take_unreported();
  const client::DropReport report(drops, identifier);
  if (report.total() == 0) return;
  if (is_dropped(transport->send(report.entry()).status)) count.give_back(drops);
}

Logger::Logger(const LoggerOptions& options) : Logger(options, nullptr) {}

Logger::Logger(const LoggerOptions& options, std::unique_ptr<Transport> transport)
    : Logger(std::make_shared<Shared>(transport == nullptr ? resolved(options) : options,
                                      std::move(transport)),
             nullptr) {}

Logger::Logger(std::shared_ptr<Shared> shared, internal::ContextPointer context)
    : core_(shared.get()),
      shared_(std::move(shared)),
      context_(std::move(context)) {}

Logger Logger::with_fields(std::span<const Field> fields) const {
  auto context = std::make_shared<Context>();
  const auto add = [&context](const Field& field) {
    context->texts.push_back({std::string(field.name.text()), internal::text_of(field.value)});
  };
  if (context_ != nullptr) std::for_each(context_->fields.begin(), context_->fields.end(), add);
  std::for_each(fields.begin(), fields.end(), add);
  // Views are made when all strings have found their place.
  for (const internal::OwnedText& owned : context->texts) {
    context->views.push_back(runtime_field(owned.name, owned.text));
    context->has_good_names = context->has_good_names && context->views.back().name.is_good();
  }
  context->fields = context->views;
  return {shared_, std::move(context)};
}

void Logger::set_level(Priority level) const noexcept {
  shared_->level.store(level, std::memory_order_relaxed);
}

void Logger::wake_sender() const noexcept {
  shared_->sender->wake();
}

SendStatus Logger::filtered() const noexcept {
  shared_->count.add_filtered(client::current_thread_id());
  return SendStatus::kFiltered;
}

SendStatus Logger::log_fields(Priority priority,
                              const Message& message,
                              std::span<const Field> fields) const noexcept {
  if (!is_enabled(priority)) return filtered();
  std::span<const Field> context;
  if (context_ != nullptr) context = context_->fields;
  const client::Call call{.priority = priority,
                          .message = message,
                          .logger = shared_->number,
                          .identifier = shared_->identifier,
                          .thread_id = client::current_thread_id(),
                          .context = context,
                          .fields = fields,
                          .thread_fields = internal::thread_state.innermost};
  return shared_->log(call);
}

SendStatus Logger::Shared::log(const client::Call& call) noexcept {
  if (direct.native != nullptr) [[likely]]
    return send_directly(call);
  Entry entry = call.entry();
  if (sender != nullptr) entry.identifier = {};  // which the sender knows
  return send(entry).status;
}

SendStatus Logger::Shared::send_directly(const client::Call& call) noexcept {
  const ErrnoGuard keep_errno;
  client::QuickEntry quick;
  const std::string_view bytes = quick.encode(call);
  SendResult result = bytes.empty() ? send_unusual(call) : direct.native->send_encoded(bytes);
  if (result.status != SendStatus::kSent || direct.whole->is_outage()) [[unlikely]]
    result = direct.whole->conclude(result, call.entry());
  count_sending(result.status);
  return result.status;
}

SendResult Logger::Shared::send_unusual(const client::Call& call) noexcept {
  const Entry entry = call.entry();
  count_bad_names(entry);
  return direct.native->send_unusual(entry);
}

SendResult Logger::submit(Entry entry) const noexcept {
  if (entry.identifier.empty() && shared_->sender == nullptr)
    entry.identifier = shared_->identifier;
  if (context_ != nullptr) entry.context = context_->fields;
  entry.thread_fields = ThreadField::innermost();
  return shared_->send(entry);
}

SendResult Logger::Shared::send(const Entry& entry) noexcept {
  const ErrnoGuard keep_errno;
  count_bad_names(entry);
  if (sender != nullptr) {
    const SendResult queued = sender->append(entry);
    if (queued.status != SendStatus::kQueued) count.add(queued.status);
    return queued;
  }
  const SendResult result = transport->send(entry);
  count_sending(result.status);
  return result;
}

void Logger::Shared::count_bad_names(const Entry& entry) noexcept {
  std::uint64_t bad_names = 0;
  const auto look_at = [&](const Field& field) { bad_names += field.name.is_good() ? 0U : 1U; };
  for (const Field& field : entry.context)
    look_at(field);
  for (const ThreadField* node = entry.thread_fields; node != nullptr; node = node->outer())
    look_at(node->field());
  for (const Field& field : entry.fields)
    look_at(field);
  if (bad_names != 0) [[unlikely]]
    count.add_renamed(bad_names);
}

void Logger::Shared::count_sending(SendStatus status) noexcept {
  count.add(status);
  if (!is_dropped(status) && count.has_unreported()) [[unlikely]]
    report_drops();
}

FlushResult Logger::flush(std::chrono::milliseconds timeout) const noexcept {
  const ErrnoGuard keep_errno;
  if (shared_->sender != nullptr) return shared_->sender->flush(timeout);
  return shared_->transport->flush(timeout);
}

LoggerStatistics Logger::statistics() const noexcept {
  if (shared_->sender == nullptr) return shared_->count.snapshot();
  // The sender counts meanwhile: a look between two of its counts is right, and there is one soon.
  for (int attempt = 0;; ++attempt) {
    const auto settled = shared_->count.all_settled();
    LoggerStatistics statistics = shared_->count.snapshot();
    const std::uint64_t appended = shared_->sender->appended();
    if (settled && settled == shared_->count.all_settled()) {
      statistics.pending = appended - *settled;
      return statistics;
    }
    if (attempt == kMostLooks) {
      statistics.pending = appended - std::min(appended, shared_->count.settled());
      return statistics;
    }
    std::this_thread::yield();
  }
}

std::string Logger::describe_failure() const {
  return shared_->sender != nullptr ? shared_->sender->describe_failure()
                                    : shared_->transport->describe_failure();
}

}  // namespace logq
