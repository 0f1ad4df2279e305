#include <logq/sd_journal_names.h>

int main() {
  return sd_journal_send("MESSAGE=%s", "installed", "ANSWER=%d", 42, nullptr) == 0 ? 0 : 1;
}
