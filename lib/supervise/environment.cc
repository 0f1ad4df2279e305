#include "supervise/environment.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/ascii.h"
#include "base/io.h"
#include "base/try.h"
#include "wire/utf8.h"

namespace logq::supervise {
namespace {

constexpr std::string_view kLineEnds = "\n\r";

bool is_in(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

// The files of a pattern, sorted; fails where there are none.
Result<std::vector<std::string>> matching_files(const std::string& pattern) {
  glob_t matches{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &matches);
  const std::unique_ptr<glob_t, void (*)(glob_t*)> freed(&matches, ::globfree);
  if (status == GLOB_NOSPACE) return fail(Error::system(ENOMEM, "glob"));
  if (status != 0) return fail(Error::system(status == GLOB_NOMATCH ? ENOENT : EIO, "open"));
  return std::vector<std::string>(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
}

std::string_view variable_of(std::string_view assignment) {
  return assignment.substr(0, assignment.find('='));
}

// One character after the other, as a shell's assignments are read.
class FileParser {
 public:
  std::vector<std::string> parse(std::string_view text) {
    for (const char c : text)
      take(c);
    if (state_ != State::kBeforeKey && state_ != State::kKey && state_ != State::kComment) finish();
    return std::move(assignments_);
  }

 private:
  enum class State : std::uint8_t {
    kBeforeKey,
    kKey,
    kBeforeValue,  // also behind a closed quote
    kValue,
    kEscape,
    kSingleQuoted,
    kDoubleQuoted,
    kDoubleQuotedEscape,
    kComment,
    kCommentEscape,
  };

  void take(char c) {
    switch (state_) {
      case State::kBeforeKey:
      case State::kKey:
        return take_of_key(c);
      case State::kBeforeValue:
      case State::kValue:
      case State::kEscape:
        return take_of_value(c);
      case State::kSingleQuoted:
      case State::kDoubleQuoted:
      case State::kDoubleQuotedEscape:
        return take_of_quoted(c);
      case State::kComment:
      case State::kCommentEscape:
        return take_of_comment(c);
    }
  }

  void take_of_key(char c) {
    if (state_ == State::kBeforeKey) {
      if (is_in(base::kBlanks, c)) return;
      key_.clear();
      value_.clear();
      kept_ = 0;
      state_ = c == '#' || c == ';' ? State::kComment : State::kKey;
      if (state_ == State::kKey) key_ += c;
      return;
    }
    if (is_in(kLineEnds, c)) {
      state_ = State::kBeforeKey;  // no assignment: not even worth a word, as with systemd
    } else if (c == '=') {
      state_ = State::kBeforeValue;
    } else {
      key_ += c;
    }
  }

  void take_of_value(char c) {
    if (state_ == State::kEscape) {
      if (!is_in(kLineEnds, c)) keep(c);
      state_ = State::kValue;
    } else if (is_in(kLineEnds, c)) {
      finish();
    } else if (c == '\\') {
      state_ = State::kEscape;
    } else if (state_ == State::kValue) {
      value_ += c;
      if (!is_in(base::kBlanks, c)) kept_ = value_.size();
    } else if (c == '\'' || c == '"') {
      state_ = c == '"' ? State::kDoubleQuoted : State::kSingleQuoted;
    } else if (!is_in(base::kBlanks, c)) {
      keep(c);
      state_ = State::kValue;
    }
  }

  void take_of_quoted(char c) {
    if (state_ == State::kDoubleQuotedEscape) {
      if (!is_in("\"\\`$\n", c)) keep('\\');
      if (c != '\n') keep(c);
      state_ = State::kDoubleQuoted;
    } else if (state_ == State::kDoubleQuoted && c == '\\') {
      state_ = State::kDoubleQuotedEscape;
    } else if (c == (state_ == State::kDoubleQuoted ? '"' : '\'')) {
      state_ = State::kBeforeValue;
    } else {
      keep(c);
    }
  }

  void take_of_comment(char c) {
    if (state_ == State::kCommentEscape) {
      state_ = State::kComment;
    } else if (c == '\\') {
      state_ = State::kCommentEscape;
    } else if (is_in(kLineEnds, c)) {
      state_ = State::kBeforeKey;
    }
  }

  // A character that counts even at the end of a line, where blanks do not.
  void keep(char c) {
    value_ += c;
    kept_ = value_.size();
  }

  void finish() {
    const std::size_t end = key_.find_last_not_of(base::kBlanks) + 1;
    assignments_.push_back(key_.substr(0, end) + "=" + value_.substr(0, kept_));
    state_ = State::kBeforeKey;
  }

  std::vector<std::string> assignments_;
  std::string key_;
  std::string value_;
  std::size_t kept_ = 0;  // how much of the value is more than blanks at its end
  State state_ = State::kBeforeKey;
};

}  // namespace

bool is_variable_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, fits);
}

bool is_variable_assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !is_variable_name(text.substr(0, equals))) return false;
  const std::string_view value = text.substr(equals + 1);
  const auto is_control = [](char c) {
    return (c >= 0 && c < ' ' && c != '\t' && c != '\n') || c == '\x7f';
  };
  return wire::is_valid_utf8(value) && std::ranges::none_of(value, is_control);
}

