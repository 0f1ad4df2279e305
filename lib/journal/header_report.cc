#include "journal/header_report.h"

#include <time.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "base/quantity.h"
#include "base/try.h"
#include "journal/file_mapping.h"
#include "journal/header.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kUsecPerMsec = 1000;
// A chain this long, or tables this full, and journald begins a new file.
constexpr std::uint64_t kChainDepthMax = 100;
constexpr std::uint64_t kMaxFill = 3;  // of 4

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 16> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), value, 16).ptr};
}

std::string in_both_bases(std::uint64_t value) {
  return std::to_string(value) + " (" + hexadecimal(value) + ")";
}

// "Mon 2022-10-24 00:00:01 UTC", in the local zone and in English whatever the locale.
std::string calendar_time(std::uint64_t realtime_usec) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  if (realtime_usec == 0 || realtime_usec >= kTimestampLimit) return " --- ";
  const auto second = static_cast<std::time_t>(realtime_usec / base::kUsecPerSecond);
  std::tm broken_down{};
  if (::localtime_r(&second, &broken_down) == nullptr) return " --- ";
  std::array<char, 64> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), " %Y-%m-%d %H:%M:%S %Z", &broken_down);
  std::string all(kDays[static_cast<std::size_t>(broken_down.tm_wday)]);
  return all.append(text.data(), size);
}

