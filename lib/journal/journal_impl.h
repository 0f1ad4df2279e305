// The inside of Journal, shared by journal.cc (positions and steps) and journal_follow.cc (which
// files there are, and their changes).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

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

  // journal_values.cc
  void visit_fields(const std::function<bool(std::string_view name)>& visit);
  bool visit_unique_values(std::string_view field,
                           const std::function<bool(std::string_view payload)>& visit);

 private:
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
  void rebuild_heap(Direction direction);
  void fill_heap();
  void update_chains();
  [[nodiscard]] bool is_header_refuted() const;
  void replace_top();
  void sift_down(std::size_t at);
  [[nodiscard]] bool earlier(const FileSource& a, const FileSource& b) const;

  // journal_follow.cc: files
  void scan();
  std::vector<std::string> wanted_paths();
  void add_paths_of(const std::string& directory, std::vector<std::string>& paths);
  void await(const std::string& directory);
  void watch_directory(const std::string& directory);
  void consider(const std::string& path);
  void open(const std::string& path);
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
