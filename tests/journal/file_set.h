// A random set of journal files with overlapping, touching, nested and repeated ranges, twice: as
// it is, and with no file archived, of which no chains (journal/file_chain.h) are formed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "journal/cursor.h"
#include "journal/entry_order.h"
#include "journal/file_writer.h"
#include "support/temp_dir.h"

namespace logq::journal::test {

struct Shape {
  const char* name = "";
  std::size_t sequences = 1;
  std::size_t users = 1;  // per sequence, whose entries have files of their own
  std::size_t entries_per_boot = 100;
  bool overlaps = true;         // files that hold what others hold, wholly or in part
  bool equal_times = false;     // pairs of neighbours at one moment
  bool clock_is_set = false;    // back and forth, inside of files too
  bool headers_lie = false;     // about the first or last entry
  bool leaves_one_live = true;  // the last file of each sequence is being written
  bool in_series = false;       // archives have a writer's names, so that they can wait unopened
};

class FileSet {
 public:
  FileSet(const Shape& shape, unsigned seed, std::size_t entries);

  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] const std::string& path_without_chains() const { return twin_.path(); }
  // What the files hold, each entry once, sorted.
  [[nodiscard]] const std::vector<PlacedEntry>& entries() const { return entries_; }
  // Whether each entry comes before all those behind it: journald's order may run in circles.
  [[nodiscard]] bool has_order() const { return has_order_; }

 private:
  struct Planned {
    std::uint64_t seqnum;
    EntryTime time;               // as the writer takes it
    std::uint64_t realtime_usec;  // as the clock was
    std::vector<std::string> fields;
  };

  std::size_t below(std::size_t bound) { return random_() % bound; }
  // By user; user i writes to sequence i % shape_.sequences.
  std::vector<std::vector<Planned>> plan(std::size_t entries);
  void store(std::size_t user, const std::vector<Planned>& entries);
  // Under this name, else one of its own.
  void write_file(std::size_t user,
                  const std::vector<Planned>& entries,
                  std::size_t from,
                  std::size_t end,
                  const std::string& name = {});
  void finish(const std::string& path, const std::vector<Planned>& entries);
  void rename_as_a_writer(const std::string& path, const std::string& file);
  void lie(std::string& file);
  void collect();

  Shape shape_;
  std::mt19937 random_;
  logq::test::TempDir directory_ = logq::test::TempDir::in_memory();
  logq::test::TempDir twin_ = logq::test::TempDir::in_memory();
  std::size_t n_files_ = 0;
  std::vector<PlacedEntry> entries_;
  bool has_order_ = true;
};

}  // namespace logq::journal::test
