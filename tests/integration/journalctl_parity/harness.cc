#include "journalctl_parity/harness.h"

#include <time.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include <gtest/gtest.h>

#include "journalctl_parity/differences.h"
#include "support/child_process.h"
#include "support/journalctl_masks.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

struct Invocation {
  std::vector<std::string> before;  // what runs the program
  Environment environment;
  std::vector<std::string> arguments;
};

constexpr std::size_t kLargeSet = 2'000;  // entries
constexpr std::chrono::seconds kDeadline{60};

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') {
      quoted = !quoted;
      begun = true;
    } else if (c == ' ' && !quoted) {
      if (begun) words.push_back(std::move(word));
      word.clear();
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) words.push_back(std::move(word));
  return words;
}

std::string utc_time(std::uint64_t realtime_usec) {
  const auto seconds = static_cast<time_t>(realtime_usec / 1'000'000);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t length = ::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
  return {text, length};
}

std::string epoch_time(std::uint64_t realtime_usec) {
  const std::string micros = std::to_string(realtime_usec % 1'000'000);
  return "@" + std::to_string(realtime_usec / 1'000'000) + "." +
         std::string(6 - micros.size(), '0') + micros;
}

std::string describe_entry(const JournalSet& set, const std::string& what, std::size_t percent) {
  const EntryAddress& entry = set.entries.at((set.entries.size() - 1) * percent / 100);
  if (what == "cursor") return entry.cursor;
  if (what == "boot") return entry.boot_id;
  if (what == "epoch") return epoch_time(entry.realtime_usec);
  if (what == "time") return utc_time(entry.realtime_usec);
  throw std::runtime_error("unknown placeholder " + what);
}

// `name` stands between braces.
std::string placeholder_value(const JournalSet& set,
                              const std::string& name,
                              const std::string& tmp) {
  if (name == "dir") return set.directory;
  if (name == "tmp") return tmp;
  if (name == "root") return set.root;
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos) throw std::runtime_error("unknown placeholder " + name);
  return describe_entry(set, name.substr(0, colon), std::stoul(name.substr(colon + 1)));
}

std::string fill_in(const JournalSet& set, std::string word, const std::string& tmp) {
  for (std::size_t open = 0; (open = word.find('{', open)) != std::string::npos;) {
    const std::size_t close = word.find('}', open);
    if (close == std::string::npos || word[open + 1] < 'a') break;  // \x{...}, a{3}
    const std::string value = placeholder_value(set, word.substr(open + 1, close - open - 1), tmp);
    word.replace(open, close - open + 1, value);
    open += value.size();
  }
  return word;
}

// What a command finds in its environment; later settings win.
Environment whole_environment(const Environment& settings) {
  Environment environment = {{"LC_ALL", "C.UTF-8"},
                             {"TZ", "Europe/Berlin"},
                             {"COLUMNS", "80"},
                             {"SYSTEMD_COLORS", "0"},
                             {"SYSTEMD_LOG_LEVEL", "info"}};
  environment.insert(environment.end(), settings.begin(), settings.end());
  return environment;
}

CommandResult run_ours(const Invocation& invocation) {
  Command command{invocation.before, whole_environment(invocation.environment), {}, kDeadline};
  command.argv.insert(command.argv.end(), {built_program("logq"), "--no-pager"});
  command.argv.insert(command.argv.end(), invocation.arguments.begin(), invocation.arguments.end());
  return run_command(command);
}

CommandResult run_252(const Invocation& invocation) {
  const auto arguments = arguments_for_252(invocation.arguments);
  Command command{invocation.before, whole_environment(invocation.environment), {}, kDeadline};
  command.argv.insert(command.argv.end(), {"journalctl", "--no-pager"});
  for (auto& [name, value] : command.environment) {
    if (name == "TZ") value = zone_for_252(arguments, value);
    if (name == "COLUMNS") value = std::to_string(columns_for_252(arguments, std::stoul(value)));
  }
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return run_command(command);
}

std::string excerpt(const std::string& text, std::size_t from) {
  constexpr std::size_t kBefore = 100;
  constexpr std::size_t kLength = 240;
  const std::size_t begin = from > kBefore ? from - kBefore : 0;
  std::string shown;
  for (const char c : text.substr(begin, kLength)) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr const char* kDigits = "0123456789abcdef";
    const bool plain = byte >= 0x20 && byte < 0x7f;
    if (plain) shown += c;
    if (!plain) shown += std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 15];
  }
  return shown + (from >= text.size() ? "<end>" : "");
}

std::string command_line(const Invocation& invocation) {
  std::string text;
  for (const auto& [name, value] : invocation.environment)
    text += name + "=" + value + " ";
  for (const std::string& word : invocation.before) {
    if (word.starts_with("--reuid=")) text += "(" + word + ") ";
  }
  text += "logq --no-pager";
  for (const std::string& argument : invocation.arguments) {
    const bool plain = argument.find_first_of(" '*?\\$") == std::string::npos && !argument.empty();
    text += plain ? " " + argument : " '" + argument + "'";
  }
  return text;
}

bool is_verify(const std::vector<std::string>& arguments) {
  return std::find(arguments.begin(), arguments.end(), "--verify") != arguments.end();
}

std::string first_difference(const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return "";
  const auto [a, b] = std::mismatch(ours.begin(), ours.end(), theirs.begin(), theirs.end());
  if (a == ours.end() && b == theirs.end()) return "";
  const auto at = static_cast<std::size_t>(a - ours.begin());
  const auto line = std::count(ours.begin(), a, '\n') + 1;
  return "  line " + std::to_string(line) + ", byte " + std::to_string(at) +
         "\n    logq:       " + excerpt(ours, at) + "\n    journalctl: " + excerpt(theirs, at) +
         "\n";
}

