#include "journal/walker.h"

#include <poll.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "journal/journal.h"

namespace logq::journal::test {
namespace {

class ModelWalker final : public Walker {
 public:
  explicit ModelWalker(std::vector<ShownEntry> entries) : entries_(std::move(entries)) {
    for (const ShownEntry& entry : entries_)
      cursors_.push_back(*Cursor::parse(entry.cursor));
    want({});
  }

  [[nodiscard]] std::string name() const override { return "model"; }
  void want(const Wanted& wanted) override {
    const Match match = to_match(wanted);
    is_wanted_.clear();
    for (const ShownEntry& entry : entries_)
      is_wanted_.push_back(holds(match, entry));
  }
  void seek(const Place& place) override { ahead_ = behind_ = first_not_before(place); }
  bool next() override {
    for (std::size_t i = ahead_; i < entries_.size(); ++i) {
      if (is_wanted_[i]) return stand_on(i);
    }
    return false;
  }
  bool previous() override {
    for (std::size_t i = behind_; i-- > 0;) {
      if (is_wanted_[i]) return stand_on(i);
    }
    return false;
  }
  std::string cursor() override { return entries_[behind_].cursor; }
  ShownEntry shown() override { return entries_[behind_]; }
  bool is_at(const std::string& cursor) override { return entries_[behind_].cursor == cursor; }
  void refresh() override {}

 private:
  static bool holds(const Match& match, const ShownEntry& entry) {
    const auto holds_here = [&entry](const Match& operand) { return holds(operand, entry); };
    switch (match.kind) {
      case Match::Kind::kAll:
        return true;
      case Match::Kind::kPayload:
        return std::find(entry.payloads.begin(), entry.payloads.end(), match.payload) !=
               entry.payloads.end();
      case Match::Kind::kAnd:
        return std::all_of(match.operands.begin(), match.operands.end(), holds_here);
      case Match::Kind::kOr:
        return std::any_of(match.operands.begin(), match.operands.end(), holds_here);
    }
    return false;
  }

  bool stand_on(std::size_t i) {
    behind_ = i;
    ahead_ = i + 1;
    return true;
  }

  template <typename Predicate>
  [[nodiscard]] std::size_t first(Predicate predicate) const {
    return static_cast<std::size_t>(std::find_if(cursors_.begin(), cursors_.end(), predicate) -
                                    cursors_.begin());
  }

  // Times of a boot do not go backwards, so its first entry that late is the place; when none is,
  // the place is behind its last one.
  [[nodiscard]] std::optional<std::size_t> in_boot(const Id128& boot, std::uint64_t usec) const {
    std::optional<std::size_t> behind_boot;
    for (std::size_t i = 0; i < cursors_.size(); ++i) {
      if (cursors_[i].boot_id != boot) continue;
      if (*cursors_[i].monotonic_usec >= usec) return i;
      behind_boot = i + 1;
    }
    return behind_boot;
  }

  [[nodiscard]] std::size_t at_realtime(std::uint64_t usec) const {
    return first([usec](const Cursor& entry) { return *entry.realtime_usec >= usec; });
  }

  [[nodiscard]] std::size_t at_cursor(const Cursor& named) const {
    if (named.seqnum && named.seqnum_id == cursors_.at(0).seqnum_id) {
      return first([&named](const Cursor& entry) { return *entry.seqnum >= *named.seqnum; });
    }
    if (named.boot_id && named.monotonic_usec) {
      if (const auto found = in_boot(*named.boot_id, *named.monotonic_usec)) return *found;
    }
    return named.realtime_usec ? at_realtime(*named.realtime_usec) : 0;
  }

  [[nodiscard]] std::size_t first_not_before(const Place& place) const {
    switch (place.kind) {
      case Place::Kind::kHead:
        return 0;
      case Place::Kind::kTail:
        return entries_.size();
      case Place::Kind::kRealtime:
        return at_realtime(place.number);
      case Place::Kind::kMonotonic:
        return in_boot(place.id, place.number).value_or(0);
      case Place::Kind::kSeqnum:
        return first([&place](const Cursor& entry) { return *entry.seqnum >= place.number; });
      case Place::Kind::kCursor:
        return at_cursor(*Cursor::parse(place.cursor));
    }
    return 0;
  }

  std::vector<ShownEntry> entries_;
  std::vector<Cursor> cursors_;
  std::vector<bool> is_wanted_;
  std::size_t behind_ = 0;  // entries below it are found by previous()
  std::size_t ahead_ = 0;   // from it on by next()
};

class JournalWalker final : public Walker {
 public:
  explicit JournalWalker(Result<std::unique_ptr<Journal>> journal) {
    if (!journal) throw std::runtime_error(journal.error().message());
    journal_ = std::move(*journal);
  }

