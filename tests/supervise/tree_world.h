// A world for trees without processes: workers that do what the test says, and a record of what is
// ordered: "+a" started, "!a" cannot be started, "~a" need not be, "-a" stopped, "=done" answers a
// request, "end=..." is the end of the outermost tree.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/fake_transport.h"
#include "supervise/tree.h"

namespace logq::supervise {

// When workers and trees answer an order: within it, or when it is over.
enum class Answers : std::uint8_t { kAtOnce, kLater };

struct SimulatedTree {
  TreeUnit unit;
  struct Child {
    TreeChild spec;
    std::shared_ptr<SimulatedTree> tree;  // null: a worker
  };
  std::vector<Child> children;
};

class TreeWorld {
 public:
  struct Hook {
    std::string other;
    ChildEnd end;
  };

  TreeWorld(const SimulatedTree& tree, Answers answers);
  TreeWorld(const TreeWorld&) = delete;
  TreeWorld& operator=(const TreeWorld&) = delete;
  ~TreeWorld();

  // The outermost tree; what follows from what is done to it happens in settle().
  Tree& tree();
  void end_worker(const std::string& name, ChildEnd end);
  void settle();

  std::map<std::string, unsigned> fails;  // how many of the next starts fail
  std::map<std::string, unsigned> skips;
  std::map<std::string, Hook> on_start;  // who ends while this one is started; once
  std::map<std::string, Hook> on_stop;
  std::set<std::string> silent;     // whose answers the test gives
  std::size_t together = 0;         // a stop is answered when so many were ordered
  std::set<std::string> forgotten;  // by their tree
  std::uint64_t now = 1'000'000'000;
  std::vector<std::string> events;
  logq::test::Recording recording;

 private:
  class Host;
  void answer(std::function<void()> answer);
  void stop_together(std::function<void()> answer);
  void run_hook(std::map<std::string, Hook>& hooks, const std::string& name);

  const Answers answers_;
  logq::test::FakeTransport transport_{recording};
  TreeLog log_{transport_, {"app.tree", "App", Id128{}}};
  std::map<std::string, Host*> alive_;  // workers, and whose they are
  std::deque<std::function<void()>> later_;
  std::vector<std::function<void()>> stopping_;  // until they are enough
  std::unique_ptr<Host> top_;
};

}  // namespace logq::supervise
