#include "integration/input_grammar.h"

#include <algorithm>

#include "integration/input_samples_native.h"

namespace logq::test {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kManyFields = 1020;  // the limit is some more than that
constexpr std::size_t kHugeBytes = 200'000;
constexpr std::size_t kStepsMax = 4;

std::string text_of(std::string_view text) {
  return std::string(text);
}

}  // namespace

InputSample RandomInput::sample() const {
  InputSample sample{name, carrier == Carrier::kDatagram ? bytes : "", {}, uid};
  if (carrier == Carrier::kDatagram) return sample;
  sample.descriptors = [text = bytes, how = carrier] {
    if (how == Carrier::kFile) return descriptors(make_file("/tmp/logq-random-input", text, 0));
    return descriptors(make_memfd(text, how == Carrier::kSealedMemfd ? kAllSeals : 0));
  };
  return sample;
}

// Every input has a beginning of its own, so that a change of one rule leaves the others alone.
void InputGrammar::begin(std::string_view what) {
  ++number_;
  name_ = text_of(what) + " input " + std::to_string(number_) + " of seed " + std::to_string(seed_);
  random_.seed(seed_ * 1'000'003 + number_);
}

std::string_view InputGrammar::pick(const std::vector<std::string_view>& choices) {
  return choices[below(choices.size())];
}

std::string InputGrammar::noise(std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random_());
  return bytes;
}

std::string InputGrammar::words() {
  std::string text;
  for (std::size_t i = below(7); i > 0; --i) {
    text += pick({"word",         "a",     "x=y",      "two words", "\xc3\xa9t\xc3\xa9",
                  "\xe2\x82\xac", "\xff",  "\x1b[31m", "\t",        " ",
                  "  ",           "<3>",   "[1]",      ":",         "\r",
                  "\v",           "\x7f",  "0",        "=",         "\\x20",
                  "%s",           "\"q\"", "\f",       "1234567890"});
    if (one_of(3)) text += ' ';
  }
  return text;
}

// A few small damages: bytes changed, taken out, put in or repeated, the end cut off.
std::string InputGrammar::mutated(std::string text) {
  for (std::size_t i = 1 + below(3); i > 0 && !text.empty(); --i) {
    const std::size_t at = below(text.size());
    const std::size_t size = std::min(1 + below(8), text.size() - at);
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.insert(at, pick({"\n", "\0"sv, "=", " ", "\n\n", "_", "\r", "<", ">", ":", "["}));
        break;
      case 3:
        text.insert(at, text.substr(at, size));
        break;
      case 4:
        text.resize(at);
        break;
      default:
        text.insert(at, noise(size));
        break;
    }
  }
  return text;
}

std::string InputGrammar::field_name() {
  if (!one_of(4)) {
    return text_of(pick({"MESSAGE",
                         "MESSAGE",
                         "MESSAGE",
                         "PRIORITY",
                         "SYSLOG_FACILITY",
                         "SYSLOG_IDENTIFIER",
                         "SYSLOG_PID",
                         "SYSLOG_TIMESTAMP",
                         "SYSLOG_RAW",
                         "MESSAGE_ID",
                         "CODE_FILE",
                         "CODE_LINE",
                         "ERRNO",
                         "OBJECT_PID",
                         "UNIT",
                         "SOURCE_REALTIME_TIMESTAMP",
                         "A",
                         "A1",
                         "B_",
                         "_PID",
                         "_UID",
                         "_TRANSPORT",
                         "_SYSTEMD_UNIT",
                         "_BOOT_ID",
                         "__CURSOR",
                         "__REALTIME_TIMESTAMP",
                         "_",
                         "_SOURCE_REALTIME_TIMESTAMP",
                         "_KERNEL_DEVICE",
                         "_STREAM_ID",
                         "N"}));
  }
  if (one_of(4)) {
    return text_of(pick({"", "lower", "1A", " A", "A ", "A-B", "A.B", "\xc3\x84", "A\0B"sv, "A\t",
                         "Mixed", "#C", ".C", "\r", "__", "9"}));
  }
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  std::string name;
  for (std::size_t i = one_of(5) ? 62 + below(5) : 1 + below(9); i > 0; --i)
    name += kLetters[below(kLetters.size())];
  return name;
}

