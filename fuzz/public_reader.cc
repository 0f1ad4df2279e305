#include "public_reader.h"

#include <string_view>
#include <tuple>

#include "logq/journal_reader.h"
#include "require.h"

namespace logq::fuzz {
namespace {

// Looks at every byte of the entry, and lets the two ways to its payloads agree.
std::uint64_t look_at_entry(JournalReader& reader, std::string_view field) {
  std::uint64_t payloads = 0;
  bool has_field = false;
  for (const std::string_view payload : reader.payloads()) {
    ++payloads;
    const std::size_t equals = payload.find('=');
    has_field =
        has_field || (equals != std::string_view::npos && payload.substr(0, equals) == field);
    volatile char last = 0;
    for (const char byte : payload)
      last = byte;
    std::ignore = static_cast<char>(last);
  }
  require(field.empty() || reader.value(field).has_value() == has_field);
  return payloads;
}

void look_around(JournalReader& reader, std::string_view field) {
  for (int i = 0; i < 3 && reader.next(); ++i)
    look_at_entry(reader, field);
  for (int i = 0; i < 6 && reader.previous(); ++i)
    look_at_entry(reader, field);
  if (!reader.next()) return;
  const auto here = reader.at_cursor(reader.cursor());
  require(here && *here);
}

void seek_everywhere(JournalReader& reader, const Probe& probe) {
  const journal::Cursor& target = probe.cursor;
  reader.seek_realtime(*target.realtime_usec);
  look_around(reader, probe.field);
  reader.seek_monotonic(*target.boot_id, *target.monotonic_usec);
  look_around(reader, probe.field);
  reader.seek_seqnum(*target.seqnum_id, *target.seqnum);
  look_around(reader, probe.field);
  require(reader.seek_cursor(target.to_string()).has_value());
  look_around(reader, probe.field);
  reader.seek_tail();
  look_around(reader, probe.field);
}

}  // namespace

void read_publicly(const std::string& path, const Probe& probe, const Seen& expected) {
  std::uint64_t damage = 0;
  JournalReaderOptions options;
  options.on_damage = [&damage](const JournalDamage& found) {
    ++damage;
    require(!found.reason.empty());
  };
  auto reader = JournalReader::open_files({path}, options);
  if (!reader) return require(expected.entries == 0);
  Seen seen;
  for (; reader->next(); ++seen.entries)
    seen.payloads += look_at_entry(*reader, probe.field);
  require(seen.entries == expected.entries && seen.payloads == expected.payloads);
  seek_everywhere(*reader, probe);
  for (const std::string& payload : probe.payloads) {
    const std::string_view term = payload;
    const auto match = JournalMatch::parse({&term, 1});
    if (!match) continue;
    reader->set_match(*match);
    while (reader->next())
      look_at_entry(*reader, probe.field);
  }
  reader->for_each_field([](std::string_view name) { return !name.empty(); });
  reader->for_each_value(probe.field, [](std::string_view value) { return value.size() < 1000; });
  require(damage <= 128);
}

}  // namespace logq::fuzz
