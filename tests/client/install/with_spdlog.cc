#include <logq/spdlog_sink.h>
#include <spdlog/spdlog.h>

int main() {
  spdlog::logger log("user", std::make_shared<logq::spdlog_sink>());
  log.info("installed {}", logq::kv("ANSWER", 42));
}
