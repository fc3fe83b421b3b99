# The contract, normalised from contract/*.yaml at build time and linked in as data.
add_library(contract_blob INTERFACE)
