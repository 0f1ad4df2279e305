// `--new-id128`: a new id in the ways in which programs write one down.
#pragma once

#include <string>

#include "logq/id128.h"
#include "logq/show/colours.h"

namespace logq::cli {

std::string describe_new_id(const Id128& id, const Colours& colours);

}  // namespace logq::cli