// What asks for `count` lines. Within times 252 takes them for the first ones after -S, and finds
// none before -U but backward.
std::vector<std::string> lines_words(const std::string& text, const std::string& count) {
  const bool since = text.find("-S ") != std::string::npos;
  const bool until = text.find("-U ") != std::string::npos;
  const bool backward =
      text.find("-r ") != std::string::npos || text.find("-g ") != std::string::npos;
  if (backward) return {"-n" + count};
  if (since) return {"-n+" + count};
  if (until) return {"-r", "-n" + count};
  return {"-n" + count};
}

// These run as root on somebody's machine: nothing is written outside of {tmp}, where a cursor file
// would even take the place of a device, and no collector of the host is addressed.
void refuse_harm(const std::string& text) {
  constexpr const char* kHarmful[] = {"--sync",       "--rotate",     "--flush",
                                      "--relinquish", "--smart",      "--setup-keys",
                                      "--vacuum-",    "--update-cat", "--force"};
  for (const char* const option : kHarmful) {
    if (text.find(option) != std::string::npos) throw std::runtime_error("harmful: " + text);
  }
  for (std::size_t at = 0; (at = text.find("--cursor-file", at)) != std::string::npos; ++at) {
    if (text.compare(at + 14, 6, "{tmp}/") != 0) throw std::runtime_error("harmful: " + text);
  }
}

void append(const std::vector<std::string>& words, std::vector<std::string>& arguments) {
  arguments.insert(arguments.end(), words.begin(), words.end());
}

Invocation expand_invocation(const JournalSet& set,
                             const std::string& text,
                             const std::string& tmp) {
  refuse_harm(text);
  Invocation expanded;
  const bool names_source = text.find("{dir}") != std::string::npos ||
                            text.find("-D {tmp}") != std::string::npos ||
                            text.find("--file=") != std::string::npos;
  const bool is_machine = !set.root.empty();
  if (is_machine) expanded.before = words_to_read(set);
  if (!names_source && !is_machine) expanded.arguments = {"-D", set.directory};
  for (const std::string& word : split_words(text)) {
    const std::size_t equals = word.find('=');
    if (word.starts_with('$') && equals != std::string::npos) {
      expanded.environment.emplace_back(word.substr(1, equals - 1), word.substr(equals + 1));
    } else if (word.starts_with("{as:")) {
      expanded.before = words_to_read(set, word.substr(4, word.size() - 5));
    } else if (word == "{few}") {
      if (set.entries.size() >= kLargeSet) append(lines_words(text, "300"), expanded.arguments);
    } else if (word.starts_with("{n:")) {
      append(lines_words(text, word.substr(3, word.size() - 4)), expanded.arguments);
    } else {
      expanded.arguments.push_back(fill_in(set, word, tmp));
    }
  }
  return expanded;
}

// `set`, or its intact files where 252 does not cope with the damaged ones.
JournalSet comparable_files(const JournalSet& set, const std::string& text) {
  const auto arguments = expand_invocation(set, text, "").arguments;
  JournalSet files = set;
  if (!set.intact.empty() && !copes_with_damage(arguments)) files.directory = set.intact;
  return files;
}

}  // namespace

Comparison compare_with_journalctl(const JournalSet& whole_set, const std::string& text) {
  const JournalSet set = comparable_files(whole_set, text);
  const TempDir our_tmp;
  const TempDir their_tmp;
  const Invocation invocation = expand_invocation(set, text, our_tmp.path());
  const std::vector<std::string>& arguments = invocation.arguments;

  const CommandResult ours = run_ours(invocation);
  const CommandResult theirs = run_252(expand_invocation(set, text, their_tmp.path()));

  std::string report;
  if (ours.status != theirs.status) {
    report += "  exit status " + std::to_string(ours.status) + " of logq (" + excerpt(ours.err, 0) +
              "), " + std::to_string(theirs.status) + " of journalctl (" + excerpt(theirs.err, 0) +
              ")\n";
  }
  if (ours.out != theirs.out) {
    report +=
        first_difference(masked_output(arguments, ours.out), masked_output(arguments, theirs.out));
  }
  if (is_verify(arguments)) {
    report += first_difference(mask_verdicts(ours.err), mask_verdicts(theirs.err));
  }
  report += first_difference(read_text_file(our_tmp.path() + "/cursor"),
                             read_text_file(their_tmp.path() + "/cursor"));
  return {report.empty(), command_line(invocation) + "\n" + report};
}

const JournalSet& shared_set(SetKind kind) {
  static std::map<SetKind, JournalSet> sets;
  const auto found = sets.find(kind);
  if (found != sets.end()) return found->second;
  return sets.emplace(kind, make_journal_set(kind)).first->second;
}

void expect_parity(SetKind kind, const std::string& text) {
  const auto* const known = std::find_if(
      std::begin(kDifferences), std::end(kDifferences), [&](const Difference& difference) {
        return difference.set == kind && difference.invocation == text;
      });
  const Comparison comparison = compare_with_journalctl(shared_set(kind), text);
  if (known == std::end(kDifferences)) {
    EXPECT_TRUE(comparison.equal) << comparison.report;
  } else {
    EXPECT_FALSE(comparison.equal) << text << "\nis equal now, although: " << known->reason;
  }
}

}  // namespace logq::test
