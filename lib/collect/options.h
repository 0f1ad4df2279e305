// What logqd is told: where it works and how it stores. Plain data with the defaults of design and
// documentation; the command line and the configuration file fill it in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logq/result.h"
#include "wire/stdout_stream.h"

namespace logq::collect {

struct CollectorOptions {
  std::string runtime_dir;
  std::string storage_dir;
  std::string log_namespace;

  std::uint64_t max_file_size_bytes = std::uint64_t{128} << 20;
  bool compress = true;
  std::uint32_t compress_threshold_bytes = 512;
  std::size_t line_max = wire::kDefaultLineMax;
  std::uint64_t sync_interval_usec = 300'000'000;
  std::uint64_t sync_interval_max_usec = 1'000'000;
};

// Fills in the directories that were not given: RUNTIME_DIRECTORY and LOGS_DIRECTORY, then the
// system's places for root and the XDG ones for a user.
void apply_default_directories(CollectorOptions& options);

// Reads a file in journald.conf syntax. What is unknown or cannot be understood becomes a line of
// `warnings`, "FILE:LINE: ..."; only a file that cannot be read is an error.
Result<void> read_configuration(const std::string& path,
                                CollectorOptions& options,
                                std::vector<std::string>& warnings);

}  // namespace logq::collect
