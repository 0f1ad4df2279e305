#include "collect/stream_state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "base/io.h"
#include "base/try.h"

namespace logq::collect {
namespace {

// Two texts of a header line, every byte as four, and the short keys fit many times.
constexpr std::size_t kStateBytesMax = 16 << 10;
constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\\"'";
constexpr std::string_view kEscapes = "abfnrtv\\\"'";
constexpr int kOctalDigits = 3;

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
      escaped.append(1, '\\').append(1, kEscapes[at]);
    } else if (byte < ' ' || byte >= 127) {
      escaped.append(1, '\\');
      for (int shift = 6; shift >= 0; shift -= 3)
        escaped.append(1, static_cast<char>('0' + ((byte >> shift) & 7)));
    } else {
      escaped.append(1, c);
    }
  }
  return escaped;
}

Result<std::string> unescape(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text[0] != '\\') {
      plain.append(1, text[0]);
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(1);
    if (text.empty()) return fail(Error::make(Errc::kCorrupt, "stream state: cut escape"));
    if (const std::size_t at = kEscapes.find(text[0]); at != std::string_view::npos) {
      plain.append(1, kEscaped[at]);
      text.remove_prefix(1);
      continue;
    }
    const std::string_view digits = text.substr(0, kOctalDigits);
    unsigned value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + kOctalDigits || value > 0xff) {
      return fail(Error::make(Errc::kCorrupt, "stream state: unknown escape"));
    }
    plain.append(1, static_cast<char>(value));
    text.remove_prefix(kOctalDigits);
  }
  return plain;
}

using Assignments = std::map<std::string_view, std::string_view>;

Assignments split_assignments(std::string_view text) {
  Assignments found;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    found[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return found;
}

// The values are those of a header, so they have to pass as one.
Result<wire::StreamHeader> header_of(const Assignments& found) {
  const auto value = [&](std::string_view key, std::string_view missing) {
    const auto at = found.find(key);
    return at == found.end() ? missing : at->second;
  };
  std::string identifier = LOGQ_TRY(unescape(value("IDENTIFIER", "")));
  std::string unit = LOGQ_TRY(unescape(value("UNIT", "")));
  const std::array<std::string, 7> lines{
      std::move(identifier),
      std::move(unit),
      std::string(value("PRIORITY", "")),
      std::string(value("LEVEL_PREFIX", "0")),
      std::string(value("FORWARD_TO_SYSLOG", "0")),
      std::string(value("FORWARD_TO_KMSG", "0")),
      std::string(value("FORWARD_TO_CONSOLE", "0")),
  };
  wire::StreamHeaderDecoder decoder;
  for (const std::string& line : lines) {
    if (line.find('\n') != std::string::npos) {
      return fail(Error::make(Errc::kCorrupt, "stream state: newline in a value"));
    }
    LOGQ_TRY(decoder.feed_line(line));
  }
  return decoder.header();
}

// "PID UID GID START", nothing when it is not that.
std::optional<StreamOpener> parse_opener(std::string_view text) {
  std::array<std::uint64_t, 4> numbers{};
  for (std::uint64_t& number : numbers) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  constexpr std::uint64_t kPidMax = 1 << 22;
  if (!text.empty() || numbers[0] > kPidMax || numbers[1] > 0xffffffff || numbers[2] > 0xffffffff) {
    return std::nullopt;
  }
  return StreamOpener{{static_cast<pid_t>(numbers[0]), static_cast<uid_t>(numbers[1]),
                       static_cast<gid_t>(numbers[2])},
                      numbers[3]};
}

std::optional<StreamKey> parse_key(std::string_view name) {
  StreamKey key;
  const char* end = name.data() + name.size();
  const auto device = std::from_chars(name.data(), end, key.device);
  if (device.ec != std::errc() || device.ptr == end || *device.ptr != ':') return std::nullopt;
  const auto inode = std::from_chars(device.ptr + 1, end, key.inode);
  if (inode.ec != std::errc() || inode.ptr != end) return std::nullopt;
  return key;
}

Result<void> check_private(int fd, mode_t type) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return fail(Error::system(errno, "fstat"));
  constexpr mode_t kForeignWrite = S_IWGRP | S_IWOTH;
  if ((status.st_mode & S_IFMT) != type || status.st_uid != ::geteuid() ||
      (status.st_mode & kForeignWrite) != 0) {
    return fail(Error::make(Errc::kInvalidArgument, "stream states of somebody else"));
  }
  return {};
}

