#include "http/input.h"

namespace tandem::http {

using runtime::IoState;

std::string Input::take() {
  std::string rest(view_);
  view_ = {};
  keep();
  return rest;
}

void Input::move_to_kept() {
  const bool in_kept = view_.data() >= kept_.data() && view_.data() <= kept_.data() + kept_.size();
  if (in_kept) {
    kept_.erase(0, static_cast<size_t>(view_.data() - kept_.data()));
  } else {
    kept_.assign(view_);
  }
  view_ = kept_;
}

IoState Input::fill(runtime::Stream& stream, std::span<char> scratch) {
  if (!readable_) return IoState::Again;
  if (!view_.empty()) move_to_kept();
  const runtime::IoResult got = stream.read(scratch);
  if (got.state == IoState::Again) readable_ = false;
  if (got.state != IoState::Ok) return got.state;
  // Less than there was room for: the socket is empty, and the next byte is a new edge. Not so
  // with TLS, which stops at each record, nor when the end may have come with the last edge.
  if (got.bytes < scratch.size() && !stream.tls() && !closing_) readable_ = false;
  if (view_.empty()) {
    view_ = {scratch.data(), got.bytes};
  } else {
    kept_.append(scratch.data(), got.bytes);
    view_ = kept_;
  }
  return IoState::Ok;
}

void Input::keep() {
  if (!view_.empty()) {
    move_to_kept();
    return;
  }
  view_ = {};
  kept_.clear();
  if (kept_.capacity() > kKeptCapacity) kept_.shrink_to_fit();
}

}  // namespace tandem::http
