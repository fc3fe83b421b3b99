#include "carrier/smpp/delivery_queue.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace tandem::carrier::smpp {

bool DeliveryQueue::add(uint64_t id, uint64_t reference, Message&& message, Time now) {
  if (ready_.size() + delayed_.size() >= limits_.max_waiting) return false;
  ready_.push_back({id, reference, 0, now + limits_.lifetime, std::move(message)});
  return true;
}

bool DeliveryQueue::ready(Time now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    ready_.push_back(std::move(delayed_.begin()->second));
    delayed_.erase(delayed_.begin());
  }
  return !ready_.empty();
}

const DeliveryQueue::Delivery& DeliveryQueue::launch() {
  TANDEM_ASSERT(!ready_.empty());
  Delivery delivery = std::move(ready_.front());
  ready_.pop_front();
  ++delivery.attempts;
  const uint64_t id = delivery.id;
  return in_flight_.insert_or_assign(id, std::move(delivery)).first->second;
}

std::optional<uint64_t> DeliveryQueue::finish(uint64_t id) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return std::nullopt;
  const uint64_t reference = found->second.reference;
  in_flight_.erase(found);
  return reference;
}

std::optional<uint64_t> DeliveryQueue::retry(uint64_t id, Time now, Random& random) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return std::nullopt;
  Delivery delivery = std::move(found->second);
  in_flight_.erase(found);
  if (delivery.attempts >= limits_.max_attempts || now >= delivery.deadline) {
    return delivery.reference;
  }
  const Time due = now + limits_.pauses.after(delivery.attempts - 1, random);
  delayed_.emplace(due, std::move(delivery));
  return std::nullopt;
}

std::vector<uint64_t> DeliveryQueue::expire(Time now) {
  std::vector<uint64_t> references;
  // Tries come back at the end of the queue, so its deadlines are not sorted.
  const auto over = [&references, now](const Delivery& delivery) {
    if (delivery.deadline > now) return false;
    references.push_back(delivery.reference);
    return true;
  };
  ready_.erase(std::remove_if(ready_.begin(), ready_.end(), over), ready_.end());
  for (auto it = delayed_.begin(); it != delayed_.end();) {
    it = over(it->second) ? delayed_.erase(it) : std::next(it);
  }
  return references;
}

std::vector<uint64_t> DeliveryQueue::clear() {
  std::vector<uint64_t> references;
  for (const Delivery& delivery : ready_) references.push_back(delivery.reference);
  for (const auto& [due, delivery] : delayed_) references.push_back(delivery.reference);
  for (const auto& [id, delivery] : in_flight_) references.push_back(delivery.reference);
  ready_.clear();
  delayed_.clear();
  in_flight_.clear();
  return references;
}

std::optional<DeliveryQueue::Time> DeliveryQueue::next_try() const {
  if (delayed_.empty()) return std::nullopt;
  return delayed_.begin()->first;
}

}  // namespace tandem::carrier::smpp
