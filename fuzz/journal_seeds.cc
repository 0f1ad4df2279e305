// Makes the seeds of the journal targets: journal_seeds DIRECTORY. Tiny files of all layouts by our
// own writer, with small hash tables: most of a usual file is an empty one.
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "journal/file_writer.h"
#include "journal_image.h"
#include "require.h"

namespace {

using namespace logq;
using namespace logq::journal;
using fuzz::require;

struct Shape {
  const char* name;
  bool compact;
  bool keyed;
  bool compress;
  Compression compression;
  FileState state;
  int entries;
};

constexpr Shape kShapes[] = {
    {"compact_keyed_zstd", true, true, true, Compression::kZstd, FileState::kOnline, 6},
    {"compact_keyed_lz4", true, true, true, Compression::kLz4, FileState::kOffline, 5},
    {"compact_jenkins_xz", true, false, true, Compression::kXz, FileState::kArchived, 5},
    {"compact_jenkins_plain", true, false, false, Compression::kZstd, FileState::kOnline, 12},
    {"regular_keyed_zstd", false, true, true, Compression::kZstd, FileState::kArchived, 6},
    {"regular_jenkins_lz4", false, false, true, Compression::kLz4, FileState::kOnline, 5},
    {"regular_keyed_plain", false, true, false, Compression::kZstd, FileState::kOffline, 12},
    {"one_entry", true, true, false, Compression::kZstd, FileState::kOffline, 1},
    {"no_entry", true, true, false, Compression::kZstd, FileState::kOnline, 0},
};

Id128 id_of(std::uint8_t byte) {
  Id128 id;
  id.bytes.fill(byte);
  return id;
}

void append(FileWriter& writer, int number) {
  constexpr std::uint64_t kBegin = 1'700'000'000'000'000;
  const auto n = static_cast<std::uint64_t>(number);
  const Id128 boot = id_of(number < 4 ? 0x11 : 0x22);
  std::vector<std::string> fields{"M=" + std::to_string(number), "A=" + std::to_string(number % 2),
                                  "_BOOT_ID=" + boot.to_string()};
  if (number == 2) fields.push_back("L=" + std::string(90, 'x'));
  if (number == 3) fields.push_back("A=2");
  if (number == 4) fields.push_back("A=0");  // twice
  const std::vector<std::string_view> views(fields.begin(), fields.end());
  const EntryTime time{kBegin + n * 1000, number < 4 ? n * 1000 : n, boot};
  require(writer.append(time, views).has_value());
}

std::string make(const std::string& path, const Shape& shape) {
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{512} << 10;
  options.compress_threshold_bytes = 64;
  options.compact = shape.compact;
  options.keyed_hash = shape.keyed;
  options.compress = shape.compress;
  options.compression = shape.compression;
  options.machine_id = id_of(0x33);
  options.sequence.seqnum_id = id_of(0x44);
  auto writer = FileWriter::create(path, options);
  require(writer.has_value());
  for (int i = 0; i < shape.entries; ++i)
    append(**writer, i);
  require((*writer)->close().has_value());
  std::ifstream file(path, std::ios::binary);
  fuzz::JournalImage image({std::istreambuf_iterator<char>(file), {}});
  ::unlink(path.c_str());
  image.header().state = shape.state;
  image.recount();
  image.shrink_tables(4, 3);
  return image.take();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: journal_seeds DIRECTORY\n";
    return 2;
  }
  const std::string directory = arguments[1];
  for (const Shape& shape : kShapes) {
    const std::string bytes = make(directory + "/making.journal", shape);
    std::ofstream(directory + "/" + shape.name, std::ios::binary) << bytes;
  }
  return 0;
}
