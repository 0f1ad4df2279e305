// logq-completion SHELL < packaging/completion/logq.SHELL.in: prints the script for bash, zsh or
// fish.
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "logq/pages/completion.h"

int main(int argc, char** argv) {
  const std::string written{std::istreambuf_iterator<char>(std::cin), {}};
  const auto script = argc == 2 ? logq::cli::completion_for(argv[1], written) : std::nullopt;
  if (!script) {
    std::fputs("usage: logq-completion bash|zsh|fish < logq.SHELL.in\n", stderr);
    return 2;
  }
  return std::fputs(script->c_str(), stdout) < 0 ? 1 : 0;
}
