#include "logq/varlink_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/clock.h"
#include "base/io.h"
#include "base/try.h"
#include "base/unique_fd.h"

namespace logq::cli {
namespace {

constexpr std::size_t kLongestReply = std::size_t{64} << 10;
constexpr char kEndOfMessage = '\0';

std::uint64_t monotonic_usec() {
  return base::Clock::system().now().monotonic_usec;
}

// Also for connect(2), which waits while the queue of the listener is full.
void limit_sending(int fd, std::uint64_t timeout_usec) {
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(timeout_usec / 1'000'000);
  limit.tv_usec = static_cast<suseconds_t>(timeout_usec % 1'000'000);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

Result<base::UniqueFd> connect_to(const std::string& path, std::uint64_t timeout_usec) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(Error::make(Errc::kTooLarge, "socket path is too long"));
  }
  path.copy(address.sun_path, path.size());
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return fail(Error::system(errno, "socket"));
  limit_sending(fd.get(), timeout_usec);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
    if (errno == EAGAIN) return fail(Error::make(Errc::kBusy, "no connection in time"));
    return fail(Error::system(errno, "connect"));
  }
  return fd;
}

// True when there is something to read.
Result<bool> wait_readable(int fd, std::uint64_t deadline_usec) {
  for (;;) {
    const std::uint64_t now = monotonic_usec();
    if (now >= deadline_usec) return false;
    pollfd wanted{fd, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>((deadline_usec - now) / 1000 + 1));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return fail(Error::system(errno, "poll"));
  }
}

Result<std::string> read_message(int fd, std::uint64_t deadline_usec) {
  std::string message;
  std::array<char, 4096> chunk{};
  while (message.size() < kLongestReply) {
    if (!LOGQ_TRY(wait_readable(fd, deadline_usec))) {
      return fail(Error::make(Errc::kBusy, "no answer in time"));
    }
    const ssize_t count = ::read(fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Error::system(errno, "read"));
    if (count == 0) return fail(Error::make(Errc::kClosed, "the service closed the connection"));
    message.append(chunk.data(), static_cast<std::size_t>(count));
    const std::size_t end = message.find(kEndOfMessage);
    if (end != std::string::npos) return message.substr(0, end);
  }
  return fail(Error::make(Errc::kTooLarge, "the answer is too long"));
}

// Takes a JSON string off the front of `text`, which begins with its quote. Escapes stay as they
// are: names of errors have none.
std::optional<std::string_view> take_string(std::string_view& text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    if (text[i] != '"') continue;
    const std::string_view value = text.substr(1, i - 1);
    text.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
}

}  // namespace

Result<std::optional<std::string>> parse_varlink_reply(std::string_view reply) {
  skip_blanks(reply);
  if (reply.empty() || reply.front() != '{' || reply.back() != '}') {
    return fail(Error::make(Errc::kCorrupt, "the answer is not a Varlink reply"));
  }
  int depth = 0;
  while (!reply.empty()) {
    const char c = reply.front();
    if (c != '"') {
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      reply.remove_prefix(1);
      continue;
    }
    const auto name = take_string(reply);
    if (!name) return fail(Error::make(Errc::kCorrupt, "the answer is not a Varlink reply"));
    skip_blanks(reply);
    if (depth != 1 || *name != "error" || !reply.starts_with(':')) continue;
    reply.remove_prefix(1);
    skip_blanks(reply);
    const auto error = reply.starts_with('"') ? take_string(reply) : std::nullopt;
    if (!error) return fail(Error::make(Errc::kCorrupt, "the answer is not a Varlink reply"));
    return std::string(*error);
  }
  return std::nullopt;
}

Result<std::optional<std::string>> call_varlink(const std::string& socket_path,
                                                std::string_view method,
                                                std::uint64_t timeout_usec) {
  const std::uint64_t deadline_usec = monotonic_usec() + timeout_usec;
  const base::UniqueFd fd = LOGQ_TRY(connect_to(socket_path, timeout_usec));
  std::string call = "{\"method\":\"" + std::string(method) + "\",\"parameters\":{}}";
  call.push_back(kEndOfMessage);
  if (::send(fd.get(), call.data(), call.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(call.size())) {
    return fail(Error::system(errno, "send"));
  }
  return parse_varlink_reply(LOGQ_TRY(read_message(fd.get(), deadline_usec)));
}

}  // namespace logq::cli
