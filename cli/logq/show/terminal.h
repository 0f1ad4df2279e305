// What standard output is, and what may be sent to it: escape sequences, a pager, how wide it is.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "query/output_format.h"

namespace logq::cli {

// The value of an environment variable, or nullptr.
using Environment = std::function<const char*(const char* name)>;

struct Terminal {
  bool is_terminal = false;  // standard output is a terminal
  bool is_dumb = true;       // $TERM says that it can do nothing, or is not set
  bool colours = false;
  bool hyperlinks = false;
  query::ColourDepth colour_depth = query::ColourDepth::k256;
  std::size_t columns = 80;
};

// In this order: $LOGQ_COLORS, $SYSTEMD_COLORS (a boolean, "16", "256", "24bit", or those with
// "auto-" before), $NO_COLOR (set and not empty: none), else colours on a terminal that is not
// dumb. Links follow $SYSTEMD_URLIFY, else the colours of a terminal. `window_columns` is what the
// kernel says, 0: nothing; $COLUMNS wins.
Terminal judge_terminal(const Environment& environment,
                        bool is_terminal,
                        std::size_t window_columns);

// Whether text may be UTF-8: the locale says so, or nobody has chosen a locale.
[[nodiscard]] bool locale_is_utf8();

// judge_terminal() of this process. To be asked before a pager takes standard output's place.
Terminal look_at_terminal();

}  // namespace logq::cli
