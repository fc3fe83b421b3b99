#include "carrier/smpp/request_window.h"

#include "carrier/smpp/pdu.h"

namespace tandem::carrier::smpp {

void RequestWindow::add(Command command, uint64_t reference, Time now) {
  slots_.push_back({{next_sequence_, command, reference, now}, true});
  next_sequence_ = next_sequence_ == kMaxSequence ? 1 : next_sequence_ + 1;
  ++waiting_;
}

std::optional<RequestWindow::Request> RequestWindow::take(size_t index) {
  if (index >= slots_.size() || !slots_[index].waits) return std::nullopt;
  const Request request = slots_[index].request;
  slots_[index].waits = false;
  --waiting_;
  while (!slots_.empty() && !slots_.front().waits) slots_.pop_front();
  return request;
}

std::optional<RequestWindow::Request> RequestWindow::answer(uint32_t sequence) {
  if (slots_.empty() || sequence == 0 || sequence > kMaxSequence) return std::nullopt;
  const uint32_t front = slots_.front().request.sequence;
  const uint32_t index = sequence >= front ? sequence - front : sequence + (kMaxSequence - front);
  return take(index);
}

std::optional<RequestWindow::Request> RequestWindow::overdue(Time limit) {
  if (slots_.empty() || slots_.front().request.sent_at >= limit) return std::nullopt;
  return take(0);
}

std::optional<RequestWindow::Request> RequestWindow::drain() { return take(0); }

}  // namespace tandem::carrier::smpp
