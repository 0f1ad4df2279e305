// logq-parity-page > docs/journalctl-parity.md
#include <cstdio>

#include "logq/pages/parity_page.h"

int main() {
  return std::fputs(logq::cli::parity_page().c_str(), stdout) < 0 ? 1 : 0;
}
