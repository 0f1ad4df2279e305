#include "journal/store_sequence.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "journal/archive_name.h"
#include "journal/file_header.h"

namespace logq::journal {
namespace {

struct Standing {
  std::uint64_t realtime_usec = 0;
  SequencePosition position;
};

std::optional<Standing> standing_of(const std::filesystem::path& path) {
  const auto header = read_file_header(path.string());
  if (header) {
    Standing standing{header->tail_entry_realtime, {{}, header->tail_entry_seqnum}};
    std::memcpy(standing.position.seqnum_id.bytes.data(), header->seqnum_id,
                sizeof header->seqnum_id);
    return standing;
  }
  const auto name = ArchiveName::parse(path.filename().string());
  if (!name) return std::nullopt;
  return Standing{name->head_realtime_usec, {name->seqnum_id, name->head_seqnum + kSequenceGap}};
}

bool is_file_of(std::string_view name, const std::string& base) {
  return name.size() > base.size() && name.starts_with(base) && name[base.size()] == '@' &&
         (name.ends_with(".journal") || name.ends_with(".journal~"));
}

}  // namespace

SequencePosition find_sequence(const std::string& directory, const std::string& base) {
  std::vector<Standing> found;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    if (!is_file_of(file->path().filename().string(), base)) continue;
    const auto standing = standing_of(file->path());
    if (standing && !standing->position.seqnum_id.is_null()) found.push_back(*standing);
  }
  if (found.empty()) return {};
  const auto by_time = [](const Standing& a, const Standing& b) {
    return a.realtime_usec < b.realtime_usec;
  };
  SequencePosition position = std::max_element(found.begin(), found.end(), by_time)->position;
  for (const Standing& other : found) {
    if (other.position.seqnum_id != position.seqnum_id) continue;
    position.tail_seqnum = std::max(position.tail_seqnum, other.position.tail_seqnum);
  }
  return position;
}

}  // namespace logq::journal
