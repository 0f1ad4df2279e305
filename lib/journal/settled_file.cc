#include "journal/settled_file.h"

namespace logq::journal {

bool is_settled(const FileReader& file) {
  if (file.info().state == FileState::kArchived) return true;
  const Header* const header = file.opened().header();
  return file.info().state == FileState::kOffline && header != nullptr &&
         load(header->state) == FileState::kOffline &&
         load(header->n_entries) == file.info().n_entries;
}

}  // namespace logq::journal
