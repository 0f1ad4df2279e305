// NextFile: the file that becomes the active one at the next rotation, made ahead of time by a
// worker under a name that readers ignore, so that a rotation is two renames.
//
// It is made only when the active file will soon be full at its present rate. Whoever ends without
// using it removes it; what a crash leaves is removed at the next start. Not thread-safe.
#pragma once

#include <memory>
#include <string>

#include "journal/file_writer.h"
#include "journal/foresight.h"
#include "journal/preparation.h"

namespace logq::journal {

// For a file that follows one with these statistics: four buckets for three values, where it held
// less than the tables of its size are made for. Files that ended early tell nothing.
TableSizes tables_after(const FileWriter::Statistics& predecessor);

class NextFile {
 public:
  NextFile(WorkerThread& worker, std::string path) : worker_(worker), path_(std::move(path)) {}
  NextFile(const NextFile&) = delete;
  NextFile& operator=(const NextFile&) = delete;
  ~NextFile() { discard(); }

  [[nodiscard]] const std::string& path() const { return path_; }

  // The active file is another one, which holds `used` bytes of at most `max`.
  void follow(std::uint64_t used, std::uint64_t max);
  // When so much of the active file is used, look() wants to know.
  [[nodiscard]] std::uint64_t mark() const { return foresight_.mark(); }
  // Decides whether it is time, and has the file made then.
  void look(const FileWriter::Statistics& active, const WriterOptions& options);

  // The file, still under its hidden name; none when it was not made in time, or for another
  // sequence.
  std::unique_ptr<FileWriter> take(const Id128& seqnum_id);
  void discard();

 private:
  WorkerThread& worker_;
  std::string path_;
  Foresight foresight_;
  Preparation<std::unique_ptr<FileWriter>> made_;
};

}  // namespace logq::journal
