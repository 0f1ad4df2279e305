// The native journal protocol: what sd_journal_send() puts into a datagram (docs/protocols.md,
// "Native protocol"). Pure codec: bytes in, views or bytes out, no I/O.
//
//   KEY=value\n                          text field
//   KEY\n <le64 length> bytes \n         binary field, needed when the value contains a newline
//   \n                                   end of entry; several entries may follow each other
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logq::wire {

// Limits of journald (docs/protocols.md, "Limits"); beyond them an entry is dropped whole.
inline constexpr std::size_t kDataSizeMax = std::size_t{768} << 20;
inline constexpr std::size_t kEntrySizeMax = std::size_t{770} << 20;
inline constexpr std::size_t kEntryFieldCountMax = 1024;

// What the collector must know of an entry without searching its fields. Views into the datagram.
// Of a field given several times the last one that has the right form counts.
struct NativePeek {
  std::optional<int> priority;  // level 0 to 7 of a one-digit PRIORITY= (8 and 9 count as 0 and 1)
  std::optional<int> facility;  // 0 to 99, from a one- or two-digit SYSLOG_FACILITY=
  std::string_view identifier;  // SYSLOG_IDENTIFIER=
  std::string_view message;     // MESSAGE=
  std::optional<std::int32_t> object_pid;  // OBJECT_PID= above 0
};

// Takes the entries of one datagram apart as journald 252 does: invalid names are left out,
// comments skipped, trailing noise ignored, an entry over the limits dropped whole and counted.
// An entry without a valid field and an entry over a limit end the datagram, as they do there; what
// lies behind them is reported by unread_bytes().
//
// Reusable; not thread-safe. Never fails: what cannot be understood ends the datagram. Allocates
// nothing once it has seen an entry as large as the current one.
class NativeDecoder {
 public:
  // Begins a datagram (or the contents of a memfd). The bytes must outlive the views handed out.
  void start(std::string_view datagram);
  // The same for bytes that are the caller's to change: a binary field's name is moved to its value
  // there, instead of both being copied. Then all views last as long as the bytes.
  void start_in_place(std::span<char> datagram);

  // Moves to the next entry that has at least one valid field; false at the end of the datagram.
  bool next();

  // The fields of the current entry, each as "NAME=value", in the order sent. Valid until the next
  // call of next() or start(): text fields point into the datagram, binary ones into this object
  // unless they are taken apart in place.
  [[nodiscard]] const std::vector<std::string_view>& fields() const { return fields_; }
  [[nodiscard]] const NativePeek& peek() const { return peek_; }
  // Bytes of the current entry's fields.
  [[nodiscard]] std::size_t entry_bytes() const { return entry_size_; }
  // Whether some of the current entry's fields point into this object.
  [[nodiscard]] bool has_composed() const { return composed_used_ > 0; }

  // Entries of this datagram dropped so far because they broke a limit.
  [[nodiscard]] std::uint64_t dropped_entries() const { return dropped_entries_; }

  // Fields of this datagram left out so far because of their name.
  [[nodiscard]] std::uint64_t dropped_fields() const { return dropped_fields_; }

  // Bytes that have not been looked at. After next() returned false those at the end of the
  // datagram that no entry was made of, be it noise without a newline, a damaged binary field, or
  // what follows an entry that ended it.
  [[nodiscard]] std::size_t unread_bytes() const { return rest_.size(); }

 private:
  enum class Step : std::uint8_t { kField, kEndOfEntry, kUnparsable, kOverLimit };

  Step read_line();
  Step read_text_field(std::size_t name_length, bool name_is_valid);
  Step read_binary_field(std::size_t name_length, bool name_is_valid);
  void add_field(std::string_view payload);
  [[nodiscard]] bool fits_entry(std::size_t payload_size) const;
  std::string_view compose(std::string_view name, std::string_view value);
  std::string& next_composed();
  void release_large_buffers();

  std::string_view rest_;       // not yet read
  char* changeable_ = nullptr;  // the begin of the datagram, where it may be changed
  const char* begin_ = nullptr;
  std::vector<std::string_view> fields_;
  std::deque<std::string> composed_;  // the binary fields of the entry, as "NAME=value"
  std::size_t composed_used_ = 0;     // the others keep their capacity for later entries
  std::size_t retained_bytes_ = 0;    // capacity of composed_
  std::size_t entry_size_ = 0;
  bool ended_ = true;  // no further entry may be read from rest_
  NativePeek peek_;
  std::uint64_t dropped_entries_ = 0;
  std::uint64_t dropped_fields_ = 0;
};

// Appends one field to `out`, as text where the value allows it and in binary form otherwise.
// REQUIRES: `name` is a valid client field name.
void encode_native_field(std::string_view name, std::string_view value, std::string& out);
// The same to a place with room for name and value, two bytes more and kNativeLengthSize. Returns
// the end.
char* write_native_field(std::string_view name, std::string_view value, char* at);
inline constexpr std::size_t kNativeLengthSize = 8;  // of a binary field's length

}  // namespace logq::wire
