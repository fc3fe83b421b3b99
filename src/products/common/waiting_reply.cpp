#include "products/common/waiting_reply.h"

#include <utility>

namespace tandem::products {

WaitingReply::~WaitingReply() {
  if (respond_) refuse({"10007", "It failed."});
}

void WaitingReply::answer(api::Reply reply) {
  if (auto respond = std::exchange(respond_, nullptr)) respond(std::move(reply));
}

void WaitingReply::refuse(const contract::ApiError& error) {
  constexpr int kUnprocessable = 422;
  const auto* entry = contract::catalogue(error.items.front().code);
  const int status = error.status != 0 ? error.status : entry ? entry->status : kUnprocessable;
  answer(api::Reply::json(contract::envelope(error), status));
}

}  // namespace tandem::products
