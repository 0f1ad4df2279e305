# cmake --install: component "development" is what find_package(logq) and pkg-config need,
# component "runtime" the programs. Programs that are not built are left out.
include(CMakePackageConfigHelpers)

set(LOGQ_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/logq)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/lib/include/logq DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT development FILES_MATCHING PATTERN "*.h")

set(LOGQ_LIBRARIES logq_base logq_wire logq_client logq_spdlog)
if(TARGET logq_journal)
  list(APPEND LOGQ_LIBRARIES logq_journal)
endif()
install(TARGETS ${LOGQ_LIBRARIES} EXPORT logq_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT logq_targets FILE logq-targets.cmake NAMESPACE logq::
        DESTINATION ${LOGQ_CMAKE_DIR} COMPONENT development)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/logq-config.cmake.in
  ${PROJECT_BINARY_DIR}/logq-config.cmake INSTALL_DESTINATION ${LOGQ_CMAKE_DIR})
# 0.x: a new minor version may break.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/logq-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/logq-config.cmake ${PROJECT_BINARY_DIR}/logq-config-version.cmake
        DESTINATION ${LOGQ_CMAKE_DIR} COMPONENT development)

file(RELATIVE_PATH LOGQ_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
     ${CMAKE_INSTALL_FULL_INCLUDEDIR})
foreach(package logq logq-spdlog logq-journal)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${package}.pc.in ${PROJECT_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT development)
endforeach()

foreach(program logq logqd logq-run logq-cat logq-svc)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  endif()
endforeach()

if(TARGET logq)
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/man/logq.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
          COMPONENT runtime)
  # Where the shells look, below the prefix.
  set(LOGQ_COMPLETION ${PROJECT_SOURCE_DIR}/packaging/completion)
  install(FILES ${LOGQ_COMPLETION}/logq.bash COMPONENT runtime RENAME logq
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
  install(FILES ${LOGQ_COMPLETION}/_logq COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/site-functions)
  install(FILES ${LOGQ_COMPLETION}/logq.fish COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d)
endif()

if(TARGET logqd)
  # Where systemd looks for catalogs: in /usr/lib and /usr/local/lib, whatever the architecture.
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/catalog/logqd.catalog
          DESTINATION lib/systemd/catalog COMPONENT runtime)
  add_subdirectory(${PROJECT_SOURCE_DIR}/packaging/systemd ${PROJECT_BINARY_DIR}/packaging/systemd)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/configuration.md
                ${PROJECT_SOURCE_DIR}/docs/migrating-from-journald.md
                ${PROJECT_SOURCE_DIR}/docs/protocols.md
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/logq COMPONENT runtime)
endif()
