#include "client/backend_choice.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "client/socket_calls.h"

namespace logq::client {
namespace {

std::optional<FileIdentity> identity_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

bool is_listened_to(const SocketCandidate& candidate) {
  SocketCalls& calls = SocketCalls::system();
  const int fd = calls.open_socket(std::chrono::milliseconds(0));
  if (fd < 0) return false;
  const bool answers = calls.connect(fd, candidate) >= 0;
  calls.close(fd);
  return answers;
}

// Digits and nothing else, as a whole.
template <typename T>
bool read_number(std::string_view text, T& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

}  // namespace

BackendEnvironment BackendEnvironment::of_process() {
  BackendEnvironment environment;
  environment.search = SearchEnvironment::of_process();
  if (const char* stream = ::secure_getenv("JOURNAL_STREAM"); stream != nullptr)
    environment.journal_stream = stream;
  environment.standard_output = identity_of(STDOUT_FILENO);
  environment.standard_error = identity_of(STDERR_FILENO);
  environment.error_is_terminal = ::isatty(STDERR_FILENO) == 1;
  environment.answers = is_listened_to;
  return environment;
}

std::optional<FileIdentity> parse_journal_stream(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  FileIdentity identity;
  if (!read_number(std::string_view(text).substr(0, colon), identity.device)) return std::nullopt;
  if (!read_number(std::string_view(text).substr(colon + 1), identity.inode)) return std::nullopt;
  return identity;
}

Backend choose_backend(const std::string& explicit_path, const BackendEnvironment& environment) {
  if (!explicit_path.empty() || !environment.search.logq_socket.empty()) return Backend::kNative;
  const auto stream = parse_journal_stream(environment.journal_stream);
  const bool error_is_stream = stream && environment.standard_error == stream;
  if (environment.error_is_terminal && !error_is_stream) return Backend::kStderrHuman;
  if (error_is_stream || (stream && environment.standard_output == stream)) return Backend::kNative;
  const auto candidates = find_sockets(explicit_path, environment.search);
  const bool answered = std::any_of(candidates.begin(), candidates.end(), environment.answers);
  return answered ? Backend::kNative : Backend::kStdoutLines;
}

}  // namespace logq::client
