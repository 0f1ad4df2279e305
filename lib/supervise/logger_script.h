// A logger's script in the language of multilog (daemontools): actions that are carried out in
// order for each line.
//
//   t          the line is looked at with a time stamp in front, as multilog would write it
//   +PATTERN   selects the line if it matches; at first every line is selected
//   -PATTERN   deselects it if it matches
//   e          shows a selected line on standard error
//   =FILE      keeps a selected line in FILE, in the place of the one before
//   DIR        (begins with '.' or '/') the line is stored if it is selected here
//   sN nN SN   size of a file, number of files, size of all files of what is stored
//   !COMMAND   what multilog runs on a finished file
//
// A line is stored if it is selected at any DIR, and in a script without one if it is selected at
// the end. Pure: what is to be shown and kept is told, not done. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logq::supervise {

// What of a line is looked at, its time stamp included.
inline constexpr std::size_t kScriptLineMax = 1000;

class LoggerScript {
 public:
  // Whether a word is an action at the beginning of a script. A path is not: there it may as well
  // be that of a program. It is one further on.
  [[nodiscard]] static bool begins_with(std::string_view word);

  // Adds an action; says what is wrong with it if it is none.
  [[nodiscard]] std::optional<std::string> add(std::string_view word);

  // Of `s`, `n` and `S`; 0 where there was none.
  struct Limits {
    std::uint64_t file_bytes = 0;
    std::uint64_t files = 0;
    std::uint64_t total_bytes = 0;
  };
  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] bool stamps_lines() const { return stamps_; }
  // The words that say how multilog's files are to be kept: s, n, S, ! and DIR.
  [[nodiscard]] const std::vector<std::string>& storage_words() const { return storage_words_; }
  [[nodiscard]] const std::vector<std::string>& status_files() const { return status_files_; }
  // Whether every line is stored and nothing else happens.
  [[nodiscard]] bool is_trivial() const;

  struct Verdict {
    bool stored = false;
    int times_shown = 0;                   // by `e`
    std::vector<std::size_t> kept_status;  // by `=`: indices into status_files()
  };
  // What happens with the line that begins with `head`: all of it, or kScriptLineMax bytes.
  // `verdict` is overwritten.
  void judge(std::string_view head, Verdict& verdict) const;

 private:
  enum class Act : std::uint8_t { kSelect, kDeselect, kShow, kKeep, kStore };
  struct Action {
    Act act;
    std::string pattern;     // of kSelect and kDeselect
    std::size_t status = 0;  // of kKeep: index into status_files_
  };

  std::optional<std::string> add_limit(std::string_view word);
  void add_storage_word(std::string_view word);

  std::vector<Action> actions_;
  std::vector<std::string> status_files_;
  std::vector<std::string> storage_words_;
  Limits limits_;
  bool stamps_ = false;
  bool has_directory_ = false;
  bool has_words_ = false;
};

}  // namespace logq::supervise
