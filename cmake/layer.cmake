# logq_add_layer(NAME SOURCES ... [PUBLIC targets...] [PRIVATE targets...])
#
# One static library per layer of ARCHITECTURE.md: target logq_NAME, alias logq::NAME. Sources see
# the public headers as "logq/x.h" and their own and lower layers as "layer/x.h"; which layers are
# lower is checked by scripts/check_layers.py.
function(logq_add_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(logq_${name} STATIC ${ARG_SOURCES})
  add_library(logq::${name} ALIAS logq_${name})
  set_target_properties(logq_${name} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME logq_${name})
  target_include_directories(logq_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/lib)
  target_compile_features(logq_${name} PUBLIC cxx_std_20)
  target_link_libraries(logq_${name}
    PUBLIC ${ARG_PUBLIC}
    PRIVATE $<BUILD_INTERFACE:logq_warnings> ${ARG_PRIVATE})
  logq_reuse_headers(logq_${name} logq_library_headers)
endfunction()
