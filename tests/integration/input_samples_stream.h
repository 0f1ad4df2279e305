// Stdout streams, group by group as docs/protocols.md, "Stdout stream", tells their parts: each of
// the seven header lines, lines and their ends, level prefixes, and writers that change.
#pragma once

#include <string>

#include "integration/input_sample.h"

namespace logq::test {

using namespace std::string_literals;  // NOLINT(google-global-names-in-headers): NULs in samples

// A sound header with level prefixes, and what follows it.
inline StreamSample stream_of(std::string name, const std::string& text) {
  return {std::move(name), {{"id\n\n30\n1\n0\n0\n0\n" + text}}};
}

// The same with one of the seven lines replaced; `line` counts from 1.
inline StreamSample header_with(int line, const std::string& text) {
  std::string bytes;
  const std::vector<std::string> sound = {"id", "", "30", "1", "0", "0", "0"};
  for (int i = 1; i <= 7; ++i)
    bytes += (i == line ? text : sound[static_cast<std::size_t>(i - 1)]) + "\n";
  const std::string shown = text.size() > 20 ? std::to_string(text.size()) + " bytes" : text;
  return {"header line " + std::to_string(line) + " is \"" + shown + "\"", {{bytes + "hello\n"}}};
}

inline StreamSamples stream_headers() {
  StreamSamples samples;
  for (const auto& text :
       {"", " ", "  my id \t", "a:b[1]", "\xc3\xa9", "\xff", "a\tb", "#x", "=", "a\rb", "\r"}) {
    samples.push_back(header_with(1, text));
  }
  samples.push_back(header_with(1, "i\0d"s));
  samples.push_back(header_with(1, "\0"s));
  for (const std::size_t length : {253U, 254U, 255U, 300U})
    samples.push_back(header_with(1, std::string(length, 'i')));
  for (const auto& text : {"hello", "getty@.service", "a/b.service", ".service",
                           "h\xc3\xa9.service", "a b.service", "@x.service", "hello.unknown"}) {
    samples.push_back(header_with(2, text));
  }
  samples.push_back(header_with(2, std::string(248, 'u') + ".service"));
  for (const auto& text : {"0",  "6",   "7",  "8",    "191",  "999",         "1000", "-1",   "abc",
                           "",   " 6 ", "+6", "0x10", "010",  "09",          "0b11", "0O17", "6x",
                           "0b", "0x",  "-0", "+0b1", "0b 1", "99999999999", "3.0"}) {
    samples.push_back(header_with(3, text));
  }
  for (const auto& text : {"0", "1", "yes", "YES", "no", "oN", "off", "t", "f", "true", "False",
                           "y", "n", " 1 ", "", "2", "+1", "01", "enable"}) {
    samples.push_back(header_with(4, text));
  }
  for (int line = 5; line <= 7; ++line) {
    for (const auto& text : {"no", "", "2", "maybe"})
      samples.push_back(header_with(line, text));
  }
  return samples;
}

// Names that count. A process of its own writes each: where journald has looked at a process within
// the last second, it does not look at what its next stream says.
inline StreamSamples stream_units() {
  StreamSamples samples;
  for (const auto& text :
       {"hello.service", " hello.service ", "getty@tty1.service", "x.slice", "x.scope", "x.mount",
        "a\\x2db.service", "a:b.service", "x.service.service"}) {
    samples.push_back(header_with(2, text));
  }
  samples.push_back(header_with(2, std::string(246, 'u') + ".service"));
  for (StreamSample& sample : samples)
    sample.steps.front().by_another_process = true;
  return samples;
}

inline StreamSamples stream_prefixes() {
  StreamSamples samples;
  for (const auto& text :
       {"<0>a",  "<1>a",  "<2>a",  "<3>a",   "<4>a",    "<5>a",  "<6>a",  "<7>a",
        "<8>a",  "<9>a",  "<06>a", "<006>a", "<0006>a", "<08>a", "<15>a", "<055>a",
        "<14>a", "<>a",   "<5",    "<5>",    "<5>  ",   " <5>a", "<5> a", "<5><6>a",
        "< 5>a", "<-1>a", "<+1>a", "<5 >a",  "<a>a",    "<<5>a", "<5>>a", "5>a"}) {
    samples.push_back(stream_of("prefix "s + text, text + "\n"s));
  }
  samples.push_back({"prefix that is not asked for", {{"id\n\n6\n0\n0\n0\n0\n<5>a\n"}}});
  samples.push_back({"prefix and no facility", {{"id\n\n4\n1\n0\n0\n0\n<5>a\nb\n"}}});
  samples.push_back({"prefix and the highest facility", {{"id\n\n999\n1\n0\n0\n0\n<5>a\nb\n"}}});
  samples.push_back(stream_of("NUL in a prefix", "<5\0>a\n"s));
  samples.push_back(stream_of("prefix over two lines", "<5\n>a\n"));
  return samples;
}

inline StreamSamples stream_lines() {
  return {
      stream_of("one line", "hello\n"),
      stream_of("several lines", "a\nb\nc\n"),
      stream_of("no line", ""),
      stream_of("empty lines", "\n\na\n\n"),
      stream_of("trailing whitespace", "a \t\r\n"),
      stream_of("trailing vertical tab", "a\v\f\n"),
      stream_of("leading whitespace", " \t a\n"),
      stream_of("whitespace only", "  \n\t\n\r\n"),
      stream_of("space at the end of the stream", " "),
      stream_of("carriage returns inside", "a\rb\r\n"),
      stream_of("control characters", "\x1b[31mred\a\b\n"),
      stream_of("UTF-8", "\xe2\x82\xac \xf0\x9f\x98\x80\n"),
      stream_of("invalid UTF-8", "\xff\xfe\n"),
      stream_of("NUL ends a line", "a\0b\n"s),
      stream_of("NULs only", "\0\0\0"s),
      stream_of("NUL and newline", "a\0\nb\n\0c"s),
      stream_of("whitespace before a NUL", "a \0 b\n"s),
      stream_of("no newline at the end", "a\nb"),
      stream_of("trailing whitespace at the end", "b  "),
      stream_of("prefix at the end", "<3>b"),
      stream_of("looks like a field", "MESSAGE=x\nPRIORITY=0\n"),
      stream_of("looks like a header", "id\n\n30\n1\n0\n0\n0\n"),
      {"header only, not complete", {{"id\n\n30\n"}}},
      {"header without its last newline", {{"id\n\n30\n1\n0\n0\n0"}}},
      {"empty connection", {{""}}},
      {"header of newlines", {{"\n\n\n\n\n\n\nhello\n"}}},
      {"header with carriage returns", {{"id\r\n\r\n30\r\n1\r\n0\r\n0\r\n0\r\nhello\r\n"}}},
      {"header without an end", {{std::string(400, 'x')}}},
      {"NUL ends a header line", {{"id\0\n30\n1\n0\n0\n0\nhello\nhello\n"s}}},
  };
}

// Lines around LineMax=, which is 48 KiB.
inline StreamSamples stream_long_lines() {
  StreamSamples samples;
  for (const std::size_t length :
       {49'150U, 49'151U, 49'152U, 49'153U, 49'154U, 98'303U, 98'304U, 98'305U, 200'000U}) {
    const std::string size = std::to_string(length);
    samples.push_back(stream_of(size + " bytes", std::string(length, 'x') + "\ny\n"));
    samples.push_back(stream_of(size + " bytes to the end", std::string(length, 'x')));
    samples.push_back(stream_of(size + " bytes and a NUL", std::string(length, 'x') + "\0y\n"s));
    samples.push_back(stream_of(size + " bytes and blanks", std::string(length, 'x') + "  \ny\n"));
    samples.push_back(stream_of(size + " blanks", std::string(length, ' ') + "\ny\n"));
    samples.push_back(stream_of(size + " bytes with a prefix", "<3>" + std::string(length, 'x')));
  }
  return samples;
}

// Lines around the smallest LineMax=.
inline StreamSamples stream_shortest_line_max() {
  StreamSamples samples;
  for (const std::size_t length : {77U, 78U, 79U, 80U, 158U, 159U, 400U}) {
    const std::string size = std::to_string(length);
    samples.push_back(stream_of(size + " bytes", std::string(length, 'x') + "\ny\n"));
    samples.push_back(stream_of(size + " bytes to the end", std::string(length, 'x')));
    samples.push_back(stream_of(size + " bytes and a NUL", std::string(length, 'x') + "\0y\n"s));
    samples.push_back(stream_of(size + " blanks", std::string(length, ' ') + "\ny\n"));
    samples.push_back(stream_of(size + " bytes with a prefix", "<3>" + std::string(length, 'x')));
    samples.push_back(header_with(1, std::string(length, 'i')));
  }
  return samples;
}

inline StreamSamples stream_steps() {
  const std::string header = "id\n\n30\n1\n0\n0\n0\n";
  return {
      {"header in pieces", {{"i"}, {"d\n\n3"}, {"0\n1\n0\n0\n0"}, {"\nhel"}, {"lo\n"}}},
      {"line in pieces", {{header + "hel"}, {"lo"}, {"\n"}, {"end"}}},
      {"prefix in pieces", {{header + "<"}, {"3"}, {">hello\n"}}},
      {"blanks in pieces", {{header + "a "}, {" "}, {" b\n"}}},
      {"NUL in its own piece", {{header + "a"}, {"\0"s}, {"b\n"}}},
      {"long line in pieces",
       {{header + std::string(49'000, 'x')}, {std::string(151, 'x')}, {"y"}, {"z\n"}}},
      {"another process goes on", {{header + "a\n"}, {"b\n", true}, {"c\n"}}},
      {"another process in a line", {{header + "partial"}, {"other\n", true}, {"back\n"}}},
      {"another process, whole lines and rest",
       {{header + "a\npartial "}, {"other", true}, {" back"}},
       "who wrote the beginning of a line is known when the line ends"},
      {"another process and blanks", {{header + "  "}, {"other\n", true}}},
      {"another process and a prefix", {{header + "<3>partial"}, {"<4>other\n", true}}},
      {"another process writes the header", {{header + "hello\n", true}, {"own\n"}}},
      {"another process in a header line", {{"id\n\n3"}, {"0\n1\n0\n0\n0\nhello\n", true}}},
      {"another process in the first header line", {{"i", true}, {"d\n\n30\n1\n0\n0\n0\nhello\n"}}},
      {"another process in the header", {{"id\n\n30\n"}, {"1\n0\n0\n0\nhello\n", true}}},
  };
}

inline StreamSamples stream_samples() {
  StreamSamples all;
  append(all, stream_headers());
  append(all, stream_units());
  append(all, stream_prefixes());
  append(all, stream_lines());
  append(all, stream_long_lines());
  append(all, stream_steps());
  return all;
}

}  // namespace logq::test
