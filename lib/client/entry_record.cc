#include "client/entry_record.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <source_location>
#include <span>
#include <type_traits>

namespace logq::client {
namespace {

using internal::CallRecord;
using internal::RecordHeader;
using internal::RecordKind;
using internal::TimedRecord;

// A record of kind kEntry; behind it there are its fields.
struct EntryRecord {
  TimedRecord timed;
  std::uint64_t thread_id;
  std::uint64_t realtime_usec;  // that the entry itself says; 0: nothing
  std::uint32_t message_bytes;
  std::uint32_t identifier_bytes;
  std::uint32_t code_file_bytes;
  std::uint32_t code_function_bytes;
  std::uint32_t code_line;
  std::uint32_t field_count;
};
static_assert(sizeof(EntryRecord) % 8 == 0);

template <typename Function>
void for_each_given(const Entry& entry, Function function) {
  for (const Field& field : entry.context)
    function(field);
  for (const ThreadField* node = entry.thread_fields; node != nullptr; node = node->outer())
    function(node->field());
  for (const Field& field : entry.fields)
    function(field);
}

char* append(std::string_view text, char* at) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

std::string_view take(const char*& at, std::size_t size) {
  const std::string_view text(at, size);
  at += size;
  return text;
}

template <typename Word>
Word take_word(const char*& at) {
  Word word{};
  std::memcpy(&word, take(at, sizeof word).data(), sizeof word);
  return word;
}

const internal::CallForm& form_of(const CallRecord& call, const internal::CallAddresses& origins) {
  return *reinterpret_cast<const internal::CallForm*>(origins.form + (call.distances >> 32));
}

std::source_location location_of(const CallRecord& call, const internal::CallAddresses& origins) {
  return std::bit_cast<std::source_location>(origins.location +
                                             static_cast<std::uint32_t>(call.distances));
}

// What NamedField::put_word() has put there. Signed where the kind is.
template <typename Unsigned>
std::uint64_t take_number(Value::Kind kind, const char*& at) {
  const auto number = take_word<Unsigned>(at);
  const bool is_signed = kind == Value::Kind::kSigned || kind == Value::Kind::kError;
  if (is_signed)
    return static_cast<std::uint64_t>(std::int64_t{std::make_signed_t<Unsigned>(number)});
  return number;
}

std::uint64_t take_field_word(const internal::FieldForm& form, const char*& at) {
  switch (form.word_bytes) {
    case 1:
      return take_number<std::uint8_t>(form.kind, at);
    case 2:
      return take_number<std::uint16_t>(form.kind, at);
    case 4:
      return take_number<std::uint32_t>(form.kind, at);
    case 8:
      return take_number<std::uint64_t>(form.kind, at);
    default:
      return 0;
  }
}

// What NamedField::pack_to() has put there.
Value take_value(Value::Kind kind, std::uint64_t word, const char*& at) {
  switch (kind) {
    case Value::Kind::kText:
      return take(at, word);
    case Value::Kind::kId:
      return Value::from_parts(kind, word, take(at, sizeof(Id128)).data());
    case Value::Kind::kError:
      return Value::from_parts(kind, word, take_word<const void*>(at));
    default:
      return Value::from_parts(kind, word);
  }
}

}  // namespace

std::size_t record_size(const Entry& entry) {
  std::size_t bytes = sizeof(EntryRecord) + entry.message.size() + entry.identifier.size() +
                      entry.code_file.size() + entry.code_function.size();
  for_each_given(entry, [&bytes](const Field& field) {
    bytes += sizeof(Field) + field.value.borrowed_bytes();
    if (!field.name.is_literal()) bytes += field.name.text().size();
  });
  return (bytes + 7) & ~std::size_t{7};
}

void write_record(const Entry& entry,
                  std::uint64_t realtime_usec,
                  std::size_t bytes,
                  std::byte* place) {
  std::size_t count = 0;
  for_each_given(entry, [&count](const Field&) { ++count; });
  const RecordHeader header{static_cast<std::uint32_t>(bytes), 0, entry.priority,
                            RecordKind::kEntry};
  auto* const record =
      new (place) EntryRecord{{header, realtime_usec},
                              entry.thread_id,
                              entry.realtime_usec,
                              static_cast<std::uint32_t>(entry.message.size()),
                              static_cast<std::uint32_t>(entry.identifier.size()),
                              static_cast<std::uint32_t>(entry.code_file.size()),
                              static_cast<std::uint32_t>(entry.code_function.size()),
                              entry.code_line,
                              static_cast<std::uint32_t>(count)};
  auto* field = reinterpret_cast<Field*>(record + 1);
  char* text = reinterpret_cast<char*>(field + count);
  text = append(entry.message, text);
  text = append(entry.identifier, text);
  text = append(entry.code_file, text);
  text = append(entry.code_function, text);
  for_each_given(entry, [&field, &text](const Field& from) {
    FieldName name = from.name;
    if (!name.is_literal()) {
      const char* const at = text;
      text = append(name.text(), text);
      name = name.moved_to(at);
    }
    new (field++) Field{name, from.value.copied_to(text)};
    text += from.value.borrowed_bytes();
  });
}

void write_block_record(std::byte* block, std::uint64_t realtime_usec, std::byte* place) {
  new (place) TimedRecord{{kBlockRecordBytes, 0, Priority{}, RecordKind::kBlock}, realtime_usec};
  std::memcpy(place + sizeof(TimedRecord), &block, sizeof block);
}

std::byte* allocate_block(std::size_t bytes) noexcept {
  return static_cast<std::byte*>(::operator new(bytes, std::nothrow));
}

void free_block(void* block) noexcept {
  ::operator delete(block);
}

RecordHeader* block_of(const RecordHeader& record) {
  RecordHeader* block = nullptr;
  std::memcpy(&block, reinterpret_cast<const TimedRecord*>(&record) + 1, sizeof block);
  return block;
}

Entry RecordReader::read(const RecordHeader& record,
                         std::string_view identifier,
                         std::uint64_t thread_id) {
  Entry entry;
  entry.priority = record.priority;
  entry.identifier = identifier;
  entry.thread_id = thread_id;
  record.kind == RecordKind::kEntry ? read_entry(record, entry) : read_call(record, entry);
  return entry;
}

void RecordReader::read_call(const RecordHeader& record, Entry& entry) {
  const auto& call = reinterpret_cast<const CallRecord&>(record);
  const internal::CallForm& call_form = form_of(call, surroundings_.origins);
  const char* words = reinterpret_cast<const char*>(&call + 1);
  const char* text = words + call_form.words_bytes;
  if (record.kind == RecordKind::kConstantCall) {
    const std::uintptr_t at = surroundings_.constants + take_word<std::uint32_t>(text);
    entry.message = {reinterpret_cast<const char*>(at), record.message_bytes};
  } else {
    entry.message = take(text, record.message_bytes);
  }
  entry.context = surroundings_.context;
  const std::source_location location = location_of(call, surroundings_.origins);
  entry.code_file = location.file_name();
  entry.code_function = location.function_name();
  entry.code_line = location.line();
  fields_.clear();
  for (const internal::FieldForm& form : std::span(call_form.fields, call_form.field_count)) {
    const std::uint64_t word = take_field_word(form, words);
    fields_.push_back({form.name, take_value(form.kind, word, text)});
  }
  entry.fields = fields_;
}

void RecordReader::read_entry(const RecordHeader& header, Entry& entry) {
  const auto& record = reinterpret_cast<const EntryRecord&>(header);
  const auto* const fields = reinterpret_cast<const Field*>(&record + 1);
  entry.fields = {fields, record.field_count};
  const char* text = reinterpret_cast<const char*>(fields + record.field_count);
  entry.thread_id = record.thread_id;
  entry.realtime_usec = record.realtime_usec;
  entry.code_line = record.code_line;
  entry.message = take(text, record.message_bytes);
  if (record.identifier_bytes > 0) entry.identifier = take(text, record.identifier_bytes);
  entry.code_file = take(text, record.code_file_bytes);
  entry.code_function = take(text, record.code_function_bytes);
}

}  // namespace logq::client
