#include <logq/logger.h>

int main() {
  const logq::Logger log;
  const auto status = log.info("installed", logq::field<"ANSWER">(42));
  return status == logq::SendStatus::kFellBack ? 0 : 1;
}
