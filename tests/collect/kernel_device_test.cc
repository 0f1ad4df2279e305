#include "collect/kernel_device.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

namespace fs = std::filesystem;
using Fields = std::vector<std::string>;

// A /sys and a /run/udev of the test's own.
class KernelDeviceTest : public ::testing::Test {
 protected:
  // A device in the tree, which the links of /sys point to.
  void add(const std::string& device, const std::string& uevent, const std::string& link) const {
    const std::string target = sources_.sys + "/devices/" + device;
    fs::create_directories(target);
    test::write_text_file(target + "/uevent", uevent);
    fs::create_directories(fs::path(sources_.sys + link).parent_path());
    fs::create_directory_symlink(target, sources_.sys + link);
  }
  void add_udev(const std::string& id, const std::string& text) const {
    fs::create_directories(sources_.udev);
    test::write_text_file(sources_.udev + "/" + id, text);
  }
  [[nodiscard]] Fields fields_of(const std::string& id) const {
    Fields fields;
    append_device_fields(id, sources_, fields);
    return fields;
  }

  test::TempDir directory_;
  DeviceSources sources_{directory_.path() + "/sys", directory_.path() + "/udev"};
};

TEST_F(KernelDeviceTest, IsABlockDeviceWithItsLinks) {
  add("pci/sda", "MAJOR=8\nMINOR=0\nDEVNAME=sda\nDEVTYPE=disk\n", "/dev/block/8:0");
  add_udev("b8:0", "S:disk/by-id/x\nI:12\nE:ID_MODEL=S:\nS:disk/by-path/y\n");

  EXPECT_EQ(fields_of("b8:0"),
            (Fields{"_UDEV_DEVNODE=/dev/sda", "_UDEV_SYSNAME=sda",
                    "_UDEV_DEVLINK=/dev/disk/by-id/x", "_UDEV_DEVLINK=/dev/disk/by-path/y"}));
}

TEST_F(KernelDeviceTest, HasNoNodeWhereTheKernelGivesItNone) {
  add("pci/0000:00:02.0", "DRIVER=virtio\n", "/bus/pci/devices/0000:00:02.0");
  add("cciss!c0d0", "DEVNAME=cciss/c0d0\n", "/class/odd/cciss!c0d0");

  EXPECT_EQ(fields_of("+pci:0000:00:02.0"), Fields{"_UDEV_SYSNAME=0000:00:02.0"});
  EXPECT_EQ(fields_of("+odd:cciss!c0d0"),
            (Fields{"_UDEV_DEVNODE=/dev/cciss/c0d0", "_UDEV_SYSNAME=cciss/c0d0"}));
}

TEST_F(KernelDeviceTest, HasAtMostThirtyTwoLinks) {
  add("sda", "DEVNAME=sda\n", "/dev/char/1:2");
  std::string links;
  for (int i = 0; i < 40; ++i)
    links += "S:link" + std::to_string(i) + "\n";
  add_udev("c1:2", links);

  EXPECT_EQ(fields_of("c1:2").size(), 2U + 32U);
}

TEST_F(KernelDeviceTest, IsNothingWhereItDoesNotExistOrIsNoDevice) {
  add("sda", "DEVNAME=sda\n", "/dev/block/8:0");
  add("secret", "DEVNAME=secret\n", "/secret");
  for (const char* id : {"",
                         "b",
                         "b8",
                         "b8:",
                         "b8:1",
                         "bx:0",
                         "b8:0x",
                         "c8:0",
                         "n",
                         "nx",
                         "n4294967295",
                         "n99999999999",
                         "+",
                         "+a",
                         "+a:",
                         "+:a",
                         "+bus:..",
                         "+..:secret",
                         "+module:../secret",
                         "+module:none",
                         "x8:0",
                         "b../../secret:0",
                         "b8:../../../secret"}) {
    EXPECT_EQ(fields_of(id), Fields{}) << id;
  }
}

}  // namespace
}  // namespace logq::collect
