#include "client/quick_entry.h"

#include "client/entry_head.h"
#include "client/native_writer.h"
#include "wire/native_protocol.h"

namespace logq::client {
namespace {

// So many are surely not too many for the protocol, as no more than that would fit.
constexpr std::size_t kMostQuickFields = 512;
constexpr std::size_t kMostThreadFields = 256;
static_assert(kMostQuickFields + kMostThreadFields + 16 < wire::kEntryFieldCountMax);

char* write_fields(std::span<const Field> fields, char* at, const char* end) {
  for (const Field& field : fields) {
    at = write_field(field, at, end);
    if (at == nullptr) [[unlikely]]
      return nullptr;
  }
  return at;
}

[[gnu::noinline]] char* write_thread_fields(const ThreadField* node, char* at, const char* end) {
  for (std::size_t count = 0; node != nullptr && at != nullptr; node = node->outer()) {
    at = ++count > kMostThreadFields ? nullptr : write_field(node->field(), at, end);
  }
  return at;
}

// What the application gave, of a Call or an Entry. Also null if `at` is.
template <typename Source>
[[gnu::always_inline]] inline char* write_given(const Source& source, char* at, const char* end) {
  if (at == nullptr || source.context.size() + source.fields.size() > kMostQuickFields) [[unlikely]]
    return nullptr;
  if (!source.context.empty()) at = write_fields(source.context, at, end);
  if (at != nullptr && source.thread_fields != nullptr)
    at = write_thread_fields(source.thread_fields, at, end);
  return at == nullptr ? nullptr : write_fields(source.fields, at, end);
}

}  // namespace

std::string_view QuickEntry::encode(const Call& call) noexcept {
  char* const begin = bytes_.data();
  const char* const end = begin + bytes_.size();
  char* at = write_text("MESSAGE", call.message.text, begin, end);
  if (at != nullptr) [[likely]]
    at = write_head(call, at, end);
  at = write_given(call, at, end);
  if (at == nullptr) [[unlikely]]
    return {};
  return {begin, static_cast<std::size_t>(at - begin)};
}

std::string_view QuickEntry::encode(const Entry& entry) noexcept {
  char* const begin = bytes_.data();
  const char* const end = begin + bytes_.size();
  char* at = write_text("MESSAGE", entry.message, begin, end);
  if (at == nullptr) return {};
  at = write_head(EntryHead{entry.priority, entry.identifier, entry.code_file, entry.code_function,
                            entry.code_line, entry.thread_id},
                  at, end);
  if (at != nullptr && entry.realtime_usec != 0)
    at = write_value("SOURCE_REALTIME_TIMESTAMP", entry.realtime_usec, at, end);
  at = write_given(entry, at, end);
  if (at == nullptr) return {};
  return {begin, static_cast<std::size_t>(at - begin)};
}

}  // namespace logq::client
