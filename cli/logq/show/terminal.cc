#include "logq/show/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <iterator>
#include <optional>

#include "base/quantity.h"

namespace logq::cli {
namespace {

constexpr std::size_t kMostColumns = 32'767;

struct ColourChoice {
  std::optional<bool> wanted;  // nothing: as the terminal is
  std::optional<query::ColourDepth> depth;
};

// Nothing when the text says nothing that is known.
std::optional<ColourChoice> parse_choice(std::string_view text) {
  if (const auto wanted = base::parse_boolean(text)) return ColourChoice{wanted, {}};
  const bool automatic = text.starts_with("auto-");
  if (automatic) text.remove_prefix(5);
  const std::optional<bool> wanted = automatic ? std::nullopt : std::optional(true);
  if (text == "16") return ColourChoice{wanted, query::ColourDepth::k16};
  if (text == "256" || text == "24bit") return ColourChoice{wanted, query::ColourDepth::k256};
  return std::nullopt;
}

ColourChoice colour_choice(const Environment& environment) {
  for (const char* const name : {"LOGQ_COLORS", "SYSTEMD_COLORS"}) {
    const char* const text = environment(name);
    if (text == nullptr) continue;
    if (const auto choice = parse_choice(text)) return *choice;
  }
  const char* const none = environment("NO_COLOR");
  if (none != nullptr && *none != '\0') return {false, {}};
  return {};
}

std::optional<std::size_t> parse_columns(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::string_view digits = text;
  std::size_t columns = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, columns);
  const bool valid = result.ec == std::errc{} && result.ptr == end;
  if (!valid || columns == 0 || columns > kMostColumns) return std::nullopt;
  return columns;
}

}  // namespace

Terminal judge_terminal(const Environment& environment,
                        bool is_terminal,
                        std::size_t window_columns) {
  Terminal terminal;
  terminal.is_terminal = is_terminal;
  const char* const term = environment("TERM");
  terminal.is_dumb = term == nullptr || std::string_view(term) == "dumb";

  const bool able = is_terminal && !terminal.is_dumb;
  const ColourChoice choice = colour_choice(environment);
  terminal.colours = choice.wanted.value_or(able);
  terminal.colour_depth = choice.depth.value_or(query::ColourDepth::k256);

  const char* const urlify = environment("SYSTEMD_URLIFY");
  const auto links = base::parse_boolean(urlify != nullptr ? urlify : "");
  terminal.hyperlinks = links.value_or(terminal.colours);

  if (window_columns > 0) terminal.columns = window_columns;
  if (const auto columns = parse_columns(environment("COLUMNS"))) terminal.columns = *columns;
  return terminal;
}

bool locale_is_utf8() {
  if (std::string_view(::nl_langinfo(CODESET)) == "UTF-8") return true;
  const char* const locale = std::setlocale(LC_CTYPE, nullptr);
  const bool plain = locale == nullptr || std::string_view(locale) == "C";
  const char* const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  return plain && std::all_of(std::begin(names), std::end(names),
                              [](const char* name) { return ::getenv(name) == nullptr; });
}

Terminal look_at_terminal() {
  winsize window{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;
  return judge_terminal([](const char* name) -> const char* { return ::getenv(name); },
                        ::isatty(STDOUT_FILENO) == 1, known ? window.ws_col : 0);
}

}  // namespace logq::cli
