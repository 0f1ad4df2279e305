#include "support/journalctl_masks.h"

#include <algorithm>
#include <cctype>

namespace logq::test {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// The length of what begins at `at` and is to be taken as a whole: a string, an SGR sequence or one
// byte.
std::size_t token_length(std::string_view text, std::size_t at) {
  if (text[at] == '\x1b') return std::min(text.find('m', at), text.size() - 1) - at + 1;
  if (text[at] != '"') return 1;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != '"')
    end += text[end] == '\\' ? 2U : 1U;
  return std::min(end + 1, text.size()) - at;
}

// The members of one object, as written, spaces and colours included.
struct JsonObject {
  std::vector<std::string> members;
  std::string tail;  // blanks before the closing brace
  std::size_t length = 0;
};

void finish_member(JsonObject& object, std::string& member, bool last) {
  const std::size_t end = member.find_last_not_of(" \t\n") + 1;
  if (last) object.tail = member.substr(end);
  if (last) member.resize(end);
  if (!member.empty()) object.members.push_back(std::move(member));
  member.clear();
}

JsonObject read_object(std::string_view text) {
  JsonObject object;
  std::string member;
  std::size_t at = 1;
  for (int depth = 1; at < text.size() && depth > 0;) {
    const std::string_view token = text.substr(at, token_length(text, at));
    at += token.size();
    if (token == "{" || token == "[") ++depth;
    if (token == "}" || token == "]") --depth;
    if (depth == 0) break;
    if (token == "," && depth == 1) {
      finish_member(object, member, false);
    } else {
      member += token;
    }
  }
  finish_member(object, member, true);
  object.length = at;
  return object;
}

std::string without_colours(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '\x1b' ? token_length(text, at) : 1;
    if (text[at] != '\x1b') plain += text[at];
    at += length;
  }
  return plain;
}

bool is_sequence_number(const std::string& member) {
  constexpr std::size_t kLongestName = 40;  // with blanks and colours
  const std::string head = without_colours(std::string_view(member).substr(0, kLongestName));
  const std::string_view name = std::string_view(head).substr(head.find_first_not_of(" \t\n"));
  return name.starts_with("\"__SEQNUM\"") || name.starts_with("\"__SEQNUM_ID\"");
}

// The value of -o, the last one; "" without.
std::string output_mode(const std::vector<std::string>& arguments) {
  std::string mode;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.starts_with("--output=")) mode = word.substr(9);
    if (word.starts_with("-o") && word.size() > 2) mode = word.substr(2);
    if ((word == "-o" || word == "--output") && i + 1 < arguments.size()) mode = arguments[i + 1];
  }
  return mode;
}

// Whether `text` begins with what the shape says: 0 is any digit, the rest is meant as it is.
bool begins_as(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  return std::equal(shape.begin(), shape.end(), text.begin(), [](char wanted, char c) {
    return wanted == '0' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == wanted;
  });
}

// Where the colon stands in the zone of the time that begins a line of short-iso; 0 without.
std::size_t zone_colon(std::string_view line) {
  constexpr std::string_view kTime = "0000-00-00T00:00:00";
  constexpr std::string_view kMicroseconds = ".000000";
  if (!begins_as(line, kTime)) return 0;
  std::size_t zone = kTime.size();
  if (begins_as(line.substr(zone), kMicroseconds)) zone += kMicroseconds.size();
  const std::string_view rest = line.substr(zone);
  return begins_as(rest, "+00:00") || begins_as(rest, "-00:00") ? zone + 3 : 0;
}

bool has_any(const std::vector<std::string>& arguments, std::initializer_list<const char*> words) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) {
      return argument == word || (word[1] == '-' && argument.starts_with(word + std::string("=")));
    });
  });
}

// The lines of -F, each up to its first NUL.
std::string mask_nul_tails(std::string_view text) {
  std::string masked;
  for (const std::string_view line : split_lines(text)) {
    const std::size_t nul = line.find('\0');
    masked += line.substr(0, nul);
    if (nul != line.npos) masked += '\n';
  }
  return masked;
}

bool has_prefix(const std::vector<std::string>& arguments,
                std::initializer_list<const char*> prefixes) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const char* prefix) { return argument.starts_with(prefix); });
  });
}

bool goes_backward(const std::vector<std::string>& arguments) {
  return has_prefix(arguments, {"-n", "-r", "-e", "--lin", "--rev", "--pager-end"}) &&
         !has_prefix(arguments, {"-n+", "+"});
}

bool has_match(const std::vector<std::string>& arguments) {
  const bool by_field =
      std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
        const std::size_t equals = argument.find('=');
        return argument.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == equals &&
               equals != argument.npos;
      });
  return by_field || has_prefix(arguments, {"-u", "-t", "-p", "-b", "-k", "-e", "/", "--unit",
                                            "--user-unit", "--ident", "--prio", "--facility",
                                            "--boot", "--this-boot", "--dmesg"});
}

bool names_several_fields(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument.starts_with("--output-fields=") && argument.find(',') != argument.npos;
  });
}

// A boot by number, as in 1, -2 or ID+1.
bool is_counted_boot(std::string_view word) {
  constexpr std::size_t kIdLength = 32;
  const bool has_id = word.size() > kIdLength;
  if (has_id) word.remove_prefix(kIdLength);
  const std::size_t digits = word.find_first_not_of("+-");
  if (digits == word.npos || digits > 1 || (has_id && digits == 0)) return false;
  if (word.find_first_not_of("0123456789", digits) != word.npos) return false;
  return has_id || word.substr(digits) != "0";
}

