# Rooms from the bottom up: a room may use those above its line, never those below.
tandem_room(core DEPS simdjson::simdjson fmt::fmt Threads::Threads)
tandem_room(runtime DEPS tandem_core OpenSSL::SSL PkgConfig::libcares)
tandem_room(http DEPS tandem_runtime llhttp TEST_DEPS wslay)
tandem_room(store DEPS tandem_core PkgConfig::sqlite3 PkgConfig::libpq OpenSSL::Crypto)
tandem_room(contract DEPS tandem_store tandem_http contract_blob PkgConfig::libpcre2_8)
tandem_room(events DEPS tandem_http tandem_store PkgConfig::libsodium)
tandem_room(ledger DEPS tandem_store)

# The built-in price list.
file(GLOB LEDGER_DATA CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/ledger/data/*")
tandem_embed(tandem_ledger tandem::ledger data_file "${CMAKE_SOURCE_DIR}/src/ledger" ${LEDGER_DATA})
tandem_room(api DEPS tandem_contract tandem_events tandem_ledger)
tandem_room(telephony/sdp DEPS tandem_core)
tandem_room(telephony/sip DEPS tandem_telephony_sdp tandem_http PkgConfig::libcares OpenSSL::SSL)
tandem_room(telephony/rtp DEPS tandem_core OpenSSL::Crypto TEST_DEPS srtp2)
tandem_room(telephony/media DEPS tandem_telephony_rtp tandem_runtime media_libraries)
tandem_room(telephony DEPS tandem_telephony_sip tandem_telephony_media EXCLUDE sdp sip rtp media)
tandem_room(carrier DEPS tandem_telephony tandem_store)
tandem_room(products DEPS tandem_api tandem_carrier PkgConfig::pugixml PkgConfig::libsodium)

# Reference data of the products: src/products/<product>/data/*.
file(GLOB PRODUCT_DATA CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/products/*/data/*")
tandem_embed(tandem_products tandem::products data_file "${CMAKE_SOURCE_DIR}/src/products" ${PRODUCT_DATA})
tandem_room(app DEPS tandem_products PkgConfig::yaml_cpp)
tandem_room(cli DEPS tandem_app)
