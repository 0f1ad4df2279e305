#include "logq/journal_reader.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "journal/cursor.h"
#include "journal/journal.h"
#include "journal/match.h"

namespace logq {
namespace {

using journal::Cursor;
using journal::Journal;
using journal::Match;

journal::DamageCallback damage_callback(std::function<void(const JournalDamage&)> on_damage) {
  if (!on_damage) return {};
  return [told = std::move(on_damage)](const std::string& path, const Error& error) {
    told(JournalDamage{path, error.offset, error.message()});
  };
}

std::string_view field_of(std::string_view payload) {
  return payload.substr(0, payload.find('='));
}

// Alternatives for one field, as terms of one group are collected.
struct Alternatives {
  std::string_view field;
  std::vector<Match> values;
};

Match all_groups(std::vector<Alternatives> fields) {
  std::vector<Match> all;
  for (Alternatives& field : fields)
    all.push_back(field.values.size() == 1 ? std::move(field.values.front())
                                           : Match::any_of(std::move(field.values)));
  return all.size() == 1 ? std::move(all.front()) : Match::all_of(std::move(all));
}

void add_term(std::string_view term, std::vector<Alternatives>& fields) {
  const std::string_view name = field_of(term);
  auto known = std::find_if(fields.begin(), fields.end(),
                            [name](const Alternatives& other) { return other.field == name; });
  if (known == fields.end()) known = fields.insert(known, Alternatives{name, {}});
  known->values.push_back(Match::exactly(std::string(term)));
}

Result<Cursor> parse_cursor(std::string_view text) {
  const auto cursor = Cursor::parse(text);
  if (!cursor) return fail(Error::make(Errc::kInvalidArgument, "not a cursor"));
  return *cursor;
}

}  // namespace

JournalMatch::JournalMatch() : JournalMatch(Match::all()) {}

JournalMatch::JournalMatch(journal::Match match)
    : match_(std::make_shared<const Match>(std::move(match))) {}

JournalMatch JournalMatch::field(std::string_view name, std::string_view value) {
  std::string payload(name);
  payload.append("=").append(value);
  return JournalMatch(Match::exactly(std::move(payload)));
}

JournalMatch JournalMatch::all_of(const std::vector<JournalMatch>& operands) {
  std::vector<Match> matches;
  for (const JournalMatch& operand : operands)
    matches.push_back(*operand.match_);
  return JournalMatch(matches.empty() ? Match::all() : Match::all_of(std::move(matches)));
}

JournalMatch JournalMatch::any_of(const std::vector<JournalMatch>& operands) {
  std::vector<Match> matches;
  for (const JournalMatch& operand : operands)
    matches.push_back(*operand.match_);
  return JournalMatch(matches.empty() ? Match::all() : Match::any_of(std::move(matches)));
}

Result<JournalMatch> JournalMatch::parse(std::span<const std::string_view> terms) {
  if (terms.empty()) return JournalMatch();
  std::vector<Match> groups;
  std::vector<Alternatives> fields;
  for (const std::string_view term : terms) {
    if (term != "+") {
      if (term.find('=') == std::string_view::npos || term.front() == '=') {
        return fail(Error::make(Errc::kInvalidArgument, "match is not of the form FIELD=value"));
      }
      add_term(term, fields);
      continue;
    }
    if (fields.empty()) break;
    groups.push_back(all_groups(std::exchange(fields, {})));
  }
  if (fields.empty()) {
    return fail(Error::make(Errc::kInvalidArgument, "\"+\" stands between two matches"));
  }
  groups.push_back(all_groups(std::move(fields)));
  return JournalMatch(groups.size() == 1 ? std::move(groups.front())
                                         : Match::any_of(std::move(groups)));
}

struct JournalReader::Impl {
  std::unique_ptr<Journal> journal;
  JournalEntry entry;  // a copy of what the journal says of the current one
};

JournalReader::JournalReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

Result<JournalReader> JournalReader::made_of(Result<std::unique_ptr<Journal>> journal) {
  auto impl = std::make_unique<Impl>();
  impl->journal = LOGQ_TRY(std::move(journal));
  return JournalReader(std::move(impl));
}

Result<JournalReader> JournalReader::open_directory(const std::string& directory,
                                                    JournalReaderOptions options) {
  return made_of(Journal::open_directory(directory, damage_callback(std::move(options.on_damage)),
                                         std::move(options.wants)));
}

Result<JournalReader> JournalReader::open_directories(const std::vector<std::string>& directories,
                                                      JournalReaderOptions options) {
  return made_of(Journal::open_directories(
      directories, damage_callback(std::move(options.on_damage)), std::move(options.wants)));
}

Result<JournalReader> JournalReader::open_files(const std::vector<std::string>& paths,
                                                JournalReaderOptions options) {
  return made_of(Journal::open_files(paths, damage_callback(std::move(options.on_damage))));
}

void JournalReader::set_match(const JournalMatch& match) {
  impl_->journal->set_match(*match.match_);
}

void JournalReader::seek_head() {
  impl_->journal->seek_head();
}

void JournalReader::seek_tail() {
  impl_->journal->seek_tail();
}

void JournalReader::seek_realtime(std::uint64_t realtime_usec) {
  impl_->journal->seek_realtime(realtime_usec);
}

void JournalReader::seek_monotonic(const Id128& boot_id, std::uint64_t monotonic_usec) {
  impl_->journal->seek_monotonic(boot_id, monotonic_usec);
}

void JournalReader::seek_seqnum(const Id128& seqnum_id, std::uint64_t seqnum) {
  impl_->journal->seek_seqnum(seqnum_id, seqnum);
}

Result<void> JournalReader::seek_cursor(std::string_view cursor) {
  impl_->journal->seek_cursor(LOGQ_TRY(parse_cursor(cursor)));
  return {};
}

bool JournalReader::next() {
  return impl_->journal->next();
}

bool JournalReader::previous() {
  return impl_->journal->previous();
}

const JournalEntry& JournalReader::entry() const {
  const journal::EntryInfo& info = impl_->journal->entry();
  impl_->entry = {impl_->journal->file_info().seqnum_id,
                  info.seqnum,
                  info.realtime_usec,
                  info.monotonic_usec,
                  info.boot_id,
                  info.xor_hash};
  return impl_->entry;
}

std::span<const std::string_view> JournalReader::payloads() {
  return impl_->journal->payloads();
}

std::optional<std::string_view> JournalReader::value(std::string_view field) {
  return impl_->journal->find_value(field);
}

std::string JournalReader::cursor() const {
  return impl_->journal->cursor().to_string();
}

Result<bool> JournalReader::at_cursor(std::string_view cursor) const {
  return impl_->journal->at_cursor(LOGQ_TRY(parse_cursor(cursor)));
}

void JournalReader::for_each_field(const std::function<bool(std::string_view name)>& visit) {
  impl_->journal->for_each_field(visit);
}

void JournalReader::for_each_value(std::string_view field,
                                   const std::function<bool(std::string_view value)>& visit) {
  impl_->journal->for_each_unique_value(
      field, [&](std::string_view payload) { return visit(payload.substr(field.size() + 1)); });
}

Result<int> JournalReader::watch_fd() {
  return impl_->journal->watch_fd();
}

Result<void> JournalReader::process_changes() {
  return impl_->journal->process_changes();
}

}  // namespace logq
