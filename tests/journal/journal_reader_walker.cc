#include <poll.h>

#include <stdexcept>

#include "journal/walker.h"
#include "logq/journal_reader.h"

namespace logq::journal::test {
namespace {

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message());
}

JournalMatch to_public_match(const Wanted& wanted) {
  std::vector<JournalMatch> conditions;
  std::vector<std::string_view> terms;
  const auto end_condition = [&] {
    if (!terms.empty()) conditions.push_back(JournalMatch::parse(terms).value());
    terms.clear();
  };
  for (const std::string& word : wanted) {
    if (word == "&") {
      end_condition();
    } else {
      terms.push_back(word);
    }
  }
  end_condition();
  return JournalMatch::all_of(conditions);
}

class JournalReaderWalker final : public Walker {
 public:
  explicit JournalReaderWalker(Result<JournalReader> reader) : reader_(std::move(reader).value()) {}

  [[nodiscard]] std::string name() const override { return "JournalReader"; }
  void want(const Wanted& wanted) override { reader_.set_match(to_public_match(wanted)); }
  void seek(const Place& place) override {
    switch (place.kind) {
      case Place::Kind::kHead:
        return reader_.seek_head();
      case Place::Kind::kTail:
        return reader_.seek_tail();
      case Place::Kind::kRealtime:
        return reader_.seek_realtime(place.number);
      case Place::Kind::kMonotonic:
        return reader_.seek_monotonic(place.id, place.number);
      case Place::Kind::kSeqnum:
        return reader_.seek_seqnum(place.id, place.number);
      case Place::Kind::kCursor:
        return must(reader_.seek_cursor(place.cursor));
    }
  }
  bool next() override { return reader_.next(); }
  bool previous() override { return reader_.previous(); }
  std::string cursor() override { return reader_.cursor(); }
  ShownEntry shown() override {
    const JournalEntry& entry = reader_.entry();
    const auto payloads = reader_.payloads();
    return {cursor(),
            entry.realtime_usec,
            entry.monotonic_usec,
            entry.boot_id,
            {payloads.begin(), payloads.end()}};
  }
  bool is_at(const std::string& cursor) override { return reader_.at_cursor(cursor).value(); }
  void refresh() override {
    pollfd ready{reader_.watch_fd().value(), POLLIN, 0};
    ::poll(&ready, 1, 2);
    must(reader_.process_changes());
  }

 private:
  JournalReader reader_;
};

}  // namespace

std::unique_ptr<Walker> walk_journal_reader(const std::vector<std::string>& paths) {
  JournalReaderOptions options;
  options.on_damage = [](const JournalDamage& damage) {
    throw std::runtime_error("damage in " + damage.path + ": " + damage.reason);
  };
  return std::make_unique<JournalReaderWalker>(
      JournalReader::open_files(paths, std::move(options)));
}

}  // namespace logq::journal::test