Environment::Environment(const std::vector<std::string>& assignments) {
  for (const std::string& assignment : assignments)
    set(assignment);
}

void Environment::set(std::string_view assignment) {
  const auto same = std::ranges::find(assignments_, variable_of(assignment), &variable_of);
  if (same == assignments_.end()) {
    assignments_.emplace_back(assignment);
  } else {
    *same = assignment;
  }
}

void Environment::unset(std::string_view name_or_assignment) {
  const bool is_name = name_or_assignment.find('=') == std::string_view::npos;
  std::erase_if(assignments_, [&](const std::string& assignment) {
    return is_name ? variable_of(assignment) == name_or_assignment
                   : assignment == name_or_assignment;
  });
}

std::optional<std::string> Environment::value_of(std::string_view name) const {
  const auto found = std::ranges::find(assignments_, name, &variable_of);
  if (found == assignments_.end()) return std::nullopt;
  return found->substr(name.size() + 1);
}

Result<EnvironmentText> parse_environment_file(std::string_view text) {
  if (!wire::is_valid_utf8(text)) {
    return fail(Error::make(Errc::kInvalidArgument, "not UTF-8"));
  }
  EnvironmentText result;
  for (std::string& assignment : FileParser().parse(text)) {
    if (is_variable_assignment(assignment)) {
      result.assignments.push_back(std::move(assignment));
    } else {
      result.complaints.push_back("Ignoring invalid environment assignment '" + assignment + "'");
    }
  }
  return result;
}

namespace {

Result<EnvironmentText> read_matching_files(const std::string& pattern) {
  constexpr std::size_t kLongestFile = std::size_t{16} << 20;
  EnvironmentText result;
  for (const std::string& path : LOGQ_TRY(matching_files(pattern))) {
    const std::string text = LOGQ_TRY(base::read_small_file(path, kLongestFile));
    EnvironmentText of_file = LOGQ_TRY(parse_environment_file(text));
    std::ranges::move(of_file.assignments, std::back_inserter(result.assignments));
    for (const std::string& complaint : of_file.complaints)
      result.complaints.push_back(path + ": " + complaint);
  }
  return result;
}

}  // namespace

Result<EnvironmentText> read_environment_files(const std::vector<EnvironmentFile>& files) {
  EnvironmentText result;
  for (const EnvironmentFile& file : files) {
    auto of_file = read_matching_files(file.path);
    if (!of_file) {
      if (file.is_optional) continue;
      return fail(of_file.error());
    }
    std::ranges::move(of_file->assignments, std::back_inserter(result.assignments));
    std::ranges::move(of_file->complaints, std::back_inserter(result.complaints));
  }
  return result;
}

}  // namespace logq::supervise
