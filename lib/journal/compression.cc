#include "journal/compression.h"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <climits>
#include <cstring>

namespace logq::journal {
namespace {

// zstd's default. Higher levels cost the collector several times the CPU for a few per cent.
constexpr int kZstdLevel = 3;

// As systemd's files have it: the fastest match finder, a dictionary of 1 MiB, no check of its own.
constexpr std::uint32_t kXzPreset = 0;
constexpr std::uint32_t kXzDictionaryBytes = std::uint32_t{1} << 20;

// An LZ4 block does not know how long it was, so its size is stored in front of it.
std::optional<std::size_t> compress_lz4(std::string_view payload, std::span<std::byte> out) {
  if (payload.size() > INT_MAX || out.size() > INT_MAX || out.size() <= sizeof(Le64)) {
    return std::nullopt;
  }
  Le64 size;
  size = payload.size();
  std::memcpy(out.data(), &size, sizeof size);
  const auto room = out.subspan(sizeof size);
  const int written =
      LZ4_compress_default(payload.data(), static_cast<char*>(static_cast<void*>(room.data())),
                           static_cast<int>(payload.size()), static_cast<int>(room.size()));
  if (written <= 0) return std::nullopt;
  return sizeof size + static_cast<std::size_t>(written);
}

std::optional<std::size_t> compress_xz(std::string_view payload, std::span<std::byte> out) {
  lzma_options_lzma options;
  if (lzma_lzma_preset(&options, kXzPreset) != 0) return std::nullopt;
  options.dict_size = kXzDictionaryBytes;
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  std::size_t written = 0;
  const auto* from = static_cast<const std::uint8_t*>(static_cast<const void*>(payload.data()));
  auto* to = static_cast<std::uint8_t*>(static_cast<void*>(out.data()));
  const lzma_ret done = lzma_stream_buffer_encode(filters, LZMA_CHECK_NONE, nullptr, from,
                                                  payload.size(), to, &written, out.size());
  if (done != LZMA_OK) return std::nullopt;
  return written;
}

}  // namespace

struct Compressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }
};

Compressor::Compressor() : context_(std::make_unique<Context>()) {}
Compressor::~Compressor() = default;

std::optional<std::size_t> Compressor::compress(Compression algorithm,
                                                std::string_view payload,
                                                std::span<std::byte> out) {
  if (algorithm == Compression::kLz4) return compress_lz4(payload, out);
  if (algorithm == Compression::kXz) return compress_xz(payload, out);
  if (context_->zstd == nullptr) return std::nullopt;
  const std::size_t size = ZSTD_compressCCtx(context_->zstd, out.data(), out.size(), payload.data(),
                                             payload.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) return std::nullopt;
  return size;
}

}  // namespace logq::journal
