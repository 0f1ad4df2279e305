# With LOGQ_LIBRARY_PCH what most sources of lib/ and cli/ include from outside is compiled once, as it
# is a sixth of what they take. Without it each source has only what it includes itself, and GCC warns
# about what it inlines from those headers as it does for everybody.
set(LOGQ_PCH_OPTIONS -fpch-preprocess) # for ccache
if(LOGQ_LIBRARY_PCH)
  file(TOUCH ${PROJECT_BINARY_DIR}/library_headers.cc)
  add_library(logq_library_headers OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/library_headers.cc)
  target_link_libraries(logq_library_headers PRIVATE logq_warnings tl::expected)
  target_compile_options(logq_library_headers PRIVATE ${LOGQ_PCH_OPTIONS})
  target_precompile_headers(logq_library_headers PRIVATE
    <algorithm> <array> <atomic> <bit> <cerrno> <charconv> <chrono> <cstddef> <cstdint> <cstring>
    <filesystem> <functional> <limits> <map> <memory> <optional> <set> <span> <string> <string_view>
    <thread> <tuple> <utility> <vector> <tl/expected.hpp>)
endif()

# logq_reuse_headers(TARGET FROM): TARGET takes the headers that FROM has compiled, if there is one.
# The options of both must be alike, but for definitions.
function(logq_reuse_headers target from)
  if(TARGET ${from})
    target_compile_options(${target} PRIVATE ${LOGQ_PCH_OPTIONS})
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()
