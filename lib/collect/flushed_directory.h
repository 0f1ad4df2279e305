// What becomes of a volatile directory whose entries a flush has copied: it gets another name,
// which is the commit of the flush, and what is in it is deleted.
//
// Only what is the collector's goes: journal files, which were copied whoever wrote them, its lock
// and its note. Everything else that lies there is somebody's own and goes back to its old place.
#pragma once

#include <functional>
#include <string>

#include "logq/result.h"

namespace logq::collect {

// Gives a journal file that could not be copied whole a name that nothing deletes, `.damaged`
// behind its own, for somebody to look at. To be called before the commit.
void keep_damaged(const std::string& path,
                  const std::function<void(const std::string& line)>& diagnose);

// Gives `directory` the other name. Errors: kSystem.
Result<void> rename_flushed(const std::string& directory);

// Deletes what rename_flushed() has put aside, now or in an earlier run; nothing where there is
// nothing. Tells of every file that could not go back to `directory`, and leaves it.
void remove_flushed(const std::string& directory,
                    const std::function<void(const std::string& line)>& diagnose);

}  // namespace logq::collect