std::string InputGrammar::field_value() {
  switch (below(12)) {
    case 0:
      return "";
    case 1:
      return std::to_string(below(12));
    case 2:
      return text_of(pick({"-1", "+1", "1", "0x1", "007", "99", "4294967297", " 1", "err"}));
    case 3:
      return noise(below(60));
    case 4:
      return std::string(508 + below(8), 'v');
    case 5:
      return words() + "\n" + words();
    case 6:
      return one_of(20) ? std::string(below(kHugeBytes), 'h') : words();
    default:
      return words();
  }
}

// A length that lies, or a value without its end.
std::string InputGrammar::damaged_binary() {
  const std::string value = field_value();
  const std::uint64_t length = value.size();
  std::string bytes = field_name() + "\n";
  switch (below(6)) {
    case 0:
      return bytes + le64(length + 1 + below(20)) + value + "\n";
    case 1:
      return bytes + le64(length - std::min<std::uint64_t>(length, 1 + below(5))) + value + "\n";
    case 2:
      return bytes + le64(length) + value;
    case 3:
      return bytes + le64(random_()) + value + "\n";
    case 4:
      return bytes + le64(length).substr(0, below(8));
    default:
      return bytes + le64(~std::uint64_t{0} - below(40)) + value + "\n";
  }
}

std::string InputGrammar::native_line() {
  switch (below(16)) {
    case 0:
      return text_of(pick({"#", "."})) + words() + "\n";
    case 1:
      return damaged_binary();
    case 2:
      return words() + "\n";
    case 3:
    case 4:
    case 5:
      return binary_field(field_name(), field_value());
    case 6:
      return "OBJECT_PID=" + text_of(pick({"1", "0", "-1", "4194304", "x", "", "1 "})) + "\n";
    case 7:
      return "PRIORITY=" + text_of(pick({"0", "3", "7", "8", "", "-1", "06", "6 "})) + "\n";
    default:
      break;
  }
  std::string value = field_value();
  std::ranges::replace(value, '\n', ' ');
  return field_name() + "=" + value + "\n";
}

std::string InputGrammar::native_entries() {
  std::string text = one_of(30) ? "\n" : "";
  for (std::size_t entries = one_of(3) ? 1 + below(4) : 1; entries > 0; --entries) {
    if (one_of(120)) {
      text += numbered_fields(static_cast<int>(kManyFields + below(10)));
    }
    if (!one_of(4)) text += "MESSAGE=" + std::to_string(below(1000)) + "\n";
    for (std::size_t lines = below(7); lines > 0; --lines)
      text += native_line();
    if (entries > 1) text += one_of(6) ? "\n\n" : "\n";
  }
  if (one_of(12) && !text.empty()) text.pop_back();
  return text;
}

RandomInput InputGrammar::native() {
  begin("native");
  RandomInput input{name_, one_of(25) ? noise(below(300)) : native_entries()};
  if (one_of(4)) input.bytes = mutated(input.bytes);
  if (one_of(10)) input.uid = kNobody;
  if (one_of(12)) {
    using enum RandomInput::Carrier;
    constexpr RandomInput::Carrier kCarriers[] = {kSealedMemfd, kSealedMemfd, kMemfd, kFile};
    input.carrier = kCarriers[below(4)];
  }
  return input;
}

std::string InputGrammar::syslog_time() {
  if (one_of(3)) return "";
  std::string time = text_of(pick({"Oct 11 22:14:15 ", "Jan  1 02:04:05 ", "Feb 29  2: 4: 5 ",
                                   "Dec 31 23:59:60 ", "Xyz 99 99:99:99 "}));
  if (one_of(5)) return mutated(time);
  if (one_of(8))
    return text_of(pick({"2024-10-11T22:14:15Z ", "1 2003-10-11T22:14:15.003Z ", "1 - "}));
  return time;
}

