// TimeHistogram: how many entries lie in which span of time: --histogram.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace logq::query {

// Where spans begin: at multiples of their length since midnight, or since 1970, of local time or
// UTC. A span of whole days begins at midnight, one of whole weeks on a Monday.
class SpanGrid {
 public:
  // `span_usec` > 0.
  SpanGrid(std::uint64_t span_usec, bool utc);

  // The span that a time lies in begins here. One that a change of clocks made longer or shorter
  // is a span too; an hour that occurs twice is two.
  [[nodiscard]] std::uint64_t start_of(std::uint64_t realtime_usec);
  // The start of the span behind the one that begins at `start`.
  [[nodiscard]] std::uint64_t next_of(std::uint64_t start);
  [[nodiscard]] std::uint64_t span_usec() const { return span_usec_; }

 private:
  [[nodiscard]] std::int64_t offset_at(std::uint64_t realtime_usec);  // of local time, in usec
  [[nodiscard]] std::uint64_t start_of_days(std::uint64_t realtime_usec);
  // Since when clocks have had the offset they have at a time.
  [[nodiscard]] std::uint64_t last_change(std::uint64_t realtime_usec);

  std::uint64_t span_usec_;
  bool utc_;
  std::uint64_t n_days_ = 0;  // > 0: a span of so many whole days
  // The offset of a quarter of an hour, within which no zone changes its clocks.
  std::optional<std::uint64_t> quarter_;
  std::int64_t offset_usec_ = 0;
};

struct TimeBucket {
  std::uint64_t start_usec = 0;
  std::uint64_t count = 0;
};

// Not thread-safe.
class TimeHistogram {
 public:
  // So many spans are drawn where nobody has said how long one is.
  static constexpr std::size_t kBucketsWanted = 50;

  // No span: it is chosen in the end, by the times counted. Times are then kept in spans that grow
  // with them, so that memory stays bounded.
  TimeHistogram(std::optional<std::uint64_t> span_usec, bool utc);

  void add(std::uint64_t realtime_usec, std::uint64_t count = 1);
  void merge(const TimeHistogram& other);

  [[nodiscard]] bool empty() const { return counts_.empty() && !last_; }

  // The span that was asked for, or the shortest usual one that leaves few enough buckets between
  // these times and those counted.
  [[nodiscard]] std::uint64_t span_usec(std::optional<std::uint64_t> from,
                                        std::optional<std::uint64_t> to);

  // From the first span to the last, without a gap, at least from `from` to `to` where given.
  // Nothing where there would be more than `max`.
  [[nodiscard]] std::optional<std::vector<TimeBucket>> buckets(std::optional<std::uint64_t> from,
                                                               std::optional<std::uint64_t> to,
                                                               std::size_t max);

 private:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };

  void settle();
  void coarsen();
  [[nodiscard]] Range range(std::optional<std::uint64_t> from, std::optional<std::uint64_t> to);

  std::optional<std::uint64_t> asked_usec_;
  bool utc_;
  SpanGrid grid_;                                  // that counts_ are kept by
  std::map<std::uint64_t, std::uint64_t> counts_;  // by start
  // Entries come in order of time, so most times lie in the span of the one before.
  struct Current {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t count = 0;
  };
  std::optional<Current> last_;
};

}  // namespace logq::query
