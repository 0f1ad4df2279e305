#include "journal/archive_series.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace logq::journal {
namespace {

// Archives that are looked into at a time. More would be too many where the first has the answer.
constexpr std::size_t kLargestStride = 128;

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// What the paths of a series have in common: all before "HEAD_SEQNUM-HEAD_REALTIME.journal".
std::string_view series_of(std::string_view path) {
  constexpr std::size_t kTail =
      std::string_view("0123456789abcdef-0123456789abcdef.journal").size();
  return path.substr(0, path.size() - kTail);
}

bool is_series(const std::vector<NamedArchive>& archives) {
  if (archives.size() < 2 || archives.front().name.head_seqnum == 0) return false;
  return std::adjacent_find(archives.begin(), archives.end(), [](const auto& a, const auto& b) {
           return a.name.head_seqnum >= b.name.head_seqnum;
         }) == archives.end();
}

}  // namespace

bool agrees(const NamedArchive& archive, const FileInfo& info) {
  return info.state == FileState::kArchived && info.seqnum_id == archive.name.seqnum_id &&
         info.head_entry_seqnum == archive.name.head_seqnum &&
         info.head_entry_realtime_usec == archive.name.head_realtime_usec && info.n_entries > 0 &&
         info.head_entry_seqnum <= info.tail_entry_seqnum &&
         info.tail_entry_seqnum < archive.end_seqnum &&
         info.n_entries - 1 <= info.tail_entry_seqnum - info.head_entry_seqnum;
}

ArchiveSeries::ArchiveSeries(std::vector<NamedArchive> archives) : archives_(std::move(archives)) {
  for (std::size_t i = 0; i + 1 < archives_.size(); ++i)
    archives_[i].end_seqnum = archives_[i + 1].name.head_seqnum;
  seek_tail();
}

void ArchiveSeries::stand(std::size_t place) {
  place_ = behind_end_ = ahead_begin_ = place;
  stride_ = 1;
}

NamedArchive* ArchiveSeries::seek_seqnum(std::uint64_t seqnum) {
  const auto ahead = std::partition_point(
      archives_.begin(), archives_.end(),
      [seqnum](const NamedArchive& archive) { return archive.name.head_seqnum < seqnum; });
  stand(static_cast<std::size_t>(ahead - archives_.begin()));
  if (place_ == 0) return nullptr;
  NamedArchive& last = archives_[place_ - 1];
  return last.state == NamedArchive::State::kClosed ? &last : nullptr;
}

void ArchiveSeries::reconsider() {
  for (NamedArchive& archive : archives_) {
    if (archive.state == NamedArchive::State::kRuledOut)
      archive.state = NamedArchive::State::kClosed;
  }
  stand(place_);
}

// Whether one that is open, and whose numbers come before those of the nearest closed one, has
// more. Backwards its neighbour must have been looked into.
bool ArchiveSeries::is_told(Direction direction,
                            std::size_t nearest,
                            const HasMore& has_more) const {
  const auto tells = [&has_more](const NamedArchive& archive) {
    return archive.state == NamedArchive::State::kOpen && has_more(*archive.source);
  };
  if (direction == Direction::kForward) {
    const auto from =
        std::make_reverse_iterator(archives_.begin() + static_cast<std::ptrdiff_t>(nearest));
    return std::any_of(from, archives_.rend(), tells);
  }
  const std::size_t from = std::min(nearest + 2, archives_.size());
  return std::any_of(archives_.begin() + static_cast<std::ptrdiff_t>(from), archives_.end(), tells);
}

std::vector<NamedArchive*> ArchiveSeries::due(Direction direction, const HasMore& has_more) {
  const auto is_closed = [this](std::size_t at) {
    return archives_[at].state == NamedArchive::State::kClosed;
  };
  if (direction == Direction::kForward) {
    while (ahead_begin_ < archives_.size() && !is_closed(ahead_begin_))
      ++ahead_begin_;
    if (ahead_begin_ == archives_.size() || is_told(direction, ahead_begin_, has_more)) return {};
    return take(direction, ahead_begin_);
  }
  while (behind_end_ > 0 && !is_closed(behind_end_ - 1))
    --behind_end_;
  if (behind_end_ == 0 || is_told(direction, behind_end_ - 1, has_more)) return {};
  return take(direction, behind_end_ - 1);
}

std::vector<NamedArchive*> ArchiveSeries::take(Direction direction, std::size_t nearest) {
  std::vector<NamedArchive*> taken;
  const bool forward = direction == Direction::kForward;
  const std::size_t reach = std::min(stride_, forward ? archives_.size() - nearest : nearest + 1);
  for (std::size_t i = 0; i < reach; ++i) {
    NamedArchive& archive = archives_[forward ? nearest + i : nearest - i];
    if (archive.state == NamedArchive::State::kClosed) taken.push_back(&archive);
  }
  stride_ = std::min(2 * stride_, kLargestStride);
  return taken;
}

FoundFiles find_series(const std::vector<std::string>& paths) {
  FoundFiles found;
  std::vector<NamedArchive> members;
  const auto close = [&] {
    if (is_series(members)) {
      found.series.emplace_back(std::move(members));
    } else {
      for (const NamedArchive& member : members)
        found.others.push_back(member.rank);
    }
    members.clear();
  };
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto name = ArchiveName::parse(file_name_of(paths[i]));
    const bool goes_on =
        name && !members.empty() && series_of(paths[i]) == series_of(members.back().path);
    if (!goes_on) close();
    if (name) {
      members.push_back({.path = paths[i], .name = std::move(*name), .rank = i});
    } else {
      found.others.push_back(i);
    }
  }
  close();
  return found;
}

}  // namespace logq::journal
