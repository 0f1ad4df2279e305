// What holds for every datagram: tried by cutting one at each byte, by damaging each byte of it,
// and with random values.
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "wire/native_protocol.h"
#include "wire/native_samples.h"

namespace logq::wire {
namespace {

using test::binary_field;
using test::decode_all;
using test::Entries;

// Decodes from memory that ends with the datagram, so that a sanitizer sees a read beyond it.
Entries decode_exactly(std::string_view datagram) {
  const auto bytes = std::make_unique<char[]>(datagram.size());
  datagram.copy(bytes.get(), datagram.size());
  return decode_all({bytes.get(), datagram.size()});
}

std::string three_entries() {
  return "MESSAGE=first\nPRIORITY=6\n\n# comment\nlower=x\n" +
         binary_field("MESSAGE", "two\nlines") + "CODE_LINE=1\n\n" +
         binary_field("DATA", std::string(20, '\n')) + "MESSAGE=third\n";
}

std::size_t field_count(const Entries& entries) {
  std::size_t count = 0;
  for (const auto& fields : entries)
    count += fields.size();
  return count;
}

TEST(NativeDecoderSweep, CuttingADatagramAnywhereOnlyTakesEntriesAway) {
  const std::string datagram = three_entries();
  const Entries whole = decode_exactly(datagram);
  ASSERT_EQ(whole.size(), 3U);

  std::size_t fields_of_longer = field_count(whole);
  for (std::size_t size = datagram.size(); size-- > 0;) {
    const Entries entries = decode_exactly(std::string_view(datagram).substr(0, size));
    ASSERT_LE(field_count(entries), fields_of_longer) << size;
    fields_of_longer = field_count(entries);
    for (std::size_t i = 0; i + 1 < entries.size(); ++i)
      ASSERT_EQ(entries[i], whole[i]) << size;
  }
  EXPECT_EQ(fields_of_longer, 0U);
}

TEST(NativeDecoderSweep, DamagingAnyByteNeverMakesMoreThanTheBytesCanHold) {
  const std::string datagram = three_entries();
  for (std::size_t at = 0; at < datagram.size(); ++at) {
    for (const char byte : {'\0', '\n', '=', 'A', '\xff'}) {
      std::string damaged = datagram;
      damaged[at] = byte;
      std::size_t total = 0;
      for (const auto& fields : decode_exactly(damaged)) {
        ASSERT_FALSE(fields.empty());
        for (const auto& field : fields)
          total += field.size() + 1;
      }
      ASSERT_LE(total, datagram.size());
    }
  }
}

std::string random_value(std::mt19937& random) {
  constexpr std::string_view kBytes("\0\n=\xff ab", 7);
  std::string value(random() % 40, '\0');
  for (char& byte : value)
    byte = kBytes[random() % kBytes.size()];
  return value;
}

TEST(NativeEncoder, RandomValuesSurviveARoundTrip) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string datagram;
    Entries expected(1 + random() % 3);
    for (auto& fields : expected) {
      const std::size_t count = 1 + random() % 4;
      while (fields.size() < count) {
        const std::string value = random_value(random);
        encode_native_field("FIELD", value, datagram);
        fields.push_back("FIELD=" + value);
      }
      datagram += '\n';
    }
    ASSERT_EQ(decode_exactly(datagram), expected);
  }
}

TEST(NativeEncoder, OnlyValuesWithANewlineTakeTheBinaryForm) {
  std::string out;
  encode_native_field("A", "text", out);
  EXPECT_EQ(out, "A=text\n");

  out.clear();
  encode_native_field("A", std::string_view("\0\xff", 2), out);
  EXPECT_EQ(out, std::string("A=\0\xff\n", 5));

  out.clear();
  encode_native_field("A", "x\ny", out);
  EXPECT_EQ(out, binary_field("A", "x\ny"));
}

}  // namespace
}  // namespace logq::wire