std::string percentage(std::uint64_t part, std::uint64_t whole) {
  std::array<char, 64> text{};
  const double share =
      whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  const int size = std::snprintf(text.data(), text.size(), "%.1f%%", share);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string_view state_name(FileState state) {
  switch (state) {
    case FileState::kOffline:
      return "OFFLINE";
    case FileState::kOnline:
      return "ONLINE";
    case FileState::kArchived:
      return "ARCHIVED";
  }
  return "UNKNOWN";
}

struct FlagName {
  std::uint32_t flag;
  std::string_view name;
};
constexpr std::array<FlagName, 3> kCompatibleNames{
    {{kCompatibleSealed, " SEALED"},
     {kCompatibleSealedContinuous, " SEALED_CONTINUOUS"},
     {kCompatibleTailEntryBootId, " TAIL_ENTRY_BOOT_ID"}}};
constexpr std::array<FlagName, 5> kIncompatibleNames{
    {{kIncompatibleCompressedXz, " COMPRESSED-XZ"},
     {kIncompatibleCompressedLz4, " COMPRESSED-LZ4"},
     {kIncompatibleCompressedZstd, " COMPRESSED-ZSTD"},
     {kIncompatibleKeyedHash, " KEYED-HASH"},
     {kIncompatibleCompact, " COMPACT"}}};

template <std::size_t N>
std::string flag_names(std::uint32_t flags, const std::array<FlagName, N>& names) {
  std::string text;
  for (const FlagName& known : names) {
    if ((flags & known.flag) != 0) text += known.name;
    flags &= ~known.flag;
  }
  if (flags != 0) text += " ???";
  return text;
}

class HeaderReport {
 public:
  HeaderReport(const std::string& path, const Header& header) : path_(path), header_(header) {}

  std::string text(std::uint64_t disk_bytes) {
    add_identity();
    add_entries();
    add_counters();
    add("Disk usage", base::format_size(disk_bytes));
    return std::move(text_);
  }

 private:
  void add(std::string_view name, std::string_view value) {
    text_.append(name).append(": ").append(value) += '\n';
  }
  void add_id(std::string_view name, const std::uint8_t (&id)[16]) {
    add(name, load_id(id).to_string());
  }
  void add_number(std::string_view name, std::uint64_t value) { add(name, std::to_string(value)); }

  void add_identity();
  void add_entries();
  void add_counters();
  [[nodiscard]] bool has(std::size_t end) const { return header_.header_size >= end; }
  [[nodiscard]] bool rotation_is_due() const;
  [[nodiscard]] std::uint64_t data_buckets() const {
    return header_.data_hash_table_size / sizeof(HashItem);
  }
  [[nodiscard]] std::uint64_t field_buckets() const {
    return header_.field_hash_table_size / sizeof(HashItem);
  }

  const std::string& path_;
  const Header& header_;
  std::string text_;
};

void HeaderReport::add_identity() {
  add("File path", path_);
  add_id("File ID", header_.file_id);
  add_id("Machine ID", header_.machine_id);
  add_id("Boot ID", header_.tail_entry_boot_id);
  add_id("Sequential number ID", header_.seqnum_id);
  add("State", state_name(header_.state));
  text_ += "Compatible flags:" + flag_names(header_.compatible_flags, kCompatibleNames) + "\n";
  text_ +=
      "Incompatible flags:" + flag_names(header_.incompatible_flags, kIncompatibleNames) + "\n";
  add_number("Header size", header_.header_size);
  add_number("Arena size", header_.arena_size);
  add_number("Data hash table size", data_buckets());
  add_number("Field hash table size", field_buckets());
  add("Rotate suggested", rotation_is_due() ? "yes" : "no");
}

void HeaderReport::add_entries() {
  const std::uint64_t head = header_.head_entry_realtime;
  const std::uint64_t tail = header_.tail_entry_realtime;
  const std::uint64_t monotonic = header_.tail_entry_monotonic;
  add("Head sequential number", in_both_bases(header_.head_entry_seqnum));
  add("Tail sequential number", in_both_bases(header_.tail_entry_seqnum));
  add("Head realtime timestamp", calendar_time(head) + " (" + hexadecimal(head) + ")");
  add("Tail realtime timestamp", calendar_time(tail) + " (" + hexadecimal(tail) + ")");
  add("Tail monotonic timestamp",
      base::format_time_span(monotonic, kUsecPerMsec) + " (" + hexadecimal(monotonic) + ")");
  add_number("Objects", header_.n_objects);
  add_number("Entry objects", header_.n_entries);
}

void HeaderReport::add_counters() {
  if (has(offsetof(Header, n_fields))) {
    add_number("Data objects", header_.n_data);
    add("Data hash table fill", percentage(header_.n_data, data_buckets()));
  }
  if (has(offsetof(Header, n_tags))) {
    add_number("Field objects", header_.n_fields);
    add("Field hash table fill", percentage(header_.n_fields, field_buckets()));
  }
  if (has(offsetof(Header, n_entry_arrays))) add_number("Tag objects", header_.n_tags);
  if (has(offsetof(Header, data_hash_chain_depth))) {
    add_number("Entry array objects", header_.n_entry_arrays);
  }
  if (has(offsetof(Header, tail_entry_array_offset))) {
    add_number("Deepest field hash chain", header_.field_hash_chain_depth);
  }
  if (has(offsetof(Header, field_hash_chain_depth))) {
    add_number("Deepest data hash chain", header_.data_hash_chain_depth);
  }
}

// As the newest journald decides it; older ones know shorter headers.
bool HeaderReport::rotation_is_due() const {
  const auto full = [](std::uint64_t used, std::uint64_t buckets) {
    return used > buckets * kMaxFill / (kMaxFill + 1);  // there are less than 2^60 buckets
  };
  if (!has(sizeof(Header))) return true;
  return full(header_.n_data, data_buckets()) || full(header_.n_fields, field_buckets()) ||
         header_.data_hash_chain_depth > kChainDepthMax ||
         header_.field_hash_chain_depth > kChainDepthMax ||
         (header_.n_data > 0 && header_.n_fields == 0);
}

}  // namespace

Result<std::string> describe_header(const std::string& path) {
  const FileMapping mapping = LOGQ_TRY(FileMapping::open(path));
  const ObjectReader bytes(mapping.bytes(), mapping.size(), false);
  LOGQ_TRY(check_header(bytes));
  const Header header = header_snapshot(*LOGQ_TRY(bytes.at<Header>(0)));
  return HeaderReport(path, header).text(mapping.allocated_bytes());
}

}  // namespace logq::journal
