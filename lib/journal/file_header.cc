#include "journal/file_header.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "base/io.h"
#include "base/try.h"

namespace logq::journal {

Result<Header> read_file_header(const std::string& path) {
  const auto fd = LOGQ_TRY(base::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  const std::string bytes = LOGQ_TRY(base::read_all(fd.get(), sizeof(Header)));
  if (bytes.size() < kHeaderSizeMin)
    return fail(Error::truncated(bytes.size(), "file ends in its header"));
  Header header{};
  std::memcpy(&header, bytes.data(), bytes.size());
  if (std::memcmp(header.signature, kSignature, sizeof kSignature) != 0 ||
      header.header_size < kHeaderSizeMin) {
    return fail(Error::corrupt(0, "not a journal file"));
  }
  const std::size_t known = std::min<std::uint64_t>(header.header_size, bytes.size());
  std::memset(static_cast<char*>(static_cast<void*>(&header)) + known, 0, sizeof(Header) - known);
  return header;
}

}  // namespace logq::journal
