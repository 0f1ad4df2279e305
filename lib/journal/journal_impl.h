// The inside of Journal, shared by journal.cc (positions and steps) and journal_follow.cc (which
// files there are, and their changes), journal_archives.cc (which archives are not open yet) and
// journal_values.cc.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/archive_series.h"
#include "journal/directory.h"
#include "journal/file_chain.h"
#include "journal/file_source.h"
#include "journal/journal.h"

namespace logq::journal {

class Journal::Impl {
 public:
  Impl(std::vector<std::string> directories, FileFilter wants, DamageCallback on_damage)
      : directories_(std::move(directories)),
        wants_(std::move(wants)),
        on_damage_(std::move(on_damage)) {}
  Impl(std::vector<std::string> paths, DamageCallback on_damage)
      : fixed_(true),
        paths_(std::move(paths)),
        on_damage_(std::move(on_damage)) {}

  // journal_follow.cc
  void open_all();
  Result<int> watch();
  Result<void> process_changes();
  void keep_needed(std::function<bool(const FileReader& file)> is_needed) {
    is_needed_ = std::move(is_needed);
  }

  // journal.cc
  void select(Match match, Narrowing narrowing);
  void seek(Cursor target);
  void seek_end(Direction end);
  bool step(Direction direction);
  std::span<const std::string_view> payloads();
  void visit_payloads(const std::function<bool(std::string_view payload)>& visit);
  std::optional<std::string_view> find_value(std::string_view field);

  [[nodiscard]] const PlacedEntry& current() const { return current_; }
  [[nodiscard]] FileSource& current_source() const { return *current_source_; }
  std::vector<FileReader*> readers();
  [[nodiscard]] bool has_files() const { return !sources_.empty(); }
  [[nodiscard]] TimeSpan known_times() const;  // journal_archives.cc

  // journal_values.cc
  void visit_fields(const std::function<bool(std::string_view name)>& visit);
  bool visit_unique_values(std::string_view field,
                           const std::function<bool(std::string_view payload)>& visit);

 private:
  static constexpr std::size_t kLastRank = std::numeric_limits<std::size_t>::max();

  enum class SeekKind { kHead, kTail, kTarget };
  struct Seek {
    SeekKind kind = SeekKind::kHead;
    Cursor target;
  };
  // A file that was read to its end and let go.
  struct Finished {
    Id128 seqnum_id;
    std::uint64_t first_seqnum = 0;
    std::uint64_t last_seqnum = 0;
  };

  // journal.cc: positions and steps
  void apply_seek();
  void apply_seek_to(FileSource& source);
  void complete_target();
  void align_with_target();
  void prepare(Direction direction);
  void prepare_open(Direction direction);
  void rebuild_heap(Direction direction);
  void fill_heap();
  void update_chains();
  [[nodiscard]] bool is_header_refuted() const;
  void replace_top();
  void sift_down(std::size_t at);
  [[nodiscard]] bool earlier(const FileSource& a, const FileSource& b) const;

  // journal_archives.cc: archives that are known by name
  void open_found(const std::vector<std::string>& paths);
  bool open_named(NamedArchive& archive);
  [[nodiscard]] bool open_archive(NamedArchive& archive);
  static void place_beside(FileSource& source, bool is_behind);
  [[nodiscard]] bool reach_on(Direction direction);
  [[nodiscard]] bool take_up(const ArchiveSeries& series,
                             const std::vector<NamedArchive*>& archives);
  void open_rest();
  void place_misnamed(FileSource& source);
  void seek_in_series();
  void seek_number_in_series();

  // journal_follow.cc: files
  enum class Opening { kAtOnce, kWhenReached };
  void scan(Opening opening = Opening::kAtOnce);
  std::vector<std::string> wanted_paths();
  void add_paths_of(const std::string& directory, std::vector<std::string>& paths);
  std::vector<std::string> add_paths_in(const std::string& directory,
                                        std::vector<std::string>& paths);
  void consider_all(const std::vector<std::string>& paths);
  [[nodiscard]] bool are_names_unchanged() const;
  void await(const std::string& directory);
  void watch_directory(const std::string& directory);
  void consider(const std::string& path);
  Result<FileSource*> add(const std::string& path, std::size_t rank);
  FileSource* open(const std::string& path, std::size_t rank = kLastRank);
  [[nodiscard]] FileSource* source_of(const FileIdentity& identity);
  [[nodiscard]] FileSource* source_at(const std::string& path);
  void name(FileSource& source);
  void forget(const FileSource& source);
  void complain(const std::string& path, const Error& error);
  Result<bool> read_watch(std::vector<std::string>& changed);
  Result<void> absorb_changes();
  void detach_vanished();
  void catch_up();
  void place(FileSource& source);
  [[nodiscard]] bool is_copy(FileSource& source);
  [[nodiscard]] std::optional<std::uint64_t> progress_beside(const FileSource& source);
  void let_go_of_finished();
  [[nodiscard]] bool is_wanted_in_directory(const std::string& path) const;
  [[nodiscard]] bool is_wanted(const std::string& path) const;

  bool fixed_ = false;                    // exactly paths_, else what is in directories_
  std::vector<std::string> directories_;  // not those below them
  FileFilter wants_;
  std::vector<std::string> paths_;
  DamageCallback on_damage_;
  Match match_;
  Narrowing narrowing_;
  std::vector<ArchiveSeries> series_;  // with archives that may not be open; none once all are
  std::size_t n_reached_ = 0;          // archives that were opened for entries, since the last seek
  std::vector<DirectoryStamp> stamps_;  // of the directories, before they were read last
  std::vector<std::unique_ptr<FileSource>> sources_;
  std::map<FileIdentity, FileSource*> by_identity_;       // all of sources_
  std::unordered_map<std::string, FileSource*> by_path_;  // the last one known there
  std::uint64_t n_opened_ = 0;                            // files, so far
  std::uint64_t n_vanished_ = 0;                          // that were gone when we came
  BootOrder boots_;
  std::vector<FileChain> chains_;
  bool chains_stale_ = true;  // there are other files, or one was archived

  Seek seek_;
  bool seek_pending_ = true;
  Direction direction_ = Direction::kForward;
  bool prepared_ = false;          // heap_ is valid for direction_
  bool ran_out_ = false;           // a source did, and closed archives may have the next entry
  bool top_passed_ = false;        // heap_[0] was handed out and needs its next candidate
  std::vector<FileSource*> heap_;  // sources with a candidate, the next one first
  FileSource* current_source_ = nullptr;
  PlacedEntry current_;
  std::span<const std::string_view> payloads_;  // of the current entry, once asked for
  std::vector<std::string_view> payload_buffer_;
  bool payloads_loaded_ = false;

  std::optional<DirectoryWatch> watch_;
  std::uint64_t watched_since_usec_ = 0;
  std::vector<std::string> complained_;
  std::vector<Finished> finished_;
  std::function<bool(const FileReader& file)> is_needed_;  // empty: none
};

}  // namespace logq::journal
