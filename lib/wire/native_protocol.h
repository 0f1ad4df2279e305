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
#include <string>
#include <string_view>
#include <vector>

namespace logq::wire {

// Limits of journald (docs/protocols.md, "Limits"); beyond them an entry is dropped whole.
inline constexpr std::size_t kDataSizeMax = std::size_t{768} << 20;
inline constexpr std::size_t kEntrySizeMax = std::size_t{770} << 20;
inline constexpr std::size_t kEntryFieldCountMax = 1024;

// What the collector must know of an entry without searching its fields. Views into the datagram.
struct NativePeek {
  std::optional<int> priority;  // from a one-digit PRIORITY=
  std::optional<int> facility;  // from a one- or two-digit SYSLOG_FACILITY=
  std::string_view identifier;  // SYSLOG_IDENTIFIER=
  std::string_view message;     // MESSAGE=
  std::string_view object_pid;  // OBJECT_PID=, unchecked text
};

// Takes the entries of one datagram apart as journald 252 does: invalid names are left out,
// comments skipped, trailing noise ignored, an entry over the limits dropped whole and counted.
// Reusable; not thread-safe. Never fails: what cannot be understood ends the datagram.
class NativeDecoder {
 public:
  // Begins a datagram (or the contents of a memfd). The bytes must outlive the views handed out.
  void start(std::string_view datagram);

  // Moves to the next entry that has at least one valid field; false at the end of the datagram.
  bool next();

  // The fields of the current entry, each as "NAME=value", in the order sent. Valid until the next
  // call of next() or start(): text fields point into the datagram, binary ones into this object.
  [[nodiscard]] const std::vector<std::string_view>& fields() const { return fields_; }
  [[nodiscard]] const NativePeek& peek() const { return peek_; }

  // Entries of this datagram dropped so far because they broke a limit.
  [[nodiscard]] std::uint64_t dropped_entries() const { return dropped_entries_; }

 private:
  // Implementation: lib/wire/native_protocol.cc. (Members may be added by its owner.)
  std::string_view rest_;
  std::vector<std::string_view> fields_;
  std::deque<std::string> composed_;
  NativePeek peek_;
  std::uint64_t dropped_entries_ = 0;
};

// Appends one field to `out`, as text where the value allows it and in binary form otherwise.
// REQUIRES: `name` is a valid client field name.
void encode_native_field(std::string_view name, std::string_view value, std::string& out);

}  // namespace logq::wire
