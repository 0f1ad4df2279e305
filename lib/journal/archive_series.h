// ArchiveSeries: the archives of one writer and sequence in a directory, "system@SEQNUM_ID-…", by
// their names: which of them need not be looked into yet.
//
// A writer that rotates goes on counting, so of two archives of a series the one whose name says
// the smaller head number has none but smaller numbers. Entries of a sequence go by number: while
// an open archive has an entry to come, those behind it cannot have the next one. Backwards, the
// neighbour of the one being read has been looked into as well: only its header says that it ends
// where the other begins.
//
// Names are believed until a file is looked into, which must confirm what its name says: agrees()
// with the header. Touches no file. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "journal/archive_name.h"
#include "journal/file_source.h"
#include "journal/header.h"

namespace logq::journal {

struct NamedArchive {
  enum class State : std::uint8_t {
    kClosed,    ///< nothing is known but its name
    kRuledOut,  ///< looked into: nothing in it is wanted
    kOpen,      ///< `source` reads it
    kGone,      ///< deleted since it was found
  };

  std::string path;
  ArchiveName name;
  std::size_t rank = 0;  // its place among the files that were found
  // The first number of the next of its series: above all that it has.
  std::uint64_t end_seqnum = std::numeric_limits<std::uint64_t>::max();
  State state = State::kClosed;
  FileSource* source = nullptr;
};

// Whether what the header says is what the name says, and can be: then the header tells where the
// numbers of the archive lie.
[[nodiscard]] bool agrees(const NamedArchive& archive, const FileInfo& info);

class ArchiveSeries {
 public:
  using HasMore = std::function<bool(FileSource& source)>;

  // Oldest first; at least one. Reading stands behind the last.
  explicit ArchiveSeries(std::vector<NamedArchive> archives);

  [[nodiscard]] const Id128& seqnum_id() const { return archives_.front().name.seqnum_id; }
  [[nodiscard]] std::vector<NamedArchive>& archives() { return archives_; }
  [[nodiscard]] const std::vector<NamedArchive>& archives() const { return archives_; }

  // Where reading begins. By number, one archive may lie on both sides: it is to be opened at once,
  // unless it is known; null when there is none.
  void seek_head() { stand(0); }
  void seek_tail() { stand(archives_.size()); }
  [[nodiscard]] NamedArchive* seek_seqnum(std::uint64_t seqnum);
  // Whether reading began behind this archive. What is closed stays on its side of the place.
  [[nodiscard]] bool is_behind(const NamedArchive& archive) const {
    return &archive < archives_.data() + place_;
  }
  // Another match: what was ruled out may have something for it.
  void reconsider();

  // Of those that lie ahead, the ones to look into before the next entry of the series is known,
  // nearest first: each time twice as many, up to a bound. None when an open one has it: `has_more`
  // tells whether there are entries ahead in a source.
  [[nodiscard]] std::vector<NamedArchive*> due(Direction direction, const HasMore& has_more);

 private:
  void stand(std::size_t place);
  [[nodiscard]] bool is_told(Direction direction,
                             std::size_t nearest,
                             const HasMore& has_more) const;
  std::vector<NamedArchive*> take(Direction direction, std::size_t nearest);

  std::vector<NamedArchive> archives_;
  std::size_t place_ = 0;  // so many lie behind
  // All that are closed lie below the first of these, or from the second on.
  std::size_t behind_end_ = 0;
  std::size_t ahead_begin_ = 0;
  std::size_t stride_ = 1;
};

struct FoundFiles {
  std::vector<ArchiveSeries> series;
  std::vector<std::size_t> others;  // of the paths, which are to be opened at once
};

// What the names in directories say; `paths` are sorted within each directory. Archives that have
// no neighbours, or whose names contradict each other, are no series.
FoundFiles find_series(const std::vector<std::string>& paths);

}  // namespace logq::journal
