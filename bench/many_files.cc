// many_files DIRECTORY FILES ENTRIES: a directory of archived journal files in one sequence, as a
// machine has after months: each file has entries of a few busy units, and every hundredth one also
// of rare.service.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/ids.h"
#include "journal/file_writer.h"

namespace {

using logq::journal::EntryTime;
using logq::journal::FileWriter;
using logq::journal::SequencePosition;
using logq::journal::WriterOptions;

constexpr std::uint64_t kStartUsec = 1'700'000'000'000'000;
constexpr std::uint64_t kFileBytes = 8 << 20;

[[noreturn]] void give_up(const logq::Error& error) {
  std::fprintf(stderr, "many_files: %s\n", error.message().c_str());
  std::exit(1);
}

void append(FileWriter& writer, std::uint64_t number, const std::string& unit) {
  const logq::Id128 boot = logq::base::boot_id();
  const std::vector<std::string> payloads = {"MESSAGE=request " + std::to_string(number),
                                             "PRIORITY=6",
                                             "SYSLOG_IDENTIFIER=app",
                                             "_SYSTEMD_UNIT=" + unit,
                                             "_HOSTNAME=bench",
                                             "_TRANSPORT=journal",
                                             "_BOOT_ID=" + boot.to_string()};
  const std::vector<std::string_view> views(payloads.begin(), payloads.end());
  const EntryTime time{kStartUsec + number * 1000, 1'000'000 + number * 1000, boot};
  if (const auto stored = writer.append(time, views); !stored) give_up(stored.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: many_files DIRECTORY FILES ENTRIES\n", stderr);
    return 2;
  }
  const std::uint64_t files = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t entries = std::strtoull(argv[3], nullptr, 10);
  SequencePosition position;
  std::uint64_t number = 0;
  for (std::uint64_t i = 0; i < files; ++i) {
    WriterOptions options;
    options.max_size_bytes = kFileBytes;
    options.machine_id = logq::base::machine_id();
    options.sequence = position;
    auto writer = FileWriter::create(std::string(argv[1]) + "/system.journal", options);
    if (!writer) give_up(writer.error());
    for (std::uint64_t k = 0; k < entries; ++k, ++number) {
      const bool rare = i % 100 == 0 && k == entries / 2;
      append(**writer, number, rare ? "rare.service" : "app-" + std::to_string(k % 5) + ".service");
    }
    position = (*writer)->sequence();
    if (const auto archived = (*writer)->archive(); !archived) give_up(archived.error());
  }
  return 0;
}
