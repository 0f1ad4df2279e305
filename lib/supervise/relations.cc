#include "supervise/relations.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "supervise/unit_files.h"

namespace logq::supervise {
namespace {

struct RelationKey {
  std::string_view key;
  std::vector<std::string> Dependencies::*units;
};

constexpr std::array kRelationKeys{
    RelationKey{"Requires", &Dependencies::requires_units},
    RelationKey{"RequiresOverridable", &Dependencies::requires_units},
    RelationKey{"Wants", &Dependencies::wants},
    RelationKey{"BindsTo", &Dependencies::binds_to},
    RelationKey{"BindTo", &Dependencies::binds_to},
    RelationKey{"PartOf", &Dependencies::part_of},
    RelationKey{"After", &Dependencies::after},
    RelationKey{"Before", &Dependencies::before}};

constexpr std::array kTriggerKeys{RelationKey{"OnFailure", &Dependencies::on_failure},
                                  RelationKey{"OnSuccess", &Dependencies::on_success}};

// Says of what is told about a key that it is about these units, or takes it back for none.
void narrow_problem(std::vector<UnitProblem>& problems,
                    std::string_view key,
                    const std::string& units) {
  const auto problem = std::ranges::find(problems, key, &UnitProblem::pending_key);
  if (problem == problems.end()) return;
  if (units.empty()) {
    problems.erase(problem);
    return;
  }
  constexpr std::string_view kBeforeValue = ", ignoring: ";
  const std::size_t place = problem->message.rfind(kBeforeValue);
  if (place == std::string::npos) return;
  problem->message.replace(place + kBeforeValue.size(), std::string::npos, units);
}

}  // namespace

std::vector<LoadedSocket> sockets_of(const ServiceUnit& service,
                                     const std::string& directory,
                                     const HostFacts& host) {
  std::vector<LoadedSocket> sockets;
  std::set<std::string> seen(service.sockets.begin(), service.sockets.end());
  sockets.reserve(service.sockets.size());
  for (const std::string& name : service.sockets)
    sockets.push_back(load_socket(directory + name, host));
  const Dependencies& of = service.dependencies;
  for (const auto* units : {&of.requires_units, &of.wants, &of.binds_to}) {
    for (const std::string& name : *units) {
      if (!name.ends_with(".socket") || !seen.insert(name).second) continue;
      if (!std::filesystem::exists(unit_files_of(directory + name).front())) continue;
      LoadedSocket socket = load_socket(directory + name, host);
      if (socket.unit.service == service.name) sockets.push_back(std::move(socket));
    }
  }
  return sockets;
}

void forget_met_relations(LoadedService& loaded, const std::set<std::string>& run) {
  const auto is_met = [&](const std::string& name) {
    return run.contains(name) || name.ends_with(".target");
  };
  std::erase_if(loaded.problems, [&](const UnitProblem& problem) {
    const auto key = std::ranges::find(kRelationKeys, problem.pending_key, &RelationKey::key);
    return key != kRelationKeys.end() &&
           std::ranges::all_of(loaded.unit.dependencies.*key->units, is_met);
  });
}

bool is_service_file(const std::string& path) {
  return path.ends_with(".service") && std::filesystem::exists(unit_files_of(path).front());
}

void keep_startable(LoadedService& loaded,
                    const std::function<bool(const std::string& name)>& can_start) {
  for (const auto& [key, units] : kTriggerKeys) {
    std::vector<std::string> kept;
    std::string others;
    for (const std::string& name : loaded.unit.dependencies.*units) {
      if (std::ranges::find(kept, name) != kept.end()) continue;
      if (can_start(name)) {
        kept.push_back(name);
      } else {
        others += (others.empty() ? "" : " ") + name;
      }
    }
    loaded.unit.dependencies.*units = std::move(kept);
    narrow_problem(loaded.problems, key, others);
  }
}

}  // namespace logq::supervise
