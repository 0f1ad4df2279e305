#include "journal_operations.h"

#include <algorithm>
#include <string_view>

#include "journal/boot_list.h"

namespace logq::fuzz {
namespace {

using journal::Cursor;
using journal::EntryInfo;
using journal::Journal;
using journal::Match;

constexpr std::uint64_t kProbeEntries = 64;
constexpr std::size_t kProbePayloads = 3;
// A seek is followed by so many steps each way.
constexpr int kSteps = 3;

std::uint64_t sum(std::string_view bytes) {
  std::uint64_t total = bytes.size();
  for (const char byte : bytes)
    total = total * 31 + static_cast<unsigned char>(byte);
  return total;
}

void look_at_entry(Journal& journal, Seen& seen) {
  ++seen.entries;
  const EntryInfo& entry = journal.entry();
  seen.checksum += entry.seqnum ^ entry.realtime_usec ^ entry.monotonic_usec ^ entry.xor_hash;
  journal.for_each_payload([&seen](std::string_view payload) {
    ++seen.payloads;
    seen.checksum += sum(payload);
    return true;
  });
}

// Some steps to and fro from where the journal was put.
Seen look_around(Journal& journal) {
  Seen seen;
  for (int i = 0; i < kSteps && journal.next(); ++i)
    look_at_entry(journal, seen);
  for (int i = 0; i < 2 * kSteps && journal.previous(); ++i)
    look_at_entry(journal, seen);
  if (journal.next()) look_at_entry(journal, seen);
  return seen;
}

Seen seek_realtime(Journal& journal, const Probe& probe) {
  journal.seek_realtime(*probe.cursor.realtime_usec);
  return look_around(journal);
}

Seen seek_monotonic(Journal& journal, const Probe& probe) {
  journal.seek_monotonic(*probe.cursor.boot_id, *probe.cursor.monotonic_usec);
  return look_around(journal);
}

Seen seek_seqnum(Journal& journal, const Probe& probe) {
  journal.seek_seqnum(*probe.cursor.seqnum_id, *probe.cursor.seqnum);
  return look_around(journal);
}

Seen seek_cursor(Journal& journal, const Probe& probe) {
  journal.seek_cursor(probe.cursor);
  Seen seen = look_around(journal);
  journal.seek_cursor(probe.cursor);
  if (journal.previous()) seen.checksum += journal.at_cursor(probe.cursor) ? 1U : 0U;
  return seen;
}

Seen seek_ends(Journal& journal, const Probe& /*probe*/) {
  journal.seek_tail();
  Seen seen = look_around(journal);
  journal.seek_head();
  if (journal.previous()) ++seen.entries;
  seen.entries += look_around(journal).entries;
  return seen;
}

Seen walk_matching(Journal& journal, Match match) {
  journal.set_match(std::move(match));
  Seen seen = walk_forward(journal);
  seen.entries += walk_backward(journal).entries;
  journal.set_match(Match::all());
  return seen;
}

std::vector<Match> terms(const Probe& probe) {
  std::vector<Match> all;
  for (const std::string& payload : probe.payloads)
    all.push_back(Match::exactly(payload));
  if (all.empty()) all.push_back(Match::exactly("MESSAGE=none"));
  return all;
}

Seen match_one(Journal& journal, const Probe& probe) {
  return walk_matching(journal, terms(probe).back());
}

Seen match_all_of(Journal& journal, const Probe& probe) {
  return walk_matching(journal, Match::all_of(terms(probe)));
}

Seen match_any_of(Journal& journal, const Probe& probe) {
  std::vector<Match> operands = terms(probe);
  operands.push_back(Match::all_of(terms(probe)));
  operands.push_back(Match::exactly("MESSAGE=none"));
  return walk_matching(journal, Match::any_of(std::move(operands)));
}

Seen fields(Journal& journal, const Probe& /*probe*/) {
  Seen seen;
  journal.for_each_field([&seen](std::string_view name) {
    ++seen.payloads;
    seen.checksum += sum(name);
    return true;
  });
  return seen;
}

Seen unique_values(Journal& journal, const Probe& probe) {
  Seen seen;
  journal.for_each_unique_value(probe.field, [&seen](std::string_view payload) {
    ++seen.payloads;
    seen.checksum += sum(payload);
    return true;
  });
  return seen;
}

Seen find_values(Journal& journal, const Probe& probe) {
  Seen seen;
  journal.seek_head();
  while (journal.next()) {
    ++seen.entries;
    seen.checksum += sum(journal.find_value(probe.field).value_or(""));
  }
  return seen;
}

Seen boot_list(Journal& journal, const Probe& /*probe*/) {
  Seen seen;
  for (const journal::BootSpan& boot : journal::list_boots(journal))
    seen.checksum += boot.first_realtime_usec ^ boot.last_realtime_usec;
  return seen;
}

Seen process_changes(Journal& journal, const Probe& /*probe*/) {
  journal.seek_tail();
  Seen seen;
  if (journal.previous()) look_at_entry(journal, seen);
  if (journal.process_changes() && journal.next()) look_at_entry(journal, seen);
  return seen;
}

constexpr JournalOperation kOperations[] = {
    {"walk forward", [](Journal& journal, const Probe&) { return walk_forward(journal); }},
    {"walk backward", [](Journal& journal, const Probe&) { return walk_backward(journal); }},
    {"seek ends", seek_ends},
    {"seek realtime", seek_realtime},
    {"seek monotonic", seek_monotonic},
    {"seek seqnum", seek_seqnum},
    {"seek cursor", seek_cursor},
    {"match one", match_one},
    {"match all of", match_all_of},
    {"match any of", match_any_of},
    {"fields", fields},
    {"unique values", unique_values},
    {"find values", find_values},
    {"boot list", boot_list},
    {"process changes", process_changes},
};

// Another number near by, an extreme one, or the same.
std::uint64_t bend(std::uint64_t number, std::uint64_t how) {
  switch (how & 7) {
    case 0:
      return number + 1;
    case 1:
      return number - 1;
    case 2:
      return 0;
    case 3:
      return UINT64_MAX;
    default:
      return number;
  }
}

}  // namespace

Probe choose_probe(Journal& journal, std::uint64_t choice) {
  Probe probe;
  probe.cursor = {Id128{}, 1, Id128{}, 1, 1, 0};
  const std::uint64_t wanted = choice % kProbeEntries;
  journal.seek_head();
  for (std::uint64_t i = 0; i <= wanted && journal.next(); ++i)
    probe.cursor = journal.cursor();
  if (journal.previous()) {
    journal.for_each_payload([&probe](std::string_view payload) {
      probe.payloads.emplace_back(payload.substr(0, 4096));
      return probe.payloads.size() < kProbePayloads;
    });
  }
  if (!probe.payloads.empty()) {
    probe.field = probe.payloads[choice % probe.payloads.size()];
    probe.field.resize(std::min(probe.field.find('='), probe.field.size()));
  }
  Cursor& cursor = probe.cursor;
  cursor.seqnum = bend(*cursor.seqnum, choice >> 8);
  cursor.monotonic_usec = bend(*cursor.monotonic_usec, choice >> 16);
  cursor.realtime_usec = bend(*cursor.realtime_usec, choice >> 24);
  if ((choice >> 32 & 7) == 0) cursor.boot_id->bytes[0] ^= 1;
  if ((choice >> 40 & 7) == 0) cursor.seqnum_id->bytes[0] ^= 1;
  return probe;
}

std::span<const JournalOperation> journal_operations() {
  return kOperations;
}

Seen walk_forward(Journal& journal) {
  Seen seen;
  journal.seek_head();
  while (journal.next())
    look_at_entry(journal, seen);
  return seen;
}

Seen walk_backward(Journal& journal) {
  Seen seen;
  journal.seek_tail();
  while (journal.previous())
    look_at_entry(journal, seen);
  return seen;
}

}  // namespace logq::fuzz
