// Syslog datagrams, group by group as docs/protocols.md, "Syslog", tells their parts.
#pragma once

#include <string>

#include "integration/input_sample.h"

namespace logq::test {

using namespace std::string_literals;  // NOLINT(google-global-names-in-headers): NULs in samples

inline InputSamples syslog_priorities() {
  return {
      {"no priority", "text"},
      {"one digit", "<3>text"},
      {"two digits", "<34>text"},
      {"three digits", "<165>text"},
      {"kernel facility", "<5>text"},
      {"zero", "<0>text"},
      {"zeros", "<000>text"},
      {"leading zero", "<007>text"},
      {"highest valid", "<191>text"},
      {"beyond the facilities", "<192>text"},
      {"far beyond", "<300>text"},
      {"largest", "<999>text"},
      {"four digits", "<1234>text"},
      {"no digit", "<>text"},
      {"not closed", "<34"},
      {"not closed, long", "<34 text goes on > here"},
      {"letter", "<a>text"},
      {"digit and letter", "<1a>text"},
      {"letter in the middle", "<1a2>text"},
      {"sign", "<-1>text"},
      {"space inside", "< 1>text"},
      {"closed only", "34>text"},
      {"two priorities", "<3><4>text"},
      {"space in front", " <3>text"},
      {"priority only", "<13>"},
      {"priority and space", "<13> "},
      {"double bracket", "<<13>text"},
  };
}

inline InputSamples syslog_timestamps() {
  return {
      {"two-digit day", "<13>Oct 11 22:14:15 tag: text"},
      {"one-digit day", "<13>Oct  1 22:14:15 tag: text"},
      {"blanks for digits", "<13>Oct  1  2: 4: 5 tag: text"},
      {"leading zeros", "<13>Oct 01 02:04:05 tag: text"},
      {"no such month", "<13>Xyz 99 99:99:99 tag: text"},
      {"lower case month", "<13>oct 11 22:14:15 tag: text"},
      {"digit in month", "<13>0ct 11 22:14:15 tag: text"},
      {"no space behind", "<13>Oct 11 22:14:15tag: text"},
      {"nothing behind", "<13>Oct 11 22:14:15"},
      {"only a space behind", "<13>Oct 11 22:14:15 "},
      {"a tab behind", "<13>Oct 11 22:14:15\ttag: text"},
      {"two spaces behind", "<13>Oct 11 22:14:15  tag: text"},
      {"one digit without padding", "<13>Oct 1 22:14:15 tag: text"},
      {"fraction", "<13>Oct 11 22:14:15.123 tag: text"},
      {"year", "<13>Oct 11 2024 22:14:15 tag: text"},
      {"dashes", "<13>Oct 11 22-14-15 tag: text"},
      {"cut off", "<13>Oct 11 22:14"},
      {"ISO 8601", "<13>2024-10-11T22:14:15Z tag: text"},
      {"without priority", "Oct 11 22:14:15 tag: text"},
      {"space before", "<13> Oct 11 22:14:15 tag: text"},
      {"twice", "<13>Oct 11 22:14:15 Oct 11 22:14:16 tag: text"},
      {"host name", "<13>Oct 11 22:14:15 host tag: text"},
      {"UTF-8 month", "<13>\xc3\xa9t 11 22:14:15 tag: text"},
  };
}

inline InputSamples syslog_identifiers() {
  return {
      {"plain", "<13>Oct 11 22:14:15 tag: text"},
      {"pid", "<13>Oct 11 22:14:15 tag[123]: text"},
      {"without timestamp", "<13>tag[123]: text"},
      {"no space behind the colon", "<13>tag:text"},
      {"nothing behind the colon", "<13>tag:"},
      {"two spaces behind the colon", "<13>tag:  text"},
      {"tab behind the colon", "<13>tag:\ttext"},
      {"newline behind the colon", "<13>tag:\ntext"},
      {"blanks before", "<13>  \t tag: text"},
      {"newline before", "<13>\ntag: text"},
      {"no colon", "<13>tag text"},
      {"colon in the second word", "<13>two words: text"},
      {"space before the colon", "<13>tag : text"},
      {"colon alone", "<13>: text"},
      {"two colons", "<13>tag:: text"},
      {"colons inside", "<13>a:b:c: text"},
      {"empty pid", "<13>tag[]: text"},
      {"pid that is no number", "<13>tag[abc]: text"},
      {"pid zero", "<13>tag[0]: text"},
      {"negative pid", "<13>tag[-5]: text"},
      {"signed pid", "<13>tag[+5]: text"},
      {"hexadecimal pid", "<13>tag[0x10]: text"},
      {"leading zeros of a pid", "<13>tag[0010]: text"},
      {"huge pid", "<13>tag[99999999999]: text"},
      {"largest pid", "<13>tag[2147483647]: text"},
      {"beyond the largest pid", "<13>tag[2147483648]: text"},
      {"pid with a space", "<13>tag[1 2]: text"},
      {"two pids", "<13>tag[1][2]: text"},
      {"nested brackets", "<13>tag[[1]]: text"},
      {"bracket not closed", "<13>tag[1: text"},
      {"bracket not opened", "<13>tag1]: text"},
      {"text behind the bracket", "<13>tag[1]x: text"},
      {"pid without a name", "<13>[123]: text"},
      {"brackets alone", "<13>[]: text"},
      {"closing bracket alone", "<13>]: text"},
      {"opening bracket alone", "<13>[: text"},
      {"slashes", "<13>postfix/smtpd[1]: text"},
      {"UTF-8", "<13>\xc3\xa9l\xc3\xa8ve[7]: text"},
      {"control character", "<13>t\001ag: text"},
      {"255 characters", "<13>" + std::string(255, 'i') + ": text"},
      {"256 characters", "<13>" + std::string(256, 'i') + ": text"},
      {"255 characters and a pid", "<13>" + std::string(255, 'i') + "[1]: text"},
      {"256 characters and a pid", "<13>" + std::string(256, 'i') + "[1]: text"},
      {"very long", "<13>" + std::string(5000, 'i') + ": text"},
  };
}

inline InputSamples syslog_texts() {
  return {
      {"one space", " "},
      {"one newline", "\n"},
      {"all whitespace", " \t\r\n \n"},
      {"one NUL", "\0"s},
      {"whitespace and a NUL", "  \0"s},
      {"NUL and whitespace", "\0  "s},
      {"newline at the end", "<13>Oct 11 22:14:15 tag: text\n"},
      {"several newlines at the end", "<13>Oct 11 22:14:15 tag: text\n\n\r\n"},
      {"space at the end", "<13>Oct 11 22:14:15 tag: text "},
      {"NUL at the end", "<13>Oct 11 22:14:15 tag: text\0"s},
      {"two NULs at the end", "<13>Oct 11 22:14:15 tag: text\0\0"s},
      {"newline and NUL at the end", "<13>Oct 11 22:14:15 tag: text\n\0"s},
      {"newlines and NULs at the end", "<13>Oct 11 22:14:15 tag: text\n\0 \0\t"s},
      {"blanks and a NUL in front", "  \0<13>Oct 11 22:14:15 tag: text"s},
      {"NUL and newline at the end", "<13>Oct 11 22:14:15 tag: text\0\n"s},
      {"NUL inside", "<13>Oct 11 22:14:15 tag: te\0xt"s},
      {"blank before a NUL", "<13>Oct 11 22:14:15 tag: te \0xt"s},
      {"NUL inside the tag", "<13>Oct 11 22:14:15 ta\0g: text"s},
      {"NUL inside the priority", "<1\0>Oct 11 22:14:15 tag: text"s},
      {"NUL inside the timestamp", "<13>Oct 11\0 22:14:15 tag: text"s},
      {"NUL in front", "\0<13>Oct 11 22:14:15 tag: text"s},
      {"vertical tab at the end", "<13>Oct 11 22:14:15 tag: text\v"},
      {"newline inside", "<13>Oct 11 22:14:15 tag: two\nlines"},
      {"invalid UTF-8", "<13>Oct 11 22:14:15 tag: \xff\xfe"},
      {"UTF-8", "<13>Oct 11 22:14:15 tag: \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"control characters", "<13>Oct 11 22:14:15 tag: \x1b[31mred\a"},
      {"equals sign", "<13>Oct 11 22:14:15 tag: A=B"},
      {"empty text behind all", "<13>Oct 11 22:14:15 tag[1]: "},
      {"RFC 5424", "<165>1 2003-10-11T22:14:15.003Z host app 1234 ID47 [x@1 a=\"b\"] text"},
      {"RFC 5424 with nil values", "<165>1 - - - - - - text"},
      {"CEE cookie", "<13>Oct 11 22:14:15 tag: @cee: {\"a\":1}"},
      {"70,000 bytes", "<13>Oct 11 22:14:15 tag: " + std::string(70'000, 'x')},
      {"300,000 bytes without timestamp", "<13>tag: " + std::string(150'000, 'y')},
      {"only a tag's worth of colons", ":::::"},
      {"one character", "x"},
  };
}

inline InputSamples syslog_samples() {
  InputSamples all;
  append(all, syslog_priorities());
  append(all, syslog_timestamps());
  append(all, syslog_identifiers());
  append(all, syslog_texts());
  return all;
}

}  // namespace logq::test
