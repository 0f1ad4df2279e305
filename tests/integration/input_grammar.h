// InputGrammar: random inputs for the differential tests, made by rules: most of them nearly valid,
// since what is plain noise ends in the first branch of every decoder.
//
// Deterministic: the same seed gives the same inputs.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "integration/input_sample.h"

namespace logq::test {

// A datagram, or a file passed with an empty one.
struct RandomInput {
  enum class Carrier { kDatagram, kSealedMemfd, kMemfd, kFile };

  std::string name;  // how to make it again
  std::string bytes;
  Carrier carrier = Carrier::kDatagram;
  uid_t uid = 0;

  [[nodiscard]] InputSample sample() const;
};

class InputGrammar {
 public:
  explicit InputGrammar(std::uint64_t seed) : seed_(seed) {}

  RandomInput native();
  RandomInput syslog();
  // Pieces of a stream, some by another process; with lines around `line_max`. Never names a unit
  // that counts: whether journald looks at one depends on when it last looked at the process.
  StreamSample stream(std::size_t line_max);

 private:
  void begin(std::string_view what);
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_of(std::size_t count) { return below(count) == 0; }
  std::string_view pick(const std::vector<std::string_view>& choices);
  std::string noise(std::size_t size);
  std::string words();
  std::string mutated(std::string text);

  std::string native_entries();
  std::string native_line();
  std::string field_name();
  std::string field_value();
  std::string damaged_binary();

  std::string syslog_text();
  std::string syslog_time();
  std::string syslog_tag();

  std::string stream_header();
  std::string stream_line(std::size_t line_max);

  std::uint64_t seed_;
  std::uint64_t number_ = 0;
  std::string name_;
  std::mt19937_64 random_;
};

}  // namespace logq::test
