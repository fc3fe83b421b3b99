#include "telephony/sip/reliable_responses.h"

#include "telephony/sip/limits.h"

namespace tandem::sip {

ReliableResponses::ReliableResponses(TimerWheel& wheel, TimerSettings timers, uint32_t first_rseq,
                                     Listener& listener)
    : timers_(timers),
      listener_(listener),
      rseq_(first_rseq),
      repeat_timer_(wheel, bind<&ReliableResponses::repeat>(*this)),
      give_up_timer_(wheel, bind<&ReliableResponses::give_up>(*this)) {}

bool ReliableResponses::push(Response response) {
  if (waiting_.size() >= kMaxReliableProvisionals) return false;
  waiting_.push_back(std::move(response));
  if (!under_way_) send_next();
  return true;
}

bool ReliableResponses::acknowledge(const RAck& rack, uint32_t invite_cseq) {
  const bool ours = under_way_ && rack.rseq == rseq_ && rack.cseq.number == invite_cseq &&
                    rack.cseq.method == Method::Invite;
  if (!ours) return false;
  ++rseq_;
  stop();
  return true;
}

void ReliableResponses::advance() {
  if (!under_way_ && !waiting_.empty()) send_next();
}

void ReliableResponses::stop() {
  under_way_ = false;
  repeat_timer_.stop();
  give_up_timer_.stop();
}

void ReliableResponses::send_next() {
  Response response = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  response.headers.emplace_back("Require", "100rel");
  response.headers.emplace_back("RSeq", std::to_string(rseq_));
  under_way_ = true;
  body_under_way_ = !response.body.empty();
  interval_ = timers_.t1;
  repeat_timer_.start(interval_);
  give_up_timer_.start(timers_.give_up());
  listener_.on_send_reliable(response);
}

void ReliableResponses::repeat() {
  interval_ *= 2;
  repeat_timer_.start(interval_);
  listener_.on_repeat_reliable();
}

void ReliableResponses::give_up() {
  stop();
  waiting_.clear();
  listener_.on_no_prack();
}

}  // namespace tandem::sip
