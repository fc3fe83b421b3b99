# Codecs, signal processing and speech. flite ships without a pkg-config file.
foreach(lib IN ITEMS spandsp opus speexdsp libmpg123 lame)
  pkg_check_modules(${lib} REQUIRED IMPORTED_TARGET ${lib})
endforeach()
add_library(media_libraries INTERFACE)
target_link_libraries(media_libraries INTERFACE PkgConfig::spandsp PkgConfig::opus PkgConfig::speexdsp
                      PkgConfig::libmpg123 PkgConfig::lame flite_cmu_us_slt flite_cmu_us_rms
                      flite_cmu_us_kal flite_usenglish flite_cmulex flite)
