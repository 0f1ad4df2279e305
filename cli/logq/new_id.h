// `--new-id128`: a new id in the ways in which programs write one down.
#pragma once

#include <string>

#include "logq/colours.h"
#include "logq/id128.h"

namespace logq::cli {

std::string describe_new_id(const Id128& id, const Colours& colours);

}  // namespace logq::cli
