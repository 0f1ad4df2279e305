#include "collect/log_filter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace logq::collect {
namespace {

constexpr char kDelimiter = '\xff';
// The owner of a control group chooses the patterns: none of them may cost more than some
// milliseconds a message.
constexpr std::uint32_t kMatchLimit = 100'000;
constexpr std::size_t kPatternsMax = 1024;

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
    pattern.code_.reset(::pcre2_compile(bytes_of(text), text.size(), 0, &problem, &at, nullptr));
    if (pattern.code_ == nullptr) return std::nullopt;
    // Where this fails PCRE2 interprets.
    static_cast<void>(::pcre2_jit_compile(pattern.code_.get(), PCRE2_JIT_COMPLETE));
    pattern.data_.reset(::pcre2_match_data_create_from_pattern(pattern.code_.get(), nullptr));
    pattern.context_.reset(::pcre2_match_context_create(nullptr));
    if (pattern.data_ == nullptr || pattern.context_ == nullptr) return std::nullopt;
    ::pcre2_set_match_limit(pattern.context_.get(), kMatchLimit);
    return pattern;
  }

  // Nothing when it could not be found out within the limit.
  [[nodiscard]] std::optional<bool> matches(std::string_view text) const {
    const int result =
        ::pcre2_match(code_.get(), bytes_of(text), text.size(), 0, 0, data_.get(), context_.get());
    if (result >= 0) return true;
    if (result == PCRE2_ERROR_NOMATCH) return false;
    return std::nullopt;
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

  // In doubt a message is kept.
  [[nodiscard]] bool keep(std::string_view message) const {
    const auto is_surely_in = [&](const Pattern& p) { return p.matches(message).value_or(false); };
    const auto may_be_in = [&](const Pattern& p) { return p.matches(message).value_or(true); };
    if (std::ranges::any_of(unwanted, is_surely_in)) return false;
    return wanted.empty() || std::ranges::any_of(wanted, may_be_in);
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
