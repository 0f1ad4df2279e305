#include "journal/compression.h"

#include <lzma.h>
#include <zstd.h>

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "journal/format.h"

namespace logq::journal {
namespace {

std::string compressed(std::string_view payload, Compression algorithm = Compression::kZstd) {
  Compressor compressor;
  std::string out(payload.size() + 200, '\0');
  const auto size = compressor.compress(algorithm, payload, std::as_writable_bytes(std::span(out)));
  EXPECT_TRUE(size);
  out.resize(size.value_or(0));
  return out;
}

std::string incompressible(std::size_t size) {
  std::mt19937 random(1);  // NOLINT: the same noise in every run
  std::string bytes;
  while (bytes.size() < size)
    bytes += static_cast<char>(random());
  return bytes;
}

class Algorithms : public testing::TestWithParam<Compression> {
 protected:
  [[nodiscard]] static std::string packed(std::string_view payload) {
    return compressed(payload, GetParam());
  }
  Result<void> unpack(std::string_view bytes, std::size_t max_bytes = kMaxPayloadBytes) {
    return decompressor_.decompress(object_flag(GetParam()), bytes, out_, max_bytes);
  }

  Decompressor decompressor_;
  std::string out_ = "old content";
};

std::string algorithm_name(const testing::TestParamInfo<Compression>& tested) {
  if (tested.param == Compression::kLz4) return "Lz4";
  return tested.param == Compression::kXz ? "Xz" : "Zstd";
}

INSTANTIATE_TEST_SUITE_P(All, Algorithms, testing::ValuesIn(kCompressions), algorithm_name);

TEST_P(Algorithms, GiveBackWhatWentIn) {
  const std::string payload = "MESSAGE=" + std::string(300000, 'x') + incompressible(70000) + "end";

  ASSERT_TRUE(unpack(packed(payload)));
  EXPECT_TRUE(out_ == payload);
}

TEST_P(Algorithms, WorkAgainAfterAnError) {
  const std::string bytes = packed(std::string(5000, 'a'));

  EXPECT_FALSE(unpack(bytes.substr(0, 12)));
  ASSERT_TRUE(unpack(bytes));
  EXPECT_EQ(out_, std::string(5000, 'a'));
}

TEST_P(Algorithms, NeverYieldMoreThanAskedFor) {
  const std::string bytes = packed(std::string(100000, 'a'));

  const auto result = unpack(bytes, 99999);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kTooLarge);
  EXPECT_TRUE(unpack(bytes, 100000));
}

TEST_P(Algorithms, RefuseEveryTruncation) {
  const std::string bytes = packed("MESSAGE=" + std::string(600, 'z') + "0123456789");

  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(unpack(std::string_view(bytes).substr(0, length))) << length;
}

TEST_P(Algorithms, SurviveEveryFlippedBit) {
  const std::string bytes =
      packed("MESSAGE=" + incompressible(100) + std::string(600, 'z') + incompressible(100));
  constexpr std::size_t kEnough = 1 << 20;

  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto result = unpack(damaged, kEnough);
    EXPECT_TRUE(!result || out_.size() <= kEnough) << bit;
  }
}

TEST_P(Algorithms, SayWhenTheResultDoesNotFit) {
  Compressor compressor;
  const std::string payload = incompressible(1000);
  std::string room(payload.size() - 1, '\0');

  EXPECT_FALSE(compressor.compress(GetParam(), payload, std::as_writable_bytes(std::span(room))));
}

TEST(Compression, ReadsConcatenatedZstdFrames) {
  Decompressor decompressor;
  std::string out;

  ASSERT_TRUE(decompressor.decompress(kObjectCompressedZstd,
                                      compressed("A=first") + compressed(" second"), out));
  EXPECT_EQ(out, "A=first second");
}

TEST(Compression, ReadsZstdFramesOfUnknownSize) {
  const std::string payload = "A=" + std::string(200000, 'u');
  std::string frame(1000, '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  for (ZSTD_inBuffer in{payload.data(), payload.size(), 0}; in.pos < in.size;)
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  ASSERT_EQ(ZSTD_compressStream2(context, &out, &nothing, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  ASSERT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), ZSTD_CONTENTSIZE_UNKNOWN);

  Decompressor decompressor;
  std::string unpacked;
  ASSERT_TRUE(decompressor.decompress(kObjectCompressedZstd, frame, unpacked));
  EXPECT_TRUE(unpacked == payload);
}

TEST(Compression, RefusesWhatNamesNoOrSeveralAlgorithms) {
  Decompressor decompressor;
  std::string out;

  EXPECT_EQ(decompressor.decompress(0, "x", out).error().code, Errc::kCorrupt);
  EXPECT_EQ(decompressor.decompress(kObjectCompressedAny, "x", out).error().code, Errc::kCorrupt);
}

// The size in front of a block is anyone's claim.
TEST(Compression, TakesNoMemoryForWhatASmallLz4BlockPromises) {
  std::string bytes = compressed(std::string(2000, 'a'), Compression::kLz4);
  Decompressor decompressor;
  for (const std::uint64_t promise : {std::uint64_t{700} << 20, std::uint64_t{1} << 31, UINT64_MAX,
                                      std::uint64_t{0}, std::uint64_t{1999}, std::uint64_t{2001}}) {
    Le64 size;
    size = promise;
    std::memcpy(bytes.data(), &size, sizeof size);
    std::string out;

    EXPECT_FALSE(decompressor.decompress(kObjectCompressedLz4, bytes, out)) << promise;
    EXPECT_LT(out.capacity(), std::size_t{1} << 20) << promise;
  }
}

TEST(Compression, TakesNoMemoryForWhatASmallZstdFramePromises) {
  // A single-segment frame header with a content size of 700 MiB, and an empty last block.
  const std::string frame("\x28\xb5\x2f\xfd\xa0\x00\x00\xc0\x2b\x01\x00\x00", 12);
  ASSERT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), std::uint64_t{700} << 20);
  Decompressor decompressor;
  std::string out;

  EXPECT_FALSE(decompressor.decompress(kObjectCompressedZstd, frame, out));
  EXPECT_LT(out.capacity(), std::size_t{1} << 20);
}

TEST(Compression, RefusesAnXzStreamWithAGiganticDictionary) {
  lzma_options_lzma options;
  ASSERT_EQ(lzma_lzma_preset(&options, 0), 0);
  options.dict_size = std::uint32_t{1} << 30;
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  const std::vector<std::uint8_t> payload(2000, 'a');
  std::vector<std::uint8_t> stream(1000);
  std::size_t size = 0;
  ASSERT_EQ(lzma_stream_buffer_encode(filters, LZMA_CHECK_NONE, nullptr, payload.data(),
                                      payload.size(), stream.data(), &size, stream.size()),
            LZMA_OK);
  const std::string bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));

  Decompressor decompressor;
  std::string out;
  const auto result = decompressor.decompress(kObjectCompressedXz, bytes, out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace logq::journal
