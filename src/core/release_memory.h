#pragma once

namespace tandem {

/// Empties a string or container and gives its memory back. Assigning an empty one keeps the buffer
/// (`text = std::string()` copies nothing into it, `list = {}` assigns no elements), and so does
/// clear().
template <class Container>
void release_memory(Container& container) {
  Container().swap(container);
}

}  // namespace tandem
