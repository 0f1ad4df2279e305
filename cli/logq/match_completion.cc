#include "logq/match_completion.h"

#include <algorithm>
#include <string_view>

#include "base/clock.h"
#include "wire/field_name.h"
#include "wire/utf8.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kDefaultLines = 1000;
constexpr std::size_t kLongestValue = 256;
constexpr std::uint64_t kPatienceUsec = 1'000'000;
constexpr std::uint64_t kValuesBetweenLooks = 256;  // at the clock

bool can_be_typed(std::string_view value) {
  return !value.empty() && value.size() <= kLongestValue &&
         value.find('\t') == std::string_view::npos &&
         wire::is_printable_utf8(value, wire::Newlines::kRefused);
}

// Takes what begins as it should, until it has enough or time is up.
class Offers {
 public:
  Offers(std::string_view beginning, std::uint64_t most, OutputBuffer& output)
      : beginning_(beginning),
        left_(most),
        end_usec_(base::monotonic_usec() + kPatienceUsec),
        output_(output) {}

  // Returns whether more is wanted.
  bool take(std::string_view text) {
    if (left_ == 0) return false;
    if (++seen_ % kValuesBetweenLooks == 0 && base::monotonic_usec() > end_usec_) return false;
    if (!text.starts_with(beginning_) || !can_be_typed(text)) return true;
    --left_;
    output_.text().append(text).push_back('\n');
    return true;
  }

 private:
  std::string_view beginning_;
  std::uint64_t left_;
  std::uint64_t seen_ = 0;
  std::uint64_t end_usec_;
  OutputBuffer& output_;
};

}  // namespace

Outcome<ExitStatus> complete_match(const Options& options, Source& source, OutputBuffer& output) {
  const std::string_view typed = options.field;
  const std::size_t equals = typed.find('=');
  const std::uint64_t most = options.display.lines.value_or(kDefaultLines);
  if (equals == std::string_view::npos) {
    Offers names(typed, most, output);
    source.journal->for_each_field([&](std::string_view name) {
      return !wire::is_valid_field_name(name, wire::FieldOrigin::kCollector) || names.take(name);
    });
    return ExitStatus::kOk;
  }
  const std::string_view field = typed.substr(0, equals);
  if (!wire::is_valid_field_name(field, wire::FieldOrigin::kCollector)) return ExitStatus::kOk;
  Offers values(typed.substr(equals + 1), most, output);
  source.journal->for_each_unique_value(field, [&](std::string_view payload) {
    return values.take(payload.substr(std::min(equals + 1, payload.size())));
  });
  return ExitStatus::kOk;
}

}  // namespace logq::cli
