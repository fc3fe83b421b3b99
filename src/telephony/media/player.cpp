#include "telephony/media/player.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tandem::media {

bool Player::add(PlayItem item) {
  if (items_.size() >= kMaxItems) return false;
  items_.push_back({std::move(item), {}});
  return true;
}

void Player::add_first(PlayItem item) {
  Entry entry{std::move(item), {}};
  items_.insert(items_.begin(), std::move(entry));
}

bool Player::supply(PlayId id, std::shared_ptr<const Prompt> sound) {
  for (Entry& entry : items_) {
    if (entry.item.id != id || entry.item.quiet) continue;
    if (!std::holds_alternative<std::monostate>(entry.item.sound)) continue;
    if (sound != nullptr) {
      entry.item.sound = std::move(sound);
      return true;
    }
    const PlayItem gone = std::move(entry.item);
    items_.erase(items_.begin() + (&entry - items_.data()));
    listener_.on_item_ended(gone, PlayEnd::Failed);
    return true;
  }
  return false;
}

void Player::end_front(PlayEnd end) {
  const PlayItem gone = std::move(items_.front().item);
  items_.erase(items_.begin());
  listener_.on_item_ended(gone, end);
}

void Player::stop_current(PlayEnd end) {
  if (active()) end_front(end);
}

void Player::stop_all(PlayEnd end) {
  // Those that are added by whoever is told stay.
  for (size_t count = items_.size(); count > 0 && active(); --count) end_front(end);
}

bool Player::stop(PlayId id) {
  for (Entry& entry : items_) {
    if (entry.item.id != id || entry.item.quiet) continue;
    const PlayItem gone = std::move(entry.item);
    items_.erase(items_.begin() + (&entry - items_.data()));
    listener_.on_item_ended(gone, PlayEnd::Stopped);
    return true;
  }
  return false;
}

void Player::start(Entry& entry, uint32_t rate) {
  entry.position.started = true;
  if (const auto* tone = std::get_if<Tone>(&entry.item.sound)) {
    entry.position.tone = std::make_unique<TonePlayer>(*tone);
  } else if (const auto* prompt = std::get_if<std::shared_ptr<const Prompt>>(&entry.item.sound)) {
    if ((*prompt)->rate != rate) {
      entry.position.resampler = std::make_unique<Resampler>((*prompt)->rate, rate);
    }
  }
  listener_.on_item_started(entry.item);
}

size_t Player::read_prompt(Entry& entry, const Prompt& prompt, std::span<int16_t> out) {
  size_t made = 0;
  while (made < out.size()) {
    if (entry.position.at == prompt.samples.size()) {
      ++entry.position.played;
      const bool again = entry.item.loops == 0 || entry.position.played < entry.item.loops;
      if (!again || prompt.samples.empty()) return made;
      entry.position.at = 0;
    }
    const size_t count = std::min(out.size() - made, prompt.samples.size() - entry.position.at);
    std::memcpy(out.data() + made, prompt.samples.data() + entry.position.at,
                count * sizeof(int16_t));
    entry.position.at += count;
    made += count;
  }
  return made;
}

size_t Player::play_prompt(Entry& entry, const Prompt& prompt, std::span<int16_t> out,
                           uint32_t rate) {
  if (!entry.position.resampler) return read_prompt(entry, prompt, out);
  int16_t source[kMaxFrameSamples];
  const size_t wanted = out.size() * prompt.rate / rate;
  const size_t read = read_prompt(entry, prompt, std::span(source).first(wanted));
  const size_t made = entry.position.resampler->process(std::span(source).first(read), out);
  // The filter may round a full frame down by a sample; only a short read is an end.
  if (read < wanted) return made;
  std::fill(out.begin() + static_cast<ptrdiff_t>(made), out.end(), int16_t{0});
  return out.size();
}

size_t Player::play(Entry& entry, std::span<int16_t> out, uint32_t rate) {
  if (std::holds_alternative<std::monostate>(entry.item.sound)) {
    std::fill(out.begin(), out.end(), int16_t{0});
    return out.size();
  }
  if (!entry.position.started) start(entry, rate);
  if (entry.position.tone) return entry.position.tone->fill(out, rate);
  return play_prompt(entry, *std::get<std::shared_ptr<const Prompt>>(entry.item.sound), out, rate);
}

bool Player::fill(Frame& out) {
  if (!active()) return false;
  std::span<int16_t> rest = out.span();
  // Items that end inside this frame make room for the next ones.
  for (size_t items = items_.size(); items > 0 && active() && !rest.empty(); --items) {
    const size_t made = play(items_.front(), rest, out.rate);
    rest = rest.subspan(made);
    if (!rest.empty()) end_front(PlayEnd::Completed);
  }
  std::fill(rest.begin(), rest.end(), int16_t{0});
  return true;
}

}  // namespace tandem::media
