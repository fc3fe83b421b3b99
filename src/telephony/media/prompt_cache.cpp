#include "telephony/media/prompt_cache.h"

#include <utility>

namespace tandem::media {
namespace {

size_t size_of(const PromptPtr& prompt) { return prompt->samples.size() * sizeof(int16_t); }

}  // namespace

PromptPtr PromptCache::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(name);
  if (found == names_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->prompt;
}

void PromptCache::remove(std::list<Entry>::iterator at) {
  bytes_ -= size_of(at->prompt);
  names_.erase(at->name);
  entries_.erase(at);
}

void PromptCache::put(const std::string& name, PromptPtr prompt) {
  const std::lock_guard lock(mutex_);
  if (const auto found = names_.find(name); found != names_.end()) remove(found->second);
  if (size_of(prompt) > max_bytes_) return;
  bytes_ += size_of(prompt);
  entries_.push_front({name, std::move(prompt)});
  names_.emplace(entries_.front().name, entries_.begin());
  while (bytes_ > max_bytes_) remove(std::prev(entries_.end()));
}

void PromptCache::forget(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = names_.find(name); found != names_.end()) remove(found->second);
}

size_t PromptCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void PromptLoader::decode(std::string name, std::vector<uint8_t> file, PromptDone done) {
  if (!name.empty()) {
    if (PromptPtr known = cache_.find(name)) return done(std::move(known));
  }
  // The caller hears of a full queue by the same way as of a broken file.
  auto answer = std::make_shared<PromptDone>(std::move(done));
  const bool taken =
      background_.post([this, name = std::move(name), file = std::move(file), answer]() mutable {
        auto decoded = decode_audio(file);
        if (!decoded) return (*answer)(tl::unexpected(decoded.error()));
        auto prompt = std::make_shared<const Prompt>(std::move(*decoded));
        if (!name.empty()) cache_.put(name, prompt);
        (*answer)(PromptPtr(std::move(prompt)));
      });
  if (!taken) (*answer)(fail("audio: too many files are waiting to be decoded"));
}

}  // namespace tandem::media
