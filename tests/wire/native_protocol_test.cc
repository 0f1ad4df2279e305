#include "wire/native_protocol.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/native_samples.h"

namespace logq::wire {
namespace {

using namespace std::string_view_literals;
using test::binary_field;
using test::decode_all;
using test::Entries;
using test::numbered_fields;

TEST(NativeDecoder, TextFieldsComeInTheOrderSent) {
  EXPECT_EQ(decode_all("MESSAGE=a\nFOO=\nMESSAGE=a\n"),
            (Entries{{"MESSAGE=a", "FOO=", "MESSAGE=a"}}));
}

TEST(NativeDecoder, TextFieldsAreViewsIntoTheDatagram) {
  const std::string datagram = "MESSAGE=hello\n";
  NativeDecoder decoder;
  decoder.start(datagram);
  ASSERT_TRUE(decoder.next());

  EXPECT_EQ(decoder.fields()[0].data(), datagram.data());
}

TEST(NativeDecoder, BinaryFieldsMayHoldAnyByte) {
  EXPECT_EQ(
      decode_all(binary_field("MESSAGE", "a\n\0=b"sv) + binary_field("EMPTY", "") + "BAR=1\n"),
      (Entries{{std::string("MESSAGE=a\n\0=b"sv), "EMPTY=", "BAR=1"}}));
}

TEST(NativeDecoder, TakesBytesApartInPlaceAsAnyOthers) {
  std::string bytes = "B=1\n" + binary_field("MESSAGE", "a\n\0=b"sv) +
                      binary_field("_NO", "left out") + binary_field("EMPTY", "") +
                      "BAR=1\n\nC=2\n";
  const Entries expected = decode_all(bytes);
  const auto* const end = bytes.data() + bytes.size();
  NativeDecoder decoder;
  decoder.start_in_place(bytes);

  Entries entries;
  while (decoder.next()) {
    EXPECT_FALSE(decoder.has_composed());
    entries.emplace_back(decoder.fields().begin(), decoder.fields().end());
    for (const std::string_view field : decoder.fields())
      EXPECT_TRUE(field.data() >= bytes.data() && field.data() + field.size() <= end);
  }

  EXPECT_EQ(entries, expected);
}

TEST(NativeDecoder, TextValuesMayHoldAnyByteButNewline) {
  EXPECT_EQ(decode_all("A=x=y\0\xff\r\n"sv), (Entries{{std::string("A=x=y\0\xff\r"sv)}}));
}

TEST(NativeDecoder, BlankLinesSeparateEntries) {
  EXPECT_EQ(decode_all("MESSAGE=a\n\nMESSAGE=b\n"), (Entries{{"MESSAGE=a"}, {"MESSAGE=b"}}));
}

TEST(NativeDecoder, EntryWithoutValidFieldEndsTheDatagram) {
  EXPECT_EQ(decode_all("\nMESSAGE=a\n"), Entries{});
  EXPECT_EQ(decode_all("bad=a\n\nMESSAGE=b\n"), Entries{});
  EXPECT_EQ(decode_all("#x\n\nMESSAGE=b\n"), Entries{});
  EXPECT_EQ(decode_all("MESSAGE=a\n\n\nMESSAGE=b\n"), (Entries{{"MESSAGE=a"}}));
}

TEST(NativeDecoder, BytesNobodyReadAreReported) {
  NativeDecoder decoder;
  decoder.start("MESSAGE=a\n\n\nMESSAGE=b\n");
  while (decoder.next()) {
  }
  EXPECT_EQ(decoder.unread_bytes(), 10U);

  decoder.start("MESSAGE=a\n");
  while (decoder.next()) {
  }
  EXPECT_EQ(decoder.unread_bytes(), 0U);
}

TEST(NativeDecoder, CommentsAndCommandsAreSkipped) {
  EXPECT_EQ(decode_all(".MESSAGE=x\n#A=1\nMESSAGE=y\n"), (Entries{{"MESSAGE=y"}}));
  EXPECT_EQ(decode_all("MESSAGE=y\n.abc"), (Entries{{"MESSAGE=y"}}));
}

TEST(NativeDecoder, LastLineWithoutNewlineIsNoise) {
  EXPECT_EQ(decode_all("MESSAGE=a\nFOO=noise"), (Entries{{"MESSAGE=a"}}));
  EXPECT_EQ(decode_all("MESSAGE=a"), Entries{});
}

TEST(NativeDecoder, InvalidNamesAreLeftOutAndCounted) {
  const auto datagram = "_A=1\n1A=1\nA-B=1\n=1\nA B=1\nlower=1\nA\0B=1\nA\xc3\x84=1\nOK=1\n"sv;
  NativeDecoder decoder;
  decoder.start(datagram);
  ASSERT_TRUE(decoder.next());

  EXPECT_THAT(decoder.fields(), testing::ElementsAre("OK=1"));
  EXPECT_EQ(decoder.dropped_fields(), 8U);
}

TEST(NativeDecoder, BinaryFieldsWithInvalidNamesAreSkippedWhole) {
  for (const auto* name : {"foo", "fo o", "_X", "9"}) {
    EXPECT_EQ(decode_all("MESSAGE=a\n" + binary_field(name, "a\nX=1\n") + "BAR=1\n"),
              (Entries{{"MESSAGE=a", "BAR=1"}}))
        << name;
  }
}

TEST(NativeDecoder, NamesOf64CharactersPassAndLongerOnesDoNot) {
  const std::string longest(64, 'A');
  EXPECT_EQ(decode_all(longest + "=x\n"), (Entries{{longest + "=x"}}));
  EXPECT_EQ(decode_all(longest + "A=x\nB=1\n"), (Entries{{"B=1"}}));
  EXPECT_EQ(decode_all(binary_field(longest + "A", "x") + "B=1\n"), (Entries{{"B=1"}}));
  EXPECT_EQ(decode_all(std::string(5000, 'A') + "=x\nB=1\n"), (Entries{{"B=1"}}));
}

TEST(NativeDecoder, DamagedBinaryFieldEndsTheDatagramButKeepsWhatCameBefore) {
  const std::string before = "MESSAGE=a\nFOO\n";
  const Entries kept{{"MESSAGE=a"}};
  EXPECT_EQ(decode_all(before + test::le64(100) + "short\n"), kept);
  EXPECT_EQ(decode_all(before + test::le64(3) + "abcX\nBAR=1\n"), kept);
  EXPECT_EQ(decode_all(before + std::string(7, '\0')), kept);
  EXPECT_EQ(decode_all(before + test::le64(0)), kept);
}

TEST(NativeDecoder, OversizedLengthDropsTheEntryAndTheRest) {
  for (const std::uint64_t length : {std::uint64_t{kDataSizeMax} + 1, ~std::uint64_t{0}}) {
    NativeDecoder decoder;
    const std::string datagram = "MESSAGE=a\nFOO\n" + test::le64(length) + "x\n\nMESSAGE=b\n";
    decoder.start(datagram);

    EXPECT_FALSE(decoder.next());
    EXPECT_TRUE(decoder.fields().empty());
    EXPECT_EQ(decoder.dropped_entries(), 1U);
  }
}

TEST(NativeDecoder, EntryOf1025FieldsPassesAndOneMoreLineDropsItAndTheRest) {
  EXPECT_EQ(decode_all(numbered_fields(1025)).at(0).size(), 1025U);
  EXPECT_EQ(decode_all(numbered_fields(1025) + "#comment\n").at(0).size(), 1025U);
  EXPECT_EQ(decode_all(numbered_fields(1025) + "noise").at(0).size(), 1025U);
  EXPECT_EQ(decode_all(numbered_fields(1026) + "\nMESSAGE=after\n"), Entries{});
  EXPECT_EQ(decode_all(numbered_fields(1025) + "bad=1\n"), Entries{});
}

TEST(NativeDecoder, DroppedEntryIsCountedOnceAndForgottenAtTheNextDatagram) {
  const std::string datagram = "MESSAGE=a\n\n" + numbered_fields(1026);
  NativeDecoder decoder;
  decoder.start(datagram);
  EXPECT_TRUE(decoder.next());
  EXPECT_FALSE(decoder.next());
  EXPECT_FALSE(decoder.next());
  EXPECT_EQ(decoder.dropped_entries(), 1U);

  decoder.start("MESSAGE=b\n");
  EXPECT_TRUE(decoder.next());
  EXPECT_EQ(decoder.dropped_entries(), 0U);
}

TEST(NativeDecoder, FieldsStayValidWhileTheEntryIsCurrent) {
  std::string datagram;
  for (int i = 0; i < 200; ++i)
    datagram += binary_field("B", std::to_string(i) + "\n");
  NativeDecoder decoder;
  decoder.start(datagram);
  ASSERT_TRUE(decoder.next());

  EXPECT_EQ(decoder.fields().front(), "B=0\n");
  EXPECT_EQ(decoder.fields().back(), "B=199\n");
}

TEST(NativeDecoder, IsReusableAfterAHugeBinaryField) {
  const std::string huge = binary_field("B", std::string(3 << 20, '\n'));
  NativeDecoder decoder;
  for (int round = 0; round < 3; ++round) {
    decoder.start(huge);
    ASSERT_TRUE(decoder.next());
    EXPECT_EQ(decoder.fields()[0].size(), (3U << 20) + 2);
    EXPECT_FALSE(decoder.next());
  }
}

}  // namespace
}  // namespace logq::wire
