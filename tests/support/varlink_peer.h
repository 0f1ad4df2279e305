// A client of a control socket that says any bytes, also ones that are no Varlink.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace logq::test {

class VarlinkPeer {
 public:
  // Connects; throws std::runtime_error when nobody listens. Nothing it does waits for longer than
  // kHangs.
  explicit VarlinkPeer(const std::string& socket_path);

  // False when the other side has hung up.
  bool send(std::string_view bytes) const;
  void end_input() const;  // half-closes

  // The next messages, without their NULs; fewer where the other side hangs up before.
  std::vector<std::string> read(std::size_t count);
  std::string read_one();  // "" where there is none
  // All until it hangs up.
  std::vector<std::string> read_to_end();
  // Says it and reads one message.
  std::string ask(std::string_view bytes);

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  base::UniqueFd fd_;
  std::string pending_;
};

// A call with its NUL: {"method":"METHOD","parameters":PARAMETERS}.
std::string varlink_call(std::string_view method, std::string_view parameters = "{}");

}  // namespace logq::test
