#include "client/entry_record.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace logq::client {
namespace {

using internal::RecordHeader;
using internal::RecordKind;

// Behind the fields of a record of kind kEntry.
struct EntryDetails {
  std::uint64_t thread_id;
  std::uint64_t realtime_usec;  // that the entry itself says; 0: nothing
  std::uint32_t identifier_bytes;
  std::uint32_t code_file_bytes;
  std::uint32_t code_function_bytes;
  std::uint32_t code_line;
};
static_assert(sizeof(EntryDetails) % 8 == 0);

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

// What NamedField::pack_to() has put there.
Value take_value(Value::Kind kind, std::uint64_t word, const char*& at) {
  switch (kind) {
    case Value::Kind::kText:
      return take(at, word);
    case Value::Kind::kId:
      return Value::from_parts(kind, word, take(at, sizeof(Id128)).data());
    case Value::Kind::kError: {
      const void* category = nullptr;
      std::memcpy(&category, take(at, sizeof category).data(), sizeof category);
      return Value::from_parts(kind, word, category);
    }
    default:
      return Value::from_parts(kind, word);
  }
}

}  // namespace

std::size_t record_size(const Entry& entry) {
  std::size_t bytes = sizeof(RecordHeader) + sizeof(EntryDetails) + entry.message.size() +
                      entry.identifier.size() + entry.code_file.size() + entry.code_function.size();
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
  auto* const header = new (place) RecordHeader{static_cast<std::uint32_t>(bytes),
                                                static_cast<std::uint16_t>(count),
                                                entry.priority,
                                                RecordKind::kEntry,
                                                realtime_usec,
                                                {},
                                                nullptr,
                                                entry.message.size()};
  auto* field = reinterpret_cast<Field*>(header + 1);
  auto* const details =
      new (field + count) EntryDetails{entry.thread_id,
                                       entry.realtime_usec,
                                       static_cast<std::uint32_t>(entry.identifier.size()),
                                       static_cast<std::uint32_t>(entry.code_file.size()),
                                       static_cast<std::uint32_t>(entry.code_function.size()),
                                       entry.code_line};
  char* text = reinterpret_cast<char*>(details + 1);
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
  auto* const header = new (place) RecordHeader{};
  header->bytes = kBlockRecordBytes;
  header->kind = RecordKind::kBlock;
  header->realtime_usec = realtime_usec;
  std::memcpy(static_cast<void*>(header + 1), &block, sizeof block);
}

std::byte* allocate_block(std::size_t bytes) noexcept {
  return static_cast<std::byte*>(::operator new(bytes, std::nothrow));
}

void free_block(void* block) noexcept {
  ::operator delete(block);
}

RecordHeader* block_of(const RecordHeader& record) {
  RecordHeader* block = nullptr;
  std::memcpy(&block, &record + 1, sizeof block);
  return block;
}

Entry RecordReader::read(const RecordHeader& record,
                         std::string_view identifier,
                         std::uint64_t thread_id) {
  Entry entry;
  entry.priority = record.priority;
  entry.identifier = identifier;
  entry.thread_id = thread_id;
  record.kind == RecordKind::kCall ? read_call(record, entry) : read_entry(record, entry);
  return entry;
}

void RecordReader::read_call(const RecordHeader& record, Entry& entry) {
  const auto* const words = reinterpret_cast<const std::uint64_t*>(&record + 1);
  const char* text = reinterpret_cast<const char*>(words + record.field_count);
  entry.message = take(text, record.message_bytes);
  entry.code_file = record.location.file_name();
  entry.code_function = record.location.function_name();
  entry.code_line = record.location.line();
  fields_.clear();
  for (std::size_t i = 0; i < record.field_count; ++i) {
    const internal::FieldForm& form = record.forms[i];
    fields_.push_back({form.name, take_value(form.kind, words[i], text)});
  }
  entry.fields = fields_;
}

void RecordReader::read_entry(const RecordHeader& record, Entry& entry) {
  const auto* const fields = reinterpret_cast<const Field*>(&record + 1);
  entry.fields = {fields, record.field_count};
  const auto* const details = reinterpret_cast<const EntryDetails*>(fields + record.field_count);
  const char* text = reinterpret_cast<const char*>(details + 1);
  entry.thread_id = details->thread_id;
  entry.realtime_usec = details->realtime_usec;
  entry.code_line = details->code_line;
  entry.message = take(text, record.message_bytes);
  if (details->identifier_bytes > 0) entry.identifier = take(text, details->identifier_bytes);
  entry.code_file = take(text, details->code_file_bytes);
  entry.code_function = take(text, details->code_function_bytes);
}

}  // namespace logq::client
