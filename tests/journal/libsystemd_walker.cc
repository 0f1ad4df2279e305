#include "journal/libsystemd_walker.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace logq::journal::test {
namespace {

int must(int result, const char* call) {
  if (result < 0) throw std::runtime_error(std::string(call) + ": " + std::strerror(-result));
  return result;
}

sd_id128_t to_sd(const Id128& id) {
  sd_id128_t converted;
  std::memcpy(converted.bytes, id.bytes.data(), sizeof converted.bytes);
  return converted;
}

std::string to_text(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

}  // namespace

LibsystemdWalker::LibsystemdWalker(const std::vector<std::string>& paths) {
  std::vector<const char*> names;
  for (const std::string& path : paths)
    names.push_back(path.c_str());
  names.push_back(nullptr);
  must(::sd_journal_open_files(&journal_, names.data(), 0), "sd_journal_open_files");
  must(::sd_journal_set_data_threshold(journal_, 0), "sd_journal_set_data_threshold");
  seek(Place::head());
  if (next()) sequence_ = Cursor::parse(cursor())->seqnum_id;
}

std::unique_ptr<LibsystemdWalker> LibsystemdWalker::in_directory(const std::string& directory) {
  std::unique_ptr<LibsystemdWalker> walker(new LibsystemdWalker);
  walker->several_files_ = true;
  must(::sd_journal_open_directory(&walker->journal_, directory.c_str(), 0),
       "sd_journal_open_directory");
  must(::sd_journal_set_data_threshold(walker->journal_, 0), "sd_journal_set_data_threshold");
  return walker;
}

LibsystemdWalker::~LibsystemdWalker() {
  ::sd_journal_close(journal_);
}

bool LibsystemdWalker::answers(const Place& place, const std::string& first) {
  if (place.kind == Place::Kind::kSeqnum) return false;  // it cannot seek to one before 254
  std::optional<Id128> boot;
  if (place.kind == Place::Kind::kMonotonic) boot = place.id;
  if (place.kind == Place::Kind::kCursor) {
    const Cursor cursor = *Cursor::parse(place.cursor);
    if (!cursor.seqnum || cursor.seqnum_id != sequence_) boot = cursor.boot_id;
  }
  if (!boot || !cutoff_monotonic(*boot)) return place.kind != Place::Kind::kMonotonic;
  return wanted_.size() <= 1 && !several_files_ && !first.empty() &&
         Cursor::parse(first)->boot_id == boot;
}

void LibsystemdWalker::want(const Wanted& wanted) {
  wanted_ = wanted;
  ::sd_journal_flush_matches(journal_);
  for (const std::string& word : wanted) {
    if (word == "+") {
      must(::sd_journal_add_disjunction(journal_), "sd_journal_add_disjunction");
    } else if (word == "&") {
      must(::sd_journal_add_conjunction(journal_), "sd_journal_add_conjunction");
    } else {
      must(::sd_journal_add_match(journal_, word.data(), word.size()), "sd_journal_add_match");
    }
  }
}

void LibsystemdWalker::seek(const Place& place) {
  apply(place);
  sought_ = place;
}

void LibsystemdWalker::apply(const Place& place) {
  switch (place.kind) {
    case Place::Kind::kHead:
      must(::sd_journal_seek_head(journal_), "sd_journal_seek_head");
      return;
    case Place::Kind::kTail:
      must(::sd_journal_seek_tail(journal_), "sd_journal_seek_tail");
      return;
    case Place::Kind::kRealtime:
      must(::sd_journal_seek_realtime_usec(journal_, place.number),
           "sd_journal_seek_realtime_usec");
      return;
    case Place::Kind::kMonotonic:
      must(::sd_journal_seek_monotonic_usec(journal_, to_sd(place.id), place.number),
           "sd_journal_seek_monotonic_usec");
      return;
    case Place::Kind::kCursor:
      must(::sd_journal_seek_cursor(journal_, place.cursor.c_str()), "sd_journal_seek_cursor");
      return;
    case Place::Kind::kSeqnum:
      throw std::logic_error("libsystemd 252 cannot seek to a sequence number");
  }
}

bool LibsystemdWalker::next() {
  if (sought_ && sought_->kind == Place::Kind::kTail) return false;
  if (must(::sd_journal_next(journal_), "sd_journal_next") == 0) return false;
  sought_.reset();
  return true;
}

bool LibsystemdWalker::previous() {
  if (sought_ && sought_->kind == Place::Kind::kHead) return false;
  while (must(::sd_journal_previous(journal_), "sd_journal_previous") > 0) {
    if (sought_ && !is_before(*sought_)) continue;
    sought_.reset();
    return true;
  }
  if (sought_) apply(*sought_);
  return false;
}

bool LibsystemdWalker::is_before(const Place& place) {
  const Cursor here = *Cursor::parse(cursor());
  switch (place.kind) {
    case Place::Kind::kRealtime:
      return *here.realtime_usec < place.number;
    case Place::Kind::kMonotonic:
      return here.boot_id != place.id || *here.monotonic_usec < place.number;
    case Place::Kind::kCursor: {
      const Cursor named = *Cursor::parse(place.cursor);
      if (named.seqnum && named.seqnum_id == here.seqnum_id) return *here.seqnum < *named.seqnum;
      if (named.boot_id && cutoff_monotonic(*named.boot_id)) {
        return here.boot_id != named.boot_id || *here.monotonic_usec < *named.monotonic_usec;
      }
      return *here.realtime_usec < *named.realtime_usec;
    }
    default:
      return true;
  }
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> LibsystemdWalker::cutoff_monotonic(
    const Id128& boot) {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  const int known =
      must(::sd_journal_get_cutoff_monotonic_usec(journal_, to_sd(boot), &from, &to), "cutoff");
  if (known == 0) return std::nullopt;
  return std::pair{from, to};
}

std::string LibsystemdWalker::cursor() {
  char* text = nullptr;
  must(::sd_journal_get_cursor(journal_, &text), "sd_journal_get_cursor");
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return text;
}

ShownEntry LibsystemdWalker::shown() {
  ShownEntry shown{cursor(), 0, 0, {}, {}};
  sd_id128_t boot{};
  must(::sd_journal_get_realtime_usec(journal_, &shown.realtime_usec),
       "sd_journal_get_realtime_usec");
  must(::sd_journal_get_monotonic_usec(journal_, &shown.monotonic_usec, &boot),
       "sd_journal_get_monotonic_usec");
  std::memcpy(shown.boot_id.bytes.data(), boot.bytes, sizeof boot.bytes);
  const void* data = nullptr;
  std::size_t size = 0;
  ::sd_journal_restart_data(journal_);
  // Not the _available_ form: that one would pass over values it cannot read.
  while (must(::sd_journal_enumerate_data(journal_, &data, &size), "sd_journal_enumerate_data") > 0)
    shown.payloads.push_back(to_text(data, size));
  return shown;
}

bool LibsystemdWalker::is_at(const std::string& cursor) {
  return must(::sd_journal_test_cursor(journal_, cursor.c_str()), "sd_journal_test_cursor") > 0;
}

void LibsystemdWalker::refresh() {
  must(::sd_journal_wait(journal_, 2000), "sd_journal_wait");
}

std::string LibsystemdWalker::payload_of(const std::string& field) {
  const void* data = nullptr;
  std::size_t size = 0;
  const int found = ::sd_journal_get_data(journal_, field.c_str(), &data, &size);
  if (found == -ENOENT) return {};
  must(found, "sd_journal_get_data");
  return to_text(data, size);
}

std::vector<std::string> LibsystemdWalker::unique_values(const std::string& field) {
  std::vector<std::string> values;
  const void* data = nullptr;
  std::size_t size = 0;
  must(::sd_journal_query_unique(journal_, field.c_str()), "sd_journal_query_unique");
  ::sd_journal_restart_unique(journal_);
  while (must(::sd_journal_enumerate_unique(journal_, &data, &size),
              "sd_journal_enumerate_unique") > 0)
    values.push_back(to_text(data, size));
  return values;
}

std::set<std::string> LibsystemdWalker::fields() {
  std::set<std::string> fields;
  const char* field = nullptr;
  ::sd_journal_restart_fields(journal_);
  while (must(::sd_journal_enumerate_fields(journal_, &field), "sd_journal_enumerate_fields") > 0)
    fields.insert(field);
  return fields;
}

std::pair<std::uint64_t, std::uint64_t> LibsystemdWalker::cutoff_realtime() {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  must(::sd_journal_get_cutoff_realtime_usec(journal_, &from, &to),
       "sd_journal_get_cutoff_realtime_usec");
  return {from, to};
}

}  // namespace logq::journal::test
