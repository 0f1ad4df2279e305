#include "query/grep.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

namespace logq::query {
namespace {

struct CodeDeleter {
  void operator()(pcre2_code* code) const { ::pcre2_code_free(code); }
};
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { ::pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { ::pcre2_match_context_free(context); }
};
using Code = std::unique_ptr<pcre2_code, CodeDeleter>;
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataDeleter>;
using MatchContext = std::unique_ptr<pcre2_match_context, MatchContextDeleter>;

struct CompileProblem {
  int code = 0;
  std::size_t at = 0;
};

bool has_upper_case(std::string_view pattern) {
  return std::any_of(pattern.begin(), pattern.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool ignores_case(std::string_view pattern, CaseRule rule) {
  if (rule == CaseRule::kAutomatic) return !has_upper_case(pattern);
  return rule == CaseRule::kInsensitive;
}

// pcre2.h promises its bytes unsigned; a char may be read as one.
PCRE2_SPTR8 bytes_of(std::string_view text) {
  // PCRE2 before 10.43 refuses a null pointer even for an empty subject.
  return reinterpret_cast<PCRE2_SPTR8>(text.data() == nullptr ? "" : text.data());
}

Code compile_code(std::string_view pattern, std::uint32_t options, CompileProblem& problem) {
  return Code(::pcre2_compile(bytes_of(pattern), pattern.size(), options, &problem.code,
                              &problem.at, nullptr));
}

std::string message_of(int code) {
  std::array<PCRE2_UCHAR8, 256> text{};
  const int length = ::pcre2_get_error_message(code, text.data(), text.size());
  if (length < 0) return "unknown error " + std::to_string(code);
  return {text.begin(), text.begin() + length};
}

}  // namespace

class Grep::Impl {
 public:
  Impl(Code code, std::uint32_t step_limit)
      : code_(std::move(code)),
        match_data_(::pcre2_match_data_create_from_pattern(code_.get(), nullptr)),
        context_(::pcre2_match_context_create(nullptr)) {
    if (context_ != nullptr && step_limit != 0) ::pcre2_set_match_limit(context_.get(), step_limit);
    // Where this fails (no executable memory, a platform without it) PCRE2 interprets.
    static_cast<void>(::pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE));
  }

  [[nodiscard]] bool is_ready() const { return match_data_ != nullptr && context_ != nullptr; }

  std::optional<TextSpan> find(std::string_view text) {
    int result = match(text, 0);
    // Compiled patterns have 32 KB of stack, the interpreter megabytes of heap.
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = match(text, PCRE2_NO_JIT);
    if (result < 0) {
      if (result != PCRE2_ERROR_NOMATCH) note_failure(result);
      return std::nullopt;
    }
    const PCRE2_SIZE* ends = ::pcre2_get_ovector_pointer(match_data_.get());
    // PCRE2 before 10.38 lets \K in a lookahead set the start behind the end.
    return TextSpan{std::min(ends[0], ends[1]), ends[1]};
  }

  [[nodiscard]] const Failures& failures() const { return failures_; }

 private:
  int match(std::string_view text, std::uint32_t options) {
    return ::pcre2_match(code_.get(), bytes_of(text), text.size(), 0, options, match_data_.get(),
                         context_.get());
  }

  void note_failure(int code) {
    if (failures_.n_texts++ == 0) failures_.first_cause = message_of(code);
  }

  Code code_;
  MatchData match_data_;
  MatchContext context_;
  Failures failures_;
};

Grep::Grep(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Grep::Grep(Grep&& other) noexcept = default;
Grep& Grep::operator=(Grep&& other) noexcept = default;
Grep::~Grep() = default;

Result<Grep> Grep::compile(std::string_view pattern, CaseRule rule, std::uint32_t step_limit) {
  CompileProblem problem;
  Code code = compile_code(pattern, ignores_case(pattern, rule) ? PCRE2_CASELESS : 0, problem);
  if (code == nullptr) {
    Error error = Error::make(Errc::kInvalidArgument, "bad pattern");
    error.offset = problem.at;
    return fail(error);
  }
  auto impl = std::make_unique<Impl>(std::move(code), step_limit);
  if (!impl->is_ready()) return fail(Error::make(Errc::kTooLarge, "no memory for the pattern"));
  return Grep(std::move(impl));
}

std::optional<TextSpan> Grep::find(std::string_view text) {
  return impl_->find(text);
}

const Grep::Failures& Grep::failures() const {
  return impl_->failures();
}

std::string describe_pattern_error(std::string_view pattern) {
  CompileProblem problem;
  if (compile_code(pattern, 0, problem) != nullptr) return {};
  return "Bad pattern \"" + std::string(pattern) + "\": " + message_of(problem.code) +
         " (at byte " + std::to_string(problem.at) + ")";
}

}  // namespace logq::query
