#pragma once

#include <memory>

#include "telephony/media/codec.h"

namespace tandem::media {

std::unique_ptr<Decoder> make_g711_decoder(bool mu_law);
std::unique_ptr<Encoder> make_g711_encoder(bool mu_law);
std::unique_ptr<Decoder> make_g722_decoder();
std::unique_ptr<Encoder> make_g722_encoder();
std::unique_ptr<Decoder> make_opus_decoder();
std::unique_ptr<Encoder> make_opus_encoder(const CodecFormat& format);
std::unique_ptr<Decoder> make_l16_decoder(uint32_t rate);
std::unique_ptr<Encoder> make_l16_encoder(uint32_t rate);

}  // namespace tandem::media
