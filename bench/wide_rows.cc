// wide_rows ROWS FIELDS FILE       writes a journal file of ROWS entries with FIELDS fields each
// wide_rows ROWS FIELDS --export   prints the same entries in the export format
//
// Flow-record-like rows: a quarter of the fields take few values, half take some hundreds, a
// quarter is unique. No compression, as the values are short.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "journal/file_writer.h"

namespace {

using logq::Id128;
using logq::journal::EntryTime;
using logq::journal::FileWriter;
using logq::journal::WriterOptions;

constexpr std::uint64_t kStartUsec = 1'700'000'000'000'000;
constexpr std::uint64_t kFileBytes = std::uint64_t{1} << 30;
constexpr const char* kBootId = "0123456789abcdef0123456789abcdef";

std::uint64_t value_of(std::uint64_t row, std::uint64_t field) {
  const std::uint64_t mixed = (row + 1) * 0x9e3779b97f4a7c15ULL >> (field % 7 + 20);
  if (field % 4 == 0) return mixed % 8;
  if (field % 4 == 3) return row * 64 + field;
  return mixed % 500;
}

void build_row(std::uint64_t row, std::uint64_t fields, std::vector<std::string>& payloads) {
  payloads.clear();
  for (std::uint64_t field = 0; field + 1 < fields; ++field) {
    payloads.push_back("FLOW_FIELD_" + std::to_string(field) + "=" +
                       std::to_string(value_of(row, field)));
  }
  payloads.push_back(std::string("_BOOT_ID=") + kBootId);
}

int print_export(std::uint64_t rows, std::uint64_t fields) {
  std::vector<std::string> payloads;
  for (std::uint64_t row = 0; row < rows; ++row) {
    build_row(row, fields, payloads);
    std::printf("__REALTIME_TIMESTAMP=%llu\n__MONOTONIC_TIMESTAMP=%llu\n",
                static_cast<unsigned long long>(kStartUsec + row),
                static_cast<unsigned long long>(1'000'000 + row));
    for (const std::string& payload : payloads)
      std::puts(payload.c_str());
    std::putchar('\n');
  }
  return 0;
}

int write_file(std::uint64_t rows, std::uint64_t fields, const char* path) {
  WriterOptions options;
  options.max_size_bytes = kFileBytes;
  options.compress = false;
  auto writer = FileWriter::create(path, options);
  std::vector<std::string> payloads;
  std::vector<std::string_view> views;
  const Id128 boot = Id128::parse(kBootId).value();
  for (std::uint64_t row = 0; writer && row < rows; ++row) {
    build_row(row, fields, payloads);
    views.assign(payloads.begin(), payloads.end());
    const auto stored = (*writer)->append({kStartUsec + row, 1'000'000 + row, boot}, views);
    if (!stored) writer = tl::unexpected(stored.error());
  }
  if (writer) {
    if (const auto closed = (*writer)->close(); !closed) writer = tl::unexpected(closed.error());
  }
  if (!writer) std::fprintf(stderr, "wide_rows: %s\n", writer.error().message().c_str());
  return writer ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: wide_rows ROWS FIELDS FILE|--export\n", stderr);
    return 2;
  }
  const std::uint64_t rows = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t fields = std::strtoull(argv[2], nullptr, 10);
  if (std::string_view(argv[3]) == "--export") return print_export(rows, fields);
  return write_file(rows, fields, argv[3]);
}
