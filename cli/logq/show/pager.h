// Pager: less, or what the environment names, between standard output and the terminal.
//
// From open() on whatever is written to descriptor 1 goes to the pager, and what is written to
// descriptor 2 too where that is a terminal: it would disturb the pager's screen. One at a time;
// the process must have one thread only when it is opened.
//
// $LOGQ_PAGER, $SYSTEMD_PAGER and $PAGER are looked at in this order; "" and "cat" mean none. A
// pager that is not installed is no error: less, more, and in the end plain copying take its place.
// less gets $SYSTEMD_LESS (FRSXMK) as $LESS. $SYSTEMD_PAGERSECURE, or else running with another
// user's rights, puts it into its secure mode, in which it executes nothing; only less is used
// then.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "logq/show/terminal.h"

namespace logq::cli {

struct PagerPlan {
  std::vector<std::vector<std::string>> commands;  // to be tried in this order; empty: no pager
  std::string less_flags;                          // $LESS
  std::string less_charset;                        // $LESSCHARSET; empty: left alone
  bool secure = false;                             // $LESSSECURE
};

// Whether we have rights that the user at the terminal has not: by a set-id bit, or by sudo, pkexec
// or doas for another user than the one who calls.
bool is_elevated(const Environment& environment);

// `elevated`: with rights that the user at the terminal does not have. `utf8`: of the locale.
PagerPlan plan_pager(const Environment& environment, bool jump_to_end, bool elevated, bool utf8);

class Pager {
 public:
  Pager() = default;
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;
  ~Pager() { finish(); }

  // Starts the pager where there is a terminal for it; where it cannot be started, output goes to
  // the terminal as it is. From then on a pager that ends early is seen as EPIPE by who writes, and
  // as ended() by who does not.
  void open(const Terminal& terminal, bool jump_to_end);
  [[nodiscard]] bool is_open() const { return pid_ > 0; }
  // Ends its input and waits until the user leaves it. Descriptor 2 is the terminal again.
  void finish();

  // Whether the open pager has ended by itself.
  [[nodiscard]] static bool ended();

 private:
  pid_t pid_ = -1;
  base::UniqueFd terminal_errors_;  // what descriptor 2 was, where the pager has it
};

}  // namespace logq::cli
