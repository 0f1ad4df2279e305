#include "supervise/socket_address.h"

#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Family = SocketAddress::Family;

std::string text_of(const std::string& address) {
  const auto parsed = parse_socket_address(address);
  return parsed ? parsed->text() : parsed.error().message();
}

int error_of(const std::string& address) {
  const auto parsed = parse_socket_address(address);
  return parsed ? 0 : parsed.error().sys_errno;
}

NativeAddress native_of(const std::string& address) {
  const auto native = native_address(parse_socket_address(address).value());
  EXPECT_TRUE(native) << address;
  return native.value_or(NativeAddress{});
}

template <typename Native>
Native as(const NativeAddress& address) {
  Native native{};
  ::memcpy(&native, &address.storage, sizeof native);
  return native;
}

TEST(SocketAddress, IsSaidAsItIsWritten) {
  for (const std::string address :
       {"/run/x", "/run/../x", "//", "/a b", "@abc", "@a@b", "@ a", "127.0.0.1:80", "0.0.0.0:65535",
        "[::1]:80", "[::]:1", "[::ffff:1.2.3.4]:80", "[fe80::1]:80%eth0", "[fe80::1]:80%2",
        "vsock:2:1234", "vsock::1234", "vsock:2:0"}) {
    EXPECT_EQ(text_of(address), address);
  }
}

TEST(SocketAddress, IsSaidInOneWay) {
  for (const auto& [address, text] :
       std::vector<std::pair<std::string, std::string>>{{"80", "[::]:80"},
                                                        {"0x50", "[::]:80"},
                                                        {"+80", "[::]:80"},
                                                        {"0b1", "[::]:1"},
                                                        {"0o17", "[::]:15"},
                                                        {"1.2.3.4:0x50", "1.2.3.4:80"},
                                                        {"[0:0::1]:80", "[::1]:80"},
                                                        {"[fe80::1%eth0]:80", "[fe80::1]:80%eth0"},
                                                        {"vsock:0x2:0x10", "vsock:2:16"},
                                                        {"vsock:4294967295:5", "vsock::5"}}) {
    EXPECT_EQ(text_of(address), text);
  }
}

TEST(SocketAddress, IsNoneThatIsMalformed) {
  for (const std::string address : {"",
                                    " ",
                                    "x",
                                    "/",
                                    "@",
                                    "0",
                                    "00",
                                    "080",
                                    "0x",
                                    "80x",
                                    "8 0",
                                    " 80",
                                    "1e3",
                                    "+",
                                    "-0",
                                    "- 5",
                                    "-",
                                    "80/tcp",
                                    "localhost:80",
                                    ":80",
                                    "*:80",
                                    "::1:80",
                                    "::",
                                    "127.0.0.1",
                                    "127.0.0.1:",
                                    "127.0.0.1:0",
                                    "127.0.0.1: 5",
                                    "127.0.0.1:5:6",
                                    "1.2.3:80",
                                    "256.0.0.1:80",
                                    "01.2.3.4:5",
                                    "[::1]",
                                    "[::1",
                                    "[::1]80",
                                    "[::1]:",
                                    "[::1]:0",
                                    "[::1]:x",
                                    "[]:80",
                                    "[1.2.3.4]:80",
                                    "[::1] :80",
                                    "[ ::1]:80",
                                    "[fe80::1]:80%",
                                    "[fe80::1%]:80",
                                    "[fe80::1%a/b]:80",
                                    "[fe80::1%a]:80%b",
                                    "vsock",
                                    "vsock:",
                                    "vsock:2",
                                    "vsock:2:",
                                    "vsock::",
                                    "vsock:a:5",
                                    "vsock:-1:x",
                                    "VSOCK:2:5"}) {
    EXPECT_EQ(error_of(address), EINVAL) << address;
  }
}

TEST(SocketAddress, IsNoneWithANumberOutOfRange) {
  for (const std::string address :
       {"65536", "-1", "4294967296", "99999999999999999999999", "127.0.0.1:70000", "127.0.0.1:-5",
        "[::1]:70000", "vsock:2:4294967296", "vsock:2:-1", "vsock:-1:5"}) {
    EXPECT_EQ(error_of(address), ERANGE) << address;
  }
}

TEST(SocketAddress, OfUnixSocketsEndsWhereTheKernelsDoes) {
  const std::string most(106, 'a');

  EXPECT_EQ(error_of("/" + most), 0);
  EXPECT_EQ(error_of("/" + most + "a"), ENAMETOOLONG);
  EXPECT_EQ(error_of("@" + most), 0);
  EXPECT_EQ(error_of("@" + most + "a"), EINVAL);
  EXPECT_EQ(native_of("@" + most).size, sizeof(sockaddr_un) - 1);
  EXPECT_EQ(native_of("/" + most).size, sizeof(sockaddr_un));
}

TEST(SocketAddress, SaysWhatIsWrong) {
  const std::string nul("/a\0b", 4);

  EXPECT_EQ(parse_socket_address("1.2.3.4:0").error().what, "port 0");
  EXPECT_EQ(parse_socket_address("[::g]:80").error().what, "not an IPv6 address");
  EXPECT_NE(text_of("nonsense:80").find("neither a path"), std::string::npos);
  EXPECT_EQ(error_of(std::string("127.0.0.1\0:80", 13)), EINVAL);
  EXPECT_EQ(error_of(nul), EINVAL);
}

TEST(SocketAddress, BecomesWhatTheKernelWants) {
  const auto path = as<sockaddr_un>(native_of("/run/x"));
  EXPECT_EQ(path.sun_family, AF_UNIX);
  EXPECT_STREQ(path.sun_path, "/run/x");

  const NativeAddress abstract = native_of("@ab");
  EXPECT_EQ(abstract.size, offsetof(sockaddr_un, sun_path) + 3);
  EXPECT_EQ(std::string(as<sockaddr_un>(abstract).sun_path, 3), std::string("\0ab", 3));

  const auto inet4 = as<sockaddr_in>(native_of("127.0.0.1:80"));
  EXPECT_EQ(inet4.sin_family, AF_INET);
  EXPECT_EQ(ntohs(inet4.sin_port), 80);
  EXPECT_EQ(ntohl(inet4.sin_addr.s_addr), INADDR_LOOPBACK);

  const auto vsock = as<sockaddr_vm>(native_of("vsock::80"));
  EXPECT_EQ(vsock.svm_family, AF_VSOCK);
  EXPECT_EQ(vsock.svm_cid, VMADDR_CID_ANY);
  EXPECT_EQ(vsock.svm_port, 80U);
}

TEST(SocketAddress, HasAZoneThatMustBeThere) {
  EXPECT_EQ(as<sockaddr_in6>(native_of("[fe80::1]:80%lo")).sin6_scope_id, 1U);
  EXPECT_EQ(as<sockaddr_in6>(native_of("[fe80::1%7]:80")).sin6_scope_id, 7U);

  const auto missing = native_address(parse_socket_address("[fe80::1%nolink]:80").value());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().sys_errno, ENODEV);
}

TEST(SocketAddress, OfABarePortIsAnyOfIPv6) {
  const auto any = as<sockaddr_in6>(native_of("80"));

  EXPECT_EQ(parse_socket_address("80")->family, Family::kPort);
  EXPECT_EQ(any.sin6_family, AF_INET6);
  EXPECT_EQ(::memcmp(&any.sin6_addr, &in6addr_any, sizeof in6addr_any), 0);
}

}  // namespace
}  // namespace logq::supervise
