// Makes the seeds of the journal targets: journal_seeds DIRECTORY.
#include <fstream>
#include <iostream>
#include <string>

#include "tiny_journal.h"

namespace {

using namespace logq::journal;

struct Seed {
  const char* name;
  logq::fuzz::TinyShape shape;
};

constexpr Seed kSeeds[] = {
    {"compact_keyed_zstd", {true, true, true, Compression::kZstd, FileState::kOnline, 6}},
    {"compact_keyed_lz4", {true, true, true, Compression::kLz4, FileState::kOffline, 5}},
    {"compact_jenkins_xz", {true, false, true, Compression::kXz, FileState::kArchived, 5}},
    {"compact_jenkins_plain", {true, false, false, Compression::kZstd, FileState::kOnline, 12}},
    {"regular_keyed_zstd", {false, true, true, Compression::kZstd, FileState::kArchived, 6}},
    {"regular_jenkins_lz4", {false, false, true, Compression::kLz4, FileState::kOnline, 5}},
    {"regular_keyed_plain", {false, true, false, Compression::kZstd, FileState::kOffline, 12}},
    {"one_entry", {true, true, false, Compression::kZstd, FileState::kOffline, 1}},
    {"no_entry", {true, true, false, Compression::kZstd, FileState::kOnline, 0}},
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: journal_seeds DIRECTORY\n";
    return 2;
  }
  const std::string directory = arguments[1];
  for (const Seed& seed : kSeeds) {
    const std::string bytes = logq::fuzz::make_tiny_journal(directory, seed.shape);
    std::ofstream(directory + "/" + seed.name, std::ios::binary) << bytes;
  }
  return 0;
}
