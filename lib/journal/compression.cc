#include "journal/compression.h"

#include <zstd.h>

#include <algorithm>
#include <cerrno>

#include "base/try.h"
#include "journal/format.h"

namespace logq::journal {
namespace {

// zstd's default. Higher levels cost the collector several times the CPU for a few per cent.
constexpr int kZstdLevel = 3;

// Where the frame does not say its size, the output grows from here by doubling.
constexpr std::size_t kFirstGuessBytes = std::size_t{64} << 10;

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

std::optional<std::size_t> Compressor::zstd(std::string_view payload, std::span<std::byte> out) {
  if (context_->zstd == nullptr) return std::nullopt;
  const std::size_t size = ZSTD_compressCCtx(context_->zstd, out.data(), out.size(), payload.data(),
                                             payload.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) return std::nullopt;
  return size;
}

struct Decompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }
};

Decompressor::Decompressor() : context_(std::make_unique<Context>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

Result<void> Decompressor::decompress(std::uint8_t object_flags,
                                      std::string_view compressed,
                                      std::string& out,
                                      std::size_t max_bytes) {
  switch (object_flags & kObjectCompressedAny) {
    case kObjectCompressedZstd:
      return zstd(compressed, out, max_bytes);
    case kObjectCompressedLz4:
      return fail(Error::make(Errc::kUnsupported, "payload is compressed with lz4"));
    case kObjectCompressedXz:
      return fail(Error::make(Errc::kUnsupported, "payload is compressed with xz"));
    default:
      return fail(Error::make(Errc::kCorrupt, "payload names not exactly one compression"));
  }
}

// Streams, because frames may be concatenated and need not announce their size, and because an
// announced size is not to be trusted with an allocation.
Result<void> Decompressor::zstd(std::string_view compressed,
                                std::string& out,
                                std::size_t max_bytes) {
  if (context_->zstd == nullptr) return fail(Error::system(ENOMEM, "zstd context"));
  ZSTD_DCtx_reset(context_->zstd, ZSTD_reset_session_only);
  const auto announced = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR) {
    return fail(Error::make(Errc::kCorrupt, "payload is no zstd frame"));
  }
  std::size_t first = kFirstGuessBytes;
  if (announced != ZSTD_CONTENTSIZE_UNKNOWN) {
    if (announced > max_bytes) return fail(Error::make(Errc::kTooLarge, "payload is too large"));
    // A small frame that promises gigabytes gets no more than it can plausibly hold at once.
    first = std::min<std::size_t>(announced, compressed.size() * 1024 + kFirstGuessBytes);
  }
  out.resize(std::max(std::min(first, max_bytes), std::size_t{1}));

  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  std::size_t produced = 0;
  for (;;) {
    ZSTD_outBuffer chunk{out.data(), out.size(), produced};
    const std::size_t hint = ZSTD_decompressStream(context_->zstd, &chunk, &in);
    if (ZSTD_isError(hint) != 0) {
      return fail(Error::make(Errc::kCorrupt, "zstd payload is damaged"));
    }
    produced = chunk.pos;
    if (hint == 0 && in.pos == in.size) break;
    if (produced == out.size()) {
      if (out.size() >= max_bytes)
        return fail(Error::make(Errc::kTooLarge, "payload is too large"));
      out.resize(std::min(out.size() * 2, max_bytes));
    } else if (in.pos == in.size) {
      return fail(Error::make(Errc::kCorrupt, "zstd payload ends early"));
    }
  }
  out.resize(produced);
  return {};
}

}  // namespace logq::journal
