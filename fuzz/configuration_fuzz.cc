// A configuration file of any bytes: what is wrong with it becomes warnings of one line each, and
// it means the same however often it is read.
#include <cstddef>
#include <string>
#include <vector>

#include "collect/config_files.h"
#include "memory_file.h"
#include "require.h"

namespace {

using logq::collect::CollectorOptions;
using logq::fuzz::require;

struct Reading {
  CollectorOptions options;
  std::vector<std::string> warnings;
};

void read_into(Reading& reading, const std::string& path) {
  reading.warnings.clear();
  require(logq::collect::read_configuration(path, reading.options, reading.warnings).has_value());
}

void check_warnings(const std::vector<std::string>& warnings, const std::string& path) {
  for (const std::string& warning : warnings) {
    require(warning.starts_with(path + ":"));
    require(warning.find('\n') == std::string::npos);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static logq::fuzz::MemoryFile file;
  file.set(data, size);
  Reading once;
  read_into(once, file.path());
  check_warnings(once.warnings, file.path());
  require(once.options.max_level_store >= 0 && once.options.max_level_store <= 7);
  Reading twice = once;
  read_into(twice, file.path());
  require(twice.warnings == once.warnings);
  require(twice.options.line_max == once.options.line_max);
  require(twice.options.rate_limit.burst == once.options.rate_limit.burst);
  require(twice.options.forward_to_socket == once.options.forward_to_socket);
  return 0;
}
