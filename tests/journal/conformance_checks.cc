#include "journal/conformance_checks.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/jenkins.h"
#include "journal/journal.h"
#include "journal/libsystemd_walker.h"
#include "journal/reader_support.h"

namespace logq::journal::test {
namespace {

using Readers = std::vector<std::unique_ptr<Walker>>;

Readers readers_of(const std::string& path) {
  Readers readers;
  readers.push_back(walk_journal({path}));
  readers.push_back(std::make_unique<LibsystemdWalker>(std::vector<std::string>{path}));
  return readers;
}

// Entries by number, so that a failure says which ones.
class Numbers {
 public:
  explicit Numbers(const std::vector<ShownEntry>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i)
      numbers_[entries[i].cursor] = std::to_string(i);
    numbers_[""] = "none";
  }
  [[nodiscard]] std::string of(const std::vector<std::string>& cursors) const {
    std::string text;
    for (const std::string& cursor : cursors) {
      const auto known = numbers_.find(cursor);
      text += (known == numbers_.end() ? cursor : known->second) + " ";
    }
    return text;
  }

 private:
  std::map<std::string, std::string> numbers_;
};

constexpr const char* kMoves[] = {"nnn", "ppp", "npnp", "pnpn", "nnpp", "ppnn"};

struct Asked {
  std::string name;
  Wanted wanted;
  std::vector<Place> places;
};

void expect_same_walks(Readers& readers,
                       const std::vector<ShownEntry>& entries,
                       const Asked& asked) {
  const auto model = walk_model(entries);
  const Numbers numbers(entries);
  model->want(asked.wanted);
  for (const auto& reader : readers)
    reader->want(asked.wanted);
  for (const Place& place : asked.places) {
    for (const char* moves : kMoves) {
      const auto right = walk(*model, place, moves);
      for (const auto& reader : readers) {
        if (!reader->answers(place, right[0])) continue;
        const auto reached = walk(*reader, place, moves);
        EXPECT_TRUE(reached == right)
            << reader->name() << ", match " << asked.name << ", " << place.to_string() << ", "
            << moves << ": " << numbers.of(reached) << "instead of " << numbers.of(right);
      }
    }
  }
}

std::string with_changed(const std::string& cursor, void (*change)(Cursor&)) {
  Cursor changed = *Cursor::parse(cursor);
  change(changed);
  return changed.to_string();
}

void add_cursors(const ShownEntry& entry, std::vector<Place>& places) {
  constexpr void (*kChanges[])(Cursor&) = {
      [](Cursor& /*cursor*/) {},
      [](Cursor& cursor) {  // only its number
        cursor.boot_id.reset();
        cursor.monotonic_usec.reset();
        cursor.realtime_usec.reset();
        cursor.xor_hash.reset();
      },
      [](Cursor& cursor) {  // only its time in its boot
        cursor = {.seqnum_id = {},
                  .seqnum = {},
                  .boot_id = cursor.boot_id,
                  .monotonic_usec = cursor.monotonic_usec,
                  .realtime_usec = {},
                  .xor_hash = {}};
      },
      [](Cursor& cursor) {  // only its time
        cursor = {.seqnum_id = {},
                  .seqnum = {},
                  .boot_id = {},
                  .monotonic_usec = {},
                  .realtime_usec = cursor.realtime_usec,
                  .xor_hash = {}};
      },
      [](Cursor& cursor) { *cursor.seqnum_id = Id128::random(); },  // of another sequence
      [](Cursor& cursor) {                                          // of another sequence and boot
        *cursor.seqnum_id = Id128::random();
        *cursor.boot_id = Id128::random();
      },
      [](Cursor& cursor) { *cursor.xor_hash ^= 1; },  // a like one that is not there
  };
  for (const auto& change : kChanges)
    places.push_back(Place::at(with_changed(entry.cursor, change)));
}

std::vector<Place> places_around(const ShownEntry& entry) {
  std::vector<Place> places;
  const Cursor cursor = *Cursor::parse(entry.cursor);
  for (const int shift : {-1, 0, 1}) {
    const auto moved = [shift](std::uint64_t n) { return n + static_cast<std::uint64_t>(shift); };
    places.push_back(Place::realtime(moved(entry.realtime_usec)));
    places.push_back(Place::monotonic(entry.boot_id, moved(entry.monotonic_usec)));
    places.push_back(Place::seqnum(*cursor.seqnum_id, moved(*cursor.seqnum)));
  }
  add_cursors(entry, places);
  return places;
}

// All kinds of places around some entries: the ends, where times are equal, where boots meet, and
// others in between.
std::vector<Place> places_in(const std::vector<ShownEntry>& entries, std::size_t step) {
  std::vector<Place> places = {Place::head(), Place::tail()};
  const auto add = [&places](const ShownEntry& entry) {
    const auto around = places_around(entry);
    places.insert(places.end(), around.begin(), around.end());
  };
  for (std::size_t i = 0; i < entries.size(); i += step)
    add(entries[i]);
  add(entries.back());
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].boot_id == entries[i - 1].boot_id) continue;
    add(entries[i - 1]);
    add(entries[i]);
  }
  return places;
}

