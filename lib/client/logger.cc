#include "logq/logger.h"

#include <errno.h>
#include <unistd.h>

#include <vector>

#include "client/async_sender.h"
#include "client/backend_choice.h"
#include "client/collector_output.h"
#include "client/delivery_count.h"
#include "client/drop_report.h"
#include "client/errno_guard.h"
#include "client/thread_id.h"
#include "client/transport_output.h"

namespace logq {

using client::ErrnoGuard;

namespace {

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

std::unique_ptr<Transport> make_transport(const LoggerOptions& options) {
  auto stream = make_stream_transport(stream_options(options));
  if (options.backend != Backend::kNative) return stream;
  NativeOptions native;
  native.socket_path = options.socket_path;
  native.max_block = options.max_block;
  return make_fallback_transport(make_native_transport(native), std::move(stream));
}

std::unique_ptr<client::Output> make_output(const LoggerOptions& options,
                                            client::DeliveryCount& count) {
  if (options.backend != Backend::kNative)
    return std::make_unique<client::TransportOutput>(make_transport(options), count);
  client::CollectorOutputOptions collector;
  collector.outage_patience = options.async->outage_patience;
  return std::make_unique<client::CollectorOutput>(
      collector, client::find_sockets(options.socket_path, client::SearchEnvironment::of_process()),
      make_stream_transport(stream_options(options)), count, client::SocketCalls::system());
}

std::uint64_t count_bad_names(std::span<const Field> fields) {
  std::uint64_t count = 0;
  for (const Field& field : fields)
    count += field.name.is_good() ? 0U : 1U;
  return count;
}

}  // namespace

// Either has a transport or a sender.
struct Logger::Shared : internal::LoggerCore {
  std::string identifier;
  std::unique_ptr<Transport> transport;
  client::DeliveryCount count;
  std::unique_ptr<client::AsyncSender> sender;

  Shared(const LoggerOptions& options, std::unique_ptr<Transport> given);
  void report_drops() noexcept;
};

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
struct Logger::Context {
  std::vector<internal::OwnedText> texts;
  std::vector<Field> fields;
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

Logger::Logger(std::shared_ptr<Shared> shared, std::shared_ptr<const Context> context)
    : core_(shared.get()),
      shared_(std::move(shared)),
      context_(std::move(context)) {}

Logger Logger::with_fields(std::span<const Field> fields) const {
  auto context = std::make_shared<Context>();
  if (context_ != nullptr) context->texts = context_->texts;
  for (const Field& field : fields) {
    context->texts.push_back({std::string(field.name.text()), internal::text_of(field.value)});
  }
  // Views are made when all strings have found their place.
  for (const internal::OwnedText& owned : context->texts) {
    context->fields.push_back(runtime_field(owned.name, owned.text));
  }
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
  Entry entry;
  entry.priority = priority;
  entry.message = message.text;
  entry.code_file = message.location.file_name();
  entry.code_function = message.location.function_name();
  entry.code_line = message.location.line();
  entry.thread_id = client::current_thread_id();
  entry.fields = fields;
  return submit(entry).status;
}

SendResult Logger::submit(Entry entry) const noexcept {
  const ErrnoGuard keep_errno;
  const bool is_async = shared_->sender != nullptr;
  if (entry.identifier.empty() && !is_async) entry.identifier = shared_->identifier;
  if (context_ != nullptr) entry.context = context_->fields;
  entry.thread_fields = ThreadField::innermost();

  std::uint64_t bad_names = count_bad_names(entry.fields) + count_bad_names(entry.context);
  for (const auto* node = entry.thread_fields; node != nullptr; node = node->outer()) {
    bad_names += node->field().name.is_good() ? 0U : 1U;
  }
  if (bad_names != 0) [[unlikely]]
    shared_->count.add_renamed(bad_names);

  if (is_async) {
    const SendResult queued = shared_->sender->append(entry);
    if (queued.status != SendStatus::kQueued) shared_->count.add(queued.status);
    return queued;
  }
  const SendResult result = shared_->transport->send(entry);
  shared_->count.add(result.status);
  if (!is_dropped(result.status) && shared_->count.has_unreported()) [[unlikely]] {
    shared_->report_drops();
  }
  return result;
}

FlushResult Logger::flush(std::chrono::milliseconds timeout) const noexcept {
  const ErrnoGuard keep_errno;
  if (shared_->sender != nullptr) return shared_->sender->flush(timeout);
  return shared_->transport->flush(timeout);
}

LoggerStatistics Logger::statistics() const noexcept {
  LoggerStatistics statistics = shared_->count.snapshot();
  if (shared_->sender != nullptr) statistics.pending = shared_->sender->pending();
  return statistics;
}

std::string Logger::describe_failure() const {
  return shared_->sender != nullptr ? shared_->sender->describe_failure()
                                    : shared_->transport->describe_failure();
}

}  // namespace logq