  [[nodiscard]] std::string name() const override { return "Journal"; }
  void want(const Wanted& wanted) override { journal_->set_match(to_match(wanted)); }
  void seek(const Place& place) override {
    switch (place.kind) {
      case Place::Kind::kHead:
        return journal_->seek_head();
      case Place::Kind::kTail:
        return journal_->seek_tail();
      case Place::Kind::kRealtime:
        return journal_->seek_realtime(place.number);
      case Place::Kind::kMonotonic:
        return journal_->seek_monotonic(place.id, place.number);
      case Place::Kind::kSeqnum:
        return journal_->seek_seqnum(place.id, place.number);
      case Place::Kind::kCursor:
        return journal_->seek_cursor(*Cursor::parse(place.cursor));
    }
  }
  bool next() override { return journal_->next(); }
  bool previous() override { return journal_->previous(); }
  std::string cursor() override { return journal_->cursor().to_string(); }
  ShownEntry shown() override {
    const EntryInfo& entry = journal_->entry();
    ShownEntry shown{cursor(), entry.realtime_usec, entry.monotonic_usec, entry.boot_id, {}};
    journal_->for_each_payload([&shown](std::string_view payload) {
      shown.payloads.emplace_back(payload);
      return true;
    });
    return shown;
  }
  bool is_at(const std::string& cursor) override {
    return journal_->at_cursor(*Cursor::parse(cursor));
  }
  void refresh() override {
    const auto fd = journal_->watch_fd();
    if (!fd) throw std::runtime_error(fd.error().message());
    pollfd ready{*fd, POLLIN, 0};
    ::poll(&ready, 1, 2);
    const auto processed = journal_->process_changes();
    if (!processed) throw std::runtime_error(processed.error().message());
  }

 private:
  std::unique_ptr<Journal> journal_;
};

void refuse_damage(const std::string& path, const Error& error) {
  throw std::runtime_error("damage in " + path + " at " + std::to_string(error.offset) + ": " +
                           error.message());
}

// Terms of one alternative: those of one field are alternatives themselves.
Match to_alternative(const std::vector<std::string>& terms) {
  std::vector<Match> fields;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::string field = terms[i].substr(0, terms[i].find('=') + 1);
    const auto of_field = [&field](const std::string& term) { return term.starts_with(field); };
    const auto begin = terms.begin();
    if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(i), of_field)) continue;
    std::vector<Match> values;
    for (const std::string& term : terms) {
      if (of_field(term)) values.push_back(Match::exactly(term));
    }
    fields.push_back(Match::any_of(std::move(values)));
  }
  return Match::all_of(std::move(fields));
}

}  // namespace

Match to_match(const Wanted& wanted) {
  if (wanted.empty()) return Match::all();
  std::vector<Match> conditions;
  std::vector<Match> alternatives;
  std::vector<std::string> terms;
  for (const std::string& word : wanted) {
    if (word != "+" && word != "&") {
      terms.push_back(word);
      continue;
    }
    alternatives.push_back(to_alternative(terms));
    terms.clear();
    if (word == "&") conditions.push_back(Match::any_of(std::exchange(alternatives, {})));
  }
  alternatives.push_back(to_alternative(terms));
  conditions.push_back(Match::any_of(std::move(alternatives)));
  return Match::all_of(std::move(conditions));
}

std::string Place::to_string() const {
  constexpr const char* kNames[] = {"head",       "tail",    "realtime ",
                                    "monotonic ", "seqnum ", "cursor "};
  std::string text = kNames[static_cast<int>(kind)];
  if (number != 0) text += std::to_string(number);
  if (!id.is_null()) text += " of " + id.to_string();
  return text + cursor;
}

std::vector<std::string> walk(Walker& walker, const Place& place, std::string_view moves) {
  std::vector<std::string> reached;
  walker.seek(place);
  for (const char move : moves) {
    const bool found = move == 'n' ? walker.next() : walker.previous();
    reached.push_back(found ? walker.cursor() : "");
  }
  return reached;
}

std::vector<ShownEntry> read_all(Walker& walker, Place from, char move) {
  std::vector<ShownEntry> entries;
  walker.seek(from);
  while (move == 'n' ? walker.next() : walker.previous())
    entries.push_back(walker.shown());
  return entries;
}

std::unique_ptr<Walker> walk_model(std::vector<ShownEntry> entries) {
  return std::make_unique<ModelWalker>(std::move(entries));
}

std::unique_ptr<Walker> walk_journal(const std::vector<std::string>& paths) {
  return std::make_unique<JournalWalker>(Journal::open_files(paths, refuse_damage));
}

std::unique_ptr<Walker> walk_journal_in(const std::string& directory) {
  return std::make_unique<JournalWalker>(Journal::open_directory(directory, refuse_damage));
}

}  // namespace logq::journal::test
