# tandem_embed(<target> <namespace> <function> <folder> <files...>): links files into the program and
# defines `std::string_view <namespace>::<function>(std::string_view name)`, which gives the bytes of
# the file with that path below <folder>, or nothing. A header of the room declares it.
enable_language(ASM)
function(tandem_embed target namespace function folder)
  set(stem "${target}_${function}")
  set(assembly "")
  set(externs "")
  set(rows "")
  set(number 0)
  foreach(file ${ARGN})
    file(RELATIVE_PATH name "${folder}" "${file}")
    set(symbol "${stem}_${number}")
    string(APPEND assembly "    .global ${symbol}_begin\n    .global ${symbol}_end\n"
           "${symbol}_begin:\n    .incbin \"${file}\"\n${symbol}_end:\n    .byte 0\n")
    string(APPEND externs "extern const char ${symbol}_begin[], ${symbol}_end[];\n")
    string(APPEND rows "      {\"${name}\", ${symbol}_begin, ${symbol}_end},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  set(base "${CMAKE_BINARY_DIR}/generated/embed/${stem}")
  file(CONFIGURE OUTPUT "${base}.S" @ONLY CONTENT [[
    .section .rodata
@assembly@
    .section .note.GNU-stack,"",%progbits
]])
  file(CONFIGURE OUTPUT "${base}.cpp" @ONLY CONTENT [[
// Made by cmake/embed.cmake. Changes here are lost.
#include <string_view>

extern "C" {
@externs@}

namespace @namespace@ {

std::string_view @function@(std::string_view name);

std::string_view @function@(std::string_view name) {
  static const struct {
    std::string_view name;
    const char* begin;
    const char* end;
  } kFiles[] = {
@rows@  };
  for (const auto& file : kFiles) {
    if (file.name == name) return {file.begin, static_cast<size_t>(file.end - file.begin)};
  }
  return {};
}

}  // namespace @namespace@
]])
  set_source_files_properties("${base}.S" PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE "${base}.S" "${base}.cpp")
endfunction()
