// The program that docs/logging-guide.md begins with; a test compares the two.
// guide begin
#include <logq/logger.h>

int main() {
  const logq::Logger log({.identifier = "shop"});
  log.info("order placed", logq::field<"ORDER_ID">(4711), logq::field<"AMOUNT_EUR">(12.5));
}
// guide end
