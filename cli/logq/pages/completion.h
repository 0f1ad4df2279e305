// The completion scripts of packaging/completion/, made of what is written by hand for each shell
// (logq.bash.in and its like) and of the table of options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace logq::cli {

// Puts what the table says in the place of the lines "@TABLE@" (what each option takes), "@WORDS@"
// (all options as words) and "@OPTIONS@" (each option as the shell declares it).
[[nodiscard]] std::string bash_completion(std::string_view written);
[[nodiscard]] std::string zsh_completion(std::string_view written);
[[nodiscard]] std::string fish_completion(std::string_view written);

// By the name of the shell; nothing for one that has none.
[[nodiscard]] std::optional<std::string> completion_for(std::string_view shell,
                                                        std::string_view written);

}  // namespace logq::cli
