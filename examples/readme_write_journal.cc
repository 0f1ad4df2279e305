// The program that README.md shows; a test compares the two.
// README begin
#include <array>
#include <iostream>
#include <string_view>

#include <logq/journal_writer.h>

int main() {
  auto writer = logq::JournalWriter::open("flows");  // a directory that exists; one writer each
  if (!writer) {
    std::cerr << writer.error().message() << '\n';
    return 1;
  }
  constexpr std::array<std::string_view, 2> kFlow = {"MESSAGE=flow ended", "BYTES=1500"};
  if (!writer->append(kFlow)) return 1;  // it outlives a kill from here on,
  return writer->close() ? 0 : 1;        // and after this, or sync(), a power failure
}
// README end
