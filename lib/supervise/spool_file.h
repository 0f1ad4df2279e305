// A bounded queue of bytes in a file: what a logger has read and the collector does not take yet.
//
// The file begins with where reading stands, always the beginning of a line: who opens it after a
// kill goes on there, so that a line which was under way comes whole, perhaps for the second time.
// Room is given back as it is read, by holes in the file, where the file system has such; else when
// it is empty. Nothing is made durable. One user at a time (a lock). Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::supervise {

class SpoolFile {
 public:
  // Opens or makes it, with what an earlier user has left. kBusy when somebody else has it,
  // kCorrupt when it is something else.
  static Result<SpoolFile> open(const std::string& path, std::uint64_t max_bytes);

  [[nodiscard]] bool empty() const { return read_at_ == end_; }
  [[nodiscard]] std::uint64_t bytes() const { return end_ - read_at_; }

  [[nodiscard]] std::uint64_t room() const;
  // Appends all or, where there is no room for them or none on the disk, nothing.
  bool append(std::string_view bytes);
  // Puts bytes in front of all others, whatever room there is; false when the disk is full.
  bool put_back(std::string_view bytes);
  // The next bytes, at most `max_bytes`. Errors: kSystem.
  Result<std::string> peek(std::size_t max_bytes) const;
  // Takes bytes that peek() has returned.
  void pop(std::string_view bytes);

 private:
  SpoolFile(base::UniqueFd fd, std::uint64_t max_bytes)
      : fd_(std::move(fd)),
        max_bytes_(max_bytes) {}
  Result<void> load();
  bool write_at_end(std::string_view bytes);
  bool copy_rest_to_end(std::uint64_t end);
  [[nodiscard]] Result<std::string> read_at(std::uint64_t offset, std::size_t size) const;
  bool note_position();
  void give_back_room();

  base::UniqueFd fd_;
  std::uint64_t max_bytes_;
  std::uint64_t read_at_ = 0;     // offsets in the file
  std::uint64_t line_start_ = 0;  // of the line that read_at_ is in
  std::uint64_t end_ = 0;
};

}  // namespace logq::supervise
