#include "telephony/sip/registration.h"

#include <algorithm>

#include "core/random.h"
#include "telephony/sip/fields.h"
#include "telephony/sip/server_transactions.h"

namespace tandem::sip {
namespace {

using std::chrono::seconds;

constexpr seconds kFirstPause{30};
constexpr seconds kLongestPause{1'800};

/// The lifetime the registrar granted: of our Contact in the 200, else its Expires.
seconds granted(const Message& response, std::string_view contact_user, seconds asked) {
  const auto header = parse_seconds(response.get(HeaderId::Expires));
  seconds out = header ? seconds(*header) : asked;
  for (std::string_view value : response.values(HeaderId::Contact)) {
    const auto contact = parse_name_addr(value);
    if (!contact || contact->uri.user_text() != contact_user) continue;
    const auto own = parse_seconds(contact->params.get("expires"));
    if (own) out = seconds(*own);
  }
  return std::max(out, seconds(1));
}

}  // namespace

Registration::Registration(Endpoint& endpoint, Random& random, Options options, Listener& listener)
    : endpoint_(endpoint),
      random_(random),
      options_(std::move(options)),
      listener_(listener),
      call_id_(make_token(random)),
      tag_(make_token(random)),
      expires_(options_.expires),
      timer_(endpoint.wheel(), bind<&Registration::send_now>(*this)) {}

Registration::~Registration() { endpoint_.drop(request_); }

void Registration::start() {
  stopping_ = false;
  send(expires_);
}

void Registration::stop() {
  stopping_ = true;
  timer_.stop();
  endpoint_.drop(request_);
  if (registered_) send(seconds(0));
  registered_ = false;
}

void Registration::send(seconds expires) {
  RequestPlan plan;
  plan.request.method = "REGISTER";
  plan.request.uri = options_.registrar;
  for (const std::string& route : options_.routes) plan.request.add("Route", route);
  plan.request.add("From", "<" + options_.aor + ">;tag=" + tag_);
  plan.request.add("To", "<" + options_.aor + ">");
  plan.request.add("Call-ID", call_id_);
  plan.request.add("CSeq", std::to_string(++cseq_) + " REGISTER");
  plan.request.add("Expires", std::to_string(expires.count()));
  plan.request.add("Supported", "path, outbound");
  for (const auto& [name, value] : options_.headers) plan.request.add(name, value);
  plan.with_contact = true;
  plan.contact_user = options_.contact_user;
  plan.contact_params = ";expires=" + std::to_string(expires.count());
  plan.credentials = options_.credentials;
  plan.next_cseq = [this] { return ++cseq_; };
  if (!options_.routes.empty()) {
    const auto hop = parse_name_addr(options_.routes.front());
    if (hop) plan.next_hop = hop->uri.text;
  }
  request_ =
      endpoint_.send(std::move(plan), [this](const RequestEvent& event) { on_event(event); });
}

void Registration::on_event(const RequestEvent& event) {
  if (!event.is_final() || stopping_) return;
  if (event.status() < 300) return succeeded(*event.response);
  failed(event.status(), event.response);
}

void Registration::succeeded(const Message& response) {
  const seconds lifetime = granted(response, options_.contact_user, expires_);
  failures_ = 0;
  registered_ = true;
  // Well before the end, and not all trunks at once.
  const auto jitter = static_cast<int64_t>(random_.below(10));
  timer_.start(std::max(seconds(1), lifetime * (80 + jitter) / 100));
  listener_.on_registered(*this, lifetime);
}

void Registration::failed(int status, const Message* response) {
  const auto minimum =
      response != nullptr ? parse_seconds(response->get(HeaderId::MinExpires)) : std::nullopt;
  if (status == 423 && minimum && seconds(*minimum) > expires_) {
    expires_ = seconds(*minimum);
    return send(expires_);
  }
  registered_ = false;
  seconds pause = std::min(kLongestPause, kFirstPause * (1 << std::min(failures_, 6U)));
  ++failures_;
  const auto asked =
      response != nullptr ? parse_seconds(response->get(HeaderId::RetryAfter)) : std::nullopt;
  if (asked) pause = std::clamp(seconds(*asked), seconds(1), kLongestPause);
  pause = pause * static_cast<int64_t>(50 + random_.below(51)) / 100;
  pause = std::max(pause, seconds(1));
  timer_.start(pause);
  listener_.on_registration_failed(*this, status, pause);
}

}  // namespace tandem::sip
