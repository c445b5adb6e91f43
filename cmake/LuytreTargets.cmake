# SPDX-License-Identifier: Apache-2.0
# How targets are declared. Headers live in <dir>/include and are compiled alone once
# (`cmake --build … --target all_verify_interface_header_sets`); sources are listed, never globbed.

include(GoogleTest)

function(luytre_public_headers target scope)
  if(ARGN)
    target_sources(${target} ${scope}
      FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include FILES ${ARGN})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  else()
    target_include_directories(${target} ${scope} ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
endfunction()

# luytre_interface_library(NAME HEADERS … DEPS …): headers only.
function(luytre_interface_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  add_library(${name} INTERFACE)
  luytre_public_headers(${name} INTERFACE ${ARG_HEADERS})
  target_link_libraries(${name} INTERFACE ${ARG_DEPS})
endfunction()

# luytre_library(NAME [NO_EXCEPTIONS] SOURCES … HEADERS … DEPS … PRIVATE_DEPS …)
# NO_EXCEPTIONS: -fno-exceptions -fno-rtti, for everything that a packet passes through.
function(luytre_library name)
  cmake_parse_arguments(ARG "NO_EXCEPTIONS" "" "SOURCES;HEADERS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  luytre_public_headers(${name} PUBLIC ${ARG_HEADERS})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  if(ARG_NO_EXCEPTIONS)
    target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  endif()
endfunction()

# luytre_program(NAME SOURCES … DEPS …)
function(luytre_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# luytre_test(NAME SOURCES … DEPS …): one GoogleTest binary a library; every TEST becomes a ctest entry.
function(luytre_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LUYTRE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests)
  target_precompile_headers(${name} PRIVATE <gtest/gtest.h>)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

# luytre_fuzz(NAME SOURCE x_fuzz.cc DEPS … CORPUS DIR): with LUYTRE_FUZZ a libFuzzer program, otherwise a program that
# replays DIR (and DIR/repro) and every truncation of each file once, as a ctest entry.
function(luytre_fuzz name)
  cmake_parse_arguments(ARG "" "SOURCE;CORPUS" "DEPS" ${ARGN})
  if(LUYTRE_FUZZ)
    add_executable(${name} ${ARG_SOURCE})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${ARG_SOURCE} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME ${name}.replay COMMAND ${name} ${ARG_CORPUS})
    set_tests_properties(${name}.replay PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
endfunction()

# luytre_bench(NAME SOURCES … DEPS …)
function(luytre_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} benchmark::benchmark)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()
