// wide_rows ROWS FIELDS DIRECTORY             writes a journal of ROWS entries with FIELDS fields
//                                             each, through the public writer, and closes it
// wide_rows ROWS FIELDS DIRECTORY --time      the same, and prints the rows per second of the
//                                             appends
// wide_rows ROWS FIELDS DIRECTORY --archive   the same, and all of it is archived before
// wide_rows ROWS FIELDS --export              prints the same entries in the export format
//
// Flow-record-like rows: a quarter of the fields take few values, half take some hundreds, a
// quarter is unique. No compression, as the values are short. Rows are built in chunks, outside the
// clock of --time.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logq/journal_writer.h"

namespace {

using logq::JournalNewEntry;
using logq::JournalWriter;

constexpr std::uint64_t kStartUsec = 1'700'000'000'000'000;
constexpr std::uint64_t kChunk = 64;
constexpr const char* kBootId = "0123456789abcdef0123456789abcdef";

std::uint64_t value_of(std::uint64_t row, std::uint64_t field) {
  const std::uint64_t mixed = (row + 1) * 0x9e3779b97f4a7c15ULL >> (field % 7 + 20);
  if (field % 4 == 0) return mixed % 8;
  if (field % 4 == 3) return row * 64 + field;
  return mixed % 500;
}

// One row's payloads. The names are written once, a row's values over those of the row before. The
// views are of the last set(), and of this object, not of a copy.
class Row {
 public:
  explicit Row(std::uint64_t fields) : payloads_(fields), views_(fields) {
    for (std::uint64_t field = 0; field + 1 < fields; ++field) {
      payloads_[field].text = "FLOW_FIELD_" + std::to_string(field) + "=";
      payloads_[field].name_bytes = payloads_[field].text.size();
      payloads_[field].text.resize(payloads_[field].name_bytes + kDigitsMax);
    }
    payloads_.back().text = std::string("_BOOT_ID=") + kBootId;
  }

  void set(std::uint64_t row) {
    for (std::size_t field = 0; field + 1 < payloads_.size(); ++field) {
      auto& [text, name_bytes] = payloads_[field];
      char* const digits = text.data() + name_bytes;
      const auto end = std::to_chars(digits, digits + kDigitsMax, value_of(row, field)).ptr;
      views_[field] = {text.data(), end};
    }
    views_.back() = payloads_.back().text;
  }

  [[nodiscard]] const std::vector<std::string_view>& payloads() const { return views_; }

 private:
  static constexpr std::size_t kDigitsMax = 20;
  struct Payload {
    std::string text;
    std::size_t name_bytes = 0;
  };
  std::vector<Payload> payloads_;
  std::vector<std::string_view> views_;
};

int print_export(std::uint64_t rows, std::uint64_t fields) {
  Row values(fields);
  for (std::uint64_t row = 0; row < rows; ++row) {
    values.set(row);
    std::printf("__REALTIME_TIMESTAMP=%llu\n__MONOTONIC_TIMESTAMP=%llu\n",
                static_cast<unsigned long long>(kStartUsec + row),
                static_cast<unsigned long long>(1'000'000 + row));
    for (const std::string_view payload : values.payloads())
      std::printf("%.*s\n", static_cast<int>(payload.size()), payload.data());
    std::putchar('\n');
  }
  return 0;
}

[[noreturn]] void give_up(const logq::Error& error) {
  std::fprintf(stderr, "wide_rows: %s\n", error.message().c_str());
  std::exit(1);
}

class RowWriter {
 public:
  explicit RowWriter(const std::string& directory) : writer_(open(directory)) {}

  // Appends rows from `first` on.
  void write(std::uint64_t first, std::span<const Row> rows) {
    batch_.clear();
    for (const Row& row : rows) {
      batch_.push_back({{kStartUsec + first, 1'000'000 + first, boot_}, row.payloads()});
      ++first;
    }
    for (std::span<const JournalNewEntry> rest(batch_); !rest.empty();)
      rest = rest.subspan(value_of(writer_.append_batch(rest)));
  }

  void archive() { check(writer_.rotate()); }
  void close() { check(writer_.close()); }

 private:
  static JournalWriter open(const std::string& directory) {
    logq::JournalWriterOptions options;
    options.compress = false;
    auto writer = JournalWriter::open(directory, options);
    if (!writer) give_up(writer.error());
    return std::move(*writer);
  }
  static void check(const logq::Result<void>& result) {
    if (!result) give_up(result.error());
  }
  static std::size_t value_of(const logq::Result<std::size_t>& result) {
    if (!result) give_up(result.error());
    return *result;
  }

  JournalWriter writer_;
  std::vector<JournalNewEntry> batch_;
  const logq::Id128 boot_ = logq::Id128::parse(kBootId).value();
};

// Returns the seconds that the appends took.
double write_rows(std::uint64_t rows, std::uint64_t fields, RowWriter& writer) {
  std::chrono::duration<double> spent{};
  std::vector<Row> chunk(kChunk, Row(fields));
  for (std::uint64_t first = 0; first < rows; first += kChunk) {
    const std::uint64_t count = std::min(kChunk, rows - first);
    for (std::uint64_t i = 0; i < count; ++i)
      chunk[i].set(first + i);
    const auto start = std::chrono::steady_clock::now();
    writer.write(first, std::span<const Row>(chunk).first(count));
    spent += std::chrono::steady_clock::now() - start;
  }
  return spent.count();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 5 ? argv[4] : "";
  if (argc < 4 || argc > 5 || (argc == 5 && mode != "--time" && mode != "--archive")) {
    std::fputs(
        "usage: wide_rows ROWS FIELDS DIRECTORY [--time|--archive]\n"
        "       wide_rows ROWS FIELDS --export\n",
        stderr);
    return 2;
  }
  const std::uint64_t rows = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t fields = std::strtoull(argv[2], nullptr, 10);
  if (std::string_view(argv[3]) == "--export") return print_export(rows, fields);
  RowWriter writer(argv[3]);
  const double seconds = write_rows(rows, fields, writer);
  if (mode == "--archive") writer.archive();
  writer.close();
  if (mode == "--time") {
    std::printf("rows_per_second %.0f\n", static_cast<double>(rows) / seconds);
  }
  return 0;
}
