# Installs into a private directory and builds and runs a separate project against it.
# Variables: BUILD_DIR (of logq), SOURCE_DIR (of this file), WORK_DIR (is replaced), GENERATOR, COMPILER, FLAGS.
set(prefix ${WORK_DIR}/prefix)
file(REMOVE_RECURSE ${WORK_DIR})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: ${status}\n${out}")
  endif()
endfunction()

# One at a time: cmake writes its list of files into the build directory.
run(flock ${BUILD_DIR}/install.lock ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix} --component development)
file(GLOB_RECURSE pc_files ${prefix}/*/logq.pc)
get_filename_component(pc_dir "${pc_files}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${pc_dir})
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE_DIR} -B ${WORK_DIR}/build -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
set(ENV{LOGQ_SOCKET} ${WORK_DIR}/no-collector)
foreach(program by_find_package by_pkg_config moved_over with_spdlog async_by_find_package
        async_by_pkg_config spdlog_by_pkg_config)
  run(${WORK_DIR}/build/${program})
endforeach()
foreach(program journal_by_find_package journal_by_pkg_config)
  file(MAKE_DIRECTORY ${WORK_DIR}/${program})
  run(${WORK_DIR}/build/${program} ${WORK_DIR}/${program})
endforeach()
file(REMOVE_RECURSE ${WORK_DIR})
