// ControlSession: one conversation on the control socket, without the socket: bytes of calls in,
// bytes of replies out, in the order of the calls.
//
// A call is looked at only when the reply to the one before it has been taken, so a client that
// does not read its replies costs one of them, and one that sends without an end
// kControlMessageMax. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collect/control_methods.h"

namespace logq::collect {

class ControlSession {
 public:
  // `later` gets the answers to calls that take time, at any time and from anywhere; whoever made
  // it hands them to answered().
  ControlSession(ControlMethods& methods, bool privileged, ControlMethods::Reply later);

  // Whether it has no complete call and nothing else to do. REQUIRES that for received().
  [[nodiscard]] bool wants_input() const;
  void received(std::string_view bytes);
  // The client sends no more.
  void input_ended() { input_ended_ = true; }

  // Whether there is a call to be answered, and nothing in its way.
  [[nodiscard]] bool has_call() const;
  // Answers one. REQUIRES: has_call().
  void answer_call();
  void answered(std::string message);
  [[nodiscard]] bool awaits_answer() const { return awaits_answer_; }

  // What is to be sent; taken() says how much of it has been.
  [[nodiscard]] std::string_view output() const { return output_; }
  void taken(std::size_t bytes) { output_.erase(0, bytes); }

  // Whether there is nothing left to do but to hang up.
  [[nodiscard]] bool is_over() const;

 private:
  ControlMethods& methods_;
  bool privileged_;
  ControlMethods::Reply later_;
  std::string input_;
  std::size_t call_size_ = 0;  // of the first call with its NUL, 0 while it is not complete
  std::string output_;
  bool awaits_answer_ = false;
  bool input_ended_ = false;
  bool broken_ = false;  // the client has said what is no call
  void look_for_call(std::size_t from);
};

}  // namespace logq::collect
