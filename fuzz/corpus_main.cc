// Runs one fuzz target over files and directories of files, without libFuzzer: how the tests see
// that the corpora still pass. Built with any compiler.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "require.h"

namespace {

std::size_t run_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::cerr << path.filename().string() << '\n';  // the last one named is the one that fails
  LLVMFuzzerTestOneInput(static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data())),
                         bytes.size());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t inputs = 0;
  for (int i = 1; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) {
      inputs += run_file(arguments[i]);
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator(arguments[i]))
      inputs += run_file(file.path());
  }
  std::cerr << inputs << " inputs\n";
  return inputs == 0 ? 1 : 0;
}
