#include "logq/count/histogram_bars.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/time_zone.h"
#include "logq/show/colours.h"
#include "query/text_append.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kDay = 24 * 60 * kMinute;

// "2026-11-22", "2026-11-22 04:50", "2026-11-22 04:50:10", "2026-11-22 04:50:10.250000"
std::string time_label(std::uint64_t realtime_usec, std::uint64_t span_usec, bool utc) {
  const tm time = base::civil_time(static_cast<std::int64_t>(realtime_usec / kSecond),
                                   utc ? base::Zone::utc() : base::Zone::local());
  std::array<char, 64> text{};
  std::string label(text.data(), ::strftime(text.data(), text.size(), "%Y-%m-%d", &time));
  if (span_usec % kDay == 0) return label;
  label.append(text.data(), ::strftime(text.data(), text.size(), " %H:%M", &time));
  if (span_usec % kMinute == 0) return label;
  label.append(text.data(), ::strftime(text.data(), text.size(), ":%S", &time));
  if (span_usec % kSecond != 0) {
    label += '.';
    query::append_padded(realtime_usec % kSecond, 6, '0', label);
  }
  return label;
}

// `eighths` of a character long.
std::string bar(std::uint64_t eighths, bool unicode) {
  constexpr std::array<std::string_view, 8> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!unicode) return std::string((eighths + 7) / 8, '#');
  std::string text;
  for (std::uint64_t i = 0; i < eighths / 8; ++i)
    text += "█";
  return text.append(kParts[eighths % 8]);
}

}  // namespace

std::string draw_histogram(const std::vector<query::TimeBucket>& buckets,
                           std::uint64_t span_usec,
                           const DisplayOptions& display) {
  constexpr std::size_t kNarrowest = 8;
  std::uint64_t largest = 1;
  std::size_t label_width = 0;
  std::vector<std::string> labels;
  for (const query::TimeBucket& bucket : buckets) {
    largest = std::max(largest, bucket.count);
    labels.push_back(time_label(bucket.start_usec, span_usec, display.format.utc));
    label_width = std::max(label_width, labels.back().size());
  }
  const std::size_t count_width = std::max<std::size_t>(std::to_string(largest).size(), 5);
  const std::size_t taken = label_width + count_width + 2;
  const std::size_t columns = std::max(display.format.columns, taken + kNarrowest);
  const auto width = static_cast<long double>((columns - taken) * 8);
  std::string text;
  if (!display.quiet && !buckets.empty()) {
    text += "TIME" + std::string(label_width - 4 + 1 + count_width - 5, ' ') + "COUNT\n";
  }
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const std::uint64_t count = buckets[i].count;
    const auto share = static_cast<long double>(count) / static_cast<long double>(largest);
    // Whatever occurred is seen.
    const auto eighths = std::max<std::uint64_t>(static_cast<std::uint64_t>(share * width), 1);
    text += labels[i];
    text.append(label_width - labels[i].size() + 1, ' ');
    query::append_padded(count, count_width, ' ', text);
    if (count > 0) text.append(" ").append(bar(eighths, display.format.unicode));
    text += "\n";
  }
  return text;
}

}  // namespace logq::cli
