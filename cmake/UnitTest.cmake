# SPDX-License-Identifier: BSD-2-Clause
# UnitTest.cmake: host-side tests of single files, built with sanitizers.
#
#   torito_unit_test(lib/format [THREADS] [STATIC_PIE] [SOURCES more.c ...] [DEFINES NAME=VALUE ...])
#
# builds lib/format_test.c and the SOURCES (paths from the root) into unit/lib_format with
# AddressSanitizer and UndefinedBehaviorSanitizer, and with THREADS into unit/lib_format_tsan with
# ThreadSanitizer as well. STATIC_PIE: linked as a payload is, which AddressSanitizer cannot be, and
# free to fault on purpose. Each becomes a CTest of its own. A test has passed if its status is 0 and its last line is
# `done N`, N being the number of cases it planned. They are built by the target `unit_tests` only:
# the sanitizers would slow every build down.
add_custom_target(unit_tests)
add_test(NAME unit.build
  COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target unit_tests)
set_tests_properties(unit.build PROPERTIES FIXTURES_SETUP unit_tests TIMEOUT 600)

function(torito_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "THREADS;STATIC_PIE" "" "SOURCES;DEFINES")
  if(test_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "torito_unit_test(${name}): what is ${test_UNPARSED_ARGUMENTS}?")
  endif()
  string(REPLACE "/" "_" target ${name})
  list(TRANSFORM test_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/)
  set(sources ${CMAKE_SOURCE_DIR}/${name}_test.c ${test_SOURCES})
  if(test_STATIC_PIE)
    _torito_unit_binary(${name} unit_${target} undefined "${sources}" "${test_DEFINES}")
    target_compile_options(unit_${target} PRIVATE -fPIE -fno-sanitize=null,integer-divide-by-zero)
    target_link_options(unit_${target} PRIVATE -static-pie)
  else()
    _torito_unit_binary(${name} unit_${target} address,undefined "${sources}" "${test_DEFINES}")
  endif()
  if(test_THREADS)
    _torito_unit_binary(${name} unit_${target}_tsan thread "${sources}" "${test_DEFINES}")
    # ThreadSanitizer does not know fences. Those here order atomics only, which it takes one by one.
    target_compile_options(unit_${target}_tsan PRIVATE $<$<C_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endfunction()

function(_torito_unit_binary name target sanitizers sources defines)
  add_executable(${target} EXCLUDE_FROM_ALL ${sources})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unit)
  target_link_libraries(${target} PRIVATE torito_warnings pthread)
  target_compile_definitions(${target} PRIVATE ${defines})
  target_compile_options(${target} PRIVATE
    -O1 -g -fno-omit-frame-pointer -fsanitize=${sanitizers} -fno-sanitize-recover=all)
  target_link_options(${target} PRIVATE -fsanitize=${sanitizers})
  add_dependencies(unit_tests ${target})
  string(REGEX REPLACE ".*(_tsan)$" ".tsan" suffix ${target})
  if(NOT suffix STREQUAL ".tsan")
    set(suffix "")
  endif()
  string(REPLACE "/" "." test ${name})
  add_test(NAME unit.${test}${suffix}
    COMMAND ${CMAKE_SOURCE_DIR}/tests/unit/verdict.sh $<TARGET_FILE:${target}>)
  set_tests_properties(unit.${test}${suffix} PROPERTIES FIXTURES_REQUIRED unit_tests TIMEOUT 60)
endfunction()
