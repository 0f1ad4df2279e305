// Entries that are hard to show, in the Journal Export Format: what makes the output formats of
// journalctl differ from a naive printf.
#pragma once

#include <string>

namespace logq::test {

// Priorities, missing and repeated fields, bytes that are no text, UTF-8 of every width, escape
// sequences, lines and sizes around every border, odd source times, several boots, links.
std::string awkward_stream();

}  // namespace logq::test
