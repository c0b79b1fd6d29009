# Installs headers, libraries, the CMake package (find_package(rill)) and the pkg-config file. No installed file contains the
# prefix. `cmake --install --prefix` sets the prefix, and the installed tree may be moved later.
if(NOT RILL_INSTALL)
    return()
endif()
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY RILL_MODULES)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rill)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/framework/include/rill DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp")
list(TRANSFORM modules PREPEND rill_ OUTPUT_VARIABLE targets)
install(TARGETS ${targets} rill EXPORT rillTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT rillTargets NAMESPACE rill:: DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/rillConfig.cmake.in ${PROJECT_BINARY_DIR}/rillConfig.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rillConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rillConfig.cmake ${PROJECT_BINARY_DIR}/rillConfigVersion.cmake
    ${CMAKE_CURRENT_LIST_DIR}/boost_version.cmake DESTINATION ${package_dir})

# On the linker's command line, a static archive must come before the archives that it uses. The definitions come from the CMake
# target. Therefore users of pkg-config and users of CMake compile with the same definitions. This is necessary because
# application code creates coroutine frames.
list(REVERSE modules)
list(TRANSFORM modules PREPEND -lrill_)
list(JOIN modules " " RILL_PC_LIBS)
set(definitions $<TARGET_PROPERTY:rill,INTERFACE_COMPILE_DEFINITIONS>)
set(RILL_PC_DEFINITIONS "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions}, -D>>")
file(RELATIVE_PATH RILL_PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
string(REGEX REPLACE "/$" "" RILL_PC_PREFIX "${RILL_PC_PREFIX}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/rill.pc.in ${PROJECT_BINARY_DIR}/rill.pc.in @ONLY)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/rill.pc INPUT ${PROJECT_BINARY_DIR}/rill.pc.in)
install(FILES ${PROJECT_BINARY_DIR}/rill.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Each log module has its own CMake targets file and its own pkg-config file. Therefore a program that does not use a log needs
# neither its library nor its development files.
get_property(log_modules GLOBAL PROPERTY RILL_LOG_MODULES)
foreach(module IN LISTS log_modules)
    get_property(RILL_LOG_PACKAGE GLOBAL PROPERTY RILL_LOG_PACKAGE_${module})
    set(RILL_LOG ${module})
    install(TARGETS rill_${module} EXPORT rill-${module} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT rill-${module} NAMESPACE rill:: DESTINATION ${package_dir} FILE rill-${module}.cmake)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/rill-log.pc.in ${PROJECT_BINARY_DIR}/rill-${module}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/rill-${module}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
