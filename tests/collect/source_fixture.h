// What a source of messages works with in a test, and a native source that receives from a socket
// of the test's.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "collect/client_cache.h"
#include "collect/drops.h"
#include "collect/ingest.h"
#include "collect/native_source.h"
#include "collect/unit_claims.h"
#include "support/temp_dir.h"

namespace logq::collect {

class SteadyClock final : public base::Clock {
 public:
  base::TimePair now() override { return time; }
  base::TimePair time{1'700'000'000'000'000, 5'000'000};
};

template <typename Store>
class SourceFixture : public ::testing::Test {
 protected:
  // Metadata of so many senders is kept.
  explicit SourceFixture(std::size_t senders = 64) : clients_(ProcessSources{}, claims_, senders) {}

  test::TempDir directory_;
  const Id128 boot_ = Id128::random();
  Store store_;
  SteadyClock clock_;
  Drops drops_;
  UnitClaims claims_;
  ClientCache clients_;
  Ingest ingest_{store_, clock_, {}, drops_};
};

template <typename Store>
class NativeSourceFixture : public SourceFixture<Store> {
 protected:
  NativeSourceFixture(std::uint32_t slots, std::size_t senders)
      : SourceFixture<Store>(senders),
        slots_(slots) {}
  void SetUp() override {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    client_.reset(pair[0]);
    base::UniqueFd server(pair[1]);
    enable_control(server.get());
    auto area = ReceiveArea::create(area_path_, this->boot_, {slots_, 64 * 1024});
    ASSERT_TRUE(area.has_value());
    source_.start(std::move(server), std::move(*area));
  }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(client_.get(), bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }

  const std::uint32_t slots_;
  const std::string area_path_ = this->directory_.path() + "/receive";
  base::UniqueFd client_;
  NativeSource source_{{this->ingest_, this->clients_, this->drops_}};
};

}  // namespace logq::collect
