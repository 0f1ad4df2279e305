// Writes a journal, reads it back and follows it, all with what was installed.
#include <poll.h>

#include <array>
#include <cstdio>
#include <string_view>

#include <logq/journal_reader.h>
#include <logq/journal_writer.h>

namespace {

int give_up(const char* what) {
  std::fprintf(stderr, "journal: %s\n", what);
  return 1;
}

// Steps to the next entry, which must have this message, and waits for it.
bool follow_to(logq::JournalReader& reader, int watch_fd, std::string_view message) {
  while (!reader.next()) {
    pollfd changed{watch_fd, POLLIN, 0};
    if (::poll(&changed, 1, 10'000) != 1 || !reader.process_changes()) return false;
  }
  return reader.value("MESSAGE") == message;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return give_up("usage: journal DIRECTORY");
  auto writer = logq::JournalWriter::open(argv[1]);
  if (!writer) return give_up("open for writing");
  constexpr std::array<std::string_view, 2> kFirst = {"MESSAGE=first", "PRIORITY=6"};
  constexpr std::array<std::string_view, 2> kSecond = {"MESSAGE=second", "PRIORITY=6"};
  if (!writer->append(kFirst)) return give_up("append");

  auto reader = logq::JournalReader::open_directory(argv[1]);
  if (!reader) return give_up("open for reading");
  const auto watch_fd = reader->watch_fd();
  if (!watch_fd || !follow_to(*reader, *watch_fd, "first")) return give_up("read the first entry");
  if (reader->next()) return give_up("an entry that nobody wrote");
  if (!writer->append(kSecond)) return give_up("append");
  if (!follow_to(*reader, *watch_fd, "second")) return give_up("follow to the second entry");
  if (!writer->rotate() || !writer->append(kFirst)) return give_up("rotate");
  if (!follow_to(*reader, *watch_fd, "first")) return give_up("follow over a rotation");
  return writer->close() ? 0 : give_up("close");
}
