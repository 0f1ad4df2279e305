// Asking an expression about entries that are written down as payloads.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "query/where.h"

namespace logq::test {

// 2023-11-14 22:13:20 UTC.
inline constexpr query::WhereContext kWhereContext{1'700'000'000'000'000, 0};

inline query::Where parsed(std::string_view text) {
  auto where = query::Where::parse(text, kWhereContext);
  if (!where) ADD_FAILURE() << query::describe_where_error(text, where.error());
  return where ? std::move(*where) : std::move(*query::Where::parse("has A", kWhereContext));
}

// What is wrong with an expression, "" where nothing is.
inline std::string complaint(std::string_view text) {
  const auto where = query::Where::parse(text, kWhereContext);
  return where ? "" : query::describe_where_error(text, where.error());
}

inline bool holds(query::Where& where, std::initializer_list<std::string_view> payloads) {
  std::uint64_t leaves = 0;
  for (const std::string_view payload : payloads)
    leaves |= where.leaves_of(payload);
  return where.holds(leaves);
}

inline bool holds(std::string_view text, std::initializer_list<std::string_view> payloads) {
  query::Where where = parsed(text);
  return holds(where, payloads);
}

}  // namespace logq::test