const std::string& largest_payload(const ShownEntry& entry) {
  return *std::max_element(
      entry.payloads.begin(), entry.payloads.end(),
      [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
}

std::string field_of(const std::string& payload) {
  return payload.substr(0, payload.find('='));
}

std::set<std::string> fields_of(const std::vector<ShownEntry>& entries) {
  std::set<std::string> fields;
  for (const ShownEntry& entry : entries) {
    for (const std::string& payload : entry.payloads)
      fields.insert(field_of(payload));
  }
  return fields;
}

logq::test::Entry as_exported(const ShownEntry& entry) {
  logq::test::Entry exported{"__CURSOR=" + entry.cursor,
                             "__REALTIME_TIMESTAMP=" + std::to_string(entry.realtime_usec),
                             "__MONOTONIC_TIMESTAMP=" + std::to_string(entry.monotonic_usec),
                             "_BOOT_ID=" + entry.boot_id.to_string()};
  for (const std::string& payload : entry.payloads) {
    if (!payload.starts_with("_BOOT_ID=")) exported.push_back(payload);
  }
  return exported;
}

void expect_same_seeks(Readers& readers, const std::vector<ShownEntry>& entries) {
  expect_same_walks(readers, entries, {"all", {}, places_in(entries, 13)});
}

void expect_same_matches(Readers& readers, const std::vector<ShownEntry>& entries) {
  const auto places = places_in(entries, 60);
  const ShownEntry& large = *std::max_element(
      entries.begin(), entries.end(), [](const ShownEntry& a, const ShownEntry& b) {
        return largest_payload(a).size() < largest_payload(b).size();
      });
  const std::string last_boot = "_BOOT_ID=" + entries.back().boot_id.to_string();
  const Asked all[] = {
      {"often", {"COMMON=yes"}, places},
      {"alternatives", {"PRIORITY=3", "PRIORITY=5"}, places},
      {"both", {"PRIORITY=3", "HALF=1"}, places},
      {"boot", {"UNIT=4", last_boot}, places},
      {"one or the other", {"PRIORITY=2", "HALF=0", "+", "UNIT=1"}, places},
      {"all of it", {"PRIORITY=2", "+", "UNIT=1", "&", "HALF=1", "TAG=second"}, places},
      {"rare", {"RARE=70"}, places},
      {"large", {largest_payload(large)}, places},
      {"none", {"COMMON=no"}, places},
      {"none together", {"HALF=0", "RARE=139"}, places},
  };
  for (const Asked& asked : all)
    expect_same_walks(readers, entries, asked);
}

void expect_same_entries(Readers& readers, const std::vector<ShownEntry>& entries) {
  auto backward = entries;
  std::reverse(backward.begin(), backward.end());
  for (const auto& reader : readers) {
    EXPECT_TRUE(read_all(*reader, Place::head(), 'n') == entries) << reader->name();
    EXPECT_TRUE(read_all(*reader, Place::tail(), 'p') == backward) << reader->name();
  }
}

// Each payload that was given goes into it, also one given twice.
std::uint64_t xor_hash_of(const SourceEntry& entry) {
  std::uint64_t hash = 0;
  for (const std::string& payload : entry.payloads)
    hash ^= base::jenkins_hash64(payload);
  return hash;
}

// Of the entry that both stand on: each field by its name, and whether it is the one a cursor
// names.
void expect_same_look_ups(LibsystemdWalker& theirs, Journal& ours, const ShownEntry& entry) {
  for (const std::string& field : fields_of({entry})) {
    const auto value = ours.find_value(field);
    ASSERT_TRUE(value) << field;
    EXPECT_TRUE(theirs.payload_of(field) == field + "=" + std::string(*value)) << field;
  }
  EXPECT_FALSE(ours.find_value("ABSENT"));
  EXPECT_EQ(theirs.payload_of("ABSENT"), "");
  std::vector<Place> named;
  add_cursors(entry, named);
  for (const Place& place : named) {
    EXPECT_EQ(theirs.is_at(place.cursor), ours.at_cursor(*Cursor::parse(place.cursor)))
        << place.cursor;
  }
}

}  // namespace

std::vector<ShownEntry> entries_by_libsystemd(const std::string& path) {
  LibsystemdWalker walker({path});
  return read_all(walker, Place::head(), 'n');
}

void expect_written(const std::vector<ShownEntry>& entries,
                    std::span<const SourceEntry> written,
                    std::uint64_t (*seqnum_of)(std::size_t i)) {
  ASSERT_EQ(entries.size(), written.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Cursor cursor = *Cursor::parse(entries[i].cursor);
    EXPECT_EQ(cursor.seqnum, seqnum_of(i));
    EXPECT_EQ(cursor.xor_hash, xor_hash_of(written[i]));
    EXPECT_EQ(entries[i].realtime_usec, written[i].time.realtime_usec);
    EXPECT_EQ(entries[i].monotonic_usec, written[i].time.monotonic_usec);
    EXPECT_EQ(entries[i].boot_id, written[i].time.boot_id);
    const std::set<std::string> found(entries[i].payloads.begin(), entries[i].payloads.end());
    EXPECT_EQ(found.size(), entries[i].payloads.size());
    EXPECT_TRUE(found == std::set(written[i].payloads.begin(), written[i].payloads.end())) << i;
  }
}

void expect_same_entries(const std::string& path, const std::vector<ShownEntry>& entries) {
  auto readers = readers_of(path);
  expect_same_entries(readers, entries);
}

void expect_same_look_ups(const std::string& path, const std::vector<ShownEntry>& entries) {
  LibsystemdWalker theirs({path});
  const auto ours = Journal::open_files({path}).value();
  theirs.seek(Place::head());
  ours->seek_head();
  for (const ShownEntry& entry : entries) {
    ASSERT_TRUE(theirs.next() && ours->next());
    expect_same_look_ups(theirs, *ours, entry);
  }
}

void expect_same_seeks(const std::string& path, const std::vector<ShownEntry>& entries) {
  auto readers = readers_of(path);
  expect_same_seeks(readers, entries);
}

void expect_same_matches(const std::string& path, const std::vector<ShownEntry>& entries) {
  auto readers = readers_of(path);
  expect_same_matches(readers, entries);
}

void expect_same_values(const std::string& path, const std::vector<ShownEntry>& entries) {
  LibsystemdWalker theirs({path});
  const auto ours = Journal::open_files({path}).value();
  std::set<std::string> fields;
  ours->for_each_field([&fields](std::string_view name) {
    fields.emplace(name);
    return true;
  });
  EXPECT_EQ(fields, theirs.fields());
  EXPECT_EQ(fields, fields_of(entries));
  for (const std::string& field : fields) {
    std::vector<std::string> values;
    ours->for_each_unique_value(field, [&values](std::string_view payload) {
      values.emplace_back(payload);
      return true;
    });
    EXPECT_TRUE(values == theirs.unique_values(field)) << field;
  }
  const std::pair cutoff{entries.front().realtime_usec, entries.back().realtime_usec};
  EXPECT_EQ(theirs.cutoff_realtime(), cutoff);
}

void expect_same_export(const std::string& path, const std::vector<ShownEntry>& entries) {
  using logq::test::journalctl;
  using logq::test::parse_export_entries;
  std::vector<logq::test::Entry> expected;
  for (const ShownEntry& entry : entries)
    expected.push_back(as_exported(entry));
  const auto forward = journalctl({"--file", path, "-o", "export"});
  EXPECT_TRUE(parse_export_entries(forward.out) == expected);
  std::reverse(expected.begin(), expected.end());
  const auto backward = journalctl({"--file", path, "-o", "export", "-r"});
  EXPECT_TRUE(parse_export_entries(backward.out) == expected);
}

void expect_read_alike_by_all(const std::string& path) {
  const auto entries = entries_by_libsystemd(path);
  ASSERT_FALSE(entries.empty());
  expect_same_entries(path, entries);
  expect_same_look_ups(path, entries);
  expect_same_seeks(path, entries);
  expect_same_matches(path, entries);
  expect_same_values(path, entries);
  expect_same_export(path, entries);
}

void expect_read_alike_by_journal_reader(const std::string& path) {
  const auto entries = entries_by_libsystemd(path);
  ASSERT_FALSE(entries.empty());
  Readers readers;
  readers.push_back(walk_journal_reader({path}));
  expect_same_entries(readers, entries);
  expect_same_seeks(readers, entries);
  expect_same_matches(readers, entries);
}

}  // namespace logq::journal::test
