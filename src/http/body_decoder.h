#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/chunked.h"
#include "http/head_parser.h"

namespace tandem::http {

/// Takes one message body out of the bytes of a connection, however it is delimited.
class BodyDecoder {
 public:
  using State = ChunkDecoder::State;

  BodyDecoder() = default;
  explicit BodyDecoder(Framing framing) : framing_(framing), done_(is_empty(framing)) {}

  bool done() const { return done_; }
  Framing::Kind kind() const { return framing_.kind; }
  /// Bytes that are still to come, where the framing says so beforehand.
  uint64_t known_left() const {
    return framing_.kind == Framing::Kind::Length ? framing_.length : 0;
  }

  /// Takes bytes off the front of `in` and appends body to `out`, at most `room` bytes of it.
  State decode(std::string_view& in, std::string& out, size_t room) {
    if (done_) return State::Done;
    if (framing_.kind == Framing::Kind::Chunked) {
      const State state = chunks_.decode(in, out, room);
      done_ = state == State::Done;
      return state;
    }
    size_t size = std::min(in.size(), room);
    if (framing_.kind == Framing::Kind::Length) {
      size = static_cast<size_t>(std::min<uint64_t>(size, framing_.length));
      framing_.length -= size;
      done_ = framing_.length == 0;
    }
    out.append(in.substr(0, size));
    in.remove_prefix(size);
    return done_ ? State::Done : State::More;
  }
  /// The peer closed; whether that was a proper end.
  bool end_of_input() {
    done_ = done_ || framing_.kind == Framing::Kind::UntilClose;
    return done_;
  }

 private:
  static bool is_empty(Framing framing) {
    return framing.kind == Framing::Kind::None ||
           (framing.kind == Framing::Kind::Length && framing.length == 0);
  }
  Framing framing_;
  ChunkDecoder chunks_;
  bool done_ = true;
};

}  // namespace tandem::http
