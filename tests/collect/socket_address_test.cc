#include "collect/socket_address.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

template <typename Address>
Address parsed(std::string_view text) {
  const auto address = parse_socket_address(text);
  Address result{};
  EXPECT_TRUE(address.has_value()) << text;
  if (address.has_value()) std::memcpy(&result, &address->storage, sizeof(result));
  return result;
}

TEST(SocketAddress, IsAPathOrAnAbstractName) {
  EXPECT_STREQ(parsed<sockaddr_un>("/run/a socket").sun_path, "/run/a socket");

  const auto abstract = parse_socket_address("@name");
  ASSERT_TRUE(abstract.has_value());
  EXPECT_EQ(abstract->size, offsetof(sockaddr_un, sun_path) + 5);
  EXPECT_EQ(std::string(parsed<sockaddr_un>("@name").sun_path, 5), std::string("\0name", 5));
}

TEST(SocketAddress, IsAnInternetAddressWithItsPort) {
  const auto four = parsed<sockaddr_in>("192.0.2.1:19532");
  EXPECT_EQ(four.sin_family, AF_INET);
  EXPECT_EQ(ntohs(four.sin_port), 19532);
  EXPECT_EQ(ntohl(four.sin_addr.s_addr), 0xc0000201U);

  const auto six = parsed<sockaddr_in6>("[2001:db8::1]:80");
  EXPECT_EQ(six.sin6_family, AF_INET6);
  EXPECT_EQ(ntohs(six.sin6_port), 80);
}

TEST(SocketAddress, IsAMachineAndAPort) {
  const auto address = parsed<sockaddr_vm>("vsock:2:4294967295");
  EXPECT_EQ(address.svm_family, AF_VSOCK);
  EXPECT_EQ(address.svm_cid, 2U);
  EXPECT_EQ(address.svm_port, 4294967295U);
}

TEST(SocketAddress, IsNothingElse) {
  for (const std::string& text :
       {std::string(), std::string("/"), std::string("@"), std::string("relative"),
        std::string("host:1"), std::string("192.0.2.1"), std::string("192.0.2.1:0"),
        std::string("192.0.2.1:65536"), std::string("192.0.2.1:-1"), std::string("2001:db8::1:80"),
        std::string("[2001:db8::1]"), std::string("[]:1"), std::string("vsock:2"),
        std::string("vsock::1"), std::string("/a\0b", 4), "/" + std::string(108, 'x')}) {
    EXPECT_FALSE(parse_socket_address(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace logq::collect
