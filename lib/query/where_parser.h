// The grammar of --where (docs/where.md, "Grammar").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "logq/result.h"
#include "query/where_error.h"
#include "query/where_tree.h"

namespace logq::query {

// Beyond these an expression is refused.
inline constexpr std::size_t kWhereLeavesMax = 64;
inline constexpr std::size_t kWhereNestingMax = 200;
inline constexpr std::size_t kWhereTextMax = std::size_t{64} << 10;

// What the meaning of an expression depends on besides its text.
struct WhereContext {
  std::uint64_t now_realtime_usec = 0;   // for times like "yesterday"
  std::uint32_t pattern_step_limit = 0;  // of Grep::compile()
};

[[nodiscard]] tl::expected<WhereExpression, WhereError> parse_where(std::string_view text,
                                                                    const WhereContext& context);

}  // namespace logq::query
