#include "journal/compression.h"

#include <gtest/gtest.h>

#include "journal/format.h"

namespace logq::journal {
namespace {

std::string compressed(std::string_view payload) {
  Compressor compressor;
  std::string out(payload.size() + 64, '\0');
  const auto size = compressor.zstd(payload, std::as_writable_bytes(std::span(out)));
  EXPECT_TRUE(size);
  out.resize(size.value_or(0));
  return out;
}

TEST(Compression, GivesBackWhatWentIn) {
  const std::string payload = "MESSAGE=" + std::string(300000, 'x') + "end";
  Decompressor decompressor;
  std::string out = "old content";

  ASSERT_TRUE(decompressor.decompress(kObjectCompressedZstd, compressed(payload), out));
  EXPECT_EQ(out, payload);
}

TEST(Compression, ReusesItsContextAfterAnError) {
  const std::string frame = compressed(std::string(5000, 'a'));
  Decompressor decompressor;
  std::string out;

  EXPECT_FALSE(decompressor.decompress(kObjectCompressedZstd, frame.substr(0, 12), out));
  ASSERT_TRUE(decompressor.decompress(kObjectCompressedZstd, frame, out));
  EXPECT_EQ(out, std::string(5000, 'a'));
}

TEST(Compression, ReadsConcatenatedFrames) {
  Decompressor decompressor;
  std::string out;

  ASSERT_TRUE(decompressor.decompress(kObjectCompressedZstd,
                                      compressed("A=first") + compressed(" second"), out));
  EXPECT_EQ(out, "A=first second");
}

TEST(Compression, NeverYieldsMoreThanAskedFor) {
  const std::string frame = compressed(std::string(100000, 'a'));
  Decompressor decompressor;
  std::string out;

  const auto result = decompressor.decompress(kObjectCompressedZstd, frame, out, 99999);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kTooLarge);
  EXPECT_TRUE(decompressor.decompress(kObjectCompressedZstd, frame, out, 100000));
}

TEST(Compression, RefusesEveryTruncation) {
  const std::string frame = compressed("MESSAGE=" + std::string(600, 'z') + "0123456789");
  Decompressor decompressor;
  std::string out;

  for (std::size_t length = 0; length < frame.size(); ++length) {
    EXPECT_FALSE(decompressor.decompress(kObjectCompressedZstd, frame.substr(0, length), out))
        << length;
  }
}

TEST(Compression, SaysWhichAlgorithmsItLacks) {
  Decompressor decompressor;
  std::string out;

  EXPECT_EQ(decompressor.decompress(kObjectCompressedLz4, "x", out).error().code,
            Errc::kUnsupported);
  EXPECT_EQ(decompressor.decompress(kObjectCompressedXz, "x", out).error().code,
            Errc::kUnsupported);
  EXPECT_EQ(decompressor.decompress(kObjectCompressedAny, "x", out).error().code, Errc::kCorrupt);
}

TEST(Compression, SaysWhenTheResultDoesNotFit) {
  Compressor compressor;
  std::string small(4, '\0');

  EXPECT_FALSE(compressor.zstd("incompressible", std::as_writable_bytes(std::span(small))));
}

}  // namespace
}  // namespace logq::journal
