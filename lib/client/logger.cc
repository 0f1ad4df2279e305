#include "logq/logger.h"

#include <errno.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <vector>

#include "client/delivery_count.h"
#include "client/thread_id.h"

namespace logq {
namespace {

// "Entries were dropped by the client", the MESSAGE_ID of our reports.
constexpr Id128 kEntriesDroppedId{{0x4d, 0x1c, 0x0f, 0x3b, 0x9e, 0x62, 0x4a, 0x55, 0x8b, 0x7a, 0x21,
                                   0xc6, 0xe0, 0x93, 0x5d, 0x18}};

class ErrnoGuard {
 public:
  ErrnoGuard() : saved_(errno) {}
  ErrnoGuard(const ErrnoGuard&) = delete;
  ErrnoGuard& operator=(const ErrnoGuard&) = delete;
  ~ErrnoGuard() { errno = saved_; }

 private:
  int saved_;
};

std::unique_ptr<Transport> make_transport(const LoggerOptions& options) {
  if (options.backend == Backend::kStdoutJson) {
    return make_stream_transport(
        {.fd = 1, .format = LineFormat::kJson, .max_block = options.max_block});
  }
  if (options.backend == Backend::kStdoutLines) {
    return make_stream_transport(
        {.fd = 1, .format = LineFormat::kLevelPrefix, .max_block = options.max_block});
  }
  NativeOptions native;
  native.socket_path = options.socket_path;
  native.max_block = options.max_block;
  return make_fallback_transport(
      make_native_transport(native),
      make_stream_transport(
          {.fd = 2, .format = LineFormat::kLevelPrefix, .max_block = options.max_block}));
}

std::uint64_t count_bad_names(std::span<const Field> fields) {
  std::uint64_t count = 0;
  for (const Field& field : fields)
    count += field.name.is_good() ? 0U : 1U;
  return count;
}

}  // namespace

struct Logger::Shared {
  std::string identifier;
  std::unique_ptr<Transport> transport;
  std::atomic<Priority> level;
  client::DeliveryCount count;

  void report_drops() noexcept;
};

// The copied fields of with(). `texts` backs the views in `fields` and is never changed.
struct Logger::Context {
  std::vector<internal::OwnedText> texts;
  std::vector<Field> fields;
};

void Logger::Shared::report_drops() noexcept {
  const auto drops = count.take_unreported();
  std::uint64_t total = 0;
  for (const std::uint64_t dropped : drops)
    total += dropped;
  if (total == 0) return;
  const auto of = [&](SendStatus status) { return drops[static_cast<std::size_t>(status)]; };

  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%llu message%s dropped",
                                   static_cast<unsigned long long>(total), total == 1 ? "" : "s");
  const std::array<Field, 6> fields{message_id(kEntriesDroppedId),
                                    field("N_DROPPED", total),
                                    field("N_DROPPED_FULL", of(SendStatus::kFull)),
                                    field("N_DROPPED_NO_COLLECTOR", of(SendStatus::kNoCollector)),
                                    field("N_DROPPED_TOO_LARGE", of(SendStatus::kTooLarge)),
                                    field("N_DROPPED_FAILED", of(SendStatus::kFailed))};
  Entry entry;
  entry.priority = Priority::kWarning;
  entry.message = {text.data(), static_cast<std::size_t>(length)};
  entry.identifier = identifier;
  entry.thread_id = client::current_thread_id();
  entry.fields = fields;
  if (is_dropped(transport->send(entry).status)) count.give_back(drops);
}

Logger::Logger(const LoggerOptions& options) : Logger(options, make_transport(options)) {}

Logger::Logger(const LoggerOptions& options, std::unique_ptr<Transport> transport)
    : shared_(std::make_shared<Shared>()) {
  shared_->identifier =
      options.identifier.empty() ? program_invocation_short_name : options.identifier;
  shared_->transport = std::move(transport);
  shared_->level.store(options.level, std::memory_order_relaxed);
}

Logger::Logger(std::shared_ptr<Shared> shared, std::shared_ptr<const Context> context)
    : shared_(std::move(shared)),
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

bool Logger::is_enabled(Priority priority) const noexcept {
  return priority <= shared_->level.load(std::memory_order_relaxed);
}

void Logger::set_level(Priority level) const noexcept {
  shared_->level.store(level, std::memory_order_relaxed);
}

SendStatus Logger::filtered() const noexcept {
  shared_->count.add(SendStatus::kFiltered);
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
  if (entry.identifier.empty()) entry.identifier = shared_->identifier;
  if (context_ != nullptr) entry.context = context_->fields;
  entry.thread_fields = ThreadField::innermost();

  std::uint64_t bad_names = count_bad_names(entry.fields) + count_bad_names(entry.context);
  for (const auto* node = entry.thread_fields; node != nullptr; node = node->outer()) {
    bad_names += node->field().name.is_good() ? 0U : 1U;
  }
  if (bad_names != 0) [[unlikely]]
    shared_->count.add_renamed(bad_names);

  const SendResult result = shared_->transport->send(entry);
  shared_->count.add(result.status);
  if (!is_dropped(result.status) && shared_->count.has_unreported()) [[unlikely]] {
    shared_->report_drops();
  }
  return result;
}

FlushResult Logger::flush(std::chrono::milliseconds timeout) const noexcept {
  const ErrnoGuard keep_errno;
  return shared_->transport->flush(timeout);
}

LoggerStatistics Logger::statistics() const noexcept {
  return shared_->count.snapshot();
}

std::string Logger::describe_failure() const {
  return shared_->transport->describe_failure();
}

}  // namespace logq
