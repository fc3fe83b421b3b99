# The contract: contract/*.yaml, checked and normalised by tools/contract at build time, becomes
# one JSON document that is linked in as data, and generated/contract/operations.h.
file(GLOB CONTRACT_FILES CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/contract/*.yaml")
file(GLOB CONTRACT_TOOL_FILES CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tools/contract/*.cpp")
set(CONTRACT_TOOL_TESTS ${CONTRACT_TOOL_FILES})
list(FILTER CONTRACT_TOOL_TESTS INCLUDE REGEX "_test\\.cpp$")
list(FILTER CONTRACT_TOOL_FILES EXCLUDE REGEX "(_test|main)\\.cpp$")

add_library(contract_rules STATIC ${CONTRACT_TOOL_FILES})
target_include_directories(contract_rules PUBLIC "${CMAKE_SOURCE_DIR}/tools/contract")
target_link_libraries(contract_rules PUBLIC tandem_core PRIVATE PkgConfig::yaml_cpp)
add_executable(contract_tool "${CMAKE_SOURCE_DIR}/tools/contract/main.cpp")
target_link_libraries(contract_tool PRIVATE contract_rules)
if(CONTRACT_TOOL_TESTS)
  add_executable(contract_tool_test ${CONTRACT_TOOL_TESTS} "${CMAKE_SOURCE_DIR}/cmake/test_main.cpp")
  target_link_libraries(contract_tool_test PRIVATE contract_rules)
  add_test(NAME contract_tool COMMAND contract_tool_test)
endif()

set(CONTRACT_JSON "${CMAKE_BINARY_DIR}/generated/contract/contract.json")
set(CONTRACT_HEADER "${CMAKE_BINARY_DIR}/generated/contract/operations.h")
set(CONTRACT_BLOB "${CMAKE_BINARY_DIR}/generated/contract/blob.S")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/generated/contract")
add_custom_command(
  OUTPUT "${CONTRACT_JSON}" "${CONTRACT_HEADER}"
  COMMAND contract_tool "${CMAKE_SOURCE_DIR}/contract" "${CONTRACT_JSON}" "${CONTRACT_HEADER}"
  DEPENDS contract_tool ${CONTRACT_FILES}
  COMMENT "Checking the contract"
  VERBATIM)

enable_language(ASM)
file(CONFIGURE OUTPUT "${CONTRACT_BLOB}" CONTENT [[
  .section .rodata
  .global tandem_contract_begin
  .global tandem_contract_end
  .balign 64
tandem_contract_begin:
  .incbin "@CONTRACT_JSON@"
tandem_contract_end:
  .byte 0
  .section .note.GNU-stack,"",%progbits
]] @ONLY)
set_source_files_properties("${CONTRACT_BLOB}" PROPERTIES OBJECT_DEPENDS "${CONTRACT_JSON}")
add_library(contract_blob STATIC "${CONTRACT_BLOB}" "${CONTRACT_HEADER}")
target_include_directories(contract_blob INTERFACE "${CMAKE_BINARY_DIR}/generated")
