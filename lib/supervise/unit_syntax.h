// The syntax of unit files, systemd.syntax(7): [Section] headers, KEY=VALUE assignments, comments
// with '#' or ';', lines continued with a backslash, and words with quotes and escapes in values.
// What is wrong is said in systemd's words, at the line systemd names. Pure: text in, assignments
// out.
//
// base/ini.h is the same for configuration files, where journald is more lenient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logq::supervise {

struct UnitAssignment {
  std::string section;
  std::string key;
  std::string value;     // without surrounding blanks
  std::size_t line = 0;  // from 1; of a continued line the last
};

struct UnitProblem {
  enum class Severity : std::uint8_t {
    kWarning,  ///< the line is left out
    kFatal,    ///< the unit must not be started
  };
  std::string file;      // empty: of the unit as a whole
  std::size_t line = 0;  // 0 likewise
  std::string message;
  Severity severity = Severity::kWarning;
  std::string pending_key = {};  // not empty: it is about this key, which is not honoured yet

  // "FILE:LINE: message"
  [[nodiscard]] std::string text() const;
};

// One file. After a fatal problem nothing more of it was read.
struct UnitText {
  std::vector<UnitAssignment> assignments;  // in file order; keys may repeat
  std::vector<UnitProblem> problems;
};

// Sections that are not among `sections` are skipped; a warning names them but for those that begin
// with "X-".
[[nodiscard]] UnitText read_unit_text(std::string_view text,
                                      const std::string& file,
                                      std::span<const std::string_view> sections);

// What a backslash in a word means.
enum class Escapes : std::uint8_t {
  kRefused,   ///< an escape that is none, "\q", makes the word malformed
  kRelaxed,   ///< it is kept as it is
  kAnything,  ///< what stands behind it is part of the word: "\n" is an n
  kLenient,   ///< the same, and no word is malformed: a quote may stay open
};

// Takes the next word off `text`: up to a blank that is not in quotes; quotes within it are
// removed, C escapes resolved ("\x41", "\101", "\u00e4", "\n", "\s" for a blank). Nothing at the
// end and for a malformed word, with a quote that is not closed or an escape that is refused:
// `text` is then not empty.
[[nodiscard]] std::optional<std::string> take_word(std::string_view& text, Escapes escapes);

// `text` with its C escapes resolved, NUL among them; nothing where one is none.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

// What take_word() takes one after the other; nothing where one is malformed.
[[nodiscard]] std::optional<std::vector<std::string>> split_words(std::string_view text,
                                                                  Escapes escapes);

// Parts between blanks, without any meaning of quotes or backslashes.
[[nodiscard]] std::vector<std::string_view> split_blanks(std::string_view text);

[[nodiscard]] std::string_view without_blanks(std::string_view text);

}  // namespace logq::supervise
