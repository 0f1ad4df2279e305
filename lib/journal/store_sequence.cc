#include "journal/store_sequence.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "journal/archive_name.h"
#include "journal/file_header.h"

namespace logq::journal {
namespace {

struct Standing {
  std::uint64_t realtime_usec = 0;
  SequenceEnd end;
};

std::optional<Standing> standing_of(const std::filesystem::path& path) {
  const auto header = read_file_header(path.string());
  if (header) {
    return Standing{header->tail_entry_realtime,
                    {{read_id(header->seqnum_id), header->tail_entry_seqnum},
                     read_id(header->tail_entry_boot_id)}};
  }
  const auto name = ArchiveName::parse(path.filename().string());
  if (!name) return std::nullopt;
  return Standing{name->head_realtime_usec,
                  {{name->seqnum_id, name->head_seqnum + kSequenceGap}, {}}};
}

bool is_file_of(std::string_view name, const std::string& base) {
  return name.size() > base.size() && name.starts_with(base) && name[base.size()] == '@' &&
         (name.ends_with(".journal") || name.ends_with(".journal~"));
}

}  // namespace

SequenceEnd find_sequence(const std::string& directory, const std::string& base) {
  std::vector<Standing> found;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    if (!is_file_of(file->path().filename().string(), base)) continue;
    const auto standing = standing_of(file->path());
    if (standing && !standing->end.position.seqnum_id.is_null()) found.push_back(*standing);
  }
  if (found.empty()) return {};
  const auto by_time = [](const Standing& a, const Standing& b) {
    return a.realtime_usec < b.realtime_usec;
  };
  SequenceEnd newest = std::max_element(found.begin(), found.end(), by_time)->end;
  for (const Standing& other : found) {
    if (other.end.position.seqnum_id != newest.position.seqnum_id) continue;
    newest.position.tail_seqnum =
        std::max(newest.position.tail_seqnum, other.end.position.tail_seqnum);
  }
  return newest;
}

}  // namespace logq::journal
