#include "supervise/exec_command.h"

#include <algorithm>

#include "supervise/setting_values.h"
#include "supervise/unit_syntax.h"

namespace logq::supervise {
namespace {

using Privileges = ExecCommand::Privileges;

bool has_special_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (c >= 0 && c < ' ') || c == '"' || c == '\'' || c == '\\' || c == '\x7f';
  });
}

// Something to execute: a path, or a name without slashes.
bool is_program(std::string_view text) {
  if (text.starts_with('/')) return true;
  return text != "." && text != ".." && text.find('/') == std::string_view::npos;
}

// Takes one prefix off; false where there is none (left), or it does not go with those before.
bool take_prefix(std::string_view& word, ExecCommand& command, bool& has_own_name) {
  if (word.empty()) return false;
  const char prefix = word.front();
  Privileges& privileges = command.privileges;
  if (prefix == '-' && !command.ignores_failure) {
    command.ignores_failure = true;
  } else if (prefix == '@' && !has_own_name) {
    has_own_name = true;
  } else if (prefix == ':' && command.has_variables) {
    command.has_variables = false;
  } else if (prefix == '+' && privileges == Privileges::kOfService) {
    privileges = Privileges::kFull;
  } else if (prefix == '!' && privileges == Privileges::kOfService) {
    privileges = Privileges::kKeepUser;
  } else if (prefix == '!' && privileges == Privileges::kKeepUser) {
    privileges = Privileges::kAmbient;
  } else {
    return false;
  }
  word.remove_prefix(1);
  return true;
}

class Parser {
 public:
  Parser(std::string_view value, const Specifiers& specifiers)
      : value_(value),
        rest_(value),
        specifiers_(specifiers) {}

  ExecCommands parse() {
    while (!rest_.empty()) {
      if (!parse_command()) break;
    }
    return std::move(result_);
  }

 private:
  // A word with escapes; unknown ones are kept, with a complaint.
  std::optional<std::string> word() {
    if (auto word = take_word(rest_, Escapes::kRefused)) return word;
    auto word = take_word(rest_, Escapes::kRelaxed);
    if (word) {
      result_.complaint = "Ignoring unknown escape sequences: \"" + *word + "\"";
    } else if (!rest_.empty()) {
      result_.complaint = "Unbalanced quoting, ignoring: \"" + std::string(value_) + "\"";
      is_malformed_ = true;
    }
    return word;
  }

  // False: nothing more is read. With "-" in front of a command it is left out instead.
  bool refuse(const ExecCommand& command, std::string_view what, std::string_view shown) {
    result_.complaint = std::string(what) + (command.ignores_failure ? ", ignoring: " : ": ");
    result_.complaint += shown;
    result_.is_fatal = !command.ignores_failure;
    return false;
  }

  bool parse_command() {
    const auto first = word();
    if (!first) return false;  // where quotes are not closed systemd goes on without the line
    if (*first == ";") return true;
    ExecCommand command;
    bool has_own_name = false;
    std::string_view name = *first;
    while (take_prefix(name, command, has_own_name)) {
    }
    const std::string path = specifiers_.expand(name);
    if (path.empty()) {
      return refuse(command, "Empty path in command line", "'" + std::string(value_) + "'");
    }
    if (has_special_characters(path)) {
      return refuse(command, "Executable name contains special characters", path);
    }
    if (!is_program(path)) {
      return refuse(command, "Neither a valid executable name nor an absolute path", path);
    }
    if (path.ends_with('/')) {
      return refuse(command, "Executable path specifies a directory", path);
    }
    command.program = simplified_path(path);
    if (!has_own_name) command.argv.push_back(path);
    if (!parse_arguments(command)) return false;
    if (command.argv.empty() || command.argv.front().empty()) {
      return refuse(command, "Empty executable name or zeroeth argument", value_);
    }
    result_.commands.push_back(std::move(command));
    return true;
  }

  // Up to a semicolon that is a word of its own, or the end.
  bool parse_arguments(ExecCommand& command) {
    while (!rest_.empty()) {
      if (takes_mark(";")) return true;
      if (takes_mark("\\;")) {
        command.argv.emplace_back(";");
        continue;
      }
      const auto argument = word();
      if (!argument) {
        result_.is_fatal = is_malformed_ && !command.ignores_failure;
        return !is_malformed_;
      }
      command.argv.push_back(specifiers_.expand(*argument));
    }
    return true;
  }

  bool takes_mark(std::string_view mark) {
    if (!rest_.starts_with(mark)) return false;
    const std::string_view behind = rest_.substr(mark.size());
    const std::string_view next = without_blanks(behind);
    if (!behind.empty() && next.data() == behind.data()) return false;
    rest_ = next;
    return true;
  }

  const std::string_view value_;
  std::string_view rest_;
  const Specifiers& specifiers_;
  ExecCommands result_;
  bool is_malformed_ = false;
};

// "${A}b$$": references within a word.
std::string with_references(std::string_view word, const VariableLookup& value_of) {
  std::string out;
  while (!word.empty()) {
    const std::size_t dollar = std::min(word.find('$'), word.size());
    out += word.substr(0, dollar);
    word.remove_prefix(dollar);
    const std::size_t end = word.starts_with("${") ? word.find('}') : std::string_view::npos;
    if (end != std::string_view::npos) {
      out += value_of(word.substr(2, end - 2)).value_or("");
      word.remove_prefix(end + 1);
    } else if (word.starts_with("$$")) {
      out += '$';
      word.remove_prefix(2);
    } else if (!word.empty()) {
      out += word.front();
      word.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

ExecCommands parse_exec_commands(std::string_view value, const Specifiers& specifiers) {
  return Parser(value, specifiers).parse();
}

std::vector<std::string> substitute(const ExecCommand& command, const VariableLookup& value_of) {
  if (!command.has_variables) return command.argv;
  std::vector<std::string> argv;
  for (const std::string_view word : command.argv) {
    const bool stands_alone =
        word.starts_with('$') && !word.starts_with("${") && !word.starts_with("$$");
    if (!stands_alone) {
      argv.push_back(with_references(word, value_of));
    } else if (const auto value = value_of(word.substr(1))) {
      std::string_view rest = *value;
      while (auto part = take_word(rest, Escapes::kLenient))
        argv.push_back(std::move(*part));
    }
  }
  return argv;
}

}  // namespace logq::supervise
