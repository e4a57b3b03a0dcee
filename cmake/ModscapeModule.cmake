# modscape_module(NAME SOURCES a.cpp ... LINKS modscape::core ...): one static library for one folder of src/.
function(modscape_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(modscape_${name} STATIC ${arg_SOURCES})
  add_library(modscape::${name} ALIAS modscape_${name})
  target_include_directories(modscape_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(modscape_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS} modscape_flags)
endfunction()
