// One record of /dev/kmsg, as read(2) gives it since Linux 3.5 (docs/kernel-sources.md, "Kernel
// messages"). Pure codec, no I/O.
//
//   PRIORITY,SEQUENCE,USEC,FLAGS;TEXT\n
//    KEY=VALUE\n ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq::wire {

// Views into the record, escaped as they stand there.
struct KernelRecord {
  int priority = 6;            // facility * 8 + level, 0 to 999; facility 0 is the kernel itself
  std::uint64_t sequence = 0;  // counts the messages of this boot, from 0
  std::uint64_t usec = 0;      // since boot, CLOCK_MONOTONIC
  bool is_fragment = false;    // part of a line that several calls of printk made up
  std::string_view text;
  std::string_view dictionary;  // lines " KEY=VALUE\n", for next_dictionary_line()

  [[nodiscard]] int level() const { return priority & 7; }
  [[nodiscard]] int facility() const { return priority >> 3; }
};

// Nothing for what is no record: without its numbers, or without the end of its text.
[[nodiscard]] std::optional<KernelRecord> parse_kernel_record(std::string_view record);

// Takes the next "KEY=VALUE" off `dictionary`; nothing at its end, or where it stops being one.
[[nodiscard]] std::optional<std::string_view> next_dictionary_line(std::string_view& dictionary);

// Appends `escaped` with every \xNN, which the kernel makes of backslashes and of all that is not
// printable ASCII, turned back into its byte. \x00 stays as it is, as with journald.
void append_unescaped(std::string_view escaped, std::string& out);

}  // namespace logq::wire
