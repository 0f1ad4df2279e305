// Prints the messages of one unit, oldest first: read_journal DIRECTORY UNIT
#include <iostream>

#include "logq/journal_reader.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: read_journal DIRECTORY UNIT\n";
    return 2;
  }
  logq::JournalReaderOptions options;
  options.on_damage = [](const logq::JournalDamage& damage) {
    std::cerr << damage.path << ": " << damage.reason << '\n';
  };
  auto reader = logq::JournalReader::open_directory(argv[1], options);
  if (!reader) {
    std::cerr << argv[1] << ": " << reader.error().message() << '\n';
    return 1;
  }
  reader->set_match(logq::JournalMatch::field("_SYSTEMD_UNIT", argv[2]));
  reader->seek_head();
  while (reader->next()) {
    std::cout << reader->entry().realtime_usec << ' ' << reader->value("MESSAGE").value_or("")
              << '\n';
  }
  return 0;
}
