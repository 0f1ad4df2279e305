// What udev and sysfs know of a device that a kernel message is about (docs/kernel-sources.md,
// "Devices"). Reads files only, needs no libudev.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logq::collect {

// Where the facts are read; tests put directories of their own here.
struct DeviceSources {
  std::string sys = "/sys";
  std::string udev = "/run/udev/data";
};

// Appends "_UDEV_DEVNODE=", "_UDEV_SYSNAME=" and "_UDEV_DEVLINK=" (up to 32 of them) for the device
// `id`, as the kernel names it: "b8:0" block, "c4:64" character, "n2" network, "+pci:0000:00:02.0"
// other. Nothing for a device that does not exist.
void append_device_fields(std::string_view id,
                          const DeviceSources& sources,
                          std::vector<std::string>& out);

}  // namespace logq::collect
