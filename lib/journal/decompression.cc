// The reading half of compression.h: every byte and every size in here comes from a file.
#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/try.h"
#include "journal/compression.h"

namespace logq::journal {
namespace {

// Where a stream does not say its size, the output grows from here by doubling.
constexpr std::size_t kFirstGuessBytes = std::size_t{64} << 10;

// What a decoder may take for an .xz stream. The dictionary is 1 MiB in systemd's files, and was 8
// in those of its first years; a header may ask for 4 GiB.
constexpr std::uint64_t kXzMemoryBytes = std::uint64_t{32} << 20;

// A byte of an LZ4 block makes at most 255 bytes.
constexpr std::size_t kLz4RatioMax = 255;

// More than zstd's ordinary frames unpack to per byte; what promises more is unpacked step by step.
constexpr std::size_t kZstdPlausibleRatio = 1024;

Error too_large() {
  return Error::make(Errc::kTooLarge, "payload is too large");
}

// Room for more output behind what `out` holds; kTooLarge when that is all there may be.
Result<void> grow(std::string& out, std::size_t max_bytes) {
  if (out.size() >= max_bytes) return fail(too_large());
  out.resize(std::min(out.size() * 2, max_bytes));
  return {};
}

Result<void> unpack_lz4(std::string_view compressed, std::string& out, std::size_t max_bytes) {
  const Error damaged = Error::make(Errc::kCorrupt, "lz4 payload is damaged");
  Le64 announced;
  if (compressed.size() <= sizeof announced) return fail(damaged);
  std::memcpy(&announced, compressed.data(), sizeof announced);
  const std::uint64_t size = announced;
  compressed.remove_prefix(sizeof announced);
  if (size > max_bytes) return fail(too_large());
  if (size == 0 || size / kLz4RatioMax > compressed.size() || size > INT_MAX ||
      compressed.size() > INT_MAX) {
    return fail(damaged);
  }
  out.resize(size);
  const int produced = LZ4_decompress_safe(
      compressed.data(), out.data(), static_cast<int>(compressed.size()), static_cast<int>(size));
  if (produced < 0 || static_cast<std::uint64_t>(produced) != size) return fail(damaged);
  return {};
}

}  // namespace

struct Decompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  lzma_stream xz = LZMA_STREAM_INIT;
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    ZSTD_freeDCtx(zstd);
    lzma_end(&xz);
  }
};

// The context comes with the first payload that needs one: it takes 160 KiB, and of a thousand
// files in a directory most are never asked for a compressed payload.
Decompressor::Decompressor() = default;
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
      return unpack_lz4(compressed, out, max_bytes);
    case kObjectCompressedXz:
      return xz(compressed, out, max_bytes);
    default:
      return fail(Error::make(Errc::kCorrupt, "payload names not exactly one compression"));
  }
}

// A frame that says its size, as all of journald's do, is unpacked in one go. Frames may also be
// concatenated, need not announce their size, and an announced size is not to be trusted with an
// allocation: all that is for the stream decoder.
Result<void> Decompressor::zstd(std::string_view compressed,
                                std::string& out,
                                std::size_t max_bytes) {
  if (context_ == nullptr) context_ = std::make_unique<Context>();
  if (context_->zstd == nullptr) return fail(Error::system(ENOMEM, "zstd context"));
  const auto announced = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR) {
    return fail(Error::make(Errc::kCorrupt, "payload is no zstd frame"));
  }
  if (announced != ZSTD_CONTENTSIZE_UNKNOWN && announced > max_bytes) return fail(too_large());
  const std::size_t plausible = compressed.size() * kZstdPlausibleRatio + kFirstGuessBytes;
  if (announced != ZSTD_CONTENTSIZE_UNKNOWN && announced <= plausible) {
    out.resize(announced);
    const std::size_t size = ZSTD_decompressDCtx(context_->zstd, out.data(), out.size(),
                                                 compressed.data(), compressed.size());
    if (ZSTD_isError(size) == 0) {
      out.resize(size);
      return {};
    }
  }
  out.resize(std::clamp(std::min(kFirstGuessBytes, plausible), std::size_t{1}, max_bytes));
  return zstd_stream(compressed, out, max_bytes);
}

Result<void> Decompressor::zstd_stream(std::string_view compressed,
                                       std::string& out,
                                       std::size_t max_bytes) {
  ZSTD_DCtx_reset(context_->zstd, ZSTD_reset_session_only);
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
      LOGQ_TRY(grow(out, max_bytes));
    } else if (in.pos == in.size) {
      return fail(Error::make(Errc::kCorrupt, "zstd payload ends early"));
    }
  }
  out.resize(produced);
  return {};
}

// One .xz stream; bytes behind its end are none of the payload and ignored, as libsystemd does.
Result<void> Decompressor::xz(std::string_view compressed,
                              std::string& out,
                              std::size_t max_bytes) {
  if (context_ == nullptr) context_ = std::make_unique<Context>();
  lzma_stream& stream = context_->xz;
  if (lzma_stream_decoder(&stream, kXzMemoryBytes, 0) != LZMA_OK) {
    return fail(Error::system(ENOMEM, "xz decoder"));
  }
  out.resize(std::clamp(kFirstGuessBytes, std::size_t{1}, max_bytes));
  stream.next_in = static_cast<const std::uint8_t*>(static_cast<const void*>(compressed.data()));
  stream.avail_in = compressed.size();
  for (;;) {
    const std::size_t produced = stream.total_out;
    stream.next_out = static_cast<std::uint8_t*>(static_cast<void*>(out.data() + produced));
    stream.avail_out = out.size() - produced;
    const lzma_ret done = lzma_code(&stream, LZMA_FINISH);
    if (done == LZMA_STREAM_END) break;
    if (done == LZMA_MEMLIMIT_ERROR) {
      return fail(Error::make(Errc::kTooLarge, "xz payload wants too large a dictionary"));
    }
    if (done != LZMA_OK) return fail(Error::make(Errc::kCorrupt, "xz payload is damaged"));
    if (stream.avail_out != 0) {
      return fail(Error::make(Errc::kCorrupt, "xz payload ends early"));
    }
    LOGQ_TRY(grow(out, max_bytes));
  }
  out.resize(stream.total_out);
  return {};
}

}  // namespace logq::journal
