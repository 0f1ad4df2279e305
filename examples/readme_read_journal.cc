// The program that README.md shows; a test compares the two.
// README begin
#include <poll.h>

#include <iostream>

#include <logq/journal_reader.h>

int main() {
  auto reader = logq::JournalReader::open_directory("/var/log/journal");
  if (!reader) return 1;
  reader->set_match(logq::JournalMatch::field("_SYSTEMD_UNIT", "shop.service"));
  const auto watch_fd = reader->watch_fd();  // only to follow
  while (watch_fd) {
    while (reader->next())
      std::cout << reader->value("MESSAGE").value_or("") << std::endl;
    pollfd changed{*watch_fd, POLLIN, 0};
    if (poll(&changed, 1, -1) < 0 || !reader->process_changes()) return 1;
  }
}
// README end