bool counts_boots(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const bool bare = word == "-b" || word == "--boot";
    if (bare && i + 1 < arguments.size() && is_counted_boot(arguments[i + 1])) return true;
    if (word.starts_with("-b") && is_counted_boot(word.substr(2))) return true;
    if (word.starts_with("--boot=") && is_counted_boot(word.substr(7))) return true;
  }
  return false;
}

}  // namespace

std::string mask_export(std::string_view text) {
  std::string masked;
  std::string_view before;
  for (const std::string_view line : split_lines(text)) {
    const bool after_time = before.starts_with("__MONOTONIC_TIMESTAMP=");
    const bool after_seqnum = before.starts_with("__SEQNUM=");
    const bool hidden = (after_time && line.starts_with("__SEQNUM=")) ||
                        (after_seqnum && line.starts_with("__SEQNUM_ID="));
    if (!hidden) masked += line;
    before = line;
  }
  return masked;
}

std::string mask_json(std::string_view text) {
  std::string masked;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find('{'), text.size());
    masked += text.substr(0, begin);
    text.remove_prefix(begin);
    if (text.empty()) break;
    JsonObject object = read_object(text);
    text.remove_prefix(object.length);
    std::erase_if(object.members, is_sequence_number);
    std::sort(object.members.begin(), object.members.end());
    masked += "{";
    for (const std::string& member : object.members)
      masked += member + ",";
    masked += object.tail + "}";
  }
  return masked;
}

std::string mask_iso_zone(std::string_view text) {
  std::string masked;
  bool wider = false;  // the lines that follow are indented by one more
  for (std::string_view line : split_lines(text)) {
    const bool indented = line.starts_with(' ');
    const std::size_t colon = zone_colon(line);
    if (!indented) wider = colon > 0;
    if (indented && wider) line.remove_prefix(1);
    masked += line.substr(0, colon);
    masked += line.substr(colon > 0 ? colon + 1 : 0);
  }
  return masked;
}

std::string mask_verbose_colours(std::string_view text) {
  constexpr std::string_view kUnderline = "\x1b[0;4m";
  constexpr std::string_view kTrusted = "    \x1b[0;32m";
  constexpr std::string_view kOff = "\x1b[0m";
  std::string masked;
  for (const std::string_view line : split_lines(text)) {
    const std::size_t head = line.starts_with(kOff) ? kOff.size() : 0;
    const bool is_head = line.substr(head).starts_with(kUnderline);
    masked += is_head ? line.substr(0, head) : line;
    if (is_head) masked += without_colours(line.substr(head));
  }
  // The end of a field's colour follows its newline, or its size where it is shown as a blob.
  for (std::size_t at = 0; (at = masked.find(kTrusted, at)) != std::string::npos;) {
    masked.erase(at + 4, kTrusted.size() - 4);
    const std::size_t off = masked.find(kOff, at);
    if (off != std::string::npos) masked.erase(off, kOff.size());
  }
  return masked;
}

std::string mask_line_order(std::string_view text) {
  std::vector<std::string_view> lines = split_lines(text);
  std::sort(lines.begin(), lines.end());
  std::string masked;
  for (const std::string_view line : lines)
    masked += line;
  return masked;
}

std::string mask_header(std::string_view text) {
  std::vector<std::string> files(1);
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with("File path:") && !files.back().empty()) files.emplace_back();
    if (line != "\n" && !line.starts_with("Rotate suggested:")) files.back() += line;
  }
  std::sort(files.begin(), files.end());
  std::string masked;
  for (const std::string& file : files)
    masked += file + "\n";
  return masked;
}

std::string mask_verdicts(std::string_view text) {
  std::string verdicts;
  for (const std::string_view line : split_lines(text)) {
    if (line.find("PASS: ") != line.npos) verdicts += line;
    if (line.find("FAIL: ") != line.npos) verdicts += std::string(line, 0, line.find(" (")) + "\n";
  }
  return mask_line_order(verdicts);
}

std::string masked_output(const std::vector<std::string>& arguments, const std::string& out) {
  if (has_any(arguments, {"-N", "--fields", "-F", "--field"})) {
    return mask_line_order(mask_nul_tails(out));
  }
  if (has_any(arguments, {"--header"})) return mask_header(out);
  if (has_any(arguments, {"--verify"})) return mask_verdicts(out);
  const std::string mode = output_mode(arguments);
  if (mode == "export") return mask_export(out);
  if (mode.starts_with("json")) return mask_json(out);
  if (mode.starts_with("short-iso")) return mask_iso_zone(out);
  if (mode == "verbose") return mask_verbose_colours(out);
  if (mode == "cat" && names_several_fields(arguments)) return mask_line_order(out);
  return out;
}

bool copes_with_damage(const std::vector<std::string>& arguments) {
  const bool lists_fields = has_any(arguments, {"-N", "--fields", "-F", "--field"});
  const bool backward_match = goes_backward(arguments) && has_match(arguments);
  return !lists_fields && !backward_match && !counts_boots(arguments);
}

std::string zone_for_252(const std::vector<std::string>& arguments, const std::string& zone) {
  return has_any(arguments, {"--list-boots"}) && has_any(arguments, {"--utc"}) ? "UTC" : zone;
}

std::size_t columns_for_252(const std::vector<std::string>& arguments, std::size_t columns) {
  return output_mode(arguments).starts_with("short-iso") ? columns - 1 : columns;
}

std::vector<std::string> arguments_for_252(std::vector<std::string> arguments) {
  std::string_view before;
  for (std::string& argument : arguments) {
    if (argument == "-W") argument = "--no-hostname";
    if (argument.starts_with("-n+")) argument.erase(2, 1);
    if (before == "-n" && argument.starts_with('+')) argument.erase(0, 1);
    before = argument;
  }
  return arguments;
}

}  // namespace logq::test
