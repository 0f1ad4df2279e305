#include "query/catalog_files.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "query/catalog_language.h"
#include "query/catalog_source.h"

namespace logq::query {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSourceBytes = std::size_t{16} << 20;

// A file of at most so many bytes. A pipe in its place is not waited for.
Result<std::string> read_whole(const std::string& path, std::size_t max_bytes) {
  const base::UniqueFd fd = LOGQ_TRY(base::open_file(path, O_RDONLY | O_NOCTTY | O_NONBLOCK));
  std::string bytes = LOGQ_TRY(base::read_all(fd.get(), max_bytes + 1));
  if (bytes.size() > max_bytes) return fail(Error::make(Errc::kTooLarge, "the file is too large"));
  return bytes;
}

bool is_catalog_file(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code ignored;
  const bool is_file = entry.is_symlink(ignored) || entry.is_regular_file(ignored);
  return is_file && !name.starts_with('.') && name.ends_with(".catalog");
}

void read_source(const std::string& path, CatalogSources& sources) {
  const auto bytes = read_whole(path, kMaxSourceBytes);
  if (!bytes) {
    sources.problems.push_back({path, 0, bytes.error().message()});
    return;
  }
  const auto parsed = parse_catalog_source(*bytes, language_of_catalog_file(path), sources.entries);
  if (!parsed) {
    sources.problems.push_back({path, parsed.error().line, std::string(parsed.error().what)});
    return;
  }
  for (const CatalogSourceNote& note : *parsed)
    sources.remarks.push_back({path, note.line, std::string(note.what)});
}

}  // namespace

CatalogPlaces catalog_places(const std::string& root) {
  return {root + "/var/lib/systemd/catalog/database",
          {root + "/usr/local/lib/systemd/catalog", root + "/usr/lib/systemd/catalog"}};
}

std::vector<std::string> list_catalog_files(const std::vector<std::string>& directories) {
  std::map<std::string, std::string> paths;  // by name
  for (const std::string& directory : directories) {
    std::error_code failed;
    for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      if (is_catalog_file(*entry)) {
        paths.emplace(entry->path().filename().string(), entry->path().string());
      }
    }
  }
  std::vector<std::string> sorted;
  sorted.reserve(paths.size());
  for (auto& [name, path] : paths)
    sorted.push_back(std::move(path));
  return sorted;
}

CatalogSources read_catalog_sources(const std::vector<std::string>& directories) {
  CatalogSources sources;
  for (const std::string& path : list_catalog_files(directories))
    read_source(path, sources);
  return sources;
}

Result<CatalogDatabase> load_catalog_database(const CatalogPlaces& places) {
  auto bytes = read_whole(places.database, kMaxCatalogBytes);
  if (bytes) return CatalogDatabase::parse(std::move(*bytes));
  const int sys_errno = bytes.error().sys_errno;
  if (sys_errno != ENOENT && sys_errno != ENOTDIR) return fail(bytes.error());
  const CatalogSources sources = read_catalog_sources(places.source_directories);
  if (sources.entries.size() == 0) {
    return fail(Error::make(Errc::kNotFound, "there is no message catalog"));
  }
  return CatalogDatabase::parse(encode_catalog_database(sources.entries));
}

Result<void> write_catalog_database(const CatalogPlaces& places, const CatalogEntries& entries) {
  const std::string directory = fs::path(places.database).parent_path().string();
  if (!directory.empty()) LOGQ_TRY(base::make_directories(directory, 0755));
  return base::replace_file(places.database, encode_catalog_database(entries), 0644,
                            base::Durability::kSynced);
}

}  // namespace logq::query
