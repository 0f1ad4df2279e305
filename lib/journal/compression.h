// Compression of DATA payloads, by the reader and the writer of journal files
// (docs/file-format.md, "Compression and limits").
//
// Contexts are made once and reused: one per object would cost many times the work itself on small
// payloads. Not thread-safe; one Compressor or Decompressor per file or per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "journal/format.h"
#include "logq/result.h"

namespace logq::journal {

// The largest payload the format allows (systemd's DATA_SIZE_MAX).
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{768} << 20;

enum class Compression : std::uint8_t { kZstd, kLz4, kXz };
inline constexpr Compression kCompressions[] = {Compression::kZstd, Compression::kLz4,
                                                Compression::kXz};

// The flag of a DATA object, and the one by which a file announces such objects.
constexpr std::uint8_t object_flag(Compression algorithm) {
  if (algorithm == Compression::kLz4) return kObjectCompressedLz4;
  return algorithm == Compression::kXz ? kObjectCompressedXz : kObjectCompressedZstd;
}
constexpr std::uint32_t header_flag(Compression algorithm) {
  if (algorithm == Compression::kLz4) return kIncompatibleCompressedLz4;
  return algorithm == Compression::kXz ? kIncompatibleCompressedXz : kIncompatibleCompressedZstd;
}

class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // Compresses into `out` and returns the size of the result; nothing when it does not fit, which
  // callers use to ask for "smaller than the original".
  std::optional<std::size_t> compress(Compression algorithm,
                                      std::string_view payload,
                                      std::span<std::byte> out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  // Replaces `out` with what `compressed` stands for. `object_flags` is the flags byte of the DATA
  // object and must name exactly one algorithm.
  // Memory is taken for what has been unpacked or can be, never for what a size field promises.
  // Errors: kCorrupt (not a valid stream), kTooLarge (more than `max_bytes`, or an .xz stream with
  // a dictionary that no journal writer uses). `out` keeps its capacity, so a reused string does
  // not allocate.
  Result<void> decompress(std::uint8_t object_flags,
                          std::string_view compressed,
                          std::string& out,
                          std::size_t max_bytes = kMaxPayloadBytes);

 private:
  Result<void> zstd(std::string_view compressed, std::string& out, std::size_t max_bytes);
  Result<void> zstd_stream(std::string_view compressed, std::string& out, std::size_t max_bytes);
  Result<void> xz(std::string_view compressed, std::string& out, std::size_t max_bytes);

  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace logq::journal
