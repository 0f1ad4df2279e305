// What a journal directory must still hold after a power loss: checks over a copy of its files.
#pragma once

#include <cstdint>
#include <string>

namespace logq::test {

// One moment of power loss. The entries are those of doomed_entry(), from 1 on without a gap.
struct Moment {
  std::uint64_t synced = 0;  // so many entries were durable by then
  std::string directory;     // a plain copy of the files as the disk had them
};

// Copies the directory `name` out of the image of a disk to `to`, which does not exist yet.
void take_files(const std::string& image, const std::string& name, const std::string& to);

// Before anything was repaired: `program` ("journalctl", "logq") finds every synced entry, by a
// walk and by the index.
void expect_synced(const std::string& program, const Moment& moment);
// Every file can be opened by stock journalctl.
void expect_no_file_is_lost(const std::string& directory);
// After recovery: all files pass --verify, and every synced entry is in them, whole and once.
void expect_whole_files(const Moment& moment);

}  // namespace logq::test
