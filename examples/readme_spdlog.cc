// The program that README.md shows; a test compares the two.
// README begin
#include <logq/spdlog_sink.h>
#include <spdlog/spdlog.h>

int main() {
  auto sink = std::make_shared<logq::spdlog_sink>();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("shop", sink));

  spdlog::info("user {} logged in", logq::kv("USER_ID", 42));  // MESSAGE=..., and USER_ID=42
  logq::ScopedField request("REQUEST_ID", "7f3a");  // on every entry until the end of the scope
  SPDLOG_ERROR("cannot open {}", logq::kv("PATH", "/srv/data"));
}
// README end
