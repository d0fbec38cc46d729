#ifndef CONSULT_COPUS_SHIM_H
#define CONSULT_COPUS_SHIM_H

// libopus' variadic settings, which Swift does not import.

#include <opus.h>

static inline int cop_set_bitrate(OpusEncoder *encoder, opus_int32 bitsPerSecond) {
  return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitsPerSecond));
}
static inline int cop_set_inband_fec(OpusEncoder *encoder, opus_int32 on) {
  return opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(on));
}
static inline int cop_set_expected_loss(OpusEncoder *encoder, opus_int32 percent) {
  return opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(percent));
}

#endif