Result<base::UniqueFd> open_directory(const std::string& path) {
  base::UniqueFd fd = LOGQ_TRY(base::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  LOGQ_TRY(check_private(fd.get(), S_IFDIR));
  return fd;
}

}  // namespace

std::string encode_stream_state(const StreamState& state) {
  const wire::StreamHeader& header = state.header;
  std::string text = "# The collector's own, see docs/protocols.md\n";
  const auto add = [&](std::string_view key, std::string_view value) {
    text.append(key).append(1, '=').append(value).append(1, '\n');
  };
  add("PRIORITY", std::to_string(header.priority));
  add("LEVEL_PREFIX", header.level_prefix ? "1" : "0");
  add("FORWARD_TO_SYSLOG", header.forward_to_syslog ? "1" : "0");
  add("FORWARD_TO_KMSG", header.forward_to_kmsg ? "1" : "0");
  add("FORWARD_TO_CONSOLE", header.forward_to_console ? "1" : "0");
  add("STREAM_ID", state.stream_id.to_string());
  if (!header.identifier.empty()) add("IDENTIFIER", escape(header.identifier));
  if (!header.unit_id.empty()) add("UNIT", escape(header.unit_id));
  if (state.opener.has_value()) {
    const Credentials& who = state.opener->credentials;
    add("LOGQ_OPENER", std::to_string(who.pid) + " " + std::to_string(who.uid) + " " +
                           std::to_string(who.gid) + " " +
                           std::to_string(state.opener->start_ticks));
  }
  return text;
}

Result<StreamState> decode_stream_state(std::string_view text) {
  const Assignments found = split_assignments(text);
  StreamState state;
  state.header = LOGQ_TRY(header_of(found));
  const auto id = found.find("STREAM_ID");
  const auto parsed = id == found.end() ? std::nullopt : Id128::parse(id->second);
  if (!parsed.has_value() || parsed->is_null()) {
    return fail(Error::make(Errc::kCorrupt, "stream state: no stream id"));
  }
  state.stream_id = *parsed;
  if (const auto opener = found.find("LOGQ_OPENER"); opener != found.end()) {
    state.opener = parse_opener(opener->second);
  }
  return state;
}

Result<StreamKey> StreamKey::of(int socket) {
  struct stat status {};
  if (::fstat(socket, &status) < 0) return fail(Error::system(errno, "fstat"));
  return StreamKey{status.st_dev, status.st_ino};
}

std::string StreamKey::to_string() const {
  return std::to_string(device) + ":" + std::to_string(inode);
}

std::string StreamStates::path_of(const StreamKey& key) const {
  return directory_ + "/" + key.to_string();
}

Result<void> StreamStates::save(const StreamKey& key, const StreamState& state) const {
  constexpr mode_t kDirectoryMode = 0700;
  constexpr mode_t kFileMode = 0600;
  LOGQ_TRY(base::make_directories(directory_, kDirectoryMode));
  LOGQ_TRY(open_directory(directory_));
  return base::replace_file(path_of(key), encode_stream_state(state), kFileMode);
}

Result<StreamState> StreamStates::load(const StreamKey& key) const {
  const base::UniqueFd directory = LOGQ_TRY(open_directory(directory_));
  // Without waiting, should it be a FIFO.
  const base::UniqueFd file = LOGQ_TRY(
      base::open_file_at(directory.get(), key.to_string(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  LOGQ_TRY(check_private(file.get(), S_IFREG));
  return decode_stream_state(LOGQ_TRY(base::read_all(file.get(), kStateBytesMax)));
}

void StreamStates::remove(const StreamKey& key) const {
  std::ignore = ::unlink(path_of(key).c_str());
}

std::size_t StreamStates::remove_stale(const std::set<StreamKey>& living) const {
  if (!open_directory(directory_).has_value()) return 0;
  std::error_code ignored;
  std::vector<std::filesystem::path> stale;
  for (std::filesystem::directory_iterator at(directory_, ignored), end; at != end;
       at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    const auto key = parse_key(name);
    const bool is_ours = name.find(':') != std::string::npos;  // also a temporary file
    if (is_ours && !(key.has_value() && living.contains(*key))) stale.push_back(at->path());
  }
  std::size_t removed = 0;
  for (const auto& path : stale) {
    if (::unlink(path.c_str()) == 0) ++removed;
  }
  return removed;
}

}  // namespace logq::collect
