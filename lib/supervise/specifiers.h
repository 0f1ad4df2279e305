// Specifiers in values of unit files: "%n" is the unit's name. systemd.unit(5) has them all; those
// known here are %n %N %p %P %i %I %j %J %f %d %y %Y (of the unit), %u %U %g %G %h %s (of the user
// who runs the supervisor), %t %S %C %L %E %T %V (directories), %H %l %m %b %v %a (of the machine),
// %%.
#pragma once

#include <string>
#include <string_view>

namespace logq::supervise {

// The parts of "prefix@instance.service".
struct UnitNameParts {
  std::string prefix;
  std::string instance;  // empty: none
  std::string suffix;    // ".service"
};
[[nodiscard]] UnitNameParts split_unit_name(std::string_view name);

// "a/b c" of "a-b\x20c".
[[nodiscard]] std::string unescape_unit_name(std::string_view escaped);

// Where the supervisor runs and as whom.
struct HostFacts {
  std::string user;
  std::string uid;
  std::string group;
  std::string gid;
  std::string home;
  std::string shell;
  std::string runtime_directory;  // "/run", or the user's
  std::string state_directory;
  std::string cache_directory;
  std::string logs_directory;
  std::string configuration_directory;
  std::string host_name;
  std::string machine_id;
  std::string boot_id;
  std::string kernel_release;
  std::string architecture;  // in systemd's words: "x86-64"

  // Of this process. A user but root has directories below home, as systemd's user manager.
  static HostFacts of_this_process();
};

class Specifiers {
 public:
  Specifiers(std::string unit_name, std::string unit_file, HostFacts host);

  // `text` with specifiers replaced; one that is not known stays as it is, as with systemd.
  [[nodiscard]] std::string expand(std::string_view text) const;

  [[nodiscard]] const std::string& unit_name() const { return name_; }
  [[nodiscard]] const HostFacts& host() const { return host_; }

 private:
  [[nodiscard]] bool append_of_unit(char specifier, std::string& out) const;
  [[nodiscard]] bool append_of_host(char specifier, std::string& out) const;

  std::string name_;
  std::string file_;
  UnitNameParts parts_;
  HostFacts host_;
};

}  // namespace logq::supervise