std::string InputGrammar::syslog_tag() {
  std::string tag =
      text_of(pick({"", "tag", "tag", "a/b", "\xc3\xa9", "host tag", "t", "[", "]", "a:b"}));
  if (one_of(30)) tag += std::string(240 + below(30), 't');
  if (one_of(2)) {
    tag += "[" + text_of(pick({"1", "123", "", "x", "-5", "0x1", "1 2", "99999999999", "[1]"})) +
           text_of(pick({"]", "]", "]", "", "]x", "]]"}));
  }
  return tag + text_of(pick({":", ": ", ": ", ": ", ":  ", ":\t", " ", ":\n", "", " :"}));
}

std::string InputGrammar::syslog_text() {
  std::string text = text_of(pick({"", "", "", " ", "\n", "\0"sv, "\t "}));
  if (!one_of(6)) {
    text += "<" + std::to_string(one_of(6) ? below(2000) : below(192)) + ">";
  } else {
    text += pick({"<", "<>", "<a>", "< 1>", "<1", "1>", "<-1>", "<007>", "<<1>"});
  }
  text += syslog_time() + syslog_tag() + words();
  if (one_of(8)) text += "\n" + words();
  if (one_of(40)) text += std::string(below(kHugeBytes), 's');
  return text + text_of(pick({"", "", "\n", "\0"sv, " ", "\n\0"sv, "\0\n"sv, " \r\n", "\0x"sv}));
}

RandomInput InputGrammar::syslog() {
  begin("syslog");
  RandomInput input{name_, one_of(30) ? noise(below(200)) : syslog_text()};
  if (one_of(4)) input.bytes = mutated(input.bytes);
  if (one_of(10)) input.uid = kNobody;
  return input;
}

std::string InputGrammar::stream_header() {
  std::string header;
  header += one_of(40) ? std::string(250 + below(8), 'i')
                       : text_of(pick({"id", "id", "my id", "", " id ", "a:b[1]", "\xff", "i\rd"}));
  header += "\n" + text_of(pick({"", "", "", "hello", "a/b.slic", ".slic", " "})) + "\n";
  header += one_of(10) ? text_of(pick({"1000", "-1", "abc", "", "+6", "0x10", "010", " 6 ", "3.0"}))
                       : std::to_string(below(200));
  for (int line = 4; line <= 7; ++line) {
    const std::string_view usual = line == 4 && !one_of(4) ? "1" : "0";
    header +=
        "\n" +
        text_of(one_of(12) ? pick({"yes", "on", "T", "n", "", "2", "maybe", " 1", "+1"}) : usual);
  }
  return header + "\n";
}

std::string InputGrammar::stream_line(std::size_t line_max) {
  std::string line = one_of(3) ? "<" + std::to_string(below(12)) + ">" : "";
  if (one_of(10)) line += pick({"<", "<3", "<03>", "<0006>", "< 3>", "<3><4>", " <3>"});
  line += words();
  if (one_of(5)) {
    line += std::string(line_max * (1 + below(3)) - std::min(line_max / 2, below(12)) + below(6),
                        one_of(4) ? ' ' : 'l');
  }
  return line +
         text_of(pick({"\n", "\n", "\n", "\n", "\0"sv, "\r\n", " \n", "\n\n", "\0\n"sv, ""}));
}

StreamSample InputGrammar::stream(std::size_t line_max) {
  begin("stream");
  std::string bytes = stream_header();
  for (std::size_t lines = below(8); lines > 0; --lines)
    bytes += stream_line(line_max);
  if (one_of(4)) bytes = mutated(bytes);
  StreamSample sample{name_, {}};
  for (std::size_t steps = below(kStepsMax); steps > 0 && !bytes.empty(); --steps) {
    const std::size_t at = below(bytes.size());
    sample.steps.push_back({bytes.substr(0, at), one_of(5)});
    bytes.erase(0, at);
  }
  sample.steps.push_back({bytes, one_of(8)});
  return sample;
}

}  // namespace logq::test
