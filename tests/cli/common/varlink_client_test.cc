// Calls of a Varlink service that does not answer.
#include "common/varlink_client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/temp_dir.h"

namespace logq::cli {
namespace {

TEST(VarlinkCall, NobodyThereIsAnError) {
  EXPECT_FALSE(call_varlink("/nonexistent/socket", "a.b.C", 1'000'000).has_value());
  EXPECT_FALSE(call_varlink("/" + std::string(200, 'x'), "a.b.C", 1'000'000).has_value());
}

// Listens, and never accepts a connection.
class SilentService {
 public:
  explicit SilentService(int queue_length) {
    const sockaddr_un address = own_address();
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), where, sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_.get(), queue_length), 0);
  }

  void fill_queue() {
    const sockaddr_un address = own_address();
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::connect(waiting_.get(), where, sizeof(address)), 0);
  }

  [[nodiscard]] std::string path() const { return dir_.path() + "/socket"; }

 private:
  [[nodiscard]] sockaddr_un own_address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof(address.sun_path) - 1);
    return address;
  }

  test::TempDir dir_;
  base::UniqueFd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  base::UniqueFd waiting_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

TEST(VarlinkCall, AServiceThatAnswersNothingIsGivenUp) {
  const SilentService service(1);

  const auto called = call_varlink(service.path(), "a.b.C", 50'000);

  ASSERT_FALSE(called.has_value());
  EXPECT_EQ(called.error().code, Errc::kBusy);
}

// connect(2) itself waits then.
TEST(VarlinkCall, AServiceWhoseQueueIsFullIsGivenUp) {
  SilentService service(0);
  service.fill_queue();

  const auto called = call_varlink(service.path(), "a.b.C", 50'000);

  ASSERT_FALSE(called.has_value());
  EXPECT_EQ(called.error().code, Errc::kBusy);
}

}  // namespace
}  // namespace logq::cli
