# The warnings every target of ours is built with; LOGQ_WERROR (presets dev, asan-ubsan, tsan) makes them errors.
add_library(logq_warnings INTERFACE)
target_compile_options(logq_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Wformat=2 -Wundef -Wmissing-declarations -Wextra-semi
  -Wzero-as-null-pointer-constant
  $<$<CXX_COMPILER_ID:GNU>:-Wcast-align=strict -Wuseless-cast -Wduplicated-cond
    -Wduplicated-branches -Wlogical-op
    # Where several sources are compiled as one, GCC takes each for a header.
    $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>>
  $<$<BOOL:${LOGQ_WERROR}>:-Werror>)
