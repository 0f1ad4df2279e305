// logq-man-page < packaging/man/logq.1.in > packaging/man/logq.1
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "logq/pages/man_page.h"

int main() {
  const std::string written{std::istreambuf_iterator<char>(std::cin), {}};
  return std::fputs(logq::cli::man_page(written).c_str(), stdout) < 0 ? 1 : 0;
}
