#include "supervise/descriptor_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Outcome = DescriptorStore::Outcome;
using Strings = std::vector<std::string>;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read = base::UniqueFd(ends[0]);
    write = base::UniqueFd(ends[1]);
  }
  base::UniqueFd read;
  base::UniqueFd write;
};

base::UniqueFd null_device() {
  return base::UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

class DescriptorStoreTest : public testing::Test {
 protected:
  Strings names() {
    Strings names;
    for (const auto& stored : store_.all())
      names.push_back(stored.name);
    return names;
  }

  EventLoop loop_ = *EventLoop::create();
  Strings hung_up_;
  DescriptorStore store_{loop_, 3, [this](const std::string& name) { hung_up_.push_back(name); }};
};

TEST_F(DescriptorStoreTest, GivesTheOneStoredLastFirst) {
  EXPECT_EQ(store_.add(null_device(), "one", true), Outcome::kStored);
  EXPECT_EQ(store_.add(null_device(), "two", true), Outcome::kStored);
  EXPECT_EQ(names(), (Strings{"two", "one"}));
}

TEST_F(DescriptorStoreTest, KeepsNoMoreThanItMay) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(store_.add(null_device(), "x", true), Outcome::kStored);
  EXPECT_EQ(store_.add(null_device(), "x", true), Outcome::kNoRoom);
  EXPECT_EQ(store_.remove("x"), 3U);
  EXPECT_EQ(store_.add(null_device(), "x", true), Outcome::kStored);
}

TEST_F(DescriptorStoreTest, KeepsAnOpenFileOnce) {
  Pipe pipe;
  const int copy = ::fcntl(pipe.read.get(), F_DUPFD_CLOEXEC, 0);
  EXPECT_EQ(store_.add(std::move(pipe.read), "one", true), Outcome::kStored);
  EXPECT_EQ(store_.add(base::UniqueFd(copy), "two", true), Outcome::kThereAlready);
  EXPECT_EQ(names(), (Strings{"one"}));
  EXPECT_EQ(::fcntl(copy, F_GETFD), -1) << "the copy is closed";
}

TEST_F(DescriptorStoreTest, DropsWhoseOtherEndHungUpUnlessToldNotTo) {
  Pipe polled;
  Pipe kept;
  store_.add(std::move(polled.read), "polled", true);
  store_.add(std::move(kept.read), "kept", false);
  kept.write.reset();
  polled.write.reset();
  ASSERT_TRUE(loop_.run_once());
  EXPECT_EQ(names(), (Strings{"kept"}));
  EXPECT_EQ(hung_up_, (Strings{"polled"}));
}

TEST_F(DescriptorStoreTest, RemovesByName) {
  store_.add(null_device(), "web", true);
  store_.add(null_device(), "db", true);
  EXPECT_EQ(store_.remove("nothing"), 0U);
  EXPECT_EQ(store_.remove("web"), 1U);
  EXPECT_EQ(names(), (Strings{"db"}));
}

}  // namespace
}  // namespace logq::supervise
