// Datagrams of the native protocol, group by group as docs/protocols.md, "Native protocol", tells
// their parts, and what may come as a descriptor instead.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "integration/input_sample.h"
#include "support/memfd.h"
#include "wire/native_samples.h"

namespace logq::test {

using namespace std::string_literals;  // NOLINT(google-global-names-in-headers): NULs in samples
using wire::test::binary_field;
using wire::test::le64;
using wire::test::numbered_fields;

inline constexpr uid_t kNobody = 65534;

// Purposeful differences from 252, as docs/protocols.md words them.
inline const std::string kSealsDiffer = "a memfd needs the seals SHRINK, GROW and WRITE";
inline const std::string kFlagsDiffer = "a descriptor with other flags is refused";

inline InputSamples native_names() {
  return {
      {"lower case name", "MESSAGE=m\nlower=1\n"},
      {"mixed case name", "MESSAGE=m\nMixed=1\n"},
      {"leading digit", "MESSAGE=m\n1A=1\n"},
      {"digit inside", "MESSAGE=m\nA1=1\n"},
      {"leading underscore", "MESSAGE=m\n_A=1\n"},
      {"underscore inside and at the end", "MESSAGE=m\nA_B_=1\n"},
      {"underscore alone", "MESSAGE=m\n_=1\n"},
      {"two leading underscores", "MESSAGE=m\n__CURSOR=1\n"},
      {"trusted fields", "MESSAGE=m\n_PID=1\n_UID=1\n_TRANSPORT=kernel\n_BOOT_ID=0\n"},
      {"dash", "MESSAGE=m\nA-B=1\n"},
      {"dot inside", "MESSAGE=m\nA.B=1\n"},
      {"space inside", "MESSAGE=m\nA B=1\n"},
      {"space in front", "MESSAGE=m\n A=1\n"},
      {"space at the end", "MESSAGE=m\nA =1\n"},
      {"tab inside", "MESSAGE=m\nA\tB=1\n"},
      {"NUL inside", "MESSAGE=m\nA\0B=1\n"s},
      {"NUL in front", "MESSAGE=m\n\0A=1\n"s},
      {"UTF-8", "MESSAGE=m\n\xc3\x84=1\n"},
      {"invalid UTF-8", "MESSAGE=m\n\xff=1\n"},
      {"carriage return at the end", "MESSAGE=m\nA\r=1\n"},
      {"no name", "MESSAGE=m\n=1\n"},
      {"no name and no value", "MESSAGE=m\n=\n"},
      {"one letter", "MESSAGE=m\nA=1\n"},
      {"64 characters", std::string(64, 'A') + "=1\n"},
      {"65 characters", "MESSAGE=m\n" + std::string(65, 'A') + "=1\n"},
      {"65 characters alone", std::string(65, 'A') + "=1\n"},
      {"10,000 characters", "MESSAGE=m\n" + std::string(10'000, 'A') + "=1\n"},
      {"64 characters, binary", "MESSAGE=m\n" + binary_field(std::string(64, 'A'), "1")},
      {"65 characters, binary", "MESSAGE=m\n" + binary_field(std::string(65, 'A'), "1")},
      {"invalid name, binary", "MESSAGE=m\n" + binary_field("bad", "1\nX=2\n") + "B=1\n"},
      {"leading underscore, binary", "MESSAGE=m\n" + binary_field("_A", "1") + "B=1\n"},
      {"NUL inside, binary", "MESSAGE=m\n" + binary_field("A\0B"s, "1") + "B=1\n"},
      {"nothing valid", "bad=1\nworse=2\n"},
  };
}

inline InputSamples native_values() {
  return {
      {"one field", "MESSAGE=m\n"},
      {"no message", "FIELD=x\n"},
      {"empty value", "MESSAGE=\n"},
      {"empty value of another field", "MESSAGE=m\nEMPTY=\n"},
      {"equals sign", "MESSAGE=a=b=c\n"},
      {"equals sign in front", "MESSAGE==\n"},
      {"NUL", "MESSAGE=a\0b\n"s},
      {"NUL only", "MESSAGE=\0\n"s},
      {"invalid UTF-8", "MESSAGE=\xff\xfe\n"},
      {"UTF-8 of every width", "MESSAGE=\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\n"},
      {"carriage return", "MESSAGE=a\r\n"},
      {"spaces around", "MESSAGE=  a  \n"},
      {"control characters", "MESSAGE=\x1b[31m\a\b\x7f\n"},
      {"repeated field", "MESSAGE=a\nMESSAGE=b\n"},
      {"repeated equally", "MESSAGE=a\nMESSAGE=a\nA=1\nA=1\n"},
      {"same value in both forms", "MESSAGE=a\n" + binary_field("MESSAGE", "a")},
      {"priorities", "MESSAGE=m\nPRIORITY=0\nPRIORITY=7\n"},
      {"priority out of range", "MESSAGE=m\nPRIORITY=8\n"},
      {"large priority", "MESSAGE=m\nPRIORITY=99\n"},
      {"negative priority", "MESSAGE=m\nPRIORITY=-1\n"},
      {"priority by name", "MESSAGE=m\nPRIORITY=err\n"},
      {"empty priority", "MESSAGE=m\nPRIORITY=\n"},
      {"facilities", "MESSAGE=m\nSYSLOG_FACILITY=3\n"},
      {"facility out of range", "MESSAGE=m\nSYSLOG_FACILITY=999\n"},
      {"facility by name", "MESSAGE=m\nSYSLOG_FACILITY=daemon\n"},
      {"identifier", "MESSAGE=m\nSYSLOG_IDENTIFIER=me\nSYSLOG_PID=1\n"},
      {"source time of the client", "MESSAGE=m\nSOURCE_REALTIME_TIMESTAMP=1\n"},
      {"code location", "MESSAGE=m\nCODE_FILE=a.c\nCODE_LINE=1\nCODE_FUNC=f\nERRNO=2\n"},
      {"message id", "MESSAGE=m\nMESSAGE_ID=f77379a8490b408bbe5f6940505a777b\n"},
      {"message id that is none", "MESSAGE=m\nMESSAGE_ID=x\n"},
      {"70,000 bytes", "MESSAGE=" + std::string(70'000, 'x') + "\n"},
      {"70,000 random-looking bytes",
       "MESSAGE=m\n" + binary_field("DATA",
                                    [] {
                                      std::string bytes;
                                      for (std::uint32_t i = 0, x = 1; i < 70'000; ++i) {
                                        x = x * 1'664'525 + 1'013'904'223;
                                        bytes += static_cast<char>(x >> 24);
                                      }
                                      return bytes;
                                    }())},
      {"511, 512 and 513 bytes", "A=" + std::string(509, 'a') + "\nB=" + std::string(510, 'b') +
                                     "\nC=" + std::string(511, 'c') + "\n"},
  };
}

inline InputSamples native_binary_fields() {
  return {
      {"newline inside", binary_field("MESSAGE", "two\nlines")},
      {"empty", "MESSAGE=m\n" + binary_field("EMPTY", "")},
      {"what text could hold", binary_field("MESSAGE", "plain")},
      {"NUL, newline and equals sign", binary_field("MESSAGE", "\0\n=\n\0"s)},
      {"what looks like fields", binary_field("MESSAGE", "A=1\n\nB=2\n")},
      {"several", binary_field("A", "1\n") + binary_field("B", "2\n") + binary_field("A", "3")},
      {"length one too large", "MESSAGE=m\nDATA\n" + le64(4) + "abc\n"},
      {"length one too small", "MESSAGE=m\nDATA\n" + le64(2) + "abc\nB=1\n"},
      {"length of the rest without newline", "MESSAGE=m\nDATA\n" + le64(3) + "abc"},
      {"length far too large", "MESSAGE=m\nDATA\n" + le64(1'000'000) + "abc\n"},
      {"largest length", "MESSAGE=m\nDATA\n" + le64(~std::uint64_t{0}) + "abc\n"},
      {"length that wraps", "MESSAGE=m\nDATA\n" + le64(~std::uint64_t{0} - 8) + "abc\n"},
      {"highest bit", "MESSAGE=m\nDATA\n" + le64(std::uint64_t{1} << 63) + "abc\n"},
      {"over 768 MiB", "MESSAGE=m\nDATA\n" + le64((std::uint64_t{768} << 20) + 1) + "abc\n"},
      {"exactly 768 MiB claimed", "MESSAGE=m\nDATA\n" + le64(std::uint64_t{768} << 20) + "abc\n"},
      {"length cut off", "MESSAGE=m\nDATA\n" + std::string(7, '\0')},
      {"length only", "MESSAGE=m\nDATA\n" + le64(0)},
      {"length missing", "MESSAGE=m\nDATA\n"},
      {"name only, no newline", "MESSAGE=m\nDATA"},
      {"damaged, then more", "MESSAGE=m\nDATA\n" + le64(3) + "abcX\nB=1\n\nMESSAGE=n\n"},
      {"alone and damaged", "DATA\n" + le64(100) + "abc\n"},
      {"big-endian length", "MESSAGE=m\nDATA\n\0\0\0\0\0\0\0\3abc\n"s},
      {"name is an empty line's neighbour", "MESSAGE=m\n\n" + binary_field("DATA", "x")},
  };
}

inline InputSamples native_structure() {
  return {
      {"two entries", "MESSAGE=a\n\nMESSAGE=b\n"},
      {"three entries", "MESSAGE=a\nA=1\n\nMESSAGE=b\n\nMESSAGE=c\n\n"},
      {"empty line at the end", "MESSAGE=a\n\n"},
      {"two empty lines at the end", "MESSAGE=a\n\n\n"},
      {"two empty lines between", "MESSAGE=a\n\n\nMESSAGE=b\n"},
      {"leading empty line", "\nMESSAGE=a\n"},
      {"empty line only", "\n"},
      {"entry of invalid names between", "MESSAGE=a\n\nbad=1\n\nMESSAGE=b\n"},
      {"entry of comments between", "MESSAGE=a\n\n#x\n\nMESSAGE=b\n"},
      {"comment", "#comment\nMESSAGE=a\n"},
      {"command", ".command\nMESSAGE=a\n"},
      {"comment with a field in it", "#MESSAGE=a\nMESSAGE=b\n"},
      {"comment at the end", "MESSAGE=a\n#comment\n"},
      {"comment without newline", "MESSAGE=a\n#comment"},
      {"command without newline", "MESSAGE=a\n.command"},
      {"comment only", "#comment\n"},
      {"indented comment", "MESSAGE=a\n #comment=1\n"},
      {"no newline at the end", "MESSAGE=a\nB=1"},
      {"no newline at all", "MESSAGE=a"},
      {"name without newline", "MESSAGE"},
      {"carriage returns", "MESSAGE=a\r\nB=1\r\n\r\nMESSAGE=c\r\n"},
      {"NUL line", "MESSAGE=a\n\0\nB=1\n"s},
      {"one NUL", "\0"s},
      {"one byte", "M"},
      {"equals sign only", "="},
      {"noise", "\xde\xad\xbe\xef\n\xde\xad"},
      {"1,024 fields", numbered_fields(1024)},
      {"1,025 fields", numbered_fields(1025)},
      {"1,026 fields", numbered_fields(1026)},
      {"1,026 fields, then an entry", numbered_fields(1026) + "\nMESSAGE=after\n"},
      {"1,025 fields and a comment", numbered_fields(1025) + "#comment\n"},
      {"1,025 fields and an invalid one", numbered_fields(1025) + "bad=1\n"},
      {"1,025 fields and noise", numbered_fields(1025) + "NOISE=1"},
      {"1,025 fields and a binary one", numbered_fields(1025) + binary_field("B", "1")},
      {"an entry, then 1,026 fields", "MESSAGE=before\n\n" + numbered_fields(1026)},
      {"200 entries",
       [] {
         std::string text;
         for (int i = 0; i < 200; ++i)
           text += "MESSAGE=entry " + std::to_string(i) + "\n\n";
         return text;
       }()},
  };
}

inline InputSamples native_objects() {
  return {
      {"object of root", "MESSAGE=m\nOBJECT_PID=1\n"},
      {"object of a user", "MESSAGE=m\nOBJECT_PID=1\n", {}, kNobody},
      {"object that does not exist", "MESSAGE=m\nOBJECT_PID=4194304\n"},
      {"object zero", "MESSAGE=m\nOBJECT_PID=0\n"},
      {"negative object", "MESSAGE=m\nOBJECT_PID=-1\n"},
      {"object that is no number", "MESSAGE=m\nOBJECT_PID=init\n"},
      {"empty object", "MESSAGE=m\nOBJECT_PID=\n"},
      {"object with leading zeros", "MESSAGE=m\nOBJECT_PID=0001\n"},
      {"object with a sign", "MESSAGE=m\nOBJECT_PID=+1\n"},
      {"object with a space", "MESSAGE=m\nOBJECT_PID= 1\n"},
      {"object with a space behind", "MESSAGE=m\nOBJECT_PID=1 \n"},
      {"hexadecimal object", "MESSAGE=m\nOBJECT_PID=0x1\n"},
      {"object with a NUL", "MESSAGE=m\nOBJECT_PID=1\0002\n"s},
      {"binary object", "MESSAGE=m\n" + binary_field("OBJECT_PID", "1")},
      {"two objects", "MESSAGE=m\nOBJECT_PID=1\nOBJECT_PID=4194304\n"},
      {"object, then one that is none", "MESSAGE=m\nOBJECT_PID=1\nOBJECT_PID=0\nOBJECT_PID=\n"},
      {"object of 10 characters", "MESSAGE=m\nOBJECT_PID=0000000001\n"},
      {"object of 11 characters", "MESSAGE=m\nOBJECT_PID=00000000001\n"},
      {"object of 12 characters", "MESSAGE=m\nOBJECT_PID=000000000001\n"},
      {"object of 13 characters", "MESSAGE=m\nOBJECT_PID=0000000000001\n"},
      {"object beyond 32 bits", "MESSAGE=m\nOBJECT_PID=4294967297\n"},
      {"other object fields", "MESSAGE=m\nOBJECT_UID=1\nOBJECT_COMM=x\n"},
      {"sender is a user", "MESSAGE=m\n", {}, kNobody},
  };
}

using Descriptors = std::vector<base::UniqueFd>;

template <typename... Fds>
Descriptors descriptors(Fds... fds) {
  Descriptors all;
  (all.push_back(std::move(fds)), ...);
  return all;
}

// A memfd reopened with further flags.
inline base::UniqueFd reopen(const base::UniqueFd& fd, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
  return base::UniqueFd(::open(path.c_str(), flags | O_CLOEXEC));
}

inline base::UniqueFd make_file(const std::string& path, const std::string& text, int flags) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600));
  std::ignore = ::write(fd.get(), text.data(), text.size());
  ::unlink(path.c_str());
  return fd;
}

inline base::UniqueFd open_path(const char* path, int flags) {
  return base::UniqueFd(::open(path, flags | O_CLOEXEC));
}

inline InputSamples native_memfds() {
  const std::string text = "MESSAGE=from a descriptor\n";
  const auto sealed = [text] { return descriptors(make_memfd(text)); };
  const auto unsealed = [text] { return descriptors(make_memfd(text, 0)); };
  const auto half = [text] { return descriptors(make_memfd(text, F_SEAL_SHRINK | F_SEAL_GROW)); };
  const auto of = [](const std::string& bytes) {
    return [bytes] { return descriptors(make_memfd(bytes)); };
  };
  const auto reopened = [text](int flags) {
    return [text, flags] { return descriptors(reopen(make_memfd(text), flags)); };
  };
  return {
      {"sealed memfd", "", sealed},
      {"sealed memfd of a user", "", sealed, kNobody},
      {"unsealed memfd", "", unsealed},
      {"unsealed memfd of a user", "", unsealed, kNobody},
      {"half sealed memfd", "", half},
      {"half sealed memfd of a user", "", half, kNobody},
      {"memfd without SEAL_SEAL", "",
       [text] { return descriptors(make_memfd(text, kAllSeals & ~F_SEAL_SEAL)); }, kNobody,
       kSealsDiffer},
      {"empty memfd", "", of("")},
      {"memfd with several entries", "", of("MESSAGE=a\n\nMESSAGE=b\n")},
      {"memfd with noise at the end", "", of("MESSAGE=a\nB=1")},
      {"memfd with nothing valid", "", of("bad=1\n")},
      {"memfd of 300 kB", "", of("MESSAGE=m\nBIG=" + std::string(300'000, 'b') + "\n")},
      {"memfd with 1,026 fields", "", of(numbered_fields(1026))},
      {"memfd with an object", "", of("MESSAGE=m\nOBJECT_PID=1\n")},
      {"read-only memfd", "", reopened(O_RDONLY)},
      {"write-only memfd", "",
       [text] { return descriptors(reopen(make_memfd(text, 0), O_WRONLY)); }},
      {"appending memfd", "",
       [text] { return descriptors(reopen(make_memfd(text, 0), O_RDWR | O_APPEND)); }, 0,
       kFlagsDiffer},
      {"non-blocking memfd", "", reopened(O_RDONLY | O_NONBLOCK), 0, kFlagsDiffer},
      {"path-only memfd", "", reopened(O_PATH)},
      {"memfd whose position is its start", "",
       [text] {
         Descriptors all = descriptors(make_memfd(text));
         ::lseek(all.front().get(), 0, SEEK_SET);
         return all;
       }},
      {"memfd and payload", "MESSAGE=payload\n", sealed},
      {"memfd and empty line", "\n", sealed},
      {"two memfds", "", [text] { return descriptors(make_memfd(text), make_memfd(text)); }},
      {"two memfds and payload", "MESSAGE=payload\n",
       [text] { return descriptors(make_memfd(text), make_memfd(text)); }},
  };
}

inline InputSamples native_other_descriptors() {
  const std::string text = "MESSAGE=from a descriptor\n";
  const auto opened = [](const char* path, int flags) {
    return [path, flags] { return descriptors(open_path(path, flags)); };
  };
  const auto file = [text](const std::string& path, int flags = 0) {
    return [=] { return descriptors(make_file(path, text, flags)); };
  };
  const auto pipe = [text] {
    int ends[2] = {-1, -1};
    std::ignore = ::pipe2(ends, O_CLOEXEC);
    const base::UniqueFd writer(ends[1]);
    std::ignore = ::write(writer.get(), text.data(), text.size());
    return descriptors(base::UniqueFd(ends[0]));
  };
  return {
      {"pipe", "", pipe},
      {"pipe of a user", "", pipe, kNobody},
      {"directory", "", opened("/tmp", O_RDONLY | O_DIRECTORY)},
      {"directory of a user", "", opened("/tmp", O_RDONLY | O_DIRECTORY), kNobody},
      {"path-only directory", "", opened("/tmp", O_PATH)},
      {"device", "", opened("/dev/null", O_RDONLY)},
      {"socket", "", [] { return descriptors(base::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM, 0))); }},
      {"file of root in /tmp", "", file("/tmp/logq-input-sample")},
      {"file of root elsewhere", "", file("/var/lib/logq-input-sample")},
      {"deleted file of a user in /tmp", "", file("/tmp/logq-input-sample"), kNobody},
      {"deleted file of a user in /dev/shm", "", file("/dev/shm/logq-input-sample"), kNobody},
      {"file of a user elsewhere", "", file("/var/lib/logq-input-sample"), kNobody},
      {"file of a user in a directory with such a name", "", file("/run/tmp-logq-input"), kNobody},
      {"appending file of root", "", file("/tmp/logq-input-sample", O_APPEND), 0, kFlagsDiffer},
      {"synchronous file of root", "", file("/tmp/logq-input-sample", O_SYNC), 0, kFlagsDiffer},
      {"file with O_NOFOLLOW", "", file("/tmp/logq-input-sample", O_NOFOLLOW)},
      {"unnamed file of root in /tmp", "",
       [text] {
         base::UniqueFd fd(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
         std::ignore = ::write(fd.get(), text.data(), text.size());
         return descriptors(std::move(fd));
       }},
      {"unnamed file of a user in /dev/shm", "",
       [text] {
         base::UniqueFd fd(::open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
         std::ignore = ::write(fd.get(), text.data(), text.size());
         return descriptors(std::move(fd));
       },
       kNobody},
  };
}

inline InputSamples native_samples() {
  InputSamples all;
  append(all, native_names());
  append(all, native_values());
  append(all, native_binary_fields());
  append(all, native_structure());
  append(all, native_objects());
  append(all, native_memfds());
  append(all, native_other_descriptors());
  return all;
}

}  // namespace logq::test
