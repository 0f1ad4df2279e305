#include "tiny_journal.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/file_writer.h"
#include "journal_image.h"
#include "require.h"

namespace logq::fuzz {
namespace {

using namespace journal;

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
  if (number == 1 || number == 2) fields.push_back("L=" + std::string(90, 'x'));
  if (number == 3) fields.push_back("A=2");
  if (number == 4) fields.push_back("A=0");  // given twice, stored once
  const std::vector<std::string_view> views(fields.begin(), fields.end());
  const EntryTime time{kBegin + n * 1000, number < 4 ? n * 1000 : n, boot};
  require(writer.append(time, views).has_value());
}

}  // namespace

std::string make_tiny_journal(const std::string& directory, const TinyShape& shape) {
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{512} << 10;
  options.compress_threshold_bytes = 64;
  options.compact = shape.compact;
  options.keyed_hash = shape.keyed;
  options.compress = shape.compress;
  options.compression = shape.compression;
  options.machine_id = id_of(0x33);
  options.sequence.seqnum_id = id_of(0x44);
  const std::string path = directory + "/making.journal";
  auto writer = FileWriter::create(path, options);
  require(writer.has_value());
  for (int i = 0; i < shape.entries; ++i)
    append(**writer, i);
  require((*writer)->close().has_value());
  std::ostringstream bytes;  // at once: a test makes hundreds
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  JournalImage image(std::move(bytes).str());
  ::unlink(path.c_str());
  image.header().state = shape.state;
  image.recount();
  image.shrink_tables(4, 3);
  return image.take();
}

}  // namespace logq::fuzz
