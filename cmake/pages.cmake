# The pages that the server shows a browser, linked into the program: our own from src/app/pages, and
# the script of the API page from its npm package.
set(PAGES "${CMAKE_BINARY_DIR}/generated/pages")
set(API_PAGE_SCRIPT "${PAGES}/docs/scalar.js")
add_custom_command(
  OUTPUT "${API_PAGE_SCRIPT}"
  COMMAND "${CMAKE_SOURCE_DIR}/tools/fetch-docs.sh" "${API_PAGE_SCRIPT}"
  DEPENDS "${CMAKE_SOURCE_DIR}/tools/fetch-docs.sh"
  COMMENT "Fetching the API page"
  VERBATIM)
# Browsers get it compressed: it is most of what a first visit loads.
add_custom_command(
  OUTPUT "${API_PAGE_SCRIPT}.gz"
  COMMAND gzip -9 -n -k -f "${API_PAGE_SCRIPT}"
  DEPENDS "${API_PAGE_SCRIPT}"
  VERBATIM)
configure_file("${CMAKE_SOURCE_DIR}/src/app/pages/docs/index.html" "${PAGES}/docs/index.html" COPYONLY)
configure_file("${CMAKE_SOURCE_DIR}/src/app/pages/oauth/consent.html" "${PAGES}/oauth/consent.html" COPYONLY)
add_custom_target(pages DEPENDS "${API_PAGE_SCRIPT}" "${API_PAGE_SCRIPT}.gz")
tandem_embed(tandem_app tandem::app page_file "${PAGES}" "${PAGES}/docs/index.html" "${PAGES}/oauth/consent.html"
  "${API_PAGE_SCRIPT}" "${API_PAGE_SCRIPT}.gz")
add_dependencies(tandem_app pages)
