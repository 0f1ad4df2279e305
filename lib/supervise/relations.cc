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

}  // namespace logq::supervise
