#include "query/awkward_stream.h"

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace logq::test {
namespace {

using namespace std::string_literals;

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kFirstBoot = "11111111111111111111111111111111";
constexpr std::string_view kSecondBoot = "22222222222222222222222222222222";

class Stream {
 public:
  void entry(const Fields& fields, std::string_view boot = kFirstBoot) {
    ++number_;
    text_ += "__REALTIME_TIMESTAMP=" + std::to_string(1'700'000'000'000'000 + number_ * 1'000'123);
    text_ += "\n__MONOTONIC_TIMESTAMP=" + std::to_string(number_ * 1'000'123);
    text_ += "\n_BOOT_ID=" + std::string(boot) + "\n";
    for (const auto& [name, value] : fields)
      field(name, value);
    text_ += "\n";
  }

  // An entry of box app[42].
  void message(const std::string& message, const Fields& more = {}) {
    Fields fields = {{"_HOSTNAME", "box"}, {"SYSLOG_IDENTIFIER", "app"}, {"_PID", "42"}};
    fields.emplace_back("MESSAGE", message);
    fields.insert(fields.end(), more.begin(), more.end());
    entry(fields);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void field(const std::string& name, const std::string& value) {
    if (value.find('\n') == std::string::npos) {
      text_ += name + "=" + value + "\n";
      return;
    }
    const std::uint64_t size = value.size();
    char bytes[sizeof size];
    std::memcpy(bytes, &size, sizeof size);
    text_ += name + "\n" + std::string(bytes, sizeof bytes) + value + "\n";
  }

  std::string text_;
  std::uint64_t number_ = 0;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

void add_priorities(Stream& stream) {
  for (const char* value : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "33", "x", ""})
    stream.message(std::string("priority ") + value, {{"PRIORITY", value}});
  stream.message("audit", {{"_TRANSPORT", "audit"}});
  stream.message("audit", {{"_TRANSPORT", "audit"}, {"PRIORITY", "3"}});
  stream.message("", {{"PRIORITY", "3"}});
  stream.message("first\nsecond\n\nfourth", {{"PRIORITY", "4"}});
}

void add_missing_and_repeated(Stream& stream) {
  stream.entry({{"FOO", "no message"}});
  stream.entry({{"MESSAGE", "nothing else"}});
  stream.entry({{"MESSAGE", "m"}, {"_COMM", "cmd"}, {"SYSLOG_PID", "7"}});
  stream.entry({{"MESSAGE", "m"}, {"_COMM", "a b"}, {"SYSLOG_IDENTIFIER", ""}});
  stream.entry({{"MESSAGE", "one"},
                {"MESSAGE", "two"},
                {"PRIORITY", "3"},
                {"PRIORITY", "5"},
                {"SYSLOG_IDENTIFIER", "x"},
                {"SYSLOG_IDENTIFIER", "y"},
                {"R", "1"},
                {"R", "a\x01"},
                {"R", repeated("r", 5000)}});
}

void add_units(Stream& stream) {
  const std::string long_name = repeated("u", 300);
  for (const auto& [unit, user_unit] :
       std::vector<std::pair<std::string, std::string>>{{"a.service", ""},
                                                        {"", "b.service"},
                                                        {"a.service", "longer.service"},
                                                        {long_name, "b"},
                                                        {"a", long_name},
                                                        {long_name, long_name}}) {
    Fields more;
    if (!unit.empty()) more.emplace_back("_SYSTEMD_UNIT", unit);
    if (!user_unit.empty()) more.emplace_back("_SYSTEMD_USER_UNIT", user_unit);
    stream.message("of a unit\nsecond line", more);
  }
}

void add_bytes(Stream& stream) {
  const std::vector<std::string> values = {"\xff\xfe"s,
                                           "a\0b"s,
                                           "\xc3"s,
                                           "\xe2\x82"s,
                                           "\xf0\x9f\x98"s,
                                           "\xed\xa0\x80"s,
                                           "\xef\xbf\xbf"s,
                                           "\xf4\x90\x80\x80"s,
                                           "\xc0\x80"s,
                                           "x\x7f"s,
                                           "\xc2\x80"s,
                                           "\xc2\xa0"s,
                                           "\x1b[0m\0\xff"s,
                                           "\0"s,
                                           "a\nb\0c\nd"s,
                                           "\r"s,
                                           "\r\n"s,
                                           "\n\n\n"s,
                                           "a\n"s,
                                           " lead"s,
                                           "trail "s,
                                           "\t"s,
                                           "\"quoted\" \\ / \x08\x0c"s,
                                           "\xe2\x80\xa8\xe2\x80\xa9"s,
                                           "\xef\xbb\xbf"
                                           "bom"s,
                                           "\x1b[31mred\x1b[0m"s,
                                           "\x1b]8;;http://x\alink\x1b]8;;\a"s,
                                           "x\r\ny\r"s,
                                           "a\rb"s,
                                           "a\tb"s};
  for (const std::string& value : values)
    stream.entry({{"SYSLOG_IDENTIFIER", "bytes"}, {"MESSAGE", value}, {"BIN", value}});
  // A newline in one of the first seven is not here: logq leaves such a column out.
  for (const std::string& value : {"\0"s, "a\0b"s, "\x01"s, "a\tb"s, "\xff"s}) {
    for (const char* name : {"_HOSTNAME", "SYSLOG_IDENTIFIER", "_COMM", "_PID", "SYSLOG_PID",
                             "_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT", "PRIORITY", "_TRANSPORT",
                             "_SOURCE_REALTIME_TIMESTAMP", "_SOURCE_MONOTONIC_TIMESTAMP"})
      stream.entry({{"MESSAGE", "v"}, {name, value}});
  }
  for (const char* name :
       {"PRIORITY", "_TRANSPORT", "_SOURCE_REALTIME_TIMESTAMP", "_SOURCE_MONOTONIC_TIMESTAMP"})
    stream.entry({{"MESSAGE", "v"}, {name, "a\nb"}});
}

// Widths around the columns of the tests, and around the 300 bytes and three lines of --no-full.
void add_sizes(Stream& stream) {
  for (const std::size_t n :
       {1U,  2U,  3U,   10U,  30U,  49U,  50U,  51U,  52U,  53U,  70U,  79U,
        80U, 81U, 145U, 149U, 150U, 200U, 290U, 298U, 299U, 300U, 301U, 500U}) {
    const std::string line = repeated("l", n);
    stream.message(line, {{"PRIORITY", "3"}, {"F", line}});
    for (const char* text : {"\xc3\xa9", "\xe6\xbc\xa2", "a\xe6\xbc\xa2\xc3\xa9\xf0\x9f\x98\x80 "})
      stream.message(repeated(text, n), {{"F", repeated(text, n)}});
    stream.entry({{"SYSLOG_IDENTIFIER", line}, {"_PID", line}, {"MESSAGE", "long identifier"}});
    stream.message(repeated(line + "\n", 5));
    stream.message("short\n" + line + "\n" + repeated("\xc3\xa9", n) + "\nx\ny");
    stream.message("a\nb\n" + line + "\ntail");
    stream.message("a\nb\nc" + repeated("\n", n));
  }
  for (const std::size_t n : {4085U, 4086U, 4087U, 4088U, 4089U, 70'000U})
    stream.entry({{"MESSAGE", repeated("big", n / 3) + repeated("x", n % 3)},
                  {"DATA", repeated("\x01\xff", n / 2)}});
}

void add_times(Stream& stream) {
  for (const char* value : {"1600000000123456", "0", "77", "", "garbage", "36028797018963967",
                            "36028797018963968", "18446744073709551615", " 1700000900123456", "+99",
                            "-99", "0x99", "0x60a24181e4000", "07"}) {
    stream.message(value, {{"_SOURCE_REALTIME_TIMESTAMP", value}});
    stream.message(value, {{"_SOURCE_MONOTONIC_TIMESTAMP", value}});
  }
  for (const std::string_view boot : {kSecondBoot, kSecondBoot, kFirstBoot, kSecondBoot})
    stream.entry({{"MESSAGE", "in a boot"}}, boot);
  stream.entry({{"FOO", "no message"}}, kFirstBoot);
  stream.entry({{"MESSAGE", "after one without message"}}, kFirstBoot);
}

// What is sought with journalctl -g needle. Not behind escape sequences or on a later line: there
// 252 marks other bytes.
void add_needles(Stream& stream) {
  for (const char* priority : {"0", "4", "5", "6", "7"}) {
    for (const char* message :
         {"needle", "a needle here", "\ttab\tneedle\tx", "needle\nsecond line",
          "\xc3\xa9 needle \xe6\xbc\xa2", "needle \x1b[31mred\x1b[0m"})
      stream.message(message, {{"PRIORITY", priority}});
  }
  stream.message("a needle here", {{"_TRANSPORT", "audit"}});
  stream.message("/etc/x: needle", {{"CONFIG_FILE", "/etc/x"}, {"PRIORITY", "3"}});
  stream.message("/needle: x", {{"CONFIG_FILE", "/needle"}, {"PRIORITY", "3"}});
}

void add_links(Stream& stream) {
  for (const char* url : {"http://example.com/x y", "https://", "file:/", "file:///a", "info:x",
                          "man:foo(8)", "HTTP://x", "ftp://x", "http://\xc3\xa9", ""})
    stream.message("documented", {{"DOCUMENTATION", url}});
  stream.message("documented", {{"DOCUMENTATION", "http://" + repeated("x", 300)}});
  for (const char* file : {"/etc/foo.conf", "/a bc", "relative", "/"}) {
    for (const char* rest : {"", ": bad", " bad", "bad", ":3: a longer remark about what is bad"})
      stream.message(std::string(file) + rest, {{"CONFIG_FILE", file}, {"PRIORITY", "4"}});
  }
}

}  // namespace

std::string awkward_stream() {
  Stream stream;
  add_priorities(stream);
  add_missing_and_repeated(stream);
  add_units(stream);
  add_bytes(stream);
  add_sizes(stream);
  add_times(stream);
  add_links(stream);
  add_needles(stream);
  return stream.take();
}

}  // namespace logq::test
