#include "collect/log_filter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace logq::collect {
namespace {

constexpr char kDelimiter = '\xff';
// The owner of a control group chooses the patterns, and must not hold up everybody's messages with
// them. PCRE2 limits a match at one place of the text only, and not the loops over single
// characters in it: `a*a*[bc]` takes time that grows with the square of the length, unlimited.
constexpr std::uint32_t kMatchLimit = 10'000;
constexpr std::uint32_t kMatchHeapKib = 1024;
constexpr std::size_t kTextMax = std::size_t{64} << 10;
constexpr std::size_t kPatternsMax = 256;
// For all patterns together, on one message.
constexpr std::chrono::microseconds kTimeLimit{2000};
constexpr std::chrono::microseconds kQuick{20};
constexpr std::size_t kPlacesAtOnceMax = 1024;
// Messages that may take longer before the patterns are given up.
constexpr int kOverrunsMax = 16;

using SteadyClock = std::chrono::steady_clock;

struct CodeDeleter {
  void operator()(pcre2_code* code) const { ::pcre2_code_free(code); }
};
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { ::pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { ::pcre2_match_context_free(context); }
};

PCRE2_SPTR8 bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR8>(text.data() == nullptr ? "" : text.data());
}

class Pattern {
 public:
  static std::optional<Pattern> compile(const std::string& text) {
    int problem = 0;
    std::size_t at = 0;
    Pattern pattern;
    pattern.code_.reset(::pcre2_compile(bytes_of(text), text.size(), PCRE2_USE_OFFSET_LIMIT,
                                        &problem, &at, nullptr));
    if (pattern.code_ == nullptr) return std::nullopt;
    // Where this fails PCRE2 interprets.
    static_cast<void>(::pcre2_jit_compile(pattern.code_.get(), PCRE2_JIT_COMPLETE));
    pattern.data_.reset(::pcre2_match_data_create_from_pattern(pattern.code_.get(), nullptr));
    pattern.context_.reset(::pcre2_match_context_create(nullptr));
    if (pattern.data_ == nullptr || pattern.context_ == nullptr) return std::nullopt;
    ::pcre2_set_match_limit(pattern.context_.get(), kMatchLimit);
    ::pcre2_set_heap_limit(pattern.context_.get(), kMatchHeapKib);
    return pattern;
  }

  // Nothing when it could not be found out until `deadline`. Goes on from place to place of the
  // text in steps that grow as long as they are quick.
  [[nodiscard]] std::optional<bool> matches(std::string_view text,
                                            SteadyClock::time_point deadline) const {
    std::size_t places = 1;
    auto now = SteadyClock::now();
    for (std::size_t from = 0; from <= text.size();) {
      if (now >= deadline) return std::nullopt;
      ::pcre2_set_offset_limit(context_.get(), from + places - 1);
      const int result = ::pcre2_match(code_.get(), bytes_of(text), text.size(), from, 0,
                                       data_.get(), context_.get());
      if (result >= 0) return true;
      if (result != PCRE2_ERROR_NOMATCH) return std::nullopt;
      from += places;
      const auto before = std::exchange(now, SteadyClock::now());
      places = now - before < kQuick ? std::min(places * 2, kPlacesAtOnceMax) : 1;
    }
    return false;
  }

 private:
  std::unique_ptr<pcre2_code, CodeDeleter> code_;
  std::unique_ptr<pcre2_match_data, MatchDataDeleter> data_;
  std::unique_ptr<pcre2_match_context, MatchContextDeleter> context_;
};

// Adds the patterns of a list of NUL-terminated strings; false when one is none.
bool compile_all(std::string_view list, std::vector<Pattern>& patterns) {
  while (!list.empty()) {
    const std::string_view text = list.substr(0, list.find('\0'));
    list.remove_prefix(std::min(text.size() + 1, list.size()));
    if (text.empty()) continue;
    auto pattern = Pattern::compile(std::string(text));
    if (!pattern.has_value() || patterns.size() == kPatternsMax) return false;
    patterns.push_back(std::move(*pattern));
  }
  return true;
}

}  // namespace

struct LogFilter::Patterns {
  std::vector<Pattern> wanted;
  std::vector<Pattern> unwanted;

  mutable int overruns = 0;

  // In doubt a message is kept.
  [[nodiscard]] bool keep(std::string_view message) const {
    if (message.size() > kTextMax || overruns >= kOverrunsMax) return true;
    const auto deadline = SteadyClock::now() + kTimeLimit;
    bool in_doubt = false;
    const auto is_in = [&](const Pattern& pattern) {
      const auto found = in_doubt ? std::nullopt : pattern.matches(message, deadline);
      in_doubt = in_doubt || !found.has_value();
      return found.value_or(false);
    };
    const bool is_unwanted = std::ranges::any_of(unwanted, is_in);
    const bool is_wanted = wanted.empty() || (!is_unwanted && std::ranges::any_of(wanted, is_in));
    if (in_doubt && SteadyClock::now() >= deadline) ++overruns;
    return in_doubt || (is_wanted && !is_unwanted);
  }
};

bool LogFilter::keeps(int level, std::string_view message) const {
  if (level_max_.has_value() && level > *level_max_) return false;
  return patterns_ == nullptr || message.empty() || patterns_->keep(message);
}

void LogFilter::set_patterns(std::string_view attribute) {
  if (attribute == attribute_) return;
  attribute_ = attribute;
  patterns_.reset();
  const std::size_t delimiter = attribute.find(kDelimiter);
  if (delimiter == std::string_view::npos) return;
  auto patterns = std::make_shared<Patterns>();
  const bool understood = compile_all(attribute.substr(0, delimiter), patterns->wanted) &&
                          compile_all(attribute.substr(delimiter + 1), patterns->unwanted);
  if (understood) patterns_ = std::move(patterns);
}

}  // namespace logq::collect
